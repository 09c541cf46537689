// Messages of the browser while no page is open. Used by the field app and by the portal's inbox; draws nothing.
export const isPossible = () => window.isSecureContext && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function raw(text) {
  const whole = (text + "=".repeat((4 - (text.length % 4)) % 4)).replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(whole), (sign) => sign.charCodeAt(0));
}

const send = (address, method, csrf, body) =>
  fetch(address, { method, credentials: "same-origin", headers: { "Content-Type": "application/json", "X-CSRFToken": csrf }, body: JSON.stringify(body) });

// The server's key; null where the district has none, and then nothing is offered.
export async function key(address) {
  const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  return answer?.ok ? (await answer.json()).key : null;
}

export async function isOn(registration) {
  return Boolean(registration && Notification.permission === "granted" && (await registration.pushManager.getSubscription()));
}

// Empty when it is on; else the reason in words.
export async function turnOn(registration, { address, csrf, serverKey }) {
  if ((await Notification.requestPermission()) !== "granted") return gettext("浏览器没有允许通知。请在地址栏左侧的网站设置中允许“通知”，再开启一次。");
  let subscription;
  try {
    subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: raw(serverKey) });
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return gettext("浏览器的推送服务连接不上，没有开启。请以站内消息和短信为准。");
  }
  const answer = await send(address, "POST", csrf, subscription.toJSON()).catch(() => null);
  if (answer?.ok) return "";
  await subscription.unsubscribe();
  const reasons = answer?.status === 400 ? Object.values(await answer.json()).flat() : [];
  return reasons[0] ?? gettext("没有开启成功，请检查网络后重试。");
}

export async function turnOff(registration, { address, csrf }) {
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return;
  await send(address, "DELETE", csrf, { endpoint: subscription.endpoint }).catch(() => null);
  await subscription.unsubscribe();
}
