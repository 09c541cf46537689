// The field app. Addresses are plain (/m/report/), so that a QR code, a menu or a notice can open any page; the shell is the same for all of them.
import { bar, body, button, h, icon, note, place, show, toast } from "./dom.js";

const PAGES = [
  [/^\/m\/$/, "home"], [/^\/m\/report\/$/, "report"], [/^\/m\/rounds\/$/, "rounds"], [/^\/m\/round\/([0-9a-f-]{36})\/$/, "round"],
  [/^\/m\/visit\/([0-9a-f-]{36})\/$/, "visit"], [/^\/m\/site\/([0-9a-f-]{36})\/$/, "site"], [/^\/m\/tasks\/$/, "tasks"], [/^\/m\/unsent\/$/, "unsent"],
  [/^\/m\/map\/$/, "map"], [/^\/m\/sites\/$/, "sites"], [/^\/m\/me\/$/, "me"],
];
const LANGUAGES = JSON.parse(place.languages);
let parts = null;
let installEvent = null;
let drawing = 0;
let latest = null; // the promise of the newest picture
let toTop = false;
let isOutdated = false;
let lifted = Promise.resolve(); // when no finger is on the page
let lift = () => {}; // says so

// --- texts come before everything that says something --------------------------------------------------------------------------------------
function texts() {
  const chosen = localStorage.getItem("language") ?? "zh-hans";
  document.documentElement.lang = LANGUAGES[chosen]?.lang ?? "zh-CN";
  return new Promise((done) => {
    const plain = () => { window.gettext ??= (text) => text; window.interpolate ??= (text, values, named) => text.replace(/%(?:\((\w+)\))?s/g, (_all, key) => (named ? values[key] : values.shift())); done(); };
    document.head.append(h("script", { src: `${place.texts}?l=${chosen}`, onload: done, onerror: plain }));
  });
}

async function modules() {
  const [person, queue, track, rounds, ...views] = await Promise.all([
    import("./person.js"), import("./queue.js"), import("./track.js"), import("./rounds.js"),
    import("./home.js"), import("./report.js"), import("./visit.js"), import("./site.js"), import("./sites.js"), import("./tasks.js"), import("./unsent.js"), import("./map.js"), import("./me.js"),
  ]);
  return { person, queue, track, rounds, views: Object.assign({}, rounds, ...views) };
}

// What was chosen for this account on a desk or on another phone holds here, too, until something else is chosen here.
function adopt(language) {
  if (!(language in LANGUAGES) || localStorage.getItem("language-told") === language) return false;
  const before = localStorage.getItem("language") ?? "zh-hans";
  localStorage.setItem("language-told", language);
  localStorage.setItem("language", language);
  return before !== language;
}

// --- pages -------------------------------------------------------------------------------------------------------------------------------
function match(path) {
  for (const [pattern, name] of PAGES) {
    const found = path.match(pattern);
    if (found) return { name, uuid: found[1] };
  }
  return null;
}

function draw(how) {
  latest = paint(how);
  return latest;
}

async function paint({ focus = false } = {}) {
  toTop ||= focus;
  const mine = (drawing += 1);
  const { person, views } = parts;
  const page = match(location.pathname);
  const made = !person.state.person ? welcome() : page ? await views[page.name]({ go, again: draw, uuid: page.uuid, signIn, installer: () => installEvent && install }) : away();
  const bottom = page && person.state.person && !made.some((part) => part?.matches?.(".m-submit")) ? await tabs(page.name) : null;
  await lifted;
  if (mine !== drawing) return; // somebody has asked for a newer picture meanwhile
  show([...made, bottom]);
  document.title = `${document.querySelector("h1")?.textContent ?? ""} · ${gettext("大气巡查")}`;
  if (toTop) { window.scrollTo(0, 0); document.querySelector("h1")?.focus({ preventScroll: true }); }
  toTop = false;
}

// Nothing is drawn under a finger: a press belongs to what was there when it began. A tap's click comes a moment after the finger is lifted, and a
// finger may leave the page without a word.
const CLICK_AFTER = 100;
const LONGEST_PRESS = 2_000;

function pressed() {
  lifted = new Promise((done) => { lift = done; });
  setTimeout(lift, LONGEST_PRESS);
}

async function settled() {
  for (let seen = null; seen !== latest;) {
    seen = latest;
    await seen;
  }
}

function go(path, { said = "" } = {}) {
  if (said) toast(said);
  history.pushState(null, "", path);
  return draw({ focus: true });
}

async function install() {
  await installEvent.prompt();
  installEvent = null; // a browser asks once
}

function signIn() {
  if (!navigator.onLine) return toast(gettext("登录要联网。"));
  location.assign(`${place.signin}?next=${encodeURIComponent(location.pathname)}`);
}

