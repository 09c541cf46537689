// Keeps the field app on the phone: its shell and its files, by release. Answers with anybody's rows are never kept here.
// The server writes `const SETTINGS = { release, files, shell };` before this text.
const { release, files, shell } = SETTINGS;
const CACHE = `field-${release}`;
const PAGES = [/^\/m\/$/, /^\/m\/(report|rounds|round|visit|sites?|tasks|unsent|map|me)\/([0-9a-f-]{36}\/)?$/];

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll([shell, ...files].map((address) => new Request(address, { cache: "reload", credentials: "same-origin" })));
  await self.skipWaiting();
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("field-") && name !== CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function kept(address) {
  return (await caches.open(CACHE)).match(address);
}

async function page(request, isOurs) {
  const own = await kept(shell);
  if (isOurs) return own ?? fetch(request);
  try {
    return await fetch(request);
  } catch (error) {
    if (own) return own;
    throw error;
  }
}

async function file(request) {
  return (await kept(request)) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, PAGES.some((pattern) => pattern.test(url.pathname))));
  else if (files.includes(url.pathname + url.search)) event.respondWith(file(request));
});
