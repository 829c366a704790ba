// <section data-awaited hx-get="…" hx-trigger="load, retry"> shows what failed to load, and a way to
// try again.

function show(part, has_failed) {
  part.querySelector("[data-awaited-busy]").hidden = has_failed;
  part.querySelector("[data-awaited-failed]").hidden = !has_failed;
  part.setAttribute("aria-busy", String(!has_failed));
}

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    const part = event.target.closest("[data-awaited]");
    if (part) show(part, true);
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-awaited-retry]");
  if (!link) return;
  event.preventDefault();
  const part = link.closest("[data-awaited]");
  show(part, false);
  window.htmx.trigger(part, "retry");
});
