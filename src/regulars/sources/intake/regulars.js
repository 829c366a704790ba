/* regulars.js: tells Regulars what happens on a website, in messages of the Segment Spec.
 * The file that is read here is the file that runs. All events: docs/reference/snippet.md
 * It never reads what somebody types, sets no cookie, and asks nobody but the server it came from.
 */
(() => {
  "use strict";

  const script = document.currentScript || document.querySelector("script[data-key][src*='regulars.js']");
  const early = window.regulars;
  if (!script || !script.dataset.key || (early && early.version)) return;

  // ---- Settings ---------------------------------------------------------------------------------

  const VERSION = "1.0";
  const settings = script.dataset;
  const words = (text) => (text || "").split(/[\s,]+/).filter(Boolean);
  const server = settings.host || script.src.replace(/(\/v1)?\/[^/]*$/, "");
  const isAsking = settings.consent === "required";
  const searches = words(settings.search);
  const kept = new Set([...searches, ...words(settings.params)]);
  const checkout = words(settings.checkout);
  const slowSeconds = Number(settings.slow) || 4;
  const SESSION_MS = 30 * 60e3;
  const ID_MS = 395 * 864e5;
  const MOST_WAITING = 500;
  const AT_ONCE = 50;
  const BEACON_BYTES = 60000;

  // A fault of ours must never be a fault of the page.
  const safely = (work) => (...given) => {
    try {
      return work(...given);
    } catch (error) {
      if (settings.debug !== undefined) console.warn("regulars.js:", error);
    }
  };
  const on = (target, names, work, options) =>
    names.split(" ").forEach((name) => target.addEventListener(name, safely(work), options));

  // ---- What is kept in this browser: `state`, and each message until the server has it ----------

  const PREFIX = "regulars.";
  const memory = new Map();
  const store = {
    get(name) {
      try {
        const text = localStorage.getItem(PREFIX + name);
        if (text !== null) return text;
      } catch {}
      return memory.has(name) ? memory.get(name) : null;
    },
    set(name, text) {
      try {
        localStorage.setItem(PREFIX + name, text);
        memory.delete(name);
      } catch {
        memory.set(name, text); // Full or forbidden: for as long as this page lives.
      }
    },
    remove(name) {
      memory.delete(name);
      try {
        localStorage.removeItem(PREFIX + name);
      } catch {}
    },
    names() {
      const found = [...memory.keys()];
      try {
        for (const name of Object.keys(localStorage)) {
          if (name.startsWith(PREFIX)) found.push(name.slice(PREFIX.length));
        }
      } catch {}
      return found;
    },
  };
  const wipe = () => store.names().forEach(store.remove);

  function read() {
    try {
      return JSON.parse(store.get("state")) || {};
    } catch {
      return {};
    }
  }

  function keep(change) {
    const state = { ...read(), ...change };
    store.set("state", JSON.stringify(state));
    return state;
  }

  // ---- Consent ----------------------------------------------------------------------------------

  let named; // Whom the page named before it was allowed to say so; kept in this page alone.

  function isSignalled() {
    const asked = [navigator.doNotTrack, window.doNotTrack];
    return navigator.globalPrivacyControl === true || asked.some((said) => said === "1" || said === "yes");
  }

  function isAllowed() {
    if (isSignalled()) return false;
    const said = read().consent;
    return said ? said.analytics === true : !isAsking;
  }

  /** consent({analytics: true}) lets it begin; false ends it and removes what was stored. */
  function consent(said) {
    if (said === undefined) return isAllowed();
    const was = isAllowed();
    const given = Object(said) === said ? { ...said } : { analytics: said };
    if (given.statistics !== undefined && given.analytics === undefined) given.analytics = given.statistics;
    const before = read().consent;
    const chosen = { ...before };
    for (const name of Object.keys(given)) chosen[name] = given[name] === true;
    if (chosen.analytics !== true || isSignalled()) {
      wipe();
      named = undefined;
      // Where nobody asks first, the "no" itself is all that is remembered.
      if (!isAsking && !isSignalled()) keep({ consent: chosen });
      return false;
    }
    keep({ consent: chosen });
    if (JSON.stringify(before) !== JSON.stringify(chosen)) track("Segment Consent Preference Updated");
    if (!was) {
      view.shownAt = 0; // What was seen before is not told.
      begin();
    }
    return true;
  }

  // ---- Addresses without what is nobody's business ----------------------------------------------

  const masked = (text) => String(text).replace(/[^\s/?&=#:;,<>"'(]+(@|%40)[^\s/?&=#:;,<>"')]+/g, "(email)");

  /** An address less its parameters (but for campaigns and those declared), hash and addresses. */
  function clean(address) {
    let url;
    try {
      url = new URL(address, document.baseURI);
    } catch {
      return "";
    }
    const parameters = new URLSearchParams();
    url.searchParams.forEach((value, name) => {
      if (/^utm_/.test(name) || kept.has(name)) parameters.append(name, value);
    });
    url.search = parameters;
    // A hash is a page only where an application uses it as a path.
    url.hash = /^#!?\//.test(url.hash) ? url.hash.split("?")[0] : "";
    url.username = url.password = "";
    return masked(url.href);
  }

  function parameter(names) {
    const inHash = location.hash.split("?")[1] || "";
    for (const text of [location.search, inHash]) {
      const given = new URLSearchParams(text);
      for (const name of names) if (given.get(name)) return masked(given.get(name).trim()).slice(0, 200);
    }
    return "";
  }

  function campaign() {
    const found = {};
    for (const name of ["source", "medium", "term", "content", "campaign", "id"]) {
      const value = parameter(["utm_" + name]);
      if (value) found[name === "campaign" ? "name" : name] = value;
    }
    return Object.keys(found).length ? found : undefined;
  }

  // ---- Messages ---------------------------------------------------------------------------------

  const bot = navigator.webdriver
    ? "webdriver"
    : (/headless|phantomjs|lighthouse|(compatible; ?[^;)]*|google|bing)bot|crawler|spider/i.exec(navigator.userAgent) || [])[0];
  let sequence = 0;

  function uuid() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const random = () => crypto.getRandomValues(new Uint8Array(1))[0];
    return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
      (c ^ (random() & (15 >> (c / 4)))).toString(16));
  }

  /** The visitor as kept, made where there is none; a visit ends after half an hour of nothing. */
  function visitor() {
    const now = Date.now();
    let state = read();
    if (!state.anonymousId || now - state.since > ID_MS) {
      state = { consent: state.consent, anonymousId: uuid(), since: now };
    }
    if (!(now - state.seen < SESSION_MS)) {
      state = { ...state, session: now, campaign: undefined, step: 0, returns: 0, query: undefined };
    }
    state.seen = now;
    state.campaign = campaign() || state.campaign;
    return keep(state);
  }

  function record(type, said) {
    if (!isAllowed()) return;
    const state = visitor();
    const { width, height } = window.screen;
    const message = {
      type,
      messageId: uuid(),
      timestamp: new Date().toISOString(),
      anonymousId: state.anonymousId,
      userId: state.userId,
      ...said,
      context: {
        library: { name: "regulars.js", version: VERSION },
        page: view.page || here(),
        campaign: state.campaign,
        sessionId: state.session,
        locale: navigator.language,
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        screen: { width, height, density: window.devicePixelRatio },
        userAgent: navigator.userAgent,
        consent: state.consent && { categoryPreferences: state.consent },
        bot,
      },
    };
    // Names sort as the messages were made.
    sequence += 1;
    const name = `m${Date.now().toString(36)}.${String(sequence).padStart(6, "0")}.${message.messageId}`;
    store.set(name, JSON.stringify(message));
    waiting().slice(0, -MOST_WAITING).forEach(store.remove);
    soon();
  }

  function track(event, properties) {
    if (typeof event !== "string" || !event) return;
    record("track", { event, properties: { ...properties } });
    if (event === "Order Completed") {
      if (isAllowed()) keep({ step: 0, returns: 0 });
    } else if (event === "Checkout Step Viewed" && properties && properties.step > 0) {
      move(Number(properties.step));
    }
  }

  function identify(userId, traits) {
    if (Object(userId) === userId) [userId, traits] = [undefined, userId];
    if (!isAllowed()) {
      named = [userId, traits];
      return;
    }
    if (userId !== undefined && userId !== null && userId !== "") {
      // Somebody else at the same screen is another visitor.
      const known = visitor().userId;
      if (known && known !== String(userId)) reset();
      visitor();
      keep({ userId: String(userId) });
    }
    record("identify", { traits: { ...traits } });
  }

  function reset() {
    named = undefined;
    if (!isAllowed()) return;
    const { consent } = read();
    store.remove("state");
    if (consent) keep({ consent });
  }

  /** page([category], [name], [properties]) */
  function page(...given) {
    const texts = given.filter((one) => typeof one === "string");
    const properties = given.find((one) => Object(one) === one);
    const name = texts.pop();
    tell();
    look();
    record("page", { name, category: texts.pop(), properties: { ...view.page, name, ...properties } });
    search();
    arrive();
  }

  // ---- Sending: nothing is forgotten before the server has it, and its number never changes -----

  let timer = 0;
  let isSending = false;
  let isRefused = false;
  let failures = 0;
  let lastBeacon = "";

  const waiting = () => store.names().filter((name) => name[0] === "m").sort();
  const parcel = (names) => {
    const batch = names.map((name) => store.get(name)).filter(Boolean);
    return `{"writeKey":${JSON.stringify(settings.key)},"sentAt":"${new Date().toISOString()}","batch":[${batch}]}`;
  };

  function soon(delay = 200) {
    if (!timer) timer = setTimeout(safely(send), delay);
  }

  function now() {
    clearTimeout(timer);
    timer = 0;
    return send();
  }

  async function send() {
    timer = 0;
    if (isSending || isRefused || navigator.onLine === false || !isAllowed()) return;
    const names = waiting().slice(0, AT_ONCE);
    if (!names.length) return;
    isSending = true;
    let status = 0;
    try {
      // As plain text: no question is asked beforehand.
      const headers = { "Content-Type": "text/plain" };
      const body = parcel(names);
      status = (await fetch(server + "/v1/b", { method: "POST", headers, body, credentials: "omit" })).status;
    } catch {}
    isSending = false;
    if (status === 200 || status === 400) {
      names.forEach(store.remove);
      failures = 0;
      if (waiting().length) soon(0);
    } else if (status === 401 || status === 404) {
      isRefused = true; // A wrong key or a paused source: not again on this page.
    } else {
      soon(Math.min(2 ** failures++, 300) * 1000 * (0.5 + Math.random() / 2));
    }
  }

  /** On leaving. Whether it arrived nobody tells, so the next page sends it again, same number. */
  function leave() {
    measure();
    tell();
    const names = waiting();
    const last = names[names.length - 1];
    if (!last || last === lastBeacon || isRefused || !isAllowed()) return;
    let size = 0;
    const fitting = names.filter((name) => (size += new Blob([store.get(name)]).size + 1) < BEACON_BYTES);
    if (!fitting.length) return;
    const address = `${server}/beacon/v1/batch?writeKey=${encodeURIComponent(settings.key)}`;
    if (navigator.sendBeacon(address, new Blob([parcel(fitting)], { type: "text/plain" }))) lastBeacon = last;
  }

  // ---- Pages: how long they are seen, and how far down ------------------------------------------

  const view = { page: null, shownAt: 0, depth: 0, step: 0 };
  const isSeen = () => document.visibilityState === "visible";

  function here() {
    const url = clean(location.href);
    const { pathname, search, hash } = new URL(url);
    const referrer = view.page ? view.page.url : document.referrer && clean(document.referrer);
    return { path: pathname + hash, referrer, search, title: masked(document.title), url };
  }

  function look() {
    const page = here();
    if (view.page && view.page.url === page.url) page.referrer = view.page.referrer;
    Object.assign(view, { page, shownAt: isSeen() ? performance.now() : 0, depth: 0 });
    measure();
  }

  function measure() {
    const { scrollHeight } = document.documentElement;
    const share = scrollHeight ? (window.scrollY + window.innerHeight) / scrollHeight : 1;
    view.depth = Math.max(view.depth, Math.min(100, Math.round(share * 100)));
  }

  /** One stretch of being seen has ended: the page was hidden, closed, or another took its place. */
  function tell() {
    const seconds = view.shownAt ? Math.round((performance.now() - view.shownAt) / 100) / 10 : 0;
    view.shownAt = 0;
    if (!view.page || !seconds) return;
    const { path, url } = view.page;
    track("Page Left", { path, url, seconds, scroll_percent: view.depth, ...step() });
  }

  function turn() {
    if (!view.page || clean(location.href) !== view.page.url) page();
  }

  function search() {
    const query = parameter(searches);
    if (!query || query === read().query) return;
    track("Products Searched", { query });
    if (isAllowed()) keep({ query });
  }

  // ---- Checkout: steps, and what gets in the way ------------------------------------------------

  const step = () => (view.step ? { step: view.step } : {});

  /** Which step of the checkout this page is, where the owner listed their paths. */
  function arrive() {
    const path = view.page.path;
    const fits = (one) => path === one || path.startsWith(one.replace(/\/?$/, "/"));
    const longest = checkout.filter(fits).sort((a, b) => b.length - a.length)[0];
    view.step = checkout.indexOf(longest) + 1;
    if (view.step && isAllowed() && read().step !== view.step) track("Checkout Step Viewed", step());
  }

  function move(to) {
    if (!isAllowed()) return;
    const { step: from = 0, returns = 0 } = read();
    view.step = to;
    if (from && to > from && checkout.length) track("Checkout Step Completed", { step: from });
    if (to < from) track("Checkout Step Returned", { step: to, from_step: from, times: returns + 1 });
    keep({ step: to, returns: to < from ? returns + 1 : returns });
  }

  const faults = new Set();

  function fail(message, source, line) {
    const text = masked(message).replace(/\d{4,}/g, "…").slice(0, 200);
    if (!text || faults.size >= 5 || faults.has(text)) return;
    faults.add(text);
    track("Script Failed", { message: text, source: source ? clean(source) : "", line, ...step() });
  }

  let paintedMs = 0;
  let isTimed = false;

  function time() {
    const [timing] = performance.getEntriesByType("navigation");
    if (isTimed || !timing || !timing.loadEventEnd || !isAllowed()) return;
    isTimed = true;
    const tenths = (ms) => Math.round(ms / 100) / 10;
    const seconds = tenths(Math.max(timing.loadEventEnd, paintedMs));
    if (seconds < slowSeconds) return;
    const parts = { first_byte_seconds: tenths(timing.responseStart), largest_paint_seconds: tenths(paintedMs) };
    track("Page Slow", { seconds, ...parts, path: view.page.path, ...step() });
  }

  // ---- Clicks -----------------------------------------------------------------------------------

  const PRESSED = "a[href],area[href],button,summary,[role=button],input[type=submit],input[type=button],input[type=image]";
  const FILES = /\.(pdf|zip|gz|7z|rar|docx?|xlsx?|pptx?|odt|ods|csv|txt|rtf|epub|ics|vcf|gpx|mp3|m4a|wav|mp4|mov|dmg|exe|msi|apk|pkg)$/i;
  let burst = [];
  let ragedAt = -1e9;

  /** What stands on it; never what somebody typed in it. */
  function label(element) {
    const own = element.dataset.regularsName || element.getAttribute("aria-label");
    const hasFields = element.querySelector("input,textarea,select,[contenteditable]");
    const shown = element.matches("input") ? element.getAttribute("value") : hasFields ? "" : element.textContent;
    return masked(own || shown || "").replace(/\s+/g, " ").trim().slice(0, 80);
  }

  const describe = (element) => element.localName + (element.id ? "#" + element.id : "");

  function click(event) {
    const element = event.composedPath()[0];
    if (!(element instanceof Element) || element.isContentEditable) return;
    if (element.closest("[data-regulars=off]")) return;
    if (event.type === "click") rage(event, element);
    const pressed = element.closest(PRESSED);
    if (pressed && !pressed.disabled) press(pressed);
  }

  function press(pressed) {
    const said = { text: label(pressed), id: pressed.id || undefined, ...step() };
    const href = pressed.getAttribute("href");
    if (!href || href === "#" || /^javascript:/i.test(href)) return track("Button Clicked", said);
    const url = new URL(href, document.baseURI);
    const rest = () => decodeURIComponent(url.pathname);
    if (url.protocol === "tel:" || url.protocol === "sms:") return track("Phone Clicked", { ...said, number: rest() });
    if (url.protocol === "mailto:") return track("Email Clicked", { ...said, address: rest() });
    const target = { ...said, url: clean(href) };
    const file = url.pathname.split("/").pop();
    if (pressed.hasAttribute("download") || FILES.test(file)) {
      const name = masked(pressed.getAttribute("download") || file);
      return track("File Downloaded", { ...target, file: name, extension: (/\.(\w+)$/.exec(name) || [])[1] });
    }
    const site = (host) => host.replace(/^www\./, "");
    if (site(url.hostname) === site(location.hostname)) return track("Link Clicked", target);
    return track("Outbound Link Clicked", { ...target, host: url.hostname });
  }

  /** Three clicks on one spot within a second; not on fields, steppers, or to select a text. */
  function rage(event, element) {
    const at = performance.now();
    if (!event.detail || element.closest("input,textarea,select,label,video,audio,canvas")) return;
    burst = burst.filter((one) => at - one.at < 1000 && Math.hypot(one.x - event.clientX, one.y - event.clientY) < 30);
    burst.push({ at, x: event.clientX, y: event.clientY });
    const spot = element.closest(PRESSED) || element;
    const text = label(spot);
    if (burst.length < 3 || at - ragedAt < 3000 || /^[-+−–‹›<>«»]$/.test(text)) return;
    if (!getSelection().isCollapsed && getComputedStyle(element).cursor !== "pointer") return;
    ragedAt = at;
    track("Rage Clicked", { element: describe(spot), text, path: view.page.path, ...step() });
  }

  /** A form that the browser would not send: which fields, never what stands in them. */
  let refused = null;

  function refuse(event) {
    const field = event.target;
    const name = field.name || field.id || field.type;
    if (refused) return refused.push(name);
    refused = [name];
    setTimeout(safely(() => {
      const form = field.form ? field.form.id || field.form.getAttribute("name") || "" : "";
      track("Form Refused", { form, fields: refused, path: view.page.path, ...step() });
      refused = null;
    }));
  }

  // ---- Beginning --------------------------------------------------------------------------------

  function begin() {
    if (isSignalled()) return wipe();
    if (!isAllowed()) return look();
    if (named) identify(...named);
    named = undefined;
    if (settings.pages === "manual") look();
    else page();
    time();
    if (waiting().length) soon();
  }

  function listen() {
    on(document, "click auxclick", (event) => (event.type === "click" || event.button === 1) && click(event), true);
    on(document, "invalid", refuse, true);
    on(window, "error", (event) => event.message && fail(event.message, event.filename, event.lineno));
    on(window, "unhandledrejection", ({ reason }) => fail((reason && reason.message) || reason || ""));
    on(window, "online", now);
    on(window, "pagehide", leave);
    on(document, "visibilitychange", () => {
      if (!isSeen()) return leave();
      view.shownAt = view.shownAt || performance.now();
      if (waiting().length) soon();
    });
    on(window, "pageshow", (event) => event.persisted && begin());
    on(window, "load", () => setTimeout(safely(time)));
    let isMeasuring = false;
    on(window, "scroll resize", () => {
      if (isMeasuring) return;
      isMeasuring = true;
      setTimeout(() => ((isMeasuring = false), measure()), 100);
    }, { passive: true });
    if (settings.pages === "manual") return;
    // An application sets its title after the address: look a moment later.
    const later = () => setTimeout(safely(turn), 50);
    on(window, "popstate hashchange", later);
    for (const name of ["pushState", "replaceState"]) {
      const original = history[name];
      history[name] = function (...given) {
        const answer = original.apply(this, given);
        later();
        return answer;
      };
    }
  }

  const start = safely(() => {
    try {
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => (paintedMs = entry.startTime)))
        .observe({ type: "largest-contentful-paint", buffered: true });
    } catch {}
    begin();
    time();
    for (const [name, ...given] of Array.isArray(early) ? early : []) api[name](...given);
  });

  const api = { version: VERSION };
  for (const verb of [page, track, identify, reset, consent]) api[verb.name] = safely(verb);
  api.push = ([name, ...given]) => api[name](...given);
  window.regulars = api;

  const ready = safely(() => {
    listen();
    if (document.readyState === "loading") on(document, "DOMContentLoaded", start);
    else start();
  });
  if (document.prerendering) on(document, "prerenderingchange", ready, { once: true });
  else ready();
})();
