// The phone's own database: what waits to be sent, with its photos, and what was fetched for the time without network.
//
//   meta    key → value: device, seq, person, bundle, etag, types chosen last, tracks
//   items   one act to be sent: { key, kind, target, path, body, files, person, seq, state, … } (queue.js)
//   files   [item key, sha256] → { blob }
//   drafts  key → a report or a visit not finished yet, with its photos
//
// Nothing here expires. A browser may close the database whenever it likes (memory, another tab with a newer schema): every use opens it again.
import { openDB } from "../../vendor/idb.js";

const NAME = "airduty-field";
const STEPS = [
  (db) => {
    db.createObjectStore("meta");
    db.createObjectStore("items", { keyPath: "key" });
    db.createObjectStore("files");
  },
  (db) => db.createObjectStore("drafts"),
];

let opening = null;

function forget() {
  opening = null;
}

function connect() {
  return openDB(NAME, STEPS.length, {
    upgrade: (db, from) => STEPS.slice(from).forEach((step) => step(db)),
    blocking: (_now, _wanted, event) => { event.target.close(); forget(); },
    terminated: forget,
  }).catch((error) => {
    if (error.name !== "VersionError") throw error;
    return openDB(NAME); // an older release of the app beside the database of a newer one
  });
}

async function using(work) {
  try {
    return await work(await (opening ??= connect()));
  } catch (error) {
    if (!["InvalidStateError", "AbortError", "UnknownError"].includes(error.name)) throw error;
    forget();
    return work(await (opening ??= connect()));
  }
}

// Everywhere it is told and nothing is given up: the person makes room and tries again.
export const isFull = (error) => error.name === "QuotaExceededError";

export const recall = (key) => using((db) => db.get("meta", key));
export const remember = (key, value) => using((db) => db.put("meta", value, key));

// All of it, or nothing.
export function rememberAll(values) {
  return using(async (db) => {
    const writing = db.transaction("meta", "readwrite");
    await Promise.all([...Object.entries(values).map(([key, value]) => writing.store.put(value, key)), writing.done]);
  });
}

// What ``change`` makes of the value that is there now, whoever else writes it meanwhile.
export function amend(key, change) {
  return using(async (db) => {
    const writing = db.transaction("meta", "readwrite");
    const fresh = change(await writing.store.get(key));
    await writing.store.put(fresh, key);
    await writing.done;
    return fresh;
  });
}

export const unlearn = (...keys) => using((db) => Promise.all(keys.map((key) => db.delete("meta", key))));

export const draft = (key) => using((db) => db.get("drafts", key));
export const keepDraft = (key, value) => using((db) => db.put("drafts", value, key));
export const dropDraft = (key) => using((db) => db.delete("drafts", key));
export const drafts = () => using((db) => db.getAll("drafts"));

export const items = () => using((db) => db.getAll("items"));
export const item = (key) => using((db) => db.get("items", key));
export const blobOf = (key, sha256) => using(async (db) => (await db.get("files", [key, sha256]))?.blob);

// Device and numbers of acts are given in the transaction that keeps them, together with their photos, the end of their draft and of the item whose
// place they take: all of it, or nothing. ``replaces``: { key, from, patch }; nothing is kept when that item is not in the state ``from`` any more.
export function keep(acts, { draftKey = "", replaces = null } = {}) {
  return using(async (db) => {
    const change = db.transaction(["meta", "items", "files", "drafts"], "readwrite", { durability: "strict" });
    const meta = change.objectStore("meta");
    if (replaces) {
      const old = await change.objectStore("items").get(replaces.key);
      if (old?.state !== replaces.from) return;
      await change.objectStore("items").put({ ...old, ...replaces.patch });
    }
    const device = (await meta.get("device")) ?? before("device-id") ?? crypto.randomUUID();
    let seq = (await meta.get("seq")) ?? Number(before("device-seq") ?? 0);
    for (const { entry, files } of acts) {
      seq += 1;
      await change.objectStore("items").add({ ...entry, seq, body: { ...entry.body, device_id: device, seq } });
      await Promise.all(files.map(({ sha256, blob }) => change.objectStore("files").put({ blob }, [entry.key, sha256])));
    }
    await meta.put(device, "device");
    await meta.put(seq, "seq");
    await change.objectStore("drafts").delete(draftKey);
    await change.done;
  });
}

// What the page before this app had left in localStorage: the count of this device goes on, so that no gap appears.
function before(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

export function change(key, patch) {
  return using(async (db) => {
    const writing = db.transaction("items", "readwrite", { durability: "strict" });
    const there = await writing.store.get(key);
    const fresh = there && { ...there, ...(typeof patch === "function" ? patch(there) : patch) };
    if (fresh) await writing.store.put(fresh);
    await writing.done;
    return fresh;
  });
}

// Another picture in a file's place, and what ``known`` makes of the item that names it: both, or neither.
export function swapFile(key, old, { sha256, blob }, known) {
  return using(async (db) => {
    const writing = db.transaction(["files", "items"], "readwrite", { durability: "strict" });
    const [files, entries] = [writing.objectStore("files"), writing.objectStore("items")];
    const there = await entries.get(key);
    if (!there) return;
    await files.put({ blob }, [key, sha256]);
    await entries.put({ ...there, ...known(there) });
    await files.delete([key, old]);
    await writing.done;
  });
}

export function dropFiles(key) {
  return using((db) => db.delete("files", IDBKeyRange.bound([key], [key, []])));
}

export function drop(key) {
  return using(async (db) => {
    const writing = db.transaction(["items", "files"], "readwrite");
    await writing.objectStore("items").delete(key);
    await writing.objectStore("files").delete(IDBKeyRange.bound([key], [key, []]));
    await writing.done;
  });
}
