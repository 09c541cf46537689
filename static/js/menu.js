// Side menu on small screens and the person's menu. Hooks: [data-toggle="#id"], details[data-menu].
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toggle]");
  if (button) {
    const open = document.querySelector(button.dataset.toggle).classList.toggle("is-open");
    button.setAttribute("aria-expanded", String(open));
  }
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
