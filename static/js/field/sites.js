// The objects of one's grids, to be found by a word of the name, address or code. All of it lies on the phone.
import { bar, body, h, live, note } from "./dom.js";
import { kindOf, state } from "./person.js";

const SHOWN = 50;

export async function sites() {
  const all = state.bundle?.sites ?? [];
  let asked = "";
  const rows = live(() => found(all, asked));
  const search = h("input.m-input", { type: "search", "aria-label": gettext("查找对象"), placeholder: gettext("名称、地址或编号") });
  search.addEventListener("input", () => { asked = search.value.trim().toLowerCase(); rows.again(); });
  return [bar(gettext("对象名单")), body(all.length > 0 && search, h("p"), rows)];
}

function found(all, asked) {
  const hits = all.filter((site) => [site.name, site.address, site.code].some((text) => (text ?? "").toLowerCase().includes(asked)));
  if (!all.length) return note(gettext("名单里还没有对象。联网后自动更新；仍没有，请联系乡办核对网格。"));
  if (!hits.length) return note(gettext("没有找到。换一个词，或在地图上看。"));
  return [h("ul.m-list", {}, hits.slice(0, SHOWN).map((site) => h("li", {}, row(site)))), hits.length > SHOWN && note(gettext("还有更多，请输入名称查找。"))];
}

const row = (site) => h("a", { href: `/m/site/${site.uuid}/` },
  h("span", {}, h("b", {}, site.name), h("br"), h("small.quiet", {}, [kindOf(site.kind)?.name, site.address].filter(Boolean).join(" · "))), h("span.quiet", {}, site.status_label));
