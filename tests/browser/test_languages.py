from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Picture
from tests.browser.test_screens import complaints, name_of

pytestmark = pytest.mark.browser
# The longest words of all the languages, on the narrowest screen.
SCREENS = (
    "/",
    "/people",
    "/people/1",
    "/voices",
    "/sources/1",
    "/sources/1/rows/1",
    "/settings",
    "/settings/business",
    "/settings/team/2",
    "/settings/security",
    "/patterns?theme=light",
)


def _speak(page: Any, shop: str, language: str) -> None:
    page.context.add_cookies([{"name": "django_language", "value": language, "url": shop}])


@pytest.mark.parametrize("path", SCREENS, ids=name_of)
def test_german_fits_on_a_phone(path: str, tab: Any, shop: str, picture: Picture) -> None:
    _speak(tab, shop, "de")
    tab.set_viewport_size({"width": 375, "height": 900})
    tab.goto(f"{shop}{path}")
    picture(tab, f"{name_of(path)}-375-de")
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert complaints(tab) == []


def test_a_language_is_chosen_with_the_keyboard_alone(page: Any, shop: str) -> None:
    page.goto(f"{shop}/account/login")
    page.get_by_role("button", name="Français").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Se connecter").wait_for()
    assert page.locator("html").get_attribute("lang") == "fr"
    assert complaints(page) == []
    pressed = page.locator(".languages [aria-pressed=true]").all_inner_texts()
    assert pressed == ["Français"]
