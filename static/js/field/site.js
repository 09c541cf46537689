// An object opened by its QR code: what is known of it, check it now, report a problem on it.
import { bar, body, button, h, note } from "./dom.js";
import { checklistOf, siteOf, state } from "./person.js";
import { begin, emptyVisit, visitKey } from "./drafts.js";
import * as store from "./store.js";
import { about } from "./visit.js";
import { overlaid } from "./rounds.js";

export async function site({ go, uuid }) {
  const found = siteOf(uuid);
  if (!found) return [bar(gettext("监管对象")), body(note(gettext("手机里没有这个对象：它不在您的网格内，或者名单还没有更新。")), state.online && h("p", {}, h("a", { href: `/sites/${uuid}/` }, gettext("联网查看"))))];
  const check = button(gettext("检查"), async () => go(`/m/visit/${await visitOf(found)}/`), { drawing: "check" });
  const tell = button(gettext("报这里的问题"), async () => { await begin({ site: found.uuid }); go("/m/report/"); }, { tone: "plain", drawing: "camera" });
  const lists = found.checklists.map((code) => checklistOf(found, code)?.name).filter(Boolean);
  return [bar(found.name), body(about(found), lists.length ? h("p.quiet", {}, lists.join(gettext("、"))) : null, check, h("p"), tell)];
}

// The visit of today's plan when there is one; else one of its own.
async function visitOf(found) {
  const planned = (await overlaid()).filter((round) => !round.isOver).flatMap((round) => round.visits).find((visit) => visit.site === found.uuid && !visit.isDone);
  if (planned) return planned.uuid;
  const draft = emptyVisit(found, { uuid: crypto.randomUUID(), code: found.checklists[0] ?? "" });
  await store.keepDraft(visitKey(draft), draft);
  return draft.uuid;
}
