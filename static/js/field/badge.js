// On pages of the server below /m/: the counter of what is unsent on this phone, as in the app.
import { h } from "./dom.js";
import { counts, onChange } from "./queue.js";
import { recall } from "./store.js";

const tab = document.querySelector("[data-unsent-tab]");

async function show() {
  const person = await recall("person");
  const { mine } = person ? await counts(person.id) : { mine: 0 };
  tab.querySelector(".m-count")?.remove();
  if (mine) tab.append(h("span.m-count", { "data-unsent-count": "" }, String(mine)));
}

if (tab && "indexedDB" in window) {
  onChange(show);
  show();
}
