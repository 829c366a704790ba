"""The camera of the counter, before a camera that is made up and a reader put in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.conftest import Picture
from tests.browser.test_screens import SETTLE, WIDTHS, complaints

pytestmark = [pytest.mark.browser, pytest.mark.slow(seconds=3)]
FIELD = "Name, piece of a phone number, card or its code"
# The system's Chromium reads no codes: what it would read is put in by `reads`.
_READER = """
window.asked = [];
window.streams = [];
window.BarcodeDetector = class {
  static getSupportedFormats() { return Promise.resolve(%s); }
  constructor(options) { window.asked.push(options.formats); }
  async detect(picture) {
    if (!picture.videoWidth) throw new DOMException("no picture yet", "InvalidStateError");
    return window.reading ? [{ rawValue: window.reading, format: "qr_code" }] : [];
  }
};
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  window.wanted = wanted;
  const stream = await open(wanted);
  window.streams.push(stream);
  return stream;
};
"""
_ON = "() => window.streams.some((one) => one.active)"
_OFF = "() => window.streams.length && !window.streams.some((one) => one.active)"
_SEEN = "() => document.getElementById('camera-picture').videoWidth > 0"
_HIDE = """() => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
Opened = Callable[..., Any]


@pytest.fixture
def counter(chromium: Any, passport: Any, shop: str) -> Iterator[Opened]:
    """Opens the counter in a browser that reads ``formats`` and may use its camera or not; a
    script error, a CSP report or a console error fails the test, but for a line that is gone."""
    contexts, errors = [], []

    def note(line: Any) -> None:
        if line.type == "error" and "ERR_INTERNET_DISCONNECTED" not in line.text:
            errors.append(line.text)

    def opened(formats: str = '["qr_code", "pdf417", "ean_13"]', *, is_allowed: bool = True) -> Any:
        context = chromium.new_context(
            storage_state=passport, locale="en-GB", reduced_motion="reduce"
        )
        contexts.append(context)
        if is_allowed:
            context.grant_permissions(["camera"], origin=shop)
        if formats:
            context.add_init_script(_READER % formats)
        tablet = context.new_page()
        tablet.on("console", note)
        tablet.on("pageerror", lambda error: errors.append(str(error)))
        tablet.goto(f"{shop}/counter", wait_until="networkidle")
        return tablet

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


def press(tablet: Any) -> Any:
    """Open the camera; the dialogue, once it has a picture."""
    tablet.get_by_role("button", name="Camera", exact=True).click()
    tablet.wait_for_function(_SEEN)
    dialog = tablet.get_by_role("dialog", name="Read a card with the camera")
    dialog.get_by_text("Hold the code of the card in front of the camera.").wait_for()
    return dialog


def test_the_first_reading_looks_the_person_up(counter: Opened, shop: str) -> None:
    tablet = counter()
    press(tablet)
    assert tablet.evaluate("() => window.asked") == [["qr_code", "ean_13"]]
    assert tablet.evaluate("() => window.wanted.video.facingMode") == "environment"
    assert "audio" not in tablet.evaluate("() => window.wanted")
    tablet.evaluate("() => { window.reading = 'https://cards.crumb.test/?card=CB-77a' }")
    tablet.get_by_role("link", name="Zita Quast").wait_for()
    assert tablet.url.startswith(f"{shop}/counter/")
    tablet.get_by_role("button", name="Camera", exact=True).wait_for()


@pytest.mark.parametrize("way", ["button", "Escape", "hidden"])
def test_the_camera_ends(counter: Opened, way: str) -> None:
    tablet = counter()
    dialog = press(tablet)
    assert tablet.evaluate(_ON)
    if way == "button":
        dialog.get_by_role("button", name="Close").click()
    elif way == "Escape":
        tablet.keyboard.press("Escape")
    else:
        tablet.evaluate(_HIDE)
    tablet.wait_for_function(_OFF)
    assert not dialog.is_visible()
    assert tablet.evaluate("() => document.activeElement.id") == "counter-camera"
    assert tablet.evaluate("() => document.getElementById('camera-picture').srcObject") is None