// Nobody has signed in on this phone yet, or has signed out.
function welcome() {
  const { state } = parts.person;
  const text = state.online ? gettext("登录一次，以后没有网络也能用。") : gettext("第一次使用要联网登录，以后没有网络也能用。");
  return [h("header.m-head", {}, h("div", {}, h("h1", { tabindex: "-1" }, gettext("大气巡查")), h("small", {}, gettext("大气污染防治攻坚平台")))), body(note(text), button(gettext("登录"), signIn, { drawing: "user" }))];
}

// Without the phone's own database nothing could be kept until it is sent.
function unusable() {
  return [h("header.m-head", {}, h("h1", { tabindex: "-1" }, gettext("大气巡查"))), body(note(gettext("这个浏览器不能在手机里保存数据（例如无痕模式，或者存储空间已满），上报会丢失。请换普通模式，或者换一个浏览器打开。"), "bad"), button(gettext("重试"), () => location.reload(), { tone: "plain" }))];
}

function away() {
  return [bar(gettext("需要联网")), body(note(gettext("这一页要联网才能打开。"), "warn"), button(gettext("重试"), () => location.reload(), { tone: "plain" }))];
}

async function tabs(here) {
  const { mine } = await parts.queue.counts(parts.person.state.person.id);
  const tab = (name, href, drawing_, label, count = 0) => h(`a${here === name ? ".on" : ""}`, { href, ...(here === name && { "aria-current": "page" }) }, icon(drawing_), label, count > 0 && h("span.m-count", { "data-unsent-count": "" }, String(count)));
  return h("nav.m-tabs", { "aria-label": gettext("主导航") }, tab("home", "/m/", "home", gettext("首页")), tab("rounds", "/m/rounds/", "list", gettext("巡查")), tab("tasks", "/m/tasks/", "task", gettext("任务")), tab("unsent", "/m/unsent/", "upload", gettext("待上传"), mine), tab("me", "/m/me/", "user", gettext("我的")));
}

// --- what happens around the pages -----------------------------------------------------------------------------------------------------------
function follow(event) {
  const link = event.target.closest?.("a[href^='/m/']");
  const { state } = parts.person;
  if (!link || event.defaultPrevented || event.metaKey || event.ctrlKey || !match(link.pathname)) return;
  event.preventDefault();
  if (isOutdated && state.online) location.assign(link.pathname); // a newer release is on the phone: the next page is its
  else go(link.pathname);
}

// A page on which somebody types is not drawn anew under their hands.
function refreshView() {
  const name = match(location.pathname)?.name;
  const search = document.querySelector("input[type=search]");
  if (["home", "unsent", "rounds", "round", "site", "tasks", "me"].includes(name) || (name === "sites" && !search?.value && document.activeElement !== search)) draw();
}

async function renew(how) {
  const before = parts.person.state.online;
  if ((await parts.person.refresh(how)) || before !== parts.person.state.online) refreshView();
}

async function tracked() {
  const running = parts.person.state.person ? (await parts.rounds.overlaid()).filter((round) => round.isBegun && !round.isOver) : [];
  return parts.track.resume(running.map((round) => round.uuid));
}

async function worker() {
  if (!("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  if (serviceWorker.controller) serviceWorker.addEventListener("controllerchange", () => { isOutdated = true; });
  try {
    const registration = await serviceWorker.register(place.worker, { scope: "/m/" });
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") registration.update().catch(() => {}); });
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error; // no network just now: the next start tries again
  }
}

async function start() {
  await texts();
  parts = await modules();
  try {
    await parts.person.load();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    show(unusable());
    return;
  }
  document.addEventListener("pointerdown", pressed, { capture: true });
  document.addEventListener("pointerup", () => setTimeout(lift, CLICK_AFTER), { capture: true });
  for (const end of ["click", "pointercancel"]) document.addEventListener(end, () => lift(), { capture: true });
  document.addEventListener("click", follow);
  window.addEventListener("popstate", () => draw());
  window.addEventListener("beforeinstallprompt", (event) => { event.preventDefault(); installEvent = event; });
  window.addEventListener("online", () => renew());
  window.addEventListener("pageshow", ({ persisted }) => { if (persisted) renew({ force: true }); });
  window.addEventListener("offline", () => { parts.person.state.online = false; refreshView(); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") renew(); });
  parts.queue.onChange(refreshView);
  if (parts.person.state.person) await draw({ focus: true });
  parts.queue.start();
  tracked();
  const { person } = parts;
  const hadAll = Boolean(person.state.person && person.state.bundle);
  const isNews = await person.refresh({ force: true }); // a page of the server may have changed a task or a round just now
  if (!person.state.person && person.state.online) signIn();
  else if (!hadAll) await draw({ focus: true });
  else if (isNews) refreshView();
  if (adopt(person.state.language)) return parts.person.forgetWords().then(() => location.reload());
  await settled();
  document.documentElement.dataset.ready = "";
  worker();
}

start();
