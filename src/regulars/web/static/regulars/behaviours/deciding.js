// A decision takes its card away, and with it what had the focus: go on with the card that is now in
// its place, or with the heading of the list. The page would begin anew for a keyboard otherwise.
const CARDS = "#things .thing";
let place = -1;

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "things") return;
  const card = detail.requestConfig?.elt.closest(".thing");
  place = card ? [...document.querySelectorAll(CARDS)].indexOf(card) : -1;
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target.id !== "things") return;
  const cards = document.querySelectorAll(CARDS);
  const card = place < 0 ? null : cards[Math.min(place, cards.length - 1)];
  (card?.querySelector(".thing-title") ?? document.getElementById("things-title"))?.focus();
});
