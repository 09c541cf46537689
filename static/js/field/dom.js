// Making pages without a framework. h("a.m-big", { href, onclick }, child, …) is an element; text children are text, never markup.
import { isFull } from "./store.js";

const root = document.getElementById("app");
export const place = root?.dataset ?? {};

export function h(spec, properties = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(properties)) set(element, name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (typeof value === "boolean") element[name] = value;
  else if (name === "value") element.value = value;
  else element.setAttribute(name, value);
}

export function icon(name) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${place.icons}#${name}`);
  drawing.append(use);
  return drawing;
}

export function show(page) {
  root.replaceChildren(...page.filter(Boolean));
}

// A page below the home: bar with the way back, title, something at the right.
export function bar(title, { back = "/m/", label = gettext("首页"), right = "" } = {}) {
  return h("header.m-bar", {}, h("a", { href: back }, icon("chevron-left"), label), h("h1", { tabindex: "-1" }, title), h("span", {}, right));
}

export function body(...children) {
  return h("main.m-body", { id: "content" }, ...children);
}

export function note(text, tone = "", ...more) {
  return h(`p.m-note${tone ? `.is-${tone}` : ""}`, { role: tone === "bad" ? "alert" : "status" }, text, ...more);
}

export function button(text, onclick, { tone = "", drawing = null, ...more } = {}) {
  return h(`button.m-button${tone ? `.is-${tone}` : ""}`, { type: "button", onclick: once(onclick), ...more }, drawing && icon(drawing), text);
}

// One act however often it is pressed: what was pressed rests until the act is done, and says so when the phone has no room for it.
export function once(act) {
  return async ({ currentTarget: pressed }) => {
    pressed.disabled = true;
    try {
      await act();
    } catch (error) {
      if (!isFull(error)) throw error;
      toast(gettext("手机存储空间不足，没有存下。请删掉手机里不用的东西后再试。"));
    } finally {
      pressed.disabled = false;
    }
  };
}

// A part of a page that can be drawn anew by itself, while the rest stays under the person's hands: ``make(again)`` gives its children.
export function live(make) {
  const box = h("div.m-live");
  const again = () => box.replaceChildren(...[make(again)].flat(2).filter(Boolean));
  again();
  box.again = again;
  return box;
}

// A word at the bottom that goes away by itself, whatever is drawn meanwhile.
export function toast(text) {
  const message = h("p.m-toast", { role: "status" }, text);
  document.body.append(message);
  setTimeout(() => message.remove(), 4_000);
}

export function list(rows) {
  return h("ul.m-list", {}, rows.map((row) => h("li", {}, row)));
}

export const words = (text, values) => interpolate(text, values, !Array.isArray(values));

export function hour(moment) {
  const time = new Date(moment);
  return Number.isNaN(time.getTime()) ? "" : `${String(time.getHours()).padStart(2, "0")}:${String(time.getMinutes()).padStart(2, "0")}`;
}

export function day(moment) {
  const time = new Date(moment);
  return Number.isNaN(time.getTime()) ? "" : words(gettext("%(m)s月%(d)s日 %(t)s"), { m: time.getMonth() + 1, d: time.getDate(), t: hour(time) });
}
