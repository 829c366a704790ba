// The camera of the device types the code of a card into the search, where the browser reads codes.
// Elsewhere its button stays hidden.
const form = document.getElementById("counter-search");
const button = document.getElementById("counter-camera");
const dialog = document.getElementById("camera");
const picture = document.getElementById("camera-picture");
// What cards bear. PDF417, which identity papers bear, is not read.
const ON_CARDS = ["qr_code", "aztec", "data_matrix", "code_128", "code_39", "code_93", "codabar", "ean_13", "ean_8",
  "itf", "upc_a", "upc_e"];
const TROUBLES = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "missing" };
const PAUSE_MS = 120;
let opening = new AbortController();

// As the server reads a code: a card's address names it as card or code, or at its end. Without a
// line nobody else does.
function meant(text) {
  if (!/^https?:\/\//i.test(text)) return text;
  try {
    const { searchParams: asked, pathname } = new URL(text);
    return asked.get("card") || asked.get("code") || pathname.replace(/\/+$/, "").split("/").pop() || text;
  } catch {
    return text;
  }
}

async function readable() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return [];
  const formats = await BarcodeDetector.getSupportedFormats();
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.some((one) => one.kind === "videoinput") ? ON_CARDS.filter((one) => formats.includes(one)) : [];
}

function say(name) {
  for (const one of dialog.querySelectorAll("[data-when]")) one.hidden = one.dataset.when !== name;
}

function end(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

function close() {
  opening.abort();
  end(picture.srcObject);
  picture.srcObject = null;
  picture.hidden = true;
  dialog.close();
}

async function firstCode(formats, signal) {
  const detector = new BarcodeDetector({ formats });
  while (!signal.aborted) {
    if (!picture.srcObject.active) throw new Error("The camera was taken away.");
    // A picture that is not there yet cannot be read; the next one can.
    const codes = await detector.detect(picture).catch(() => []);
    const text = codes.map((one) => one.rawValue.trim()).find(Boolean);
    if (text) return text;
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
}

async function look(formats) {
  opening = new AbortController();
  const { signal } = opening;
  say("starting");
  dialog.showModal();
  try {
    const video = { facingMode: "environment", width: { ideal: 1280 } };
    const stream = await navigator.mediaDevices.getUserMedia({ video });
    if (signal.aborted) return end(stream);
    picture.srcObject = stream;
    picture.hidden = false;
    await picture.play();
    say("ready");
    const code = await firstCode(formats, signal);
    if (signal.aborted) return;
    close();
    form.elements.q.value = code;
    form.requestSubmit();
  } catch (trouble) {
    if (signal.aborted) return;
    end(picture.srcObject);
    picture.hidden = true;
    say(TROUBLES[trouble.name] ?? "busy");
  }
}

form.addEventListener("submit", () => {
  form.elements.q.value = meant(form.elements.q.value.trim());
});
dialog.addEventListener("close", () => dialog.open || close());
document.getElementById("camera-close").addEventListener("click", close);
document.addEventListener("visibilitychange", () => document.hidden && close());
addEventListener("pagehide", close);

const formats = await readable().catch(() => []);
button.hidden = !formats.length;
button.addEventListener("click", () => look(formats));
