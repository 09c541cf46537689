// What is not with the server yet, item by item, with the reason and the remedy; and a file of all of it for the worst case.
import { bar, body, button, day, h, note, place, words } from "./dom.js";
import { state } from "./person.js";
import * as queue from "./queue.js";
import * as store from "./store.js";
import { CONFLICT, DONE, REPAIR, SENDING, SIGNIN, WAITING } from "./sending.js";

const LABELS = {
  [WAITING]: () => gettext("等待发送"), [SIGNIN]: () => gettext("需要登录"), [REPAIR]: () => gettext("需要修改"),
  [CONFLICT]: () => gettext("内容冲突"), [DONE]: () => gettext("已送达"),
};
const KINDS = { finding: () => gettext("问题"), visit: () => gettext("到访") };
const named = (item) => [KINDS[item.kind]?.(), item.label].filter(Boolean).join(" · "); // the label of a round says what it is

export async function unsent({ again, signIn }) {
  const { id } = state.person;
  const mine = await queue.mine(id);
  const { others } = await queue.counts(id);
  const waiting = mine.filter((each) => queue.UNSENT.includes(each.state));
  const done = mine.filter((each) => each.state === DONE).reverse().slice(0, 20);
  const parts = [
    waiting.length ? h("p", {}, h("b", {}, words(gettext("%s 条还没有送达，都存在这部手机里，不会丢。"), [waiting.length]))) : note(gettext("全部送达，没有待上传的。"), "good"),
    waiting.some((each) => each.state === SIGNIN) && button(gettext("重新登录"), signIn, { drawing: "user" }),
    ...waiting.map((each) => card(each, { again })),
    waiting.length > 0 && [button(gettext("现在重试"), async () => { await queue.run({ now: true }); again(); }, { tone: "plain", drawing: "refresh" }), h("p"), button(gettext("导出为文件"), () => exported(waiting), { tone: "plain", drawing: "download" })],
    others > 0 && note(words(gettext("这部手机上还有其他人的 %s 条没有送达，请他们登录后发送。"), [others]), "warn"),
    done.length > 0 && h("h2.m-label", {}, gettext("最近送达")), ...done.map((each) => h("p.quiet", {}, [day(each.done_at), named(each)].join(" · "))),
  ];
  return [bar(gettext("待上传")), body(...parts.flat().filter(Boolean))];
}

function stateLabel(item) {
  if (item.state !== SENDING) return LABELS[item.state]();
  return item.files.length ? words(gettext("正在发送，第 %(sent)s/%(all)s 个文件"), { sent: Math.min(item.sent + 1, item.files.length), all: item.files.length }) : gettext("正在发送");
}

function card(item, { again }) {
  return h("section.m-card", { "data-item": item.key, "data-state": item.state },
    h("div.m-row.m-tight", {}, h("b", {}, named(item)), h("span.soon", {}, stateLabel(item))),
    h("p.quiet", {}, [day(item.made_at), item.files.length ? words(gettext("%s 个文件"), [item.files.length]) : ""].filter(Boolean).join(" · ")),
    item.reason && h("p", {}, item.reason), ...remedies(item, { again }));
}

function remedies(item, { again }) {
  const after = (work) => async () => { await work(item.key); again(); };
  if (item.state === CONFLICT) {
    return [
      note(gettext("服务器上已有同一编号的另一份内容。两份都在，请选一种处理。")),
      item.stored && (item.kind === "finding" ? h("p", {}, h("a", { href: `/m/sent/${item.target}/` }, gettext("看服务器上的那一份"))) : h("p.quiet", {}, storedVisit(item.stored))),
      ...left(item),
      button(gettext("手机上的另报一条"), after(queue.anew), { tone: "plain" }), h("p"),
      item.stored && button(gettext("以服务器上的为准"), after(queue.settled), { tone: "plain" }),
    ];
  }
  if (item.state !== REPAIR) return [];
  if (item.held) return [h("a.m-button.is-plain", { href: `${place.held}${item.target}/` }, gettext("去修改"))];
  return [button(gettext("再试一次"), after(queue.retry), { tone: "plain" }), ...(item.answer ? rest(item, { after }) : [])];
}

// Photos of this phone that what the server has does not show: put away with the item, they are gone.
function left({ stored, files }) {
  const there = new Set((stored?.photos ?? []).filter(({ received }) => received).map(({ sha256 }) => sha256));
  const n = stored?.photos ? files.filter(({ what, sha256 }) => what === "photos" && !there.has(sha256)).length : 0;
  return n ? [note(words(gettext("手机上有 %s 张照片不在服务器上的那一份里，以服务器上的为准就会从手机里删除。"), [n]), "warn")] : [];
}

const CONCLUSIONS = { normal: () => gettext("正常"), problem: () => gettext("发现问题"), unreachable: () => gettext("无法到访") };

// A visit on the server has no page of its own: what it says stands here.
function storedVisit({ conclusion, arrived_at, text }) {
  return words(gettext("服务器上的：%s"), [[CONCLUSIONS[conclusion]?.() ?? conclusion, day(arrived_at), text].filter(Boolean).join(" · ")]);
}

// The words have arrived, a photo cannot: the person looks, adds another one, and puts the item away.
function rest(item, { after }) {
  const there = item.answer.held ? `${place.held}${item.target}/` : item.kind === "finding" ? `/m/sent/${item.target}/` : null;
  const away = async (key) => { if (window.confirm(gettext("文字已在服务器上，没有送达的照片会从手机里删除。确定不再发送？"))) await queue.settled(key); };
  return [there && h("p", {}, h("a", { href: there }, gettext("看服务器上的那一份"))), button(gettext("不再发送这些照片"), after(away), { tone: "plain" })];
}

// A ZIP with each item's words as JSON and its photos: to be handed in by cable when the phone cannot send.
async function exported(waiting) {
  const { downloadZip } = await import("../../vendor/client-zip.js");
  const parts = [];
  for (const item of waiting) {
    const folder = `${String(item.seq).padStart(5, "0")}-${item.kind}-${item.target}`;
    parts.push({ name: `${folder}/content.json`, input: JSON.stringify({ path: item.path, person: item.person, made_at: item.made_at, body: item.body }, null, 2) });
    for (const { sha256 } of item.files) {
      const blob = await store.blobOf(item.key, sha256);
      if (blob) parts.push({ name: `${folder}/${sha256}.${(blob.type.split("/")[1] || "bin").replace("jpeg", "jpg")}`, input: blob });
    }
  }
  const address = URL.createObjectURL(await downloadZip(parts).blob());
  h("a", { href: address, download: `airduty-unsent-${new Date().toISOString().slice(0, 10)}.zip` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
