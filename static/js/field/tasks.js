// My tasks, as last fetched; the steps themselves need the network.
import { bar, body, day, h, list, note } from "./dom.js";
import { state } from "./person.js";

export async function tasks() {
  const mine = [...(state.bundle?.tasks ?? [])].sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at));
  const rows = mine.map((task) => h("a", { href: task.url },
    h("span", {}, h("b", {}, task.text), h("br"), h("small.quiet", {}, [task.number, task.state_label, task.place].filter(Boolean).join(" · "))),
    h(Date.parse(task.due_at) < Date.now() ? "span.late" : "span", {}, day(task.due_at))));
  const offline = state.online ? null : note(gettext("没有网络：可以看任务，签收和反馈要联网。"), "warn");
  return [bar(gettext("我的任务")), body(offline, h("h2.m-label", {}, gettext("等我办理")), rows.length ? list(rows) : note(gettext("没有等您办理的任务。"), "good"))];
}
