// Native dialogs. Hooks: [data-dialog="#id"] opens, [data-close] closes, dialog[data-open] is shown at once.
// data-fill='{"name": "value"}' on the opening button puts values into the dialog's form.
function fill(dialog, values) {
  for (const [name, value] of Object.entries(JSON.parse(values))) {
    const field = dialog.querySelector(`[name="${CSS.escape(name)}"]`);
    if (field) field.value = value;
  }
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.querySelector(opener.dataset.dialog);
    if (opener.dataset.fill) fill(dialog, opener.dataset.fill);
    dialog.showModal();
  }
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog").close();
});

function showOpen(root) {
  for (const dialog of root.querySelectorAll("dialog[data-open]")) {
    if (!dialog.open) dialog.showModal();
  }
}

showOpen(document);
document.addEventListener("htmx:load", (event) => showOpen(event.detail.elt));
