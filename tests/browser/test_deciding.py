from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def decided(tab: Any, press: Any) -> str:
    """Press, wait for the list anew, and return what has the focus then."""
    with tab.expect_response("**/today/**") as answer:
        press()
    assert answer.value.ok
    # Not by a script of the test's own: the page's policy would refuse and report it.
    here = tab.locator(".thing-title:focus, #things-title:focus")
    here.wait_for()
    return str(here.inner_text())


def test_a_decision_keeps_the_place_says_what_happened_and_is_silent_in_the_console(
    tab: Any, shop: str
) -> None:
    lines: list[str] = []
    tab.on("console", lambda line: lines.append(line.text))
    tab.goto(f"{shop}/")
    first, second, third = tab.locator(".thing-title").all_inner_texts()[:3]
    cards = tab.locator(".thing")

    later = cards.nth(1)
    later.locator("summary").first.click()
    tomorrow = later.get_by_role("button", name="Tomorrow")
    assert decided(tab, lambda: tomorrow.press("Enter")) == third
    assert tab.inner_text("[role=status]#happened").startswith(f"Later: {second}.")

    done = cards.first.get_by_role("button", name="Done")
    assert decided(tab, lambda: done.press("Enter")) == third
    assert f"Done: {first}." in tab.inner_text("#happened")

    unhelpful = cards.first
    unhelpful.locator("summary").last.click()
    unhelpful.get_by_label("I knew that already").check()
    send = unhelpful.locator("form").last.get_by_role("button")
    after = decided(tab, lambda: send.press("Enter"))
    titles = tab.locator(".thing-title").all_inner_texts()
    assert after == (titles[0] if titles else "Worth doing")
    assert f"Not useful: {third}." in tab.inner_text("#happened")

    for _ in range(3):
        back = tab.get_by_role("button", name="Take back").first
        assert decided(tab, lambda back=back: back.press("Enter")) == "Worth doing"
    assert tab.inner_text("#happened").startswith("Taken back.")
    assert tab.locator(".thing").count() == 3
    assert lines == []
