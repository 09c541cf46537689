// One object on a round: its checklist, photos of what failed, and the problems that follow from it.
import { camera } from "./camera.js";
import { bar, body, button, h, icon, live, note, once, words } from "./dom.js";
import { emptyVisit, forgetVisit, keepVisit, keptVisit, read, visitKey } from "./drafts.js";
import { textOf } from "./ledger.js";
import { checklistOf, kindOf, listsOf, siteOf, typeOf } from "./person.js";
import { announced } from "./photos.js";
import { locate } from "./place.js";
import * as queue from "./queue.js";
import { ensureBegun, overlaid } from "./rounds.js";
import * as store from "./store.js";

const PLACE_PATIENCE = 4_000;
const TYPING = 400;
const LONGEST_TEXT = 1_000;
const SEVERITIES = ["serious", "general", "minor"];
const PASS_WORDS = [["pass", () => gettext("合格")], ["fail", () => gettext("不合格")], ["na", () => gettext("不适用")]];

export async function visit({ go, uuid }) {
  const all = await overlaid();
  const found = all.find((each) => each.visits.some((one) => one.uuid === uuid)) ?? all.find((each) => each.isOwn && each.isBegun && !each.isOver) ?? null;
  const planned = found?.visits.find((one) => one.uuid === uuid);
  const kept = await keptVisit(uuid);
  const site = siteOf(planned?.site ?? kept?.site) ?? asKept(kept);
  const back = { back: found ? `/m/round/${found.uuid}/` : "/m/rounds/", label: gettext("返回") };
  if (!site) return [bar(gettext("巡查"), back), body(note(gettext("手机里没有这个对象，联网后会更新。")))];
  if (planned?.isDone) return [bar(site.name, back), body(about(site), note(gettext("这一处已经到访。"), "good"), again_(site))];
  const draft = kept ? { ...kept, kind: "visit", uuid, about: site } : emptyVisit(site, { uuid, code: checklistOf(site, planned?.checklist)?.code ?? "" });
  return form({ found, site, back, go, draft });
}

// An object that has left the list of this phone, as the draft knows it; drafts of older releases know its number only.
const asKept = (kept) => kept && (kept.about ?? { uuid: kept.site, name: gettext("监管对象"), checklists: [kept.code].filter(Boolean) });

export function about(site) {
  const call = site.phone && h("a", { href: `tel:${site.phone}` }, icon("phone"), `${site.person || gettext("联系人")} ${site.phone}`);
  return h("section.m-card", {}, h("b", {}, site.name), h("p.quiet", {}, [kindOf(site.kind)?.name, site.code, site.address].filter(Boolean).join(" · ")), call);
}

const again_ = (site) => h("p", {}, h("a.m-button.is-plain", { href: `/m/site/${site.uuid}/` }, gettext("再查一次")));

function form({ found, site, back, go, draft }) {
  const refusal = h("div");
  const page = { draft, site, found, isGone: false };
  page.save = async () => {
    if (!page.isGone && (await keepVisit(draft))) page.refuse(gettext("手机存储空间不足，这条还没有存下。请删掉手机里不用的东西，不要关闭这一页。"));
  };
  page.refuse = (text) => {
    refusal.replaceChildren(...(text ? [note(text, "bad")] : []));
    if (text) refusal.scrollIntoView({ block: "center" });
  };
  page.leave = (said) => go(found ? `/m/round/${found.uuid}/` : "/m/", { said });
  page.typed = () => { clearTimeout(page.typing); page.typing = setTimeout(page.save, TYPING); };
  page.list = () => checklistOf(site, draft.code);
  page.lists = listsOf(site);
  page.located = locate({ patience: 15_000 });
  const submit = button("", () => finish(page));
  const relabel = () => { submit.textContent = failed(page).length ? gettext("提交，并提出问题") : gettext("提交：正常"); };
  page.changed = () => {
    relabel();
    return page.save();
  };
  const items = live(() => page.list()?.items.map((item, n, all) => [heading(item, all[n - 1]), live((again) => line(item, page, again))]) ?? note(gettext("这类对象没有检查清单，看一看，有问题拍照说明。")));
  const text = h("textarea.m-input", { rows: "2", maxlength: String(LONGEST_TEXT), "aria-label": gettext("情况说明（可不填）"), placeholder: gettext("情况说明（可不填）"), value: draft.text });
  text.addEventListener("input", () => { draft.text = text.value; page.typed(); });
  relabel();
  const shots = camera(draft, { changed: page.save, refuse: page.refuse });
  const parts = [about(site), live((again) => others(page, () => { again(); items.again(); })), items, h("span.m-label", {}, gettext("照片")), shots, text, refusal, unreachable(page), abandon(page)];
  return [bar(page.list()?.name ?? gettext("检查"), back), body(...parts), h("div.m-submit", {}, submit)];
}

