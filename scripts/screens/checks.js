// Runs inside the page: what a program can see of it. Answers plain values only.
({ width }) => {
  const CJK = /[\u3400-\u9fff]/;
  const shown = (node) => node.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const describe = (node) => {
    const text = (node.innerText || node.value || node.getAttribute("aria-label") || "").trim().replace(/\s+/g, " ").slice(0, 30);
    return `<${node.tagName.toLowerCase()}${node.id ? "#" + node.id : ""}${node.className && node.className.baseVal === undefined ? "." + String(node.className).trim().split(/\s+/).join(".") : ""}> ${text}`.trim();
  };
  const all = (selector) => [...document.querySelectorAll(selector)];

  const texts = [];
  const ofData = (node) => node.closest('[data-user], [translate="no"], code, pre, kbd, samp, textarea, .leaflet-container, script, style, template, noscript, svg') !== null;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement, text = node.textContent.trim().replace(/\s+/g, " ");
    if (!text || ofData(parent) || !(shown(parent) || parent.closest("option, dialog"))) continue;
    const spoken = parent.closest("[lang]").lang || "";
    texts.push({ text, other: spoken !== document.documentElement.lang });
  }
  for (const node of all("[placeholder], [aria-label], [title], [alt]")) {
    if (ofData(node) && node.tagName !== "TEXTAREA") continue;
    for (const name of ["placeholder", "aria-label", "title", "alt"]) {
      const text = (node.getAttribute(name) || "").trim();
      if (text) texts.push({ text, other: false, name });
    }
  }
  texts.push({ text: document.title, other: false, name: "title of the page" });

  const faults = [];
  const inside = (node) => { // of something that scrolls or cuts by itself
    for (let each = node.parentElement; each && each !== document.body; each = each.parentElement) if (getComputedStyle(each).overflowX !== "visible") return true;
    return false;
  };
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (over > 0) {
    const wide = all("body *").filter((node) => shown(node) && node.getBoundingClientRect().right > width + 1 && !inside(node));
    faults.push(["runs over", `by ${over} px: ${wide.slice(-2).map(describe).join(" | ")}`]);
  }
  for (const image of all("img")) {
    if (image.complete && image.naturalWidth === 0 && image.getAttribute("src")) faults.push(["broken picture", image.getAttribute("src")]);
    if (!image.hasAttribute("alt")) faults.push(["picture without alt", image.getAttribute("src")]);
  }
  for (const field of all("input:not([type=hidden]):not([type=submit]):not([type=button]), select, textarea")) {
    const named = (field.labels && field.labels.length) || ["aria-label", "aria-labelledby", "title"].some((name) => (field.getAttribute(name) || "").trim());
    if (!named) faults.push(["field without label", `${describe(field)} name=${field.name}`]);
  }
  for (const node of all("button, a[href], summary")) {
    const inner = [...node.querySelectorAll("img[alt], [aria-label], title")].some((each) => (each.alt || each.getAttribute("aria-label") || each.textContent || "").trim());
    const named = node.textContent.trim() || inner || (node.getAttribute("aria-label") || node.getAttribute("title") || "").trim();
    if (!named && shown(node)) faults.push(["control without name", describe(node) || node.outerHTML.slice(0, 80)]);
  }
  for (const node of all("button, .btn, .chip, .badge, .status, .nav-link, th")) {
    if (!shown(node) || node.closest(".leaflet-container")) continue;
    const style = getComputedStyle(node);
    const cut = style.overflowX !== "visible" && style.textOverflow !== "ellipsis" && node.scrollWidth > node.clientWidth + 1;
    if (cut) faults.push(["cut text", describe(node)]);
    const lines = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim().length > 1);
    const box = node.getBoundingClientRect();
    if (lines && !node.matches("th") && CJK.test(node.textContent) && box.width < 20 && box.height > 40) faults.push(["squeezed text", describe(node)]);
  }
  const reach = (node) => {
    const box = node.getBoundingClientRect(), x = box.left + box.width / 2, y = box.top + box.height / 2;
    if (box.width < 2 || box.height < 2 || x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return null;
    return document.elementFromPoint(x, y);
  };
  if (!document.querySelector("dialog[open]")) {
    for (const node of all("a[href], button, input:not([type=hidden]), select, summary")) {
      if (!shown(node) || node.closest(".leaflet-container, .skip") || node.matches(".visually-hidden, .skip")) continue;
      const hit = reach(node);
      const near = hit && (node.contains(hit) || hit.contains(node) || (node.labels && [...node.labels].some((label) => label.contains(hit))));
      if (hit && !near && !hit.closest(".fixed, .m-tabs, .m-submit, .m-bar, .top, .bulk")) faults.push(["covered", `${describe(node)} by ${describe(hit)}`]);
    }
  }
  const ids = new Map();
  for (const node of all("[id]")) ids.set(node.id, (ids.get(node.id) || 0) + 1);
  for (const [id, count] of ids) if (count > 1) faults.push(["id twice", id]);
  if (!all("h1").some(shown)) faults.push(["no heading", "h1"]);
  for (const chart of all("[data-chart]")) if (!chart.querySelector("svg, canvas")) faults.push(["empty chart", describe(chart)]);

  const links = all("a[href]").map((link) => link.href).filter((href) => href.startsWith(location.origin));
  const timing = performance.getEntriesByType("navigation")[0];
  return { texts, faults, links: [...new Set(links)], milliseconds: timing ? Math.round(timing.loadEventEnd || timing.domComplete || timing.duration) : 0 };
}
