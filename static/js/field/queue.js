// What waits to be sent. An item lives here from the moment a person presses 提交 until the server has it whole; no time limit, no exception.
import * as store from "./store.js";
import { inPixels } from "./photos.js";
import { CONFLICT, DONE, REPAIR, SENDING, SIGNIN, WAITING, send } from "./sending.js";
import { Unreachable, session } from "./server.js";

const FIRST_WAIT = 5_000;
const LONGEST_WAIT = 300_000;
const FULL_WAIT = 60_000;
const SHOWN_AFTER = 7 * 86_400_000;
const listeners = new Set();
const news = "BroadcastChannel" in window ? new BroadcastChannel("airduty-field") : null;
let timer = null;
let running = false;
let isFull = false; // the phone had no room to note how far an item has come
let next = null; // how a pass was asked for while another one was running: { now }

export const UNSENT = [WAITING, SENDING, SIGNIN, REPAIR, CONFLICT];

export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function changed() {
  listeners.forEach((listener) => listener());
}

function tell() {
  changed();
  news?.postMessage("changed");
}

news?.addEventListener("message", changed);

// kind: finding, visit or patrol; target: its uuid; files: [{ sha256, blob, size, what }].
export const add = (act, options) => addAll([act], options);

// Acts that belong together, a visit and the problems found there, are kept together or not at all.
export async function addAll(acts, { draftKey, replaces } = {}) {
  await store.keep(acts.map((act) => ({ entry: entryOf(act), files: act.files ?? [] })), { draftKey, replaces });
  navigator.storage?.persist?.().catch(() => false);
  tell();
  run();
}

function entryOf({ kind, target, body, files = [], person, label }) {
  const path = { finding: "findings", visit: "visits", patrol: "patrols" }[kind];
  return {
    key: crypto.randomUUID(), kind, target, person, label, body, path: `${path}/${target}/`,
    files: files.map(({ sha256, size, what = "photos" }) => ({ sha256, size, what })),
    state: WAITING, tries: 0, next_at: 0, made_at: new Date().toISOString(), sent: 0, reason: "",
  };
}

export async function mine(person) {
  const all = await store.items();
  return all.filter((each) => each.person === person).sort((a, b) => a.seq - b.seq);
}

export async function counts(person) {
  const all = await store.items();
  const unsent = all.filter((each) => UNSENT.includes(each.state));
  return { mine: unsent.filter((each) => each.person === person).length, others: unsent.filter((each) => each.person !== person).length };
}

// A moment in the future is only trusted as far as the longest wait: the phone's clock may have been put back since.
function isDue(item, now) {
  return item.next_at <= now || item.next_at > now + LONGEST_WAIT;
}

const tried = (item) => [WAITING, SENDING, SIGNIN].includes(item.state);

export async function run({ now = false } = {}) {
  if (running) {
    next = { now: now || Boolean(next?.now) };
    return;
  }
  running = true;
  clearTimeout(timer);
  try {
    for (let how = { now }; how; [how, next] = [next, null]) await alone(() => pass(how));
  } finally {
    running = false;
    await plan();
  }
}

// One sender at a time, whichever tab it lives in.
function alone(work) {
  return navigator.locks ? navigator.locks.request("airduty-field-sender", { ifAvailable: true }, (lock) => lock && work()) : work();
}

async function pass({ now }) {
  const waiting = (await store.items()).filter((each) => tried(each) && (now || isDue(each, Date.now()))).sort((a, b) => a.seq - b.seq);
  if (!waiting.length) return;
  let who;
  try {
    who = await session();
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    await Promise.all(waiting.map((item) => settle(item, { state: WAITING, reason: gettext("网络不通，联网后自动发送") })));
    return;
  }
  if (!who) {
    await Promise.all(waiting.map((item) => settle(item, { state: WAITING, reason: gettext("网络要求先登录（如商场、酒店的无线网），连通后自动发送") })));
    return;
  }
  for (const item of waiting) {
    if (who.person?.id !== item.person) await settle(item, { state: SIGNIN, reason: gettext("登录已过期，重新登录后自动发送") });
    else if (!(await deliver(item, who.csrf))) break;
  }
}

// False when the way is shut: the others need not try now.
async function deliver(item, csrf) {
  await noted(store.change(item.key, { state: SENDING, reason: "" }));
  tell();
  const verdict = await send(item, { csrf, files: filesOf(item) });
  await settle(item, verdict);
  return verdict.state !== WAITING || item.tries > 3;
}

