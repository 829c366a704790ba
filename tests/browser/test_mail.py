from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import Picture
from tests.browser.test_screens import complaints

pytestmark = pytest.mark.browser


@pytest.fixture
def letter(chromium: Any, passport: dict[str, Any], shop: str) -> Iterator[Any]:
    """This week's mail, as its page shows it. It has no icon, which browsers ask for in vain."""
    context = chromium.new_context(storage_state=passport, locale="en-GB")
    tab = context.new_page()
    answer = tab.goto(f"{shop}/settings/mail/preview", wait_until="load")
    assert answer is not None and answer.status == 200
    yield tab
    context.close()


def test_the_mail_is_well_to_read(letter: Any, picture: Picture) -> None:
    for theme in ("light", "dark"):
        letter.emulate_media(color_scheme=theme)
        for width in (375, 720):
            letter.set_viewport_size({"width": width, "height": 900})
            picture(letter, f"mail-{width}-{theme}")
            assert letter.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert complaints(letter) == []
    assert letter.evaluate("[...document.images].map((one) => one.naturalWidth > 0)") == [True]


def test_the_mail_runs_no_script(letter: Any) -> None:
    added = """() => new Promise((done) => {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.body.append(script);
      done(window.ran === true);
    })"""
    assert letter.evaluate(added) is False
