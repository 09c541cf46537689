// One screen for one problem: camera first, place and grid filled in, the kind by pictures, a word or a voice if needed.
import { camera } from "./camera.js";
import { bar, body, button, day, h, icon, live, note, place, words } from "./dom.js";
import { state, siteOf, typeOf } from "./person.js";
import { announced } from "./photos.js";
import { SAME_WALK, atHand, begin, forget, isBegun, keepDraft, keyOf, read } from "./drafts.js";
import { gridsAt, locate } from "./place.js";
import * as queue from "./queue.js";
import { request } from "./server.js";
import * as store from "./store.js";
import { canRecord, record } from "./voice.js";

const FIRST_TYPES = 8;
const REMEMBERED = 5;
const PLACE_PATIENCE = 4_000;
const TYPING = 400;
const BURNING = ["fire", "satellite"];

export async function report({ go }) {
  const draft = await atHand();
  const refusal = h("div");
  const saved = h("span", { "aria-live": "polite" });
  const page = { draft, isGone: false, recording: null };
  page.save = async () => {
    if (page.isGone) return;
    const isFull = await keepDraft(draft);
    saved.textContent = isBegun(draft) && !isFull ? gettext("草稿已存") : "";
    if (isFull) page.refuse(gettext("手机存储空间不足，这条还没有存下。请删掉手机里不用的东西，不要关闭这一页。"));
  };
  page.refuse = (text, tone = "bad") => {
    refusal.replaceChildren(...(text ? [note(text, tone)] : []));
    if (text) refusal.scrollIntoView({ block: "center" });
  };
  page.typed = () => { saved.textContent = ""; clearTimeout(page.typing); page.typing = setTimeout(page.save, TYPING); };
  const last = (await store.recall("types")) ?? [];
  const aid = live(() => [help(draft), nearby(draft)]);
  const submit = button(gettext("提交"), () => send(page, { go }));
  const shots = camera(draft, { begun: () => isBegun(draft) || page.startNow(), changed: page.save, refuse: page.refuse });
  const parts = [old(draft, { go }), shots, where(page, aid), refusal, live((again) => types(page, { again, aid, last })), aid, said(page), abandon(page, { go })];
  return [bar(gettext("报问题"), { label: gettext("返回"), right: saved }), body(...parts.flat()), h("div.m-submit", {}, submit)];
}

// A draft of another hour says so: its place and time are of then.
function old(draft, { go }) {
  if (!isBegun(draft) || Date.now() - Date.parse(draft.captured_at) < SAME_WALK) return null;
  const anew = async () => { await begin(); go("/m/report/"); };
  return note(words(gettext("这一条是 %s 开始的，时间和位置按那时。"), [day(draft.captured_at)]), "warn", " ", h("button.m-link", { type: "button", onclick: anew }, gettext("另报一条新的")));
}

// --- place -------------------------------------------------------------------------------------------------------------------------------
function where(page, aid) {
  const { draft, save } = page;
  const text = h("span", { "aria-live": "polite", "data-place": "" }, gettext("正在定位…"));
  const grid = h("select.m-input", { "aria-label": gettext("所属网格") }, h("option", { value: "" }, gettext("按定位判断")),
    (state.bundle?.grids ?? []).map((each) => h("option", { value: String(each.id), selected: String(each.id) === draft.grid }, each.name)));
  const address = h("input.m-input", { value: draft.address, maxlength: "200", "aria-label": gettext("位置描述"), placeholder: gettext("例如：东门南侧") });
  const fields = h("div", { hidden: true }, h("span.m-label", {}, gettext("所属网格")), grid, h("span.m-label", {}, gettext("位置描述")), address);
  const change = h("button.m-link", { type: "button", onclick: () => { fields.hidden = false; } }, gettext("改位置"));
  grid.addEventListener("change", () => { draft.grid = grid.value; save(); });
  address.addEventListener("input", () => { draft.address = address.value; page.typed(); });
  const find = () => { page.placed = settle(draft, { text, fields }).then(() => { aid.again(); return save(); }); };
  page.startNow = () => { // the page may have lain open for an hour before the first photo
    Object.assign(draft, { captured_at: new Date().toISOString(), where: null });
    text.textContent = gettext("正在定位…");
    find();
  };
  fields.append(h("button.m-link", { type: "button", onclick: () => { draft.where = null; text.textContent = gettext("正在定位…"); find(); } }, gettext("重新定位")));
  find();
  return [h("div.m-row", {}, icon("pin"), text, change), fields];
}

