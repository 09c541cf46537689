// Side menu on small screens and the person's menu. Hooks: [data-toggle="#id"], details[data-menu].
function fold(side) {
  side.classList.remove("is-open");
  const button = document.querySelector(`[data-toggle="#${side.id}"]`);
  button.setAttribute("aria-expanded", "false");
  return button;
}

document.addEventListener("click", (event) => {
  for (const side of document.querySelectorAll(".is-open")) if (!side.contains(event.target)) fold(side);
  const button = event.target.closest("[data-toggle]");
  if (button) {
    const side = document.querySelector(button.dataset.toggle);
    side.classList.add("is-open");
    button.setAttribute("aria-expanded", "true");
    side.querySelector("a")?.focus();
  }
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const side of document.querySelectorAll(".is-open")) fold(side).focus();
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
