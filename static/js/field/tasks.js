// My tasks, as last fetched; the steps themselves need the network.
import { bar, body, day, h, list, note } from "./dom.js";
import { state } from "./person.js";

const MY_TURN = ["assigned", "accepted", "returned"];

// Soonest first; the rest wait for somebody else: fed back, or put off.
export function mine() {
  const all = [...(state.bundle?.tasks ?? [])].sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at));
  return [all.filter((task) => MY_TURN.includes(task.state)), all.filter((task) => !MY_TURN.includes(task.state))];
}

export const isLate = (task) => Date.parse(task.due_at) < Date.now();

export async function tasks() {
  const [waiting, rest] = mine();
  const offline = state.online ? null : note(gettext("没有网络：可以看任务，签收和反馈要联网。"), "warn");
  const others = rest.length > 0 && [h("h2.m-label", {}, gettext("已反馈或缓办")), list(rest.map((task) => row(task, "quiet")))];
  return [bar(gettext("我的任务")), body(offline, h("h2.m-label", {}, gettext("等我办理")), waiting.length ? list(waiting.map((task) => row(task, isLate(task) ? "late" : "num"))) : note(gettext("没有等您办理的任务。"), "good"), others)];
}

const row = (task, tone) => h("a", { href: task.url },
  h("span", {}, h("b", {}, task.text), h("br"), h("small.quiet", {}, [task.number, task.state_label, task.place].filter(Boolean).join(" · "))), h(`span.${tone}`, {}, day(task.due_at)));
