"""The counter without a line, and doubts answered by one key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow(seconds=3)]


@pytest.fixture
def tablet(tab: Any) -> Iterator[Any]:
    """The owner's tablet. That its line is gone stands in its console, and fails nothing here."""
    context = tab.context.browser.new_context(storage_state=tab.context.storage_state())
    yield context.new_page()
    context.close()


def test_what_is_entered_without_a_line_lands_once(tablet: Any, shop: str) -> None:
    tablet.goto(f"{shop}/counter")
    tablet.wait_for_function("() => localStorage.getItem('regulars-counter-people')")
    tablet.evaluate("() => navigator.serviceWorker.ready.then(() => 1)")
    # From the second opening on the worker stands between the page and the line.
    tablet.goto(f"{shop}/counter")
    tablet.wait_for_function("() => navigator.serviceWorker.controller")
    tablet.wait_for_load_state("networkidle")
    tablet.context.set_offline(True)
    tablet.goto(f"{shop}/counter")
    tablet.get_by_text("No line.", exact=False).wait_for()
    tablet.get_by_label("Name, piece of a phone number, card or its code").fill("zita")
    tablet.get_by_role("button", name="Find").click()
    tablet.get_by_role("button", name="Zita Quast · zita@one.test").click()
    tablet.get_by_label("What you heard").fill("Heard without a line")
    tablet.get_by_role("button", name="Note it").click()
    tablet.get_by_role("button", name="+1").click()
    tablet.wait_for_function("() => document.getElementById('counter-count').textContent === '2'")
    tablet.context.set_offline(False)
    tablet.evaluate("() => dispatchEvent(new Event('online'))")
    tablet.wait_for_function("() => document.getElementById('counter-waiting').hidden")
    tablet.goto(f"{shop}/counter?q=zita@one.test")
    assert tablet.locator(".facts dd").first.inner_text() == "26"
    tablet.get_by_role("link", name="Zita Quast").click()
    assert tablet.locator("#notes ~ ul p", has_text="Heard without a line").count() == 1


def test_one_visit_is_enough_to_open_it_without_a_line(tablet: Any, shop: str) -> None:
    tablet.goto(f"{shop}/counter")
    tablet.evaluate("() => navigator.serviceWorker.ready.then(() => 1)")
    used = tablet.evaluate(
        "() => performance.getEntriesByType('resource').map((one) => one.name)"
        ".filter((name) => name.includes('/static/'))"
    )
    missing = (
        "(names) => Promise.all(names.map((one) => caches.match(one)))"
        ".then((all) => names.filter((name, n) => !all[n]))"
    )
    assert len(used) > 40
    assert tablet.evaluate(missing, used) == []
    tablet.context.set_offline(True)
    tablet.goto(f"{shop}/counter")
    tablet.get_by_text("No line.", exact=False).wait_for()


def test_a_card_with_letters_is_found_without_a_line(tablet: Any, shop: str) -> None:
    tablet.goto(f"{shop}/counter")
    tablet.evaluate("() => navigator.serviceWorker.ready.then(() => 1)")
    tablet.wait_for_function("() => localStorage.getItem('regulars-counter-people')")
    tablet.context.set_offline(True)
    tablet.goto(f"{shop}/counter")
    tablet.get_by_text("No line.", exact=False).wait_for()
    field = tablet.get_by_label("Name, piece of a phone number, card or its code")
    field.fill("cb 77a")
    field.press("Enter")
    tablet.get_by_role("button", name="Zita Quast").wait_for()
    # As with a line: the digits of a card are no piece of a phone number.
    field.fill("XY-4477")
    field.press("Enter")
    tablet.get_by_text("Nobody like that was seen last.").wait_for()


def test_one_key_answers_and_one_takes_it_back(tab: Any, shop: str) -> None:
    tab.goto(f"{shop}/people/matches")
    tab.get_by_text("What speaks for one person").wait_for()
    tab.keyboard.press("d")
    tab.get_by_text("They stay two people", exact=False).wait_for()
    # Before htmx has settled, the key sends the form as a browser does: the page begins anew.
    tab.wait_for_function("() => !document.querySelector('[class*=htmx-]')")
    tab.wait_for_timeout(100)
    tab.keyboard.press("u")
    tab.get_by_text("What speaks for one person").wait_for()
    tab.wait_for_function("() => document.activeElement.id === 'doubt'")
