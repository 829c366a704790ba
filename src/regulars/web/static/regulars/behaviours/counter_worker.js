// Keeps the empty counter page and what it is made of, so that it opens without a line. Pages with
// people on them are never kept.
const CACHE = "regulars-counter-1";
const PAGE = "/counter";
const PATIENCE_MS = 4_000;

const NAMED = /(?:href|src)="(\/static\/[^"]+)"|url\("?([^")]+\.css)"?\)/g;

// What a page or a stylesheet names is kept with it: one visit is enough.
async function keep(cache, address) {
  const answer = await fetch(address);
  if (!answer.ok || answer.redirected) return;
  await cache.put(address, answer.clone());
  if (!/html|css/.test(answer.headers.get("Content-Type"))) return;
  const named = [...(await answer.text()).matchAll(NAMED)].map(([, page, style]) => page ?? style);
  await Promise.all(named.map((one) => keep(cache, new URL(one, answer.url).href)));
}

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => keep(cache, PAGE)).catch(() => {}));
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
