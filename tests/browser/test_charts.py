from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def explore(tab: Any, title: str) -> Any:
    """Bring a chart to life by its button, as the keyboard does; hands back the figure."""
    figure = tab.locator("figure[data-chart]").filter(has_text=title)
    figure.scroll_into_view_if_needed()
    figure.get_by_role("button", name="Explore").focus()
    tab.keyboard.press("Enter")
    figure.locator(".chart-live[tabindex]").wait_for(timeout=60_000)
    return figure


def test_a_chart_tells_its_figures_to_pointer_and_keys(tab: Any, shop: str) -> None:
    tab.goto(f"{shop}/patterns/charts?theme=light")
    figure = explore(tab, "Revenue a day")
    live, tip = figure.locator(".chart-live"), figure.locator(".chart-tip")
    assert tab.evaluate("document.activeElement.className") == "chart-live"
    assert "arrow keys" in live.get_attribute("aria-label")
    tab.keyboard.press("Home")
    assert tip.inner_text().startswith("Wed, 4 Mar 2026 · £610")
    tab.keyboard.press("ArrowRight")
    assert tip.inner_text().startswith("Thu, 5 Mar 2026")
    tab.keyboard.press("Escape")
    assert not tip.is_visible()
    frame = live.bounding_box()
    tab.mouse.move(frame["x"] + 0.99 * frame["width"], frame["y"] + 0.5 * frame["height"])
    tip.wait_for(state="visible")
    assert tip.inner_text().startswith("Tue, 31 Mar 2026")
    # Vega may bring no style of its own past the policy, nor ask anybody to loosen it.
    assert tab.locator("style").count() == 0


def test_a_pointer_wakes_a_chart_and_a_new_theme_puts_it_to_sleep(tab: Any, shop: str) -> None:
    tab.goto(f"{shop}/patterns/charts")
    figure = tab.locator("figure[data-chart]").filter(has_text="Orders by hour and weekday")
    figure.locator("img").hover()
    figure.locator(".chart-live[tabindex]").wait_for(timeout=60_000)
    tab.mouse.move(0, 0)
    figure.locator(".chart-live").hover()
    assert ":00 · " in figure.locator(".chart-tip").inner_text()
    tab.emulate_media(color_scheme="dark")
    figure.locator(".chart-live").wait_for(state="detached")
    tab.wait_for_function(
        "one => one.currentSrc.includes('dark')", arg=figure.locator("img").element_handle()
    )


def test_a_chart_that_cannot_be_fetched_says_so(page: Any, passport: Any, shop: str) -> None:
    page.context.add_cookies(passport["cookies"])
    page.goto(f"{shop}/patterns/charts")
    page.route("**/charts/*.json", lambda route: route.fulfill(status=204))
    figure = page.locator("figure[data-chart]").first
    figure.get_by_role("button", name="Explore").focus()
    page.keyboard.press("Enter")
    figure.get_by_role("button", name="could not be loaded").wait_for(timeout=60_000)
    assert figure.locator("img").is_visible()
