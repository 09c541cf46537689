// Shows what was pushed, and opens what it is about. Held by the field app's worker and, alone, by the portal's pages.
async function pushed(event) {
  const words = event.data.json();
  const answer = await fetch("/m/session/", { credentials: "same-origin" }).catch(() => null);
  const who = answer?.ok ? await answer.json().catch(() => null) : null;
  const isOthers = Boolean(who?.person) && who.person.id !== words.person; // somebody else uses this browser by now
  const shown = isOthers ? { title: words.others, body: "", url: "/notices/" } : words;
  await self.registration.showNotification(shown.title, { body: shown.body, tag: words.tag, data: { url: shown.url || "/notices/" } });
}

async function opened(event) {
  const wanted = new URL(event.notification.data.url, self.location.origin);
  if (wanted.origin !== self.location.origin) return;
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = pages.find((page) => new URL(page.url).pathname === wanted.pathname);
  await (open ? open.focus() : self.clients.openWindow(wanted.href));
}

self.addEventListener("push", (event) => event.waitUntil(pushed(event)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(opened(event));
});
