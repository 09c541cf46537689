// Small habits of forms. Hooks:
//   form[data-autosubmit]        sends itself when a choice changes (text fields wait for Enter)
//   [data-confirm="question"]    asks before a form is sent or a link followed
//   [data-copy="#id" | text]     copies to the clipboard and says so
//   [data-fill-form='{"#id": "value"}'] writes values into fields, e.g. a demonstration account
//   [data-print]                 prints the page
//   [data-focus]                 receives the focus when the page opens (summary of errors)
//   form without data-again      is sent only once: its button waits for the answer
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form && event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date], input[type=month]")) form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
  if (question && !window.confirm(question)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "again" in form.dataset) return;
  if ("sent" in form.dataset) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  setTimeout(() => delete form.dataset.sent, 4000);
});

async function copy(button) {
  const named = button.dataset.copy.startsWith("#") ? document.querySelector(button.dataset.copy) : null;
  await navigator.clipboard.writeText(named ? named.value || named.textContent.trim() : button.dataset.copy);
  const before = button.textContent;
  button.textContent = gettext("已复制");
  setTimeout(() => { button.textContent = before; }, 1500);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-confirm]");
  if (link && !window.confirm(link.dataset.confirm)) event.preventDefault();
  const copier = event.target.closest("[data-copy]");
  if (copier) copy(copier);
  if (event.target.closest("[data-print]")) window.print();
  const filler = event.target.closest("[data-fill-form]");
  if (!filler) return;
  for (const [selector, value] of Object.entries(JSON.parse(filler.dataset.fillForm))) document.querySelector(selector).value = value;
  if (filler.dataset.focusOn) document.querySelector(filler.dataset.focusOn).focus();
});

// htmx sends the token of the form it belongs to; for buttons outside a form the page's token is taken.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.value;
});

// Refusals of the server (400, 403, 409) carry a part that says why: show it.
document.addEventListener("htmx:beforeSwap", (event) => {
  if ([400, 403, 409, 422].includes(event.detail.xhr.status)) event.detail.shouldSwap = true;
});

document.querySelector("[data-focus]")?.focus();
