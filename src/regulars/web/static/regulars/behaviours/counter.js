// The counter without a line: whom one saw last is kept for an hour, what is entered waits here and
// is sent when the line is back. Each entry bears a key of its own, so it lands once.
const root = document.getElementById("counter");
const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
const QUEUE = "regulars-counter-queue";
const KEPT = "regulars-counter-people";
const [HOUR, AGAIN] = [3_600_000, 10_000];
let hasLine = navigator.onLine;

const read = (name, other) => JSON.parse(localStorage.getItem(name) ?? "null") ?? other;
const write = (name, value) => localStorage.setItem(name, JSON.stringify(value));
const first = (one) => one.by[0] ?? `#${one.anchor}`; // Tells namesakes apart.
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const bare = (text) => plain(text).replace(/[\s-]/g, "");

function people() {
  const kept = read(KEPT, null);
  if (kept && Date.now() - kept.at < HOUR) return kept.people;
  localStorage.removeItem(KEPT);
  return [];
}

function tell() {
  // What the browser says of the line is a guess; whether it was answered last is not.
  const count = read(QUEUE, []).length;
  document.getElementById("counter-line").hidden = hasLine;
  document.getElementById("counter-waiting").hidden = count === 0;
  document.getElementById("counter-count").textContent = count;
}

async function keep() {
  const answer = await fetch(root.dataset.people, { headers: { Accept: "application/json" } });
  if (answer.ok && !answer.redirected) write(KEPT, { at: Date.now(), people: (await answer.json()).people });
}

async function send() {
  for (const entry of read(QUEUE, [])) {
    const answer = await fetch(root.dataset.enter, {
      method: "POST",
      headers: { "X-CSRFToken": token, Accept: "application/json" },
      body: new URLSearchParams(entry),
    });
    // Whoever was signed out signs in again first; anything else was taken, or never will be.
    if (answer.redirected || answer.status === 403 || answer.status >= 500) break;
    write(QUEUE, read(QUEUE, []).filter((one) => one.key !== entry.key));
  }
}

async function catchUp() {
  people();
  hasLine = await send().then(keep).then(() => true, () => false);
  tell();
}

function found(text) {
  const words = plain(text).split(/\s+/).filter(Boolean);
  const digits = /[^\d\s()+./–-]/.test(text) ? "" : text.replace(/\D/g, "").replace(/^0+/, "");
  const named = (one) => words.length && words.every((word) => plain(one.name).includes(word));
  const whole = (value) => bare(value) === bare(text);
  const part = (value) => digits.length > 2 && value.includes(digits);
  return people().filter((one) => named(one) || one.by.some(whole) || one.by.some(part)).slice(0, 10);
}

function show(one) {
  const glance = document.getElementById("counter-glance").content.cloneNode(true);
  glance.querySelector("[data-name]").textContent = one.name || first(one);
  glance.querySelector("[data-points]").textContent = one.points;
  glance.querySelector("[data-traits]").textContent = Object.entries(one.traits).map((told) => told.join(": ")).join(" · ");
  for (const field of glance.querySelectorAll("[name=anchor]")) field.value = one.anchor;
  document.getElementById("counter-found").replaceChildren(glance);
}

function list(hits) {
  const rows = hits.map((one) => {
    const isAlike = hits.some((other) => other !== one && other.name === one.name);
    const textContent = [one.name, (isAlike || !one.name) && first(one)].filter(Boolean).join(" · ");
    return Object.assign(document.createElement("button"), { textContent, className: "button button-quiet", onclick: () => show(one) });
  });
  if (!rows.length) rows.push(document.getElementById("counter-nobody").content.cloneNode(true));
  document.getElementById("counter-found").replaceChildren(...rows);
}

// An entry waits here before it is sent, whatever the line: what was tapped is never lost.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!root.contains(form) || (form.id === "counter-search" && hasLine)) return;
  event.preventDefault();
  const given = Object.fromEntries(new FormData(form, event.submitter));
  if (form.id === "counter-search") return list(found(given.q));
  delete given.csrfmiddlewaretoken;
  write(QUEUE, [...read(QUEUE, []), { ...given, key: crypto.randomUUID(), at: new Date().toISOString() }]);
  form.reset();
  await catchUp();
  if (hasLine && !read(QUEUE, []).length && given.person) location.reload();
});

for (const one of ["online", "offline"]) addEventListener(one, catchUp);
setInterval(() => (hasLine && !read(QUEUE, []).length) || catchUp(), AGAIN);
navigator.serviceWorker?.register(root.dataset.worker, { scope: root.dataset.scope });
catchUp();