function others(page, again) {
  const { draft, site, lists } = page;
  const shown = page.list()?.code;
  const choose = (code) => { draft.code = code; again(); page.changed(); };
  const offered = (some) => h("div.m-choices", {}, some.map(({ code, name }) => h("button.m-choice", { type: "button", "aria-pressed": String(code === shown), onclick: () => choose(code) }, name)));
  const beside = lists.filter(({ code }) => !site.checklists.includes(code));
  const usual = lists.filter((list) => !beside.includes(list));
  const isShown = ({ code }) => code === shown;
  const isBeside = beside.some(isShown);
  return lists.every(isShown) ? [] : [
    !usual.every(isShown) && offered(usual),
    beside.length > 0 && h("details", { open: isBeside }, h("summary.m-link", {}, gettext("附加清单（可自选）")), offered(beside)),
  ];
}

// --- one line of the checklist -------------------------------------------------------------------------------------------------------------
const heading = (item, before) => (item.group && item.group !== before?.group ? h("h2.m-label", {}, item.group) : null);

function line(item, page, again) {
  const isFailed = fails(item, page.draft.answers[item.code], page.site);
  return [h(`section.m-item${isFailed ? ".is-failed" : ""}`, {}, h("b", {}, item.text), item.guide && h("small.quiet", {}, item.guide), answer(item, page, again), isFailed && reason(item, page))];
}

function answer(item, page, again) {
  const { answers } = page.draft;
  const set = (value) => { answers[item.code] = value; again(); page.changed(); };
  if (item.type === "number") return figure(item, page, set);
  if (item.type === "text") return free(item, page);
  const offered = item.type === "choice" ? item.choices.map((word) => [word, () => word]) : PASS_WORDS;
  const choice = ([value, label]) => h("button.m-choice", { type: "button", "aria-pressed": String(answers[item.code] === value), onclick: () => set(answers[item.code] === value ? undefined : value) }, label());
  return h("div.m-choices", {}, offered.map(choice));
}

function figure(item, { draft, site }, set) {
  const input = h("input.m-input", { type: "number", step: "any", inputmode: "decimal", "aria-label": item.text, value: draft.answers[item.code] ?? "" });
  const wrong = h("p.m-error", { role: "alert" });
  input.addEventListener("change", () => {
    wrong.textContent = input.validity.badInput ? gettext("请填一个数，例如 12.5。") : "";
    if (!input.validity.badInput) set(input.value === "" ? undefined : Number(input.value));
  });
  return [h("div.m-row", {}, input, h("span.quiet", {}, [bounds(limits(item, site)), item.unit].filter(Boolean).join(" "))), wrong];
}

function bounds({ lower, upper }) {
  if (lower !== null && upper !== null) return `${lower}–${upper}`;
  return lower !== null ? `≥ ${lower}` : upper !== null ? `≤ ${upper}` : "";
}

function free(item, page) {
  const input = h("input.m-input", { maxlength: "300", "aria-label": item.text, value: page.draft.answers[item.code] ?? "" });
  input.addEventListener("input", () => { page.draft.answers[item.code] = input.value || undefined; page.typed(); });
  return input;
}

function reason(item, page) {
  const input = h("input.m-input", { maxlength: "300", placeholder: gettext("哪里不合格（可不填）"), "aria-label": words(gettext("%s 的说明"), [item.text]), value: page.draft.notes[item.code] ?? "" });
  input.addEventListener("input", () => { page.draft.notes[item.code] = input.value; page.typed(); });
  return input;
}

// What counts as failed here is only what the person sees at once; the score is the server's.
export function fails(item, value, site) {
  if (value === undefined || value === null) return false;
  const { lower, upper } = limits(item, site);
  if (item.type === "number") return (lower !== null && value < lower) || (upper !== null && value > upper);
  if (item.type === "choice") return (item.passing ?? []).length > 0 && !item.passing.includes(value);
  return item.type !== "text" && value === "fail";
}

// An object may set a limit of its own: the class of its road, its cleaning cycle.
const limits = (item, site) => ({ lower: item.lower, upper: item.upper, ...site.limits?.[item.code] });

// A visit is all that was answered, whichever of the lists of the object stands on the screen.
const isAnswered = (draft) => ({ code }) => draft.answers[code] !== undefined;

const answered = ({ draft, lists }) => lists.filter((list) => list.items.some(isAnswered(draft)));

const failed = ({ draft, site, lists }) => lists.flatMap((list) => list.items).filter((item) => fails(item, draft.answers[item.code], site));

