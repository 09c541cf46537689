// Talking to the server: every answer is judged by its content, since a portal of a hotel answers 200 with a page of its own.
import { place } from "./dom.js";

const PATIENCE = 60_000;
const PHOTO_PATIENCE = 240_000;

export class Unreachable extends Error {}

export async function request(address, { patience = PATIENCE, ...options } = {}) {
  const giveUp = new AbortController(); // AbortSignal.timeout is missing in older phones
  const clock = setTimeout(() => giveUp.abort(), patience);
  try {
    const response = await fetch(address, { credentials: "same-origin", cache: "no-store", redirect: "follow", signal: giveUp.signal, ...options });
    return { status: response.status, answer: await json(response), etag: response.headers.get("ETag") };
  } catch (error) {
    throw new Unreachable(error.message);
  } finally {
    clearTimeout(clock);
  }
}

async function json(response) {
  if (!(response.headers.get("Content-Type") ?? "").includes("json")) return null;
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error; // cut off on its way
  }
}

// Who is signed in and the token for writing; null when somebody else has answered in the server's place.
export async function session() {
  const { status, answer } = await request(place.session, { patience: 15_000, headers: { Accept: "application/json" } });
  return status === 200 && answer?.v === 1 && "person" in answer ? answer : null;
}

export function put(path, body, csrf) {
  const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrf, "X-Offline": "1" };
  return request(place.api + path, { method: "PUT", headers, body: JSON.stringify(body) });
}

export function putFile(path, blob, csrf, more = {}) {
  const headers = { Accept: "application/json", "Content-Type": blob.type || "application/octet-stream", "X-CSRFToken": csrf, ...more };
  return request(place.api + path, { method: "PUT", headers, body: blob, patience: PHOTO_PATIENCE });
}

export async function bundle(etag) {
  const headers = { Accept: "application/json", ...(etag ? { "If-None-Match": etag } : {}) };
  return request(`${place.api}field/bundle/`, { headers });
}
