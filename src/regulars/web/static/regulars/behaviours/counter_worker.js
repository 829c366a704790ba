// Keeps the empty counter page and what it is made of, so that it opens without a line. Pages with
// people on them are never kept.
const CACHE = "regulars-counter-1";
const PAGE = "/counter";
const PATIENCE_MS = 4_000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.add(PAGE)).catch(() => {}));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name !== CACHE).map((name) => caches.delete(name));
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names))).then(() => clients.claim()));
});

async function kept(request, isPage) {
  const url = new URL(request.url);
  try {
    const answer = await fetch(request, isPage ? { signal: AbortSignal.timeout(PATIENCE_MS) } : {});
    const isWhole = answer.ok && !answer.redirected && !url.search;
    if (isWhole && (!isPage || url.pathname === PAGE)) {
      const cache = await caches.open(CACHE);
      await cache.put(isPage ? PAGE : request, answer.clone());
    }
    return answer;
  } catch (failure) {
    const found = await caches.match(isPage ? PAGE : request);
    if (found) return found;
    throw failure;
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const isPage = event.request.mode === "navigate";
  if (isPage ? url.pathname.startsWith(PAGE) : url.pathname.startsWith("/static/")) {
    event.respondWith(kept(event.request, isPage));
  }
});
