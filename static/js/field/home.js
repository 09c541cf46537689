// Home: today's round, my tasks, 报问题, what is unsent. The big button is the camera itself: one tap less.
import { body, h, icon, list, note, words } from "./dom.js";
import { overlaid } from "./rounds.js";
import { state } from "./person.js";
import { begin } from "./report.js";
import * as queue from "./queue.js";

export async function home({ go }) {
  const { person, bundle } = state;
  const mine = await queue.mine(person.id);
  const head = h("header.m-head", {},
    h("div", {}, h("h1", { tabindex: "-1" }, bundle?.person.place || gettext("未安排网格")), h("small", {}, `${bundle?.person.role ?? ""} ${person.name}`)),
    h("small", {}, state.online ? "" : gettext("离线")));
  const parts = [unsent(mine), held(bundle), camera(go, bundle), await round(), tasks(bundle), elsewhere(), recent(mine, bundle)];
  return [head, body(...parts.flat().filter(Boolean))];
}

function unsent(mine) {
  const waiting = mine.filter((each) => queue.UNSENT.includes(each.state));
  if (!waiting.length) return null;
  const reason = waiting.find((each) => each.reason)?.reason || gettext("正在发送");
  return h("a.m-unsent", { href: "/m/unsent/", "data-unsent": waiting.length }, h("b", {}, words(gettext("%s 条待上传"), [waiting.length])), h("span.quiet", {}, reason), h("span", {}, gettext("查看")));
}

function held(bundle) {
  const n = bundle?.held.length ?? 0;
  return n ? h("a.m-unsent", { href: "/m/held/" }, h("b", {}, words(gettext("%s 条待修改"), [n])), h("span.quiet", {}, gettext("没有丢，改好即可提交")), h("span", {}, gettext("查看"))) : null;
}

function camera(go, bundle) {
  if (bundle && !bundle.person.may_report) return note(gettext("您没有网格岗位或单位任职，不能上报问题。"));
  const shoot = h("input", { type: "file", accept: "image/*", capture: "environment", "aria-label": gettext("拍照报问题") });
  shoot.addEventListener("change", async () => {
    await begin({ files: [...shoot.files] });
    go("/m/report/");
  });
  return [
    h("label.m-big.is-first.m-shot", {}, icon("camera"), h("span", {}, gettext("报问题"), h("small", {}, gettext("拍照即报，没网也能用"))), shoot),
    h("p.m-under", {}, h("a", { href: "/m/report/" }, gettext("不拍照，直接填报"))),
  ];
}

async function round() {
  const rounds = await overlaid();
  const today = rounds.filter((each) => !each.isOver);
  const [done, all] = [today.flatMap((each) => each.visits).filter((visit) => visit.isDone).length, today.flatMap((each) => each.visits).length];
  const left = all - done;
  const said = all ? words(gettext("已到 %(done)s / %(all)s 处 · 还差 %(left)s 处"), { done, all, left }) : gettext("今天没有安排巡查");
  return h("a.m-big", { href: "/m/rounds/" }, icon("list"), h("span", {}, gettext("今日巡查"), h("small", {}, said)));
}

function tasks(bundle) {
  const mine = bundle?.tasks ?? [];
  const late = mine.filter((task) => Date.parse(task.due_at) < Date.now()).length;
  const said = mine.length ? words(gettext("等我办理 %s 件"), [mine.length]) : gettext("没有等您办理的任务");
  return h("a.m-big", { href: "/m/tasks/" }, icon("clock"), h("span", {}, gettext("我的任务"), h("small", {}, said, late ? h("span.late", {}, ` · ${words(gettext("超期 %s 件"), [late])}`) : null)));
}

function elsewhere() {
  return h("p.m-links", {}, h("a", { href: "/m/map/" }, icon("map"), gettext("网格地图")), h("a", { href: "/m/me/" }, icon("user"), gettext("我的")));
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
