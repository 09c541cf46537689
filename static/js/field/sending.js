// One act goes to the server: first its words, then each photo by its hash. What comes back decides its state, and only the echo of its own number
// with nothing missing lets the phone forget anything.
import { words } from "./dom.js";
import { Unreachable, put, putFile } from "./server.js";

const SMALLER = [1280, 800];
const PASSING = ["size_mismatch", "sha256_mismatch", "daily_limit"]; // broken on the way, or enough for today: goes by itself later

export const WAITING = "waiting";
export const SENDING = "sending";
export const SIGNIN = "signin";
export const REPAIR = "repair";
export const CONFLICT = "conflict";
export const DONE = "done";

const verdict = (state, reason = "", more = {}) => ({ state, reason, ...more });

// files: { blob(sha256), smaller(sha256, pixels) → { sha256, size } or null, note(sent), replaced(sha256, less, { isHeld }) }
export async function send(item, { csrf, files }) {
  try {
    const first = await put(item.path, item.body, csrf);
    const told = judged(first, item);
    if (told?.state === CONFLICT) return await owed(first, told, item, { csrf, files });
    return told ?? (await photos(first, item, { csrf, files }));
  } catch (error) {
    if (error instanceof Unreachable) return verdict(WAITING, gettext("网络不通，联网后自动发送"));
    throw error;
  }
}

// A verdict when the person must sign in first, or put the account in order.
function doorOf({ status, answer }) {
  if (status === 401) return verdict(SIGNIN, gettext("登录已过期，重新登录后自动发送"));
  if (status === 403 && answer?.code?.endsWith("_needed")) return verdict(SIGNIN, answer.detail);
  return null;
}

// A verdict when the words were not taken; nothing when they were.
function judged({ status, answer }, item) {
  const door = doorOf({ status, answer });
  if (door) return door;
  if (status === 403 && answer?.detail?.startsWith("CSRF")) return verdict(WAITING, gettext("服务器没有正确应答，稍后自动再试"));
  if (status === 409 && answer?.code === "payload_conflict" && answer.stored?.uuid === item.target) return verdict(CONFLICT, answer.detail, { stored: answer.stored });
  if (status === 409 && answer?.code === "uuid_taken") return verdict(CONFLICT, answer.detail);
  if ([400, 403, 404, 422].includes(status) && answer) return verdict(REPAIR, reasons(answer).join(gettext("；")));
  if (![200, 201, 202].includes(status) || answer?.uuid !== item.target) return verdict(WAITING, notOurs(status, answer));
  return null;
}

// What stands there may be this very report, repaired on another phone: the files it announces and this one has go to it all the same, and what it has
// got is asked for again.
async function owed(first, conflict, item, { csrf, files }) {
  const here = new Set(item.files.map(({ sha256 }) => sha256));
  const of = (missing) => (missing ?? []).filter((sha256) => here.has(sha256));
  const wanted = (answer) => ({ photos_missing: of(answer.photos_missing), voices_missing: of(answer.voices_missing) });
  if (!missingOf(wanted(first.answer)).length) return conflict;
  const sent = await photos({ status: 409, answer: wanted(first.answer) }, item, { csrf, files, wanted });
  if ([WAITING, SIGNIN].includes(sent.state)) return sent;
  const again = judged(await put(item.path, item.body, csrf), item);
  const reason = [conflict.reason, sent.reason].filter(Boolean).join(gettext("；"));
  return again?.state === CONFLICT ? { ...again, reason } : { ...conflict, reason };
}

function notOurs(status, answer) {
  if (status === 413) return gettext("内容太大，网络设备不放行，换个网络会再试");
  if (status === 429) return gettext("发送太频繁，稍后自动再试");
  if (status >= 500) return gettext("服务器正在恢复，稍后自动再试");
  if (answer === null && status < 400) return gettext("网络要求先登录（如商场、酒店的无线网），连通后自动发送");
  return gettext("服务器没有正确应答，稍后自动再试");
}

export function reasons(answer) {
  if (answer.detail) return [answer.detail];
  return Object.values(answer).flat(3).map((each) => (typeof each === "string" ? each : Object.values(each).flat().join(gettext("；"))));
}

const missingOf = (answer) => [
  ...(answer.photos_missing ?? []).map((sha256) => ["photos", sha256]),
  ...(answer.voices_missing ?? []).map((sha256) => ["voices", sha256]),
];

// A photo that the server cannot use does not keep the others back; one that it has taken and still misses is left for later.
async function photos(first, item, { csrf, files, wanted = (answer) => answer }) {
  const refused = new Map();
  const taken = new Set();
  let missing = missingOf(first.answer);
  for (let next = missing[0]; next; next = missing.find(([, sha256]) => !refused.has(sha256))) {
    await files.note(item.files.length - missing.length);
    if (taken.has(next[1])) return verdict(WAITING, gettext("服务器没有正确应答，稍后自动再试"));
    taken.add(next[1]);
    const sent = await one(item, next, { csrf, files, isHeld: first.status === 202 });
    if (sent.state === REPAIR) refused.set(next[1], sent.reason);
    else if (sent.state) return sent;
    else missing = missingOf(wanted(sent.answer));
  }
  if (refused.size) return verdict(REPAIR, [...new Set(refused.values())].join(gettext("；")), { answer: first.answer });
  if (first.status === 202) return verdict(REPAIR, gettext("内容有误，服务器已保留，请修改"), { held: true, answer: first.answer });
  return verdict(DONE, "", { answer: first.answer });
}

async function one(item, [what, sha256], { csrf, files, isHeld }) {
  const blob = await files.blob(sha256);
  if (!blob) return verdict(REPAIR, gettext("有照片在手机上已经找不到，请到那一条补充照片"));
  const said = await putFile(`${item.path}${what}/${sha256}/`, blob, csrf);
  if (said.status === 413) return shrunk(item, what, sha256, { csrf, files, isHeld });
  return refusedFile(said, item) ?? { answer: said.answer };
}

// A verdict when the bytes were not taken; nothing when they were.
function refusedFile({ status, answer }, item) {
  const door = doorOf({ status, answer });
  if (door) return door;
  if (status === 400 && answer) return verdict(PASSING.includes(answer.code) ? WAITING : REPAIR, reasons(answer).join(gettext("；")));
  return status !== 200 || answer?.uuid !== item.target ? verdict(WAITING, notOurs(status, answer)) : null;
}

// The way does not let so big a picture through: a smaller one takes its place, and the server is told which one it replaces.
async function shrunk(item, what, sha256, { csrf, files, isHeld }) {
  for (const pixels of what === "photos" ? SMALLER : []) {
    const less = await files.smaller(sha256, pixels);
    if (!less) break;
    const said = await putFile(`${item.path}${what}/${less.sha256}/`, less.blob, csrf, { "X-Replaces": sha256 });
    if (said.status === 413) continue;
    const refused = refusedFile(said, item);
    if (!refused) await files.replaced(sha256, less, { isHeld });
    return refused ?? { answer: said.answer };
  }
  return verdict(WAITING, words(gettext("照片太大（%s MB），这个网络不放行，换个网络会再试"), [((await files.blob(sha256)).size / 1048576).toFixed(1)]));
}
