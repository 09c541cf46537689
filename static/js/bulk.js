// Picking rows for a step on many. Hooks: form[data-bulk] around checkboxes named "pick" (or data-bulk="name"),
// [data-pick-all] (checkbox), [data-picked] (shows the count), [data-needs-pick] (buttons that need at least one).
function boxes(form) {
  return [...form.querySelectorAll(`input[type="checkbox"][name="${form.dataset.bulk || "pick"}"]`)];
}

function refresh(form) {
  const all = boxes(form);
  const picked = all.filter((box) => box.checked);
  for (const box of all) box.closest("tr")?.classList.toggle("is-picked", box.checked);
  for (const place of form.querySelectorAll("[data-picked]")) place.textContent = String(picked.length);
  for (const button of form.querySelectorAll("[data-needs-pick]")) button.disabled = picked.length === 0;
  for (const head of form.querySelectorAll("[data-pick-all]")) {
    head.checked = all.length > 0 && picked.length === all.length;
    head.indeterminate = picked.length > 0 && picked.length < all.length;
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-bulk]");
  if (!form) return;
  if (event.target.matches("[data-pick-all]")) for (const box of boxes(form)) box.checked = event.target.checked;
  refresh(form);
});

function start() {
  document.querySelectorAll("form[data-bulk]").forEach(refresh);
}

start();
document.addEventListener("htmx:afterSettle", start);
window.addEventListener("pageshow", start);
