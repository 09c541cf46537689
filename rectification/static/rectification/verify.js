// Verifying pairs by keyboard. Hooks: form[data-verify] around [data-pair] with [data-pass] and [data-return]; [data-pass-all].
const form = document.querySelector("form[data-verify]");
const pairs = form ? [...form.querySelectorAll("[data-pair]")] : [];
let here = -1;

function go(step) {
  here = Math.min(pairs.length - 1, Math.max(0, here + step));
  pairs.forEach((pair, n) => pair.classList.toggle("is-here", n === here));
  pairs[here].focus({ preventScroll: true });
  pairs[here].scrollIntoView({ block: "start", behavior: "auto" });
}

function choose(hook) {
  if (here < 0) here = 0;
  pairs[here].querySelector(`[${hook}]`).checked = true;
  if (hook === "data-return") pairs[here].querySelector("input[type=text]").focus();
  else go(1);
}

document.addEventListener("keydown", (event) => {
  if (!pairs.length || event.target.matches("input[type=text], textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  const keys = { j: () => go(1), k: () => go(-1), p: () => choose("data-pass"), r: () => choose("data-return") };
  const act = keys[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("focusin", (event) => {
  const pair = event.target.closest("[data-pair]");
  if (pair) here = pairs.indexOf(pair);
});

form?.querySelector("[data-pass-all]")?.addEventListener("click", () => {
  for (const pair of pairs) {
    if (!pair.querySelector("[data-return]").checked) pair.querySelector("[data-pass]").checked = true;
  }
});
