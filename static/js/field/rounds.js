// Rounds: today's list, one round with its objects, one tap for an object in order. What is done on the phone shows at once, sent or not.
import { bar, body, button, h, icon, list, live, note, once, words } from "./dom.js";
import { visitDrafts } from "./drafts.js";
import { kindOf, siteOf, state } from "./person.js";
import { distance, gridsAt, locate, metres } from "./place.js";
import * as queue from "./queue.js";
import * as track from "./track.js";

const NEAR_PAST = 60_000;
const OVER = ["finished", "missed", "handed_over"];
let here = null;
const begun = new Set(); // rounds begun since the page was opened, and visits on their way into the queue: a list drawn before knows nothing of them
const KINDS = { daily: () => gettext("日常巡查"), night: () => gettext("夜查"), emergency: () => gettext("污染天气巡查"), special: () => gettext("专项巡查") };

// The rounds of the plan with what this phone has done since: begun, finished, visits made.
export async function overlaid() {
  const acts = await queue.mine(state.person.id);
  const visited = new Map(acts.filter((act) => act.kind === "visit").map((act) => [act.target, act]));
  const bodies = (uuid) => acts.filter((act) => act.kind === "patrol" && act.target === uuid).map((act) => act.body);
  const planned = state.bundle?.patrols ?? [];
  const own = acts.filter((act) => act.kind === "patrol" && act.body.kind && !planned.some((each) => each.uuid === act.target)).map(ownRound);
  return [...planned, ...own].filter((each, n, all) => all.findIndex((other) => other.uuid === each.uuid) === n).map((each) => {
    const said = bodies(each.uuid);
    const isOver = OVER.includes(each.state) || said.some((one) => one.finished_at);
    const extra = acts.filter((act) => act.kind === "visit" && act.body.patrol === each.uuid && !each.visits.some((visit) => visit.uuid === act.target));
    const visits = [...each.visits, ...extra.map((act) => ({ uuid: act.target, site: act.body.site, state: "done" }))];
    return {
      ...each, isOver, isOwn: acts.some((act) => act.kind === "patrol" && act.target === each.uuid && act.body.kind), isBegun: isOver || each.state === "started" || said.some((one) => one.started_at),
      visits: visits.map((visit) => ({ ...visit, isDone: visit.state !== "planned" || visited.has(visit.uuid), act: visited.get(visit.uuid) ?? null })),
    };
  });
}

const ownRound = (act) => ({ uuid: act.target, kind: act.body.kind, grid: act.body.grid, on: act.made_at, window: null, state: "started", weather: "ordinary", visits: [] });

export const title = (round) => [KINDS[round.kind]?.() ?? round.kind, state.bundle?.grids.find((grid) => grid.id === round.grid)?.name].filter(Boolean).join(" · ");

const WHOLE_DAY = "00:00-24:00";
const sayWindow = (round) => (round.window && round.window.join("-") !== WHOLE_DAY ? words(gettext("时段 %(from)s—%(to)s"), { from: round.window[0], to: round.window[1] }) : "");

export async function rounds({ go }) {
  const all = await overlaid();
  const rows = all.map((round) => {
    const done = round.visits.filter((visit) => visit.isDone).length;
    const said = round.isOver ? gettext("已完成") : round.isBegun ? gettext("巡查中") : gettext("待巡查");
    return h("a", { href: `/m/round/${round.uuid}/` }, h("span", {}, h("b", {}, title(round)), h("br"), h("small.quiet", {}, [words(gettext("%(done)s / %(all)s 处"), { done, all: round.visits.length }), sayWindow(round)].filter(Boolean).join(" · "))), h(`span.${round.isOver ? "done" : "soon"}`, {}, said));
  });
  return [bar(gettext("巡查")), body(rows.length ? list(rows) : note(gettext("今天没有安排巡查。每天早上自动排定，联网后更新。")), state.bundle?.grids.length > 0 && night(go))];
}

// A round of one's own belongs to the grid one stands in; where that is not clear the person says it.
let asked = null; // grids that it may be, while the person chooses: the list is drawn anew meanwhile

function night(go) {
  const start = async (grid) => {
    asked = null;
    await go(`/m/round/${await beginOwn("night", grid.id)}/`);
  };
  return live((again) => {
    const press = async () => {
      const grids = await gridsHere();
      if (grids.length === 1) return start(grids[0]);
      asked = { grids, at: Date.now() };
      return again();
    };
    if (!asked || Date.now() - asked.at > NEAR_PAST) return button(gettext("开始一次夜查"), press, { tone: "plain", drawing: "clock" });
    return [h("span.m-label", {}, gettext("在哪个网格夜查？")), h("div.m-choices", {}, asked.grids.map((grid) => h("button.m-choice", { type: "button", onclick: once(() => start(grid)) }, grid.name)))];
  });
}

// The grid one stands in; on a border two, without a place all of one's own.
async function gridsHere() {
  const grids = state.bundle.grids;
  const point = grids.length > 1 ? await locate({ patience: 8_000 }) : null;
  const found = point ? gridsAt(grids, point.lon, point.lat) : [];
  return found.length ? found : grids;
}

async function beginOwn(kind, grid) {
  const uuid = crypto.randomUUID();
  await sendPatrol(uuid, { kind, grid, started_at: new Date().toISOString() }, KINDS[kind]());
  await track.start({ uuid, kind });
  return uuid;
}

const sendPatrol = (uuid, body, label) => queue.add({ kind: "patrol", target: uuid, body: { v: 1, ...body }, person: state.person.id, label });