async function settle(item, { state, reason, answer, stored, held }) {
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(item.tries, 10));
  const patch = state === WAITING ? { tries: item.tries + 1, next_at: Date.now() + wait } : {};
  const known = { ...(answer && { answer }), ...(stored && { stored }), ...(held && { held }) };
  const done = state === DONE ? { done_at: new Date().toISOString(), sent: item.files.length } : {};
  if (state === DONE || held) await store.dropFiles(item.key); // first: it makes room for the note
  isFull = !(await noted(store.change(item.key, { state, reason, ...patch, ...known, ...done })));
  tell();
}

// A full phone may not be able to note how far it has come; it sends all the same, and the server knows what it has got.
async function noted(writing) {
  try {
    await writing;
    return true;
  } catch (error) {
    if (!store.isFull(error)) throw error;
    return false;
  }
}

function filesOf(item) {
  return {
    blob: (sha256) => store.blobOf(item.key, sha256),
    note: async (sent) => { await noted(store.change(item.key, { sent })); tell(); },
    smaller: async (sha256, pixels) => inPixels(await store.blobOf(item.key, sha256), pixels),
    // What a row was made of stands as it was said; what was kept for repair names the smaller picture from now on, as the server's copy does.
    replaced: async (sha256, less, { isHeld }) => {
      const swapped = (entries) => entries.map((entry) => (entry.sha256 === sha256 ? { ...entry, sha256: less.sha256, size: less.size } : entry));
      const known = ({ files, body }) => ({ files: swapped(files), ...(isHeld && { body: { ...body, photos: swapped(body.photos) } }) });
      await noted(store.swapFile(item.key, sha256, less, known));
    },
  };
}

async function plan() {
  const waits = (await store.items()).filter((each) => [WAITING, SENDING].includes(each.state)).map((each) => each.next_at - Date.now());
  clearTimeout(timer);
  if (waits.length) timer = setTimeout(run, Math.max(isFull ? FULL_WAIT : 1_000, Math.min(LONGEST_WAIT, ...waits.map((wait) => (wait > LONGEST_WAIT ? 0 : wait)))));
}

// --- what a person decides --------------------------------------------------------------------------------------------------------------
export async function retry(key) {
  await store.change(key, { state: WAITING, next_at: 0, tries: 0, reason: "" });
  tell();
  await run();
}

// Conflict: the server keeps what it has, and what is on the phone goes out as a report of its own, once.
export async function anew(key) {
  const old = await store.item(key);
  const blobs = await Promise.all(old.files.map(async ({ sha256, size, what }) => ({ sha256, size, what, blob: await store.blobOf(key, sha256) })));
  const files = blobs.filter(({ blob }) => blob);
  const { device_id: _device, seq: _seq, ...body } = old.body;
  const replaces = { key, from: CONFLICT, patch: isDone() };
  await add({ ...old, body: { ...body, ...(body.photos && { photos: photosOf(old, files) }) }, target: crypto.randomUUID(), files }, { replaces });
  await store.dropFiles(key);
}

// The photos of an item as they are on the phone now: one may have been made smaller since it was announced.
function photosOf({ files, body }, there) {
  const now = files.filter(({ what }) => what === "photos").map(({ sha256, size }, n) => ({ ...body.photos[n], sha256, size }));
  return now.filter(({ sha256 }) => there.some((file) => file.sha256 === sha256));
}

const isDone = () => ({ state: DONE, done_at: new Date().toISOString() });

// The server's copy stands; the phone's is put away.
export async function settled(key) {
  await store.change(key, isDone());
  await store.dropFiles(key);
  tell();
}

const isHeld = (item) => item.held && item.state === REPAIR;

// Keys of what the server has kept for repair, as far as this phone knows.
export const held = async (person) => (await mine(person)).filter(isHeld).map((each) => each.key);

// What the server has, kept for repair or repaired: the list of the person tells, of what was ``known`` as kept when it was asked for.
export async function tidy(person, heldNow, known) {
  for (const each of await mine(person)) {
    if (isHeld(each) && known.includes(each.key) && !heldNow.includes(each.target)) await settled(each.key);
    else if (each.state === DONE && Date.now() - Date.parse(each.done_at) > SHOWN_AFTER) await store.drop(each.key);
  }
}

export function start() {
  window.addEventListener("online", () => run({ now: true }));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") run({ now: true }); });
  window.addEventListener("pageshow", () => run());
  return run({ now: true });
}
