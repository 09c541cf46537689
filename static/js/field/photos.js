// Photos on the phone: made small enough for a bad network, with the time and place the camera wrote into them kept, and known by their hash.
import { place as exifPlace, segmentOf, withSegment } from "./exif.js";

export const LONGEST_SIDE = 2048;
const GOOD_ENOUGH = 1_500_000;
const QUALITY = 0.85;

export async function sha256(blob) {
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// A chosen file as it will be sent: { blob, sha256, size, from_album, place }. ``place`` is where the camera says it was, or null.
export async function taken(file, { fromAlbum = false } = {}) {
  const blob = await inBounds(file);
  const original = new Uint8Array(await file.slice(0, 262_144).arrayBuffer());
  return { blob, sha256: await sha256(blob), size: blob.size, from_album: fromAlbum, place: exifPlace(original), at: new Date().toISOString() };
}

// What goes into the words of a report or a visit of its photos.
export const announced = (photos) => photos.map(({ sha256, size, from_album }) => ({ sha256, size, source: from_album ? "album" : "camera" }));

async function inBounds(file) {
  const picture = await decoded(file);
  if (!picture) return file; // HEIC and the like: the server reads them
  const isFine = Math.max(picture.width, picture.height) <= LONGEST_SIDE && file.size <= GOOD_ENOUGH && file.type === "image/jpeg";
  return (!isFine && (await drawn(picture, LONGEST_SIDE, file))) || file;
}

// The same picture with its longer side in ``pixels``: { blob, sha256, size }, or null where it is that small already or cannot be made.
export async function inPixels(blob, pixels) {
  const picture = blob && (await decoded(blob));
  if (!picture || Math.max(picture.width, picture.height) <= pixels) return null;
  const less = await drawn(picture, pixels, blob);
  return less && { blob: less, sha256: await sha256(less), size: less.size };
}

async function decoded(file) {
  try {
    return await createImageBitmap(file);
  } catch {
    return null;
  }
}

// Null when the phone has no memory for it.
async function drawn(picture, side, original) {
  const share = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * share);
  canvas.height = Math.round(picture.height * share);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const plain = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", QUALITY); });
  if (!plain) return null;
  const segment = segmentOf(new Uint8Array(await original.slice(0, 262_144).arrayBuffer()));
  return segment ? new Blob(withSegment(new Uint8Array(await plain.arrayBuffer()), segment), { type: "image/jpeg" }) : plain;
}
