// <div data-board> is a board of cards. Arrow keys go from card to card; with Shift they move the card
// to the stage beside, or up and down within its own. A card can be dragged too. Each card's form does
// the same without this module; words come from the server and are told in [data-board-said].

const frame = document.querySelector("[data-board-frame]");
const said = document.querySelector("[data-board-said]");
const steps = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
const columns = () => [...frame.querySelectorAll("[data-stage]")];
const cards = (column) => [...column.querySelectorAll("[data-lead]")];
const between = (low, value, high) => Math.max(low, Math.min(value, high));
let isBusy = false;
let dragged = null;

const focus = (card) => card?.querySelector("a").focus();

const redraw = async (address, number) => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  frame.replaceChildren(...page.querySelector("[data-board-frame]").childNodes);
  bind();
  focus(frame.querySelector(`[data-lead="${number}"]`) ?? frame.querySelector("[data-lead]"));
};

const send = async (card, address, fields) => {
  const form = card.querySelector("[data-move]");
  if (isBusy || !form) return;
  isBusy = true;
  const body = new FormData(form);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  try {
    const answer = await fetch(address, { method: "POST", headers: { Accept: "application/json" }, body });
    if (!answer.headers.get("Content-Type")?.includes("json")) throw new Error(answer.statusText);
    const told = await answer.json();
    if (told.next) location.assign(told.next);
    if (told.board) await redraw(told.board, card.dataset.lead);
    said.textContent = told.said;
  } catch {
    // The page tells what is true now, and why nothing was moved.
    location.reload();
  }
  isBusy = false;
};

const move = (card, column) => {
  if (!column || column === card.closest("[data-stage]")) return;
  send(card, card.querySelector("[data-move]")?.action, { to: column.dataset.stage });
};

const shift = (card, direction) => {
  const address = card.querySelector("[data-move]")?.action.replace(/move$/, "shift");
  send(card, address, { do: direction < 0 ? "up" : "down" });
};

const go = (card, across, down) => {
  const all = columns();
  let place = all.indexOf(card.closest("[data-stage]"));
  const row = cards(all[place]).indexOf(card);
  if (down) return focus(cards(all[place])[row + down]);
  // Columns without cards are passed over.
  do place += across;
  while (all[place] && !cards(all[place]).length);
  const there = all[place] ? cards(all[place]) : [];
  return focus(there[between(0, row, there.length - 1)]);
};

frame.addEventListener("keydown", (event) => {
  const step = steps[event.key];
  const card = event.target.closest("[data-lead]");
  if (!step || !card || event.target.matches("select, input") || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const across = document.dir === "rtl" ? -step[0] : step[0];
  if (!event.shiftKey) go(card, across, step[1]);
  else if (step[1]) shift(card, step[1]);
  else move(card, columns()[columns().indexOf(card.closest("[data-stage]")) + across]);
});

const bind = () => {
  for (const card of frame.querySelectorAll("[data-lead]:has([data-move])")) {
    card.draggable = true;
    card.addEventListener("dragstart", () => (dragged = card));
  }
  for (const column of columns()) {
    column.addEventListener("dragover", (event) => {
      if (dragged) event.preventDefault();
      column.classList.toggle("is-over", dragged !== null);
    });
    column.addEventListener("dragleave", () => column.classList.remove("is-over"));
    column.addEventListener("drop", (event) => {
      event.preventDefault();
      column.classList.remove("is-over");
      if (dragged) move(dragged, column);
      dragged = null;
    });
  }
};
bind();
