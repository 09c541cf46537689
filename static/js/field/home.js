// Home: today's round, my tasks, 报问题, what is unsent. The big button is the camera itself: one tap less.
import { body, day, h, icon, list, note, words } from "./dom.js";
import { overlaid } from "./rounds.js";
import { siteOf, state, typeOf } from "./person.js";
import { begin, drafts, resume, visitDrafts } from "./drafts.js";
import * as queue from "./queue.js";
import { isLate, mine as myTasks } from "./tasks.js";

// One button for the life of the page: home is drawn anew while the camera is open, and the picture must find its way back.
let shot = null;

export async function home({ go, signIn }) {
  const { person, bundle } = state;
  const mine = await queue.mine(person.id);
  const head = h("header.m-head", {},
    h("div", {}, h("h1", { tabindex: "-1" }, bundle?.person.place || gettext("未安排网格")), h("small", {}, `${bundle?.person.role ?? ""} ${person.name}`)),
    h("small", {}, state.online ? "" : gettext("离线")));
  const parts = [ended(mine, signIn), ...orders(bundle), unsent(mine), held(mine, bundle), await unfinished(go), await halfWay(mine), camera(go, bundle), await round(), tasks(), elsewhere(), recent(mine, bundle)];
  return [head, body(...parts.flat().filter(Boolean))];
}

// Alarms that call this person, and what the grids are ordered to do in a warning of heavy pollution. The words come from the server.
function orders(bundle) {
  return (bundle?.orders ?? []).map((order) => h("a.m-unsent.m-order", { href: order.url, "data-order": "" }, h("b", {}, order.title), h("span.quiet", {}, order.words), h("span", {}, order.button)));
}

function unsent(mine) {
  const waiting = mine.filter((each) => queue.UNSENT.includes(each.state));
  if (!waiting.length) return null;
  const reason = waiting.find((each) => each.reason)?.reason || gettext("正在发送");
  return h("a.m-unsent", { href: "/m/unsent/", "data-unsent": waiting.length }, h("b", {}, words(gettext("%s 条待上传"), [waiting.length])), h("span.quiet", {}, reason), h("span", {}, gettext("查看")));
}

// The unsent say so themselves; without any, nothing else would.
function ended(mine, signIn) {
  if ((state.signedIn !== false && !state.due) || !state.online || mine.some((each) => queue.UNSENT.includes(each.state))) return null;
  return note(state.due || gettext("登录已过期，名单和任务不再更新。"), "warn", " ", h("button.m-link", { type: "button", onclick: signIn }, gettext("重新登录")));
}

async function unfinished(go) {
  const open = (draft) => () => { resume(draft); go("/m/report/"); };
  const said = (draft) => [draft.text || typeOf(draft.type)?.name || siteOf(draft.site)?.name, draft.photos.length ? words(gettext("照片 %s"), [draft.photos.length]) : ""].filter(Boolean).join(" · ");
  return (await drafts()).map((draft) => h("button.m-unsent.m-draft", { type: "button", "data-draft": "", onclick: open(draft) },
    h("b", {}, gettext("没有提交")), h("span.quiet", {}, [day(draft.captured_at), said(draft)].filter(Boolean).join(" · ")), h("span", {}, gettext("继续填"))));
}

// A look at an object that was left in the middle: its round may be of yesterday, its photos are not.
async function halfWay(mine) {
  const made = new Set(mine.map((act) => act.target));
  return (await visitDrafts()).filter((draft) => !made.has(draft.uuid)).map((draft) => h("a.m-unsent.m-draft", { href: `/m/visit/${draft.uuid}/`, "data-draft": "" },
    h("b", {}, gettext("没有提交")), h("span.quiet", {}, [day(draft.arrived_at), (siteOf(draft.site) ?? draft.about)?.name].filter(Boolean).join(" · ")), h("span", {}, gettext("继续填"))));
}

// What this phone itself has sent and the server has kept is told among the unsent.
function held(mine, bundle) {
  const told = new Set(mine.filter((each) => queue.UNSENT.includes(each.state)).map((each) => each.target));
  const n = (bundle?.held ?? []).filter((each) => !told.has(each.uuid)).length;
  return n ? h("a.m-unsent", { href: "/m/held/" }, h("b", {}, words(gettext("%s 条待修改"), [n])), h("span.quiet", {}, gettext("没有丢，改好即可提交")), h("span", {}, gettext("查看"))) : null;
}

function camera(go, bundle) {
  if (bundle && !bundle.person.may_report) return note(gettext("您没有网格岗位或单位任职，不能上报问题。"));
  shot ??= shooting(go);
  return [
    shot,
    h("p.m-under", {}, h("a", { href: "/m/report/" }, gettext("不拍照，直接填报"))),
  ];
}

function shooting(go) {
  const shoot = h("input", { type: "file", accept: "image/*", capture: "environment", "aria-label": gettext("拍照报问题") });
  shoot.addEventListener("change", async () => {
    const files = [...shoot.files];
    shoot.value = ""; // the same picture may be chosen again
    await begin({ files });
    go("/m/report/");
  });
  return h("label.m-big.is-first.m-shot", {}, icon("camera"), h("span", {}, gettext("报问题"), h("small", {}, gettext("拍照即报，没网也能用"))), shoot);
}

async function round() {
  const rounds = await overlaid();
  const open = rounds.filter((each) => !each.isOver);
  const visits = open.flatMap((each) => each.visits);
  const [done, all] = [visits.filter((visit) => visit.isDone).length, visits.length];
  const none = open.length ? gettext("巡查中") : rounds.length ? gettext("今天的巡查已完成") : gettext("今天没有安排巡查");
  const said = all ? words(gettext("已到 %(done)s / %(all)s 处 · 还差 %(left)s 处"), { done, all, left: all - done }) : none;
  return h("a.m-big", { href: "/m/rounds/" }, icon("list"), h("span", {}, gettext("今日巡查"), h("small", {}, said)));
}

function tasks() {
  const [waiting] = myTasks();
  const late = waiting.filter(isLate).length;
  const said = waiting.length ? words(gettext("等我办理 %s 件"), [waiting.length]) : gettext("没有等您办理的任务");
  return h("a.m-big", { href: "/m/tasks/" }, icon("clock"), h("span", {}, gettext("我的任务"), h("small", {}, said, late ? h("span.late", {}, ` · ${words(gettext("超期 %s 件"), [late])}`) : null)));
}

function elsewhere() {
  return h("p.m-links", {}, h("a", { href: "/m/map/" }, icon("map"), gettext("网格地图")), h("a", { href: "/m/sites/" }, icon("site"), gettext("对象名单")));
}

function recent(mine, bundle) {
  const here = mine.filter((each) => each.kind === "finding");
  const known = new Set(here.map((each) => each.target));
  const rows = [
    ...here.reverse().map((each) => [each.label, each.state === "done" ? gettext("已送达") : gettext("待上传"), each.state === "done" ? "done" : "soon", each.state === "done" ? `/m/sent/${each.target}/` : "/m/unsent/"]),
    ...(bundle?.recent ?? []).filter((each) => !known.has(each.uuid)).map((each) => [each.text, each.state_label, "quiet", `/m/sent/${each.uuid}/`]),
  ].slice(0, 8);
  if (!rows.length) return [h("h2.m-label", {}, gettext("最近上报")), note(gettext("还没有上报过问题。看到问题，点“报问题”拍照即可。"))];
  return [h("h2.m-label", {}, gettext("最近上报")), list(rows.map(([text, said, tone, href]) => h("a", { href }, h("span", {}, text), h(`span.${tone}`, {}, said))))];
}
