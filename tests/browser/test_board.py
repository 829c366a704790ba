"""The board by keyboard, and a form within a page of another site."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import Picture
from tests.browser.test_screens import look

pytestmark = [pytest.mark.browser, pytest.mark.slow(seconds=3)]


def place(tab: Any, title: str) -> str:
    """The stage in which a card stands."""
    card = tab.get_by_role("link", name=title, exact=True)
    column = tab.locator("[data-stage]").filter(has=card)
    return str(column.locator("h2").inner_text()).rsplit(" ", 1)[0]


def heard(tab: Any, words: str) -> None:
    tab.wait_for_function("(words) => document.querySelector('[data-board-said]').textContent"
                          " === words && !!document.activeElement.closest('[data-lead]')",
                          arg=words)  # fmt: skip


def test_arrows_go_from_card_to_card_and_with_shift_they_move_it(tab: Any, shop: str) -> None:
    for title in ("Arrow one", "Arrow two"):
        tab.goto(f"{shop}/people/leads/new")
        tab.get_by_label("What it is about").fill(title)
        tab.get_by_role("button", name="Write it down").click()
        tab.wait_for_url("**/people/leads/*")
    tab.goto(f"{shop}/people/pipeline/1")
    two = tab.get_by_role("link", name="Arrow two", exact=True)
    two.focus()
    tab.keyboard.press("ArrowDown")
    assert tab.locator("a:focus").inner_text() == "Arrow one"
    tab.keyboard.press("Shift+ArrowUp")
    heard(tab, "Arrow one went up.")
    assert tab.locator("a:focus").inner_text() == "Arrow one"
    tab.keyboard.press("ArrowDown")
    assert tab.locator("a:focus").inner_text() == "Arrow two"
    tab.keyboard.press("Shift+ArrowRight")
    heard(tab, "Arrow two is now in Talking.")
    assert place(tab, "Arrow two") == "Talking" and tab.get_by_role("button", name="Undo").count()
    tab.keyboard.press("ArrowLeft")
    assert tab.locator("a:focus").inner_text() == "Arrow one"
    tab.keyboard.press("ArrowRight")
    for stage in ("Offer made", "Won"):
        tab.keyboard.press("Shift+ArrowRight")
        heard(tab, f"Arrow two is now in {stage}.")
    # Lost asks why, on a page of its own.
    tab.keyboard.press("Shift+ArrowRight")
    tab.wait_for_url("**/move?to=*")
    tab.get_by_label("Why, if it is lost").fill("Too dear")
    tab.get_by_role("button", name="Move").click()
    tab.wait_for_url("**/people/pipeline/1?moved=*")
    assert place(tab, "Arrow two") == "Lost"
    tab.get_by_role("button", name="Undo").click()
    tab.wait_for_url("**/people/pipeline/1")
    assert place(tab, "Arrow two") == "Won"


def test_a_card_is_dragged_and_moved_by_its_form(tab: Any, shop: str) -> None:
    tab.goto(f"{shop}/people/pipeline/1")
    card = tab.locator("[data-lead]").filter(has_text="Rolls for the canteen")
    card.drag_to(tab.locator("[data-stage]").nth(2).locator("h2"))
    heard(tab, "Rolls for the canteen is now in Offer made.")
    card.locator("summary").click()
    card.get_by_label("Move to").select_option("New")
    card.get_by_role("button", name="Move", exact=True).click()
    tab.wait_for_url("**?moved=*")
    assert place(tab, "Rolls for the canteen") == "New"


def test_on_a_phone_the_board_says_which_stages_there_are(tab: Any, shop: str) -> None:
    tab.set_viewport_size({"width": 375, "height": 900})
    tab.goto(f"{shop}/people/pipeline/1")
    assert tab.locator("h1").inner_text() == "Pipeline of leads: Sales"
    stages = tab.get_by_role("navigation", name="Stages")
    assert "5 stages" in stages.inner_text()
    lost = tab.locator("[data-stage]").last
    assert lost.bounding_box()["x"] > 375
    stages.get_by_role("link", name="Lost").click()
    box = lost.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 375
    tab.set_viewport_size({"width": 1440, "height": 900})
    assert stages.is_hidden()


@pytest.fixture
def website() -> Iterator[Any]:
    """Another site, whose one page is what a test says."""

    class Page(http.server.BaseHTTPRequestHandler):
        html = b""

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(self.html)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.page = Page  # type: ignore[attr-defined]
    yield server
    server.shutdown()


def test_a_form_is_sent_within_a_frame_of_another_site(
    tab: Any, page: Any, shop: str, website: Any
) -> None:
    tab.goto(f"{shop}/people/forms/1")
    website.page.html = tab.inner_text("#frame").encode()
    visitor = page.context.new_page()
    # Another name for the same machine: to a browser that is another site.
    visitor.goto(f"http://127.0.0.1:{website.server_port}/favicon-less")
    frame = visitor.frame_locator("iframe")
    frame.get_by_label("Name").fill("Framed")
    frame.get_by_label("E-mail address").fill("framed@crumb.test")
    frame.get_by_role("checkbox").check()
    visitor.wait_for_timeout(3100)
    frame.get_by_role("button", name="Send").click()
    frame.get_by_role("heading", name="Thank you").wait_for()
    tab.goto(f"{shop}/people/pipeline/1")
    assert place(tab, "Framed") == "New"


def test_a_form_as_its_visitors_see_it(
    tab: Any, page: Any, shop: str, picture: Picture
) -> None:  # fmt: skip
    tab.goto(f"{shop}/people/forms")
    path = tab.get_by_role("link", name="Look at it").get_attribute("href")
    look(page, shop, path, picture)
