// The desktop form of a problem. Hooks on form[data-report]: [data-above] fields wanted only from above, [data-covert-note],
// data-where and data-nearby (addresses that answer in JSON), [data-where-answer], [data-nearby-answer].
const form = document.querySelector("form[data-report]");

function show(element, shown) {
  element.hidden = !shown;
}

function sourceChosen() {
  const above = form.dataset.fromAbove.split(" ").includes(form.source.value);
  show(form.querySelector("[data-above]"), above);
  show(form.querySelector("[data-covert-note]"), form.source.value === form.dataset.covert);
}

async function ask(address, values) {
  const answer = await fetch(`${address}?${new URLSearchParams(values)}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  return answer.ok ? answer.json() : null;
}

async function where() {
  const place = form.querySelector("[data-where-answer]");
  if (!form.lon.value || !form.lat.value) return;
  const found = await ask(form.dataset.where, { lon: form.lon.value, lat: form.lat.value });
  if (!found) return;
  const names = found.grids.map((grid) => grid.name);
  if (names.length === 1) place.textContent = interpolate(gettext("位于%s"), [names[0]]);
  else if (names.length) place.textContent = interpolate(gettext("同时在%s内，请在下面选定网格"), [names.join(gettext("、"))]);
  else place.textContent = gettext("不在任何网格内，请核对位置或在下面选定网格");
}

async function nearby() {
  const box = form.querySelector("[data-nearby-answer]");
  box.replaceChildren();
  if (!form.lon.value || !form.lat.value || !form.problem_type.value) return;
  const found = await ask(form.dataset.nearby, { lon: form.lon.value, lat: form.lat.value, problem_type: form.problem_type.value });
  for (const each of found?.findings ?? []) {
    const note = document.createElement("p");
    note.className = "notice";
    const link = document.createElement("a");
    link.href = `/ledger/${each.uuid}/`;
    link.target = "_blank";
    link.textContent = interpolate(gettext("附近 %(distance)s 米有同类在办问题 %(number)s（%(state)s）"), each, true);
    note.append(link);
    box.append(note);
  }
}

if (form) {
  form.source.addEventListener("change", sourceChosen);
  for (const name of ["lon", "lat"]) form[name].addEventListener("change", () => { where(); nearby(); });
  form.problem_type.addEventListener("change", nearby);
  sourceChosen();
  where();
}
