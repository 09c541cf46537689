// Push messages on the portal's pages. Hooks: [data-push=address] with data-worker, data-scope; inside it [data-push-on], [data-push-off], [data-push-words].
import * as push from "./field/push.js";

async function bind(box) {
  const { push: address, worker, scope, csrf } = box.dataset;
  const serverKey = push.isPossible() ? await push.key(address) : null;
  if (!serverKey) return;
  const [on, off, words] = ["on", "off", "words"].map((name) => box.querySelector(`[data-push-${name}]`));
  const show = async (text = "") => {
    const isOn = await push.isOn(await navigator.serviceWorker.getRegistration(scope));
    on.hidden = isOn;
    off.hidden = !isOn;
    words.textContent = text || (isOn ? gettext("本浏览器有新消息时会弹出提醒，关闭网页也能收到。") : gettext("开启后，关闭网页也能收到新消息提醒。"));
    box.hidden = false;
  };
  on.addEventListener("click", async () => {
    on.disabled = true;
    await navigator.serviceWorker.register(worker, { scope });
    const registration = await active(scope);
    const reason = await push.turnOn(registration, { address, csrf, serverKey });
    on.disabled = false;
    await show(reason);
  });
  off.addEventListener("click", async () => {
    await push.turnOff(await navigator.serviceWorker.getRegistration(scope), { address, csrf });
    await show();
  });
  await show();
}

// A subscription needs a worker that runs; `ready` would wait for one that controls this very page.
async function active(scope) {
  const registration = await navigator.serviceWorker.getRegistration(scope);
  const coming = registration.installing ?? registration.waiting;
  if (!registration.active && coming) await new Promise((done) => { coming.addEventListener("statechange", () => { if (coming.state === "activated") done(); }); });
  return registration;
}

for (const box of document.querySelectorAll("[data-push]")) bind(box);
