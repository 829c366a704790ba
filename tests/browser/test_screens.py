from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Picture

pytestmark = [pytest.mark.browser, pytest.mark.slow(seconds=3)]
WIDTHS = (375, 768, 1440)
SCREENS = (
    "/",
    "/today/all",
    "/today/decisions",
    "/people",
    "/people?q=ada",
    "/people?quiet=1",
    "/people/1",
    "/people/1/erase",
    "/people/1/merges",
    "/people/1/merge?q=a",
    "/people/1/facts",
    "/people/new",
    "/people/tasks",
    "/people?who=unbought",
    "/people?who=nameless",
    "/people?q=zita",
    "/people/looks",
    "/people/matches",
    "/counter",
    "/counter?q=a",
    "/counter/1",
    "/people/pipeline/1",
    "/people/pipeline/1?moved=1",
    "/people/pipeline/1/set-up",
    "/people/leads/1",
    "/people/leads/new",
    "/people/leads/1/edit",
    "/people/leads/1/move",
    "/people/leads/1/remove",
    "/people/forms",
    "/people/forms/new",
    "/people/forms/1",
    "/people/forms/held",
    "/voices",
    "/voices?waiting=1",
    "/insights?whole=1&place=Market",
    "/insights/boxes/products",
    "/insights/products?period=12months",
    "/insights/shares",
    "/sources",
    "/sources/quality",
    "/sources/new",
    "/sources/1",
    "/sources/1/undo",
    "/sources/1/rows/1",
    "/sources/cleaning",
    "/sources/data-map",
    "/sources/elsewhere",
    "/sources/quality/1",
    "/sources/live/new",
    "/sources/live/new?kind=shopify",
    "/sources/live/2",
    "/sources/live/3",
    "/sources/live/3/secret",
    "/sources/live/4",
    "/sources/live/4/fields",
    "/sources/live/2/held?reason=bad_number",
    "/sources/live/2/held/3",
    "/settings",
    "/settings/business",
    "/settings/fields",
    "/settings/joining",
    "/settings/hours",
    "/settings/hours?place=Market",
    "/settings/keys",
    "/settings/team",
    "/settings/team/2",
    "/settings/mail",
    "/settings/mail/1",
    "/settings/security",
    "/account/password",
    "/account/confirm",
    "/account/logout",
    "/kept",
    "/patterns?theme=light",
    "/patterns?theme=dark",
    "/patterns/charts",
    "/patterns/insights",
)
OUTSIDE = ("/account/login",)
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Without preloading: it would fetch our stylesheets anew and put them into the page.
_OPTIONS = {
    "preload": False,
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": _RULES},
}
_JUDGE = "async (options) => (await axe.run(document, options)).violations"
# Another width or theme has other pictures, and those far down are fetched late.
SETTLE = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  for (const one of document.images) one.loading = "eager";
  await Promise.all([...document.images].map((one) => one.decode().catch(() => null)));
}"""


# As sent, packed where the server packs; pictures of charts come apart.
_WEIGHTS = """() => Object.fromEntries(
  [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter((one) => !one.name.includes("/charts/"))
    .map((one) => [one.name, one.encodedBodySize]))"""


def name_of(path: str) -> str:
    return path.strip("/").translate(str.maketrans("/?=", "___")) or "today"


def complaints(tab: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    if not tab.evaluate("'axe' in window"):
        tab.evaluate(Axe().axe_script)
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:120]}"
        for one in tab.evaluate(_JUDGE, _OPTIONS)
        for node in one["nodes"]
    ]


def look(tab: Any, address: str, path: str, picture: Picture) -> None:
    """Open a screen at three widths in both themes, and judge it."""
    foreign: list[str] = []

    def note(request: Any) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            foreign.append(request.url)

    tab.on("request", note)
    tab.goto(f"{address}{path}", wait_until="load")
    weights = tab.evaluate(_WEIGHTS)
    assert foreign == []
    assert sum(weights.values()) < 100_000, weights
    for theme in ("light", "dark"):
        tab.emulate_media(color_scheme=theme)
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 900})
            tab.evaluate(SETTLE)
            picture(tab, f"{name_of(path)}-{width}-{theme}")
            wide = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{path} is {wide} px too wide at {width}"
            # The layout changes with the width, the colours with the theme.
            if theme == "light" or width == WIDTHS[0]:
                assert complaints(tab) == [], f"{path} at {width}, {theme}"


@pytest.mark.parametrize("path", SCREENS, ids=name_of)
def test_screen(path: str, tab: Any, shop: str, picture: Picture) -> None:
    look(tab, shop, path, picture)


@pytest.mark.parametrize("path", OUTSIDE, ids=name_of)
def test_screen_for_strangers(path: str, page: Any, shop: str, picture: Picture) -> None:
    look(page, shop, path, picture)


def test_targets_are_large_enough(tab: Any, shop: str) -> None:
    tab.set_viewport_size({"width": 375, "height": 900})
    tab.goto(f"{shop}/patterns")
    small = tab.evaluate(
        """() => [...document.querySelectorAll("button, .button, .menu a, .choices a, select,"
          + "summary, input:not([type=checkbox], [type=radio], [type=hidden]), .check")]
          .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
          .map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert small == []
