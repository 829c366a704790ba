// <figure data-chart> shows a picture; at the first touch it becomes a chart that tells each figure,
// to the pointer and to the arrow keys. Vega is fetched then, once, and evaluates no text as code.

const settings = { renderer: "svg", ast: true, actions: false, defaultStyle: false, tooltip: false, logLevel: 1 };
const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -1e9, End: 1e9 };
const frame = '<div class="chart-live" role="group"><div aria-hidden="true"></div><p class="chart-tip" role="status" hidden></p></div>';
const between = (low, value, high) => Math.max(low, Math.min(value, high));

const draw = async (stage, address, script) => {
  const [answer] = await Promise.all([fetch(address), import(script)]);
  if (!answer.ok) throw new Error(answer.statusText);
  const spec = Object.assign(await answer.json(), { width: stage.clientWidth });
  stage.insertAdjacentHTML("beforeend", frame);
  const box = stage.lastElementChild;
  const { view } = await window.vegaEmbed(box.firstChild, spec, settings);
  // Where a row stands: usermeta names the fields that go across and up.
  const place = (row) => ["x", "y"].map((name, axis) => {
    const field = spec.usermeta[name];
    const scale = view.scale(name);
    const value = field === "on" ? Date.parse(row.on) : row[field] ?? 0;
    return view.origin()[axis] + scale(value) + (scale.bandwidth ? scale.bandwidth() / 2 : 0);
  });
  return { box, view, rows: spec.data.values, places: spec.data.values.map(place), ...spec.usermeta };
};

const point = ({ box, view, rows, places, weights }) => {
  const tip = box.lastChild;
  let here = -1;
  const pick = (number) => {
    here = number;
    view.signal("picked", here).runAsync();
    tip.hidden = !rows[here];
    if (tip.hidden) return;
    tip.textContent = rows[here].said;
    const [x, y] = places[here];
    const room = box.clientWidth - tip.offsetWidth;
    tip.style.setProperty("--x", `${between(0, x - tip.offsetWidth / 2, room)}px`);
    tip.style.setProperty("--y", `${Math.max(0, y - tip.offsetHeight - 14)}px`);
  };
  box.addEventListener("pointermove", (event) => {
    const corner = box.getBoundingClientRect();
    const pointer = [event.clientX - corner.x, event.clientY - corner.y];
    const far = places.map((own) => own.reduce((sum, at, n) => sum + weights[n] * (at - pointer[n]) ** 2, 0));
    pick(far.indexOf(Math.min(...far)));
  });
  box.addEventListener("pointerleave", () => pick(-1));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") pick(-1);
    if (!(event.key in steps)) return;
    event.preventDefault();
    pick(between(0, here + steps[event.key], rows.length - 1));
  });
};

const bind = (figure) => {
  const stage = figure.querySelector(".chart-stage");
  const image = stage.querySelector("img");
  const button = figure.querySelector("[data-chart-explore]");
  const label = button.firstChild;
  const words = label.textContent;
  let live = null;
  const leave = () => {
    live?.view.finalize();
    stage.querySelector(".chart-live")?.remove();
    live = null;
    stage.classList.remove("is-live");
    button.hidden = false;
    label.textContent = words;
  };
  const explore = async () => {
    if (live || button.disabled) return;
    [button.disabled, label.textContent] = [true, button.dataset.busy];
    try {
      // The browser's own choice, which it may not have made yet.
      const source = [...stage.querySelectorAll("source")].find((one) => matchMedia(one.media).matches);
      live = await draw(stage, (source?.srcset ?? image.src).replace(/svg$/, "json"), figure.dataset.chart);
      live.box.tabIndex = 0;
      live.box.setAttribute("aria-label", `${image.alt} ${button.dataset.hint}`);
      point(live);
      stage.classList.add("is-live");
      button.hidden = true;
    } catch {
      leave();
      label.textContent = button.dataset.failed;
    }
    button.disabled = false;
  };
  leave();
  button.addEventListener("click", () => explore().then(() => live?.box.focus()));
  stage.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && explore());
  // Another theme or width has a picture of its own.
  for (const query of ["(prefers-color-scheme: dark)", "(width >= 36rem)", "(width >= 60rem)"]) {
    matchMedia(query).addEventListener("change", leave);
  }
};

const bindAll = (part) => part.querySelectorAll("[data-chart]").forEach(bind);
bindAll(document);
// What htmx puts into the page later; its first word is about the whole page.
document.addEventListener("htmx:load", ({ detail }) => detail.elt !== document.body && bindAll(detail.elt));
