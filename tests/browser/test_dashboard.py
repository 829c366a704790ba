from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_parts_fill_in_by_themselves_and_rows_keep_the_page_to_them(tab: Any, shop: str) -> None:
    tab.goto(f"{shop}/insights")
    expect(tab.locator("[data-awaited]")).to_have_count(0)
    assert tab.locator(".tally").count() == 10
    assert tab.locator("#chart img").get_attribute("alt").startswith("Revenue by day")
    tab.get_by_role("link", name="Market", exact=True).click()
    tab.wait_for_url(f"{shop}/insights?place=Market")
    tab.get_by_role("link", name="Place Market").click()
    tab.wait_for_url(f"{shop}/insights")


def test_a_part_that_fails_says_so_and_loads_when_asked_again(tab: Any, shop: str) -> None:
    # A page of its own: an aborted request is an error of the console, and here it is the point.
    page = tab.context.new_page()
    page.route("**/insights/boxes/places*", lambda route: route.abort())
    page.goto(f"{shop}/insights")
    failed = page.get_by_role("alert").filter(has_text="Places did not load")
    failed.wait_for()
    page.locator("#box-channels").wait_for()
    page.unroute("**/insights/boxes/places*")
    page.get_by_role("link", name="Try again").click()
    page.locator("#box-places").wait_for()
    page.close()


def test_a_number_opens_its_definition_and_shows_itself_over_time(tab: Any, shop: str) -> None:
    tab.goto(f"{shop}/insights?place=Market")
    tab.get_by_role("button", name="What is this? Orders").click()
    panel = tab.get_by_role("dialog", name="Orders")
    assert "--where place=Market" in panel.inner_text()
    tab.keyboard.press("Escape")
    assert not panel.is_visible()
    tab.get_by_role("link", name="Orders", exact=True).click()
    tab.wait_for_url(f"{shop}/insights?metric=orders&place=Market")


def test_the_page_is_whole_without_scripts(chromium: Any, passport: Any, shop: str) -> None:
    context = chromium.new_context(java_script_enabled=False, storage_state=passport)
    page = context.new_page()
    page.goto(f"{shop}/insights?place=Market")
    page.wait_for_url(f"{shop}/insights?place=Market&whole=1")
    assert page.locator(".box").count() == 9
    assert page.locator(".tally").count() == 10
    context.close()


def test_a_stranger_opens_a_shared_page(tab: Any, shop: str, chromium: Any) -> None:
    tab.goto(f"{shop}/insights/shares?place=Market")
    tab.get_by_role("button", name="Make the link").click()
    address = tab.locator("#secret").inner_text()
    context = chromium.new_context()
    stranger = context.new_page()
    complaints: list[str] = []
    stranger.on("console", lambda line: complaints.append(line.text))
    with stranger.expect_response("**/charts/*.svg") as drawn:
        stranger.goto(address)
        expect(stranger.locator("[data-awaited]")).to_have_count(0)
        stranger.locator("#chart img").scroll_into_view_if_needed()
    assert drawn.value.status == 200
    assert stranger.locator("a[href^='/insights']").count() == 0
    assert complaints == []
    context.close()