// --- sending -----------------------------------------------------------------------------------------------------------------------------
function unreachable(page) {
  const { draft } = page;
  const say = async () => {
    const why = window.prompt(gettext("为什么无法到访？（例如：大门关闭、已搬走）"))?.trim();
    if (!why) return;
    const text = [why, draft.text].filter(Boolean).join(gettext("；")).slice(0, LONGEST_TEXT);
    const isKept = await handedOver(page, (where) => [act({ ...page, where, lists: [], draft: { ...draft, text }, conclusion: "unreachable" })]);
    if (isKept) await page.leave(gettext("已提交。"));
  };
  return h("p", {}, h("button.m-link", { type: "button", onclick: once(say) }, gettext("无法到访")));
}

function abandon(page) {
  const ask = async () => {
    if (!window.confirm(gettext("放弃这次还没有提交的检查？照片和文字都会删除。"))) return;
    page.isGone = true;
    await forgetVisit(page.draft);
    await page.leave();
  };
  return h("p", {}, h("button.m-link", { type: "button", onclick: once(ask) }, gettext("放弃这次检查")));
}

async function finish(page) {
  await read(page.draft);
  const wrong = failed(page);
  if (wrong.some((item) => item.photo) && !page.draft.photos.length) {
    page.refuse(gettext("有不合格项，请至少拍一张照片。"));
    return;
  }
  const left = answered(page).filter((list) => list.scoring === "points").flatMap((list) => list.items).filter((item) => !isAnswered(page.draft)(item)).length;
  if (left && !window.confirm(words(gettext("还有 %s 项没有填，这次不计分。仍要提交？"), [left]))) return;
  const isKept = await handedOver(page, (where) => [act({ ...page, where, conclusion: wrong.length ? "problem" : "normal" }), ...problems({ ...page, wrong })]);
  if (isKept) await page.leave(wrong.some((item) => typeOf(item.problem_type)) ? gettext("已提交，不合格项已作为问题上报。") : gettext("已提交。"));
}

// The visit and its problems go into the queue together, once. False when they are there already or the phone is full: nothing is lost, nothing is sent.
async function handedOver(page, made) {
  if (page.isGone) return false;
  page.isGone = true;
  const where = await Promise.race([page.located, new Promise((done) => { setTimeout(done, PLACE_PATIENCE); })]);
  await read(page.draft);
  try {
    await ensureBegun(page.found);
    await queue.addAll(made(where), { draftKey: visitKey(page.draft) });
    return true;
  } catch (error) {
    page.isGone = false;
    if (!store.isFull(error)) throw error;
    page.refuse(gettext("手机存储空间不足，这条还是草稿。请删掉手机里不用的东西后再提交。"));
    return false;
  }
}

function act({ found, site, where, draft, lists, conclusion }) {
  const body = {
    v: 1, patrol: found?.uuid ?? null, site: site.uuid, arrived_at: draft.arrived_at, saved_at: new Date().toISOString(), ...(where ?? {}), conclusion, one_tap: false,
    checklist: answers({ draft, lists }), text: draft.text,
    photos: announced(draft.photos),
  };
  return { kind: "visit", target: draft.uuid, body, files: draft.photos, person: draft.person, label: site.name };
}

// The first list that was answered leads, the others stand beside it.
function answers({ draft, lists }) {
  const [main, ...rest] = answered({ draft, lists }).map(({ code, version, items }) => ({ code, version, items: items.filter(isAnswered(draft)) }));
  if (!main) return null;
  const given = [main, ...rest].flatMap(({ items }) => items).map(({ code }) => [code, { value: draft.answers[code], note: draft.notes[code] ?? "" }]);
  return { code: main.code, version: main.version, addons: rest.map(({ code, version }) => ({ code, version })), answers: Object.fromEntries(given) };
}

// Failed items become problems in the words of the checklist, one for each type of problem.
function problems({ site, draft, lists, wrong }) {
  return [...grouped(wrong)].filter(([type]) => typeOf(type)).map(([type, items]) => {
    const text = textOf(site, items, draft);
    const body = {
      v: 1, captured_at: draft.arrived_at, saved_at: new Date().toISOString(), problem_type: typeOf(type).id, severity: worst(items), text,
      address: (site.address ?? "").slice(0, 200), ...(site.lon && { lon: site.lon, lat: site.lat }), site: site.uuid, visit: draft.uuid,
      checklist: source(lists, items), photos: announced(draft.photos),
    };
    return { kind: "finding", target: crypto.randomUUID(), body, files: draft.photos, person: draft.person, label: text.slice(0, 40) };
  });
}

// Where the words come from: the list of the first item, and those of the items that stand in it.
function source(lists, items) {
  const list = lists.find((each) => each.items.includes(items[0]));
  return { code: list.code, version: list.version, items: items.filter((item) => list.items.includes(item)).map((item) => item.code) };
}

const worst = (items) => SEVERITIES.find((severity) => items.some((item) => item.severity === severity)) ?? "";

function grouped(items) {
  const found = new Map();
  items.forEach((item) => found.set(item.problem_type, [...(found.get(item.problem_type) ?? []), item]));
  return found;
}