export async function round({ go, again, uuid }) {
  const found = (await overlaid()).find((each) => each.uuid === uuid);
  if (!found) return [bar(gettext("巡查"), { back: "/m/rounds/", label: gettext("巡查") }), body(note(gettext("手机里没有这一次巡查，联网后会更新。")))];
  if (!found.isOver) lookAround(again);
  const sites = found.visits.map((visit) => ({ visit, site: siteOf(visit.site) })).filter((each) => each.site);
  const far = ({ site }) => (here?.point && site.lon ? distance(here.point.lon, here.point.lat, site.lon, site.lat) : Infinity);
  sites.sort((a, b) => Number(a.visit.isDone) - Number(b.visit.isDone) || far(a) - far(b));
  const left = sites.filter((each) => !each.visit.isDone).length;
  const half = new Set((await visitDrafts()).map((draft) => draft.uuid));
  const bits = [
    h("p.quiet", {}, [sayWindow(found), !found.isOwn && words(gettext("还差 %s 处"), [left])].filter(Boolean).join(" · ")),
    track.notice(found), found.isBegun ? null : note(gettext("点“开始巡查”，或直接对第一处点“正常”。")),
    h("ul.m-stops", {}, sites.map((each) => stop(found, each, far(each), { again, isHalf: half.has(each.visit.uuid) }))),
    found.isOwn && !found.isOver && note(gettext("这一次没有排定对象：从对象名单里选，或扫对象上的二维码，到访会记在这一次巡查里。")),
    !found.isOver && h("p.m-links", {}, h("a", { href: "/m/map/" }, icon("map"), gettext("在地图上看")), h("a", { href: "/m/sites/" }, icon("list"), gettext("对象名单"))),
    !found.isOver && !found.isOwn && left > 0 && h("p", {}, h("a", { href: `/patrols/${found.uuid}/#hand-over` }, icon("user"), gettext("移交给同网格的人（要联网）"))),
  ];
  return [bar(title(found), { back: "/m/rounds/", label: gettext("巡查") }), body(...bits), foot(found, left, { go, again })];
}

// Where one stands: asked for when it is older than a minute, and the list drawn anew only when it was found.
async function lookAround(again) {
  if (here && Date.now() - here.at < NEAR_PAST) return;
  here = { point: here?.point ?? null, at: Date.now() };
  const point = await locate({ patience: 8_000 });
  if (!point) return;
  here = { point, at: Date.now() };
  if (location.pathname.startsWith("/m/round/")) again();
}

function stop(found, { visit, site }, far, { again, isHalf }) {
  const about = [kindOf(site.kind)?.name, Number.isFinite(far) ? metres(far) : "", site.risk === "key" ? gettext("重点") : ""].filter(Boolean).join(" · ");
  const head = h("a.m-stop-name", { href: `/m/visit/${visit.uuid}/` }, h("b", {}, site.name), h("small.quiet", {}, about));
  if (visit.isDone) return h("li.is-done", {}, head, h("span.done", {}, icon("check"), visit.act && visit.act.state !== "done" ? gettext("待上传") : gettext("已到访")));
  if (found.isOver) return h("li", {}, head, h("span.soon", {}, gettext("未到访")));
  if (isHalf) return h("li", {}, head, h("a.m-check", { href: `/m/visit/${visit.uuid}/` }, gettext("继续填")));
  const normal = h("button.m-normal", { type: "button", onclick: once(async () => { await visitNormal(found, visit, site); await again(); }) }, gettext("正常"));
  return h("li", {}, head, h("a.m-check", { href: `/m/visit/${visit.uuid}/` }, gettext("检查")), normal);
}

// 一键正常: place and time are taken, nothing else is asked.
async function visitNormal(found, visit, site) {
  await onceOnly(visit.uuid, async () => {
    const where = await locate({ patience: 4_000 });
    await ensureBegun(found);
    const now = new Date().toISOString();
    const body = { v: 1, patrol: found.uuid, site: site.uuid, arrived_at: now, saved_at: now, ...(where ?? {}), conclusion: "normal", one_tap: true, checklist: null, text: "", photos: [] };
    await queue.add({ kind: "visit", target: visit.uuid, body, person: state.person.id, label: site.name });
  });
}

export async function ensureBegun(found) {
  if (found && !found.isBegun) await begin(found);
}

async function onceOnly(uuid, act) {
  if (begun.has(uuid)) return;
  begun.add(uuid);
  try {
    await act();
  } catch (error) {
    begun.delete(uuid);
    throw error;
  }
}

function begin(found) {
  return onceOnly(found.uuid, async () => {
    await sendPatrol(found.uuid, { started_at: new Date().toISOString() }, title(found));
    await track.start(found);
  });
}

function foot(found, left, { go, again }) {
  if (found.isOver) return h("div.m-submit", {}, note(gettext("这次巡查已经结束。"), "good"));
  if (!found.isBegun) return h("div.m-submit", {}, button(gettext("开始巡查"), async () => { await begin(found); await again(); }));
  const finish = async () => {
    if (left && !window.confirm(words(gettext("还有 %s 处没有到访，现在结束这次巡查？"), [left]))) return;
    await sendPatrol(found.uuid, { finished_at: new Date().toISOString(), ...(await track.of(found)) }, title(found));
    await track.end(found);
    await go("/m/", { said: gettext("巡查已结束。网络通时自动发送。") });
  };
  return h("div.m-submit", {}, button(gettext("结束巡查"), finish, { tone: left ? "plain" : "" }));
}
