// Mine: who I am here, what this phone keeps, language, sign-out.
import { bar, body, button, day, h, list, once, place, toast, words } from "./dom.js";
import * as person from "./person.js";
import * as push from "./push.js";
import * as queue from "./queue.js";
import { session } from "./server.js";
import * as store from "./store.js";

export async function me({ go, again, installer }) {
  const { state } = person;
  const { mine } = await queue.counts(state.person.id);
  const device = await store.recall("device");
  const persisted = await navigator.storage?.persisted?.();
  const facts = [
    [gettext("姓名"), state.person.name], [gettext("岗位"), state.bundle?.person.role ?? ""], [gettext("网格"), state.bundle?.person.place ?? ""],
    [gettext("名单更新于"), state.bundle ? day(state.bundle.made_at) : gettext("还没有")], [gettext("本机编号"), device ? device.slice(0, 8) : gettext("还没有上报过")],
    [gettext("存储"), persisted ? gettext("已获保护，浏览器不会清理") : gettext("普通；装到桌面后更稳妥")], [gettext("版本"), place.version],
  ];
  const parts = [
    h("dl.m-facts", {}, facts.filter(([, value]) => value).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    installer() && button(gettext("装到手机桌面"), installer(), { drawing: "download" }),
    h("h2.m-label", {}, gettext("更多")),
    list([
      h("a", { href: "/ledger/?mine=on&box=all" }, gettext("我报的问题")), h("a", { href: "/m/training/" }, gettext("培训和考试")), h("a", { href: place.account }, gettext("账号和密码")),
      h("button.m-row-button", { type: "button", onclick: once(() => update({ again })) }, gettext("更新名单和任务")),
    ]),
    languages(), ...(await pushing({ again })), h("p"), button(gettext("退出登录"), () => signOut(mine, { go }), { tone: "plain", drawing: "out" }),
  ];
  return [bar(gettext("我的")), body(...parts.filter(Boolean))];
}

function languages() {
  const choose = (code) => async () => {
    localStorage.setItem("language", code);
    await person.forgetWords();
    const who = await session().catch(() => null);
    const form = new URLSearchParams({ language: code, next: "/m/" });
    const told = who && (await fetch(place.setlang, { method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": who.csrf }, body: form }).catch(() => null));
    if (told?.ok) localStorage.setItem("language-told", code);
    location.assign("/m/");
  };
  const now = document.documentElement.lang;
  return h("div.m-choices", {}, Object.entries(JSON.parse(place.languages)).map(([code, { name, lang }]) => h("button.m-choice", { type: "button", lang, "aria-pressed": String(lang === now), onclick: choose(code) }, name)));
}

const registration = () => navigator.serviceWorker?.getRegistration("/m/");

// Offered only where the district has keys for it; without network nothing is said.
async function pushing({ again }) {
  const serverKey = person.state.online && push.isPossible() ? await push.key(place.push) : null;
  if (!serverKey) return [];
  const isOn = await push.isOn(await registration());
  const turn = async () => {
    const { csrf } = (await session().catch(() => null)) ?? {};
    const about = { address: place.push, csrf, serverKey };
    const reason = isOn ? await push.turnOff(await registration(), about) : await push.turnOn(await registration(), about);
    await again();
    toast(reason || (isOn ? gettext("已关闭消息提醒。") : gettext("已开启消息提醒。")));
  };
  return [h("p"), button(isOn ? gettext("关闭消息提醒") : gettext("开启消息提醒"), once(turn), { tone: "plain", drawing: "bell" })];
}

async function update({ again }) {
  await person.refresh({ force: true });
  await again();
  toast(!person.state.online ? gettext("没有网络，没有更新。") : person.state.signedIn ? gettext("名单和任务是最新的。") : gettext("登录已过期，名单和任务不再更新。"));
}

async function signOut(mine, { go }) {
  const warning = mine ? words(gettext("还有 %s 条没有送达。退出后它们留在这部手机里，您再登录才会发送。确定退出？"), [mine]) : gettext("退出后，这部手机上的名单、清单和任务会清除。确定退出？");
  if (!window.confirm(warning)) return;
  if (!(await signedOut())) { window.alert(gettext("没有退出成功：退出登录需要联网。请联网后再试。")); return; }
  await person.clear();
  await go("/m/");
}

// Only when the server says that nobody is signed in any more: a phone that goes on to the next person must not be half signed out.
async function signedOut() {
  const who = await session().catch(() => null);
  if (who?.person && push.isPossible()) await push.turnOff(await registration(), { address: place.push, csrf: who.csrf });
  if (who?.person) await fetch(place.signout, { method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": who.csrf } }).catch(() => null);
  const after = who && (await session().catch(() => null));
  return Boolean(after && !after.person);
}
