// Reads the code on a card through the camera, where the browser can, and looks the person up as if
// it had been typed. Nothing of the picture is kept or sent.
const WANTED = ["qr_code", "code_128", "code_39", "ean_13", "ean_8", "upc_a", "itf", "codabar"];
const PAUSE_MS = 150;
const opener = document.getElementById("camera-open");
const dialog = document.getElementById("camera");
const video = dialog.querySelector("video");
const refused = dialog.querySelector("[role=alert]");
const field = document.getElementById("q");
let stream = null;

async function formats() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return [];
  const known = await BarcodeDetector.getSupportedFormats().catch(() => []);
  return WANTED.filter((one) => known.includes(one));
}

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = video.srcObject = null;
}

async function look(detector) {
  while (stream) {
    const [code] = await detector.detect(video).catch(() => []);
    if (code?.rawValue.trim()) return code.rawValue.trim();
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
  return "";
}

async function open(detector) {
  refused.hidden = true;
  dialog.showModal();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    if (!dialog.open) return stop();
    video.srcObject = stream;
    await video.play();
  } catch {
    stop();
    refused.hidden = false;
    return;
  }
  const text = await look(detector);
  if (!text || !dialog.open) return;
  dialog.close();
  field.value = text;
  field.form.requestSubmit();
}

const known = await formats();
if (known.length) {
  const detector = new BarcodeDetector({ formats: known });
  opener.hidden = false;
  opener.addEventListener("click", () => open(detector));
  dialog.querySelector("button").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", stop);
  document.addEventListener("visibilitychange", () => document.hidden && dialog.close());
}