async function settle(draft, { text, fields }) {
  const site = siteOf(draft.site);
  draft.where ??= (await locate()) ?? (site?.lon ? { lon: site.lon, lat: site.lat, accuracy: null } : null) ?? fromPhoto(draft);
  const found = draft.where && gridsAt(state.bundle?.grids ?? [], draft.where.lon, draft.where.lat);
  const near = draft.where?.accuracy ? words(gettext("精度 %s m"), [draft.where.accuracy]) : "";
  text.textContent = [site?.name, placeText(draft.where, found), near].filter(Boolean).join(" · ");
  if (!draft.where || (found?.length ?? 0) !== 1) fields.hidden = false;
}

function fromPhoto(draft) {
  const [lon, lat] = draft.photos.find((photo) => photo.place)?.place ?? [];
  return lon === undefined ? null : { lon, lat, accuracy: null };
}

function placeText(point, found) {
  if (!point) return gettext("没有定位，请选定网格或写明位置");
  if (found.length === 1) return found[0].name;
  return found.length ? gettext("在两个网格交界，请选定网格") : gettext("不在自己的网格内，网格由平台判断");
}

// --- kind of problem: what this person chose last stands first -------------------------------------------------------------------------------
function types({ draft, refuse, save }, { again, aid, last }) {
  const all = state.bundle?.problem_types ?? [];
  const rank = (type) => (last.includes(type.code) ? last.indexOf(type.code) : last.length + all.indexOf(type));
  const sorted = [...all].sort((a, b) => rank(a) - rank(b));
  const chosen = all.find((type) => type.id === draft.type);
  const shown = draft.allTypes ? sorted : [...new Set([chosen, ...sorted.slice(0, FIRST_TYPES)].filter(Boolean))];
  const choose = (type) => { draft.type = type.id; refuse(""); again(); aid.again(); return save(); };
  const more = !draft.allTypes && shown.length < all.length && h("button.m-choice", { type: "button", onclick: () => { draft.allTypes = true; again(); } }, gettext("其他…"));
  return h("fieldset.m-fieldset", {}, h("legend.m-label", {}, gettext("这是什么问题")),
    h("div.m-choices.m-types", {}, shown.map((type) => h("button.m-choice", { type: "button", "aria-pressed": String(type.id === draft.type), onclick: () => choose(type) }, icon(type.icon || "flag"), type.name)), more));
}

// Fire and smoke: a call does not wait for the network.
function help(draft) {
  const type = typeOf(draft.type);
  if (!type || !BURNING.includes(type.icon)) return null;
  const { fire, squad } = state.bundle.person.phones ?? {};
  const call = (number, label) => number && h("a.m-button.is-call", { href: `tel:${number}` }, icon("phone"), words(label, [number]));
  return h("div.m-calls", {}, call(squad, gettext("呼叫应急分队 %s")), call(fire, gettext("呼叫火警 %s")));
}

// The same problem may be on the ledger already: asked only while there is a network, and never in the way.
function nearby(draft) {
  const box = h("div", { "aria-live": "polite" });
  if (draft.type && draft.where && navigator.onLine) askNearby(draft, box);
  return box;
}

async function askNearby(draft, box) {
  const query = new URLSearchParams({ lon: draft.where.lon, lat: draft.where.lat, problem_type: draft.type });
  const { status, answer } = await request(`${place.nearby}?${query}`, { patience: 8_000, headers: { Accept: "application/json" } }).catch(() => ({}));
  const first = status === 200 && answer?.findings?.[0];
  if (!first) return;
  const other = h("button.m-link", { type: "button", onclick: () => box.replaceChildren() }, gettext("不是，继续报"));
  box.append(h("div.m-note", {}, words(gettext("附近 %(distance)s 米有同类在办问题 %(number)s（%(state)s）"), first),
    h("div.m-row", {}, h("a", { href: `/m/report/${first.uuid}/photos/` }, gettext("就是这个，补充照片")), other)));
}

