// One key answers a doubt: the button that bears it is pressed. Whoever types is left alone.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const button = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target.id === "match") document.getElementById("doubt")?.focus();
});