def test_it_is_used_by_keys_and_opened_again(counter: Opened) -> None:
    tablet = counter()
    for _turn in range(2):
        tablet.get_by_role("button", name="Camera", exact=True).focus()
        tablet.keyboard.press("Enter")
        tablet.wait_for_function(_SEEN)
        assert tablet.evaluate("() => document.activeElement.id") == "camera-close"
        tablet.keyboard.press("Enter")
        tablet.wait_for_function(_OFF)
    assert tablet.evaluate("() => window.streams.length") == 2


def test_a_camera_that_comes_too_late_is_shut_at_once(counter: Opened) -> None:
    tablet = counter()
    tablet.get_by_role("button", name="Camera", exact=True).focus()
    tablet.evaluate(
        "() => { document.getElementById('counter-camera').click();"
        " document.getElementById('camera-close').click() }"
    )
    tablet.wait_for_function(_OFF)
    assert not tablet.get_by_role("dialog").is_visible()


@pytest.mark.parametrize("formats", ["", "[]", '["pdf417"]'])
def test_without_a_reader_there_is_no_button(counter: Opened, formats: str) -> None:
    tablet = counter(formats)
    assert tablet.get_by_label(FIELD).is_visible()
    tablet.wait_for_timeout(200)
    assert not tablet.get_by_text("Camera", exact=True).is_visible()


def test_without_scripts_there_is_none(chromium: Any, passport: Any, shop: str) -> None:
    context = chromium.new_context(java_script_enabled=False, storage_state=passport)
    tablet = context.new_page()
    tablet.goto(f"{shop}/counter")
    assert tablet.get_by_role("button", name="Find").is_visible()
    assert not tablet.get_by_text("Camera", exact=True).is_visible()
    assert not tablet.get_by_text("Read a card with the camera").is_visible()
    context.close()


def test_a_refusal_is_said(counter: Opened, picture: Picture) -> None:
    tablet = counter(is_allowed=False)
    tablet.get_by_role("button", name="Camera", exact=True).click()
    said = tablet.get_by_role("status").filter(has_text="The camera is not allowed on this page.")
    said.wait_for()
    picture(tablet, "camera-refused")
    assert complaints(tablet) == []
    tablet.keyboard.press("Escape")
    tablet.get_by_label(FIELD).fill("zita")
    tablet.get_by_role("button", name="Find").click()
    tablet.get_by_role("link", name="zita@one.test").wait_for()


def test_a_camera_that_is_taken_away_is_said(counter: Opened) -> None:
    tablet = counter()
    dialog = press(tablet)
    tablet.evaluate("() => window.streams[0].getTracks().forEach((one) => one.stop())")
    dialog.get_by_text("The camera does not answer", exact=False).wait_for()


@pytest.mark.parametrize("code", ["CB-77a", "https://cards.crumb.test/c/cb77a/"])
def test_it_reads_without_a_line_after_one_visit(counter: Opened, shop: str, code: str) -> None:
    tablet = counter()
    tablet.evaluate("() => navigator.serviceWorker.ready.then(() => 1)")
    tablet.wait_for_function("() => localStorage.getItem('regulars-counter-people')")
    tablet.context.set_offline(True)
    tablet.goto(f"{shop}/counter")
    tablet.get_by_text("No line.", exact=False).wait_for()
    press(tablet)
    tablet.evaluate("(code) => { window.reading = code }", code)
    tablet.get_by_role("button", name="Zita Quast").wait_for()
    assert tablet.evaluate(_OFF)


def test_how_it_looks(counter: Opened, picture: Picture) -> None:
    tablet = counter()
    for width in WIDTHS:
        tablet.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            tablet.emulate_media(color_scheme=theme)
            tablet.evaluate(SETTLE)
            picture(tablet, f"camera-button-{width}-{theme}")
            dialog = press(tablet)
            picture(tablet, f"camera-{width}-{theme}")
            assert complaints(tablet) == []
            assert tablet.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
            dialog.get_by_role("button", name="Close").click()