// --- words -------------------------------------------------------------------------------------------------------------------------------
function said(page) {
  const { draft, save } = page;
  const text = h("textarea.m-input", { rows: "3", maxlength: "1900", placeholder: gettext("例如：东门南侧约 300 平方米"), "aria-label": gettext("补充一句（可不填）"), value: draft.text });
  text.addEventListener("input", () => { draft.text = text.value; page.typed(); });
  const dissuaded = h("button.m-choice", { type: "button", "aria-pressed": String(draft.dissuaded) }, icon("check"), gettext("已当场劝阻"));
  dissuaded.addEventListener("click", () => { draft.dissuaded = !draft.dissuaded; dissuaded.setAttribute("aria-pressed", String(draft.dissuaded)); save(); });
  return [h("span.m-label", {}, gettext("补充一句（可不填）")), h("div.m-choices.m-before", {}, dissuaded, live((again) => voice(page, again))), text];
}

function voice(page, again) {
  const { draft, save } = page;
  if (draft.voice) {
    const away = () => { draft.voice = null; again(); return save(); };
    return [h("audio.m-audio", { controls: true, src: URL.createObjectURL(draft.voice.blob) }), h("button.m-link", { type: "button", onclick: away }, words(gettext("删除语音（%s 秒）"), [draft.voice.seconds]))];
  }
  if (!canRecord()) return [];
  const start = h("button.m-choice", { type: "button" }, icon("mic"), gettext("语音说明"));
  start.addEventListener("click", () => { page.recorded = recordInto(page, start, again); });
  return [start];
}

async function recordInto(page, start, again) {
  const { draft, save } = page;
  start.disabled = true;
  try {
    const stop = h("button.m-choice.is-live", { type: "button", onclick: () => page.recording.stop() }, gettext("正在录音，点一下结束"));
    page.recording = await record({ goesOn: () => stop.isConnected });
    start.replaceWith(stop);
    draft.voice = await page.recording.done;
    page.recording = null;
    again();
    await save();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    start.disabled = false;
    page.refuse(gettext("手机没有允许使用麦克风，请改用文字。"), "warn");
  }
}

// --- sending -----------------------------------------------------------------------------------------------------------------------------
function abandon(page, { go }) {
  const ask = async () => {
    if (!window.confirm(gettext("放弃这条还没有提交的上报？照片和文字都会删除。"))) return;
    page.isGone = true;
    await forget(page.draft);
    go("/m/");
  };
  return h("p", {}, h("button.m-link", { type: "button", onclick: ask }, gettext("放弃这条上报")));
}

async function send(page, { go }) {
  const { draft } = page;
  const type = typeOf(draft.type);
  if (!type) {
    page.refuse(gettext("请先选问题类型。"));
    return;
  }
  page.recording?.stop();
  if (page.recording) await page.recorded;
  await Promise.race([page.placed, new Promise((done) => { setTimeout(done, PLACE_PATIENCE); })]);
  await read(draft);
  page.isGone = true;
  try {
    await queue.add({ kind: "finding", target: draft.uuid, body: bodyOf(draft), files: [...draft.photos, ...(draft.voice ? [draft.voice] : [])], person: draft.person, label: draft.text.slice(0, 40) || type.name }, { draftKey: keyOf(draft) });
    await forget(draft);
  } catch (error) {
    page.isGone = false;
    if (!store.isFull(error)) throw error;
    page.refuse(gettext("手机存储空间不足，这条还是草稿。请删掉手机里不用的东西后再提交。"));
    return;
  }
  await rememberType(type.code);
  return go("/m/", { said: gettext("已提交。网络通时自动发送，不用等在这里。") });
}

function bodyOf(draft) {
  const { lon, lat, accuracy } = draft.where ?? {};
  const body = {
    v: 1, captured_at: draft.captured_at, saved_at: new Date().toISOString(), problem_type: draft.type, text: draft.text, address: draft.address,
    ...(draft.grid && { grid: Number(draft.grid) }), ...(lon !== undefined && { lon, lat }), ...(accuracy && { accuracy }),
    ...(draft.dissuaded && { outcome: "dissuaded" }), ...(draft.site && { site: draft.site }), ...(draft.visit && { visit: draft.visit }),
    ...(draft.checklist && { checklist: draft.checklist }), photos: announced(draft.photos),
  };
  return draft.voice ? { ...body, voices: [{ sha256: draft.voice.sha256, size: draft.voice.size, seconds: draft.voice.seconds, mime: draft.voice.mime }] } : body;
}

// A help for the next time; the report itself is kept already.
async function rememberType(code) {
  const last = (await store.recall("types")) ?? [];
  try {
    await store.remember("types", [code, ...last.filter((each) => each !== code)].slice(0, REMEMBERED));
  } catch (error) {
    if (!store.isFull(error)) throw error;
  }
}
