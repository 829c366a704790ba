from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def test_a_session_that_ends_in_the_middle_of_a_form_loses_nothing(
    chromium: Any, passport: Any, shop: str
) -> None:
    from tests.contract.world import OWNER, PASSWORD

    context = chromium.new_context(storage_state=passport)
    tab = context.new_page()
    tab.goto(f"{shop}/settings/hours?place=Market")
    saturday = tab.get_by_role("group", name="Saturday")
    saturday.get_by_label("It is").select_option(label="open")
    saturday.get_by_label("From").fill("08:15")
    saturday.get_by_label("To").fill("13:45")
    context.clear_cookies(name="sessionid")
    tab.get_by_role("button", name="Save").click()
    tab.get_by_text("What you typed is kept in this browser").wait_for()
    tab.get_by_label("Email").fill(OWNER)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    tab.wait_for_url(f"{shop}/kept")
    assert "08:15" in tab.inner_text("main")
    tab.get_by_role("button", name="Send it now").click()
    tab.wait_for_url(f"{shop}/settings/hours")
    assert "8:15 to 13:45" in tab.inner_text("main")
    tab.goto(f"{shop}/kept")
    assert "Nothing is kept here" in tab.inner_text("main")
    context.close()
