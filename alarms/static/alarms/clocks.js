// Lets the clocks run: every [data-due] counts down to its moment, by the server's clock, and then up in the class "late".
// The page (or the part last swapped in) says the server's time: [data-now] or [data-board-now].
let ahead = 0;
const wall = new Intl.DateTimeFormat("zh-CN", { dateStyle: "short", timeStyle: "medium", timeZone: "Asia/Shanghai" });

export function setNow(text) {
  const moment = Date.parse(text);
  if (!Number.isNaN(moment)) ahead = moment - Date.now();
}

function text(seconds) {
  const whole = Math.abs(Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (hours >= 48) return interpolate(gettext("%s天"), [Math.floor(hours / 24)]);
  const two = (figure) => String(figure).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`;
}

function tick() {
  const now = Date.now() + ahead;
  for (const element of document.querySelectorAll("[data-due]")) {
    const left = (Date.parse(element.dataset.due) - now) / 1000;
    const late = left < 0;
    element.textContent = late ? interpolate(gettext("超时 %s"), [text(left)]) : interpolate(gettext("剩 %s"), [text(left)]);
    const box = element.closest(".running-clock, .clock, .m-clock");
    if (box && late) box.classList.add("late");
  }
  for (const element of document.querySelectorAll("[data-clock]")) element.textContent = wall.format(new Date(now));
}

function sync(root) {
  const said = root.querySelector?.("[data-board-now]")?.dataset.boardNow || root.querySelector?.("[data-now]")?.dataset.now;
  if (said) setNow(said);
  tick();
}

sync(document);
setInterval(tick, 1000);
document.addEventListener("htmx:afterSwap", (event) => sync(event.detail.target));
