from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.kernel import clock
from tests.contract.world import PASSWORD
from tests.web.conftest import OWNER

TYPED = {"place": "Zoë's <b>stall</b>", "state-5": "open", "opens-5": "08:30", "closes-5": "14:00"}


def strict() -> Any:
    """A browser that nobody is signed in to, held to the rules on forged forms."""
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "t" * 32
    return client


def send(browser: Any, path: str, given: dict[str, Any], **headers: str) -> Any:
    token = browser.cookies["csrftoken"].value
    return browser.post(path, {**given, "csrfmiddlewaretoken": token}, headers=headers)


def sign_in(browser: Any, path: str) -> Any:
    browser.get("/account/login")
    given = {"login": OWNER, "password": PASSWORD, "next": path}
    return send(browser, "/account/login", given)


def test_what_a_signed_out_browser_sent_is_shown_and_sent_after_signing_in(bakery: Path) -> None:
    from django.contrib.sessions.models import Session

    from regulars.accounts.models import OpeningHours

    browser = strict()
    answer = send(browser, "/settings/hours", TYPED)
    assert answer["Location"] == "/account/login?next=/kept"
    assert "What you typed is kept" in browser.get(answer["Location"]).content.decode()
    # Nobody reads it out of the table.
    assert all("stall" not in str(row.get_decoded()) for row in Session.objects.all())
    assert sign_in(browser, "/kept")["Location"] == "/kept"
    page = browser.get("/kept").content.decode()
    assert "Zoë&#x27;s &lt;b&gt;stall" in page and "08:30" in page
    assert "Saturday: From" in page and "State" not in page and "opens" not in shown_of(page)
    assert "You were signed out" in page
    assert 'action="/settings/hours"' in page
    assert not OpeningHours.objects.exists()
    sent = send(browser, "/settings/hours", TYPED)
    assert sent["Location"] == "/settings/hours"
    row = OpeningHours.objects.get()
    assert (row.place, str(row.opens)) == (TYPED["place"], "08:30:00")
    assert "Nothing is kept here" in browser.get("/kept").content.decode()


def shown_of(page: str) -> str:
    """The part of the page that a person reads."""
    return page.partition("<dl")[2].partition("</dl>")[0]


@pytest.mark.parametrize("is_part", [False, True])
def test_without_any_cookie_a_form_leads_to_sign_in_as_when_only_the_session_ended(
    is_part: bool, bakery: Path
) -> None:
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    headers = {"Origin": "http://testserver", **({"HX-Request": "true"} if is_part else {})}
    answer = browser.post("/settings/hours", TYPED, headers=headers)
    leads_to = answer["HX-Redirect"] if is_part else answer["Location"]
    assert leads_to == "/account/login?next=/kept"
    assert "What you typed is kept" in browser.get(leads_to).content.decode()
    sign_in(browser, "/kept")
    assert "08:30" in browser.get("/kept").content.decode()


def test_signing_in_without_cookies_is_no_form_that_was_kept(bakery: Path) -> None:
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    for path in ("/account/login", "/language"):
        answer = browser.post(path, {"login": "x"}, headers={"Origin": "http://testserver"})
        assert answer.status_code == 403 and "regulars_kept" not in answer.cookies
        assert "the browser keeps no cookies" in answer.content.decode()


def test_a_decision_is_shown_in_the_words_of_its_buttons(bakery: Path) -> None:
    browser = strict()
    about = "Station Road takes less than it used to"
    given = {"key": "trend:place:Station Road", "from": "today", "what": "done", "about": about}
    send(browser, "/today/decide", given)
    sign_in(browser, "/kept")
    read = shown_of(browser.get("/kept").content.decode())
    assert about in read and "Done" in read
    assert "trend:" not in read and "Key" not in read and "What done" not in read


def test_it_stays_while_it_could_not_be_taken(bakery: Path) -> None:
    browser = strict()
    wrong = {**TYPED, "closes-5": "08:30"}
    send(browser, "/settings/business?from=menu", wrong)
    sign_in(browser, "/kept")
    assert 'action="/settings/business?from=menu"' in browser.get("/kept").content.decode()
    send(browser, "/settings/hours", wrong)
    assert "08:30" in browser.get("/kept").content.decode()


def test_another_browser_sees_nothing_and_neither_does_a_later_hour(bakery: Path) -> None:
    browser, other = strict(), strict()
    send(browser, "/settings/hours", TYPED)
    sign_in(other, "/kept")
    assert "Nothing is kept here" in other.get("/kept").content.decode()
    # The number of the row alone opens nothing.
    place, _dot, _key = browser.cookies["regulars_kept"].value.partition(".")
    other.cookies["regulars_kept"] = f"{place}.{'A' * 43}="
    assert "Nothing is kept here" in other.get("/kept").content.decode()
    sign_in(browser, "/kept")
    assert "08:30" in browser.get("/kept").content.decode()
    import time
    from unittest import mock

    with mock.patch.object(time, "time", return_value=time.time() + 3700):
        assert "Nothing is kept here" in browser.get("/kept").content.decode()


def test_it_can_be_thrown_away(bakery: Path) -> None:
    browser = strict()
    send(browser, "/settings/hours", TYPED)
    sign_in(browser, "/kept")
    assert send(browser, "/kept", {})["Location"] == "/"
    assert "Nothing is kept here" in browser.get("/kept").content.decode()


def test_a_part_leads_to_sign_in_too(bakery: Path) -> None:
    browser = strict()
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/settings"}
    answer = send(browser, "/settings/hours", TYPED, **headers)
    assert answer["HX-Redirect"] == "/account/login?next=/kept"
    assert browser.cookies["regulars_kept"].value


@pytest.mark.parametrize(
    ("path", "given", "said"),
    [
        ("/settings/team", {"email": "n@example.org", "password": "a quiet street"}, "Passwords"),
        ("/settings/hours", {"place": "x" * 100_001}, "too large"),
    ],
)
def test_passwords_and_large_forms_are_not_kept_and_the_page_says_so(
    path: str, given: dict[str, str], said: str, bakery: Path
) -> None:
    browser = strict()
    answer = send(browser, path, given, Referer=f"http://testserver{path}")
    assert answer["Location"] == f"/account/login?next={path}"
    assert "regulars_kept" not in browser.cookies
    text = browser.get(answer["Location"]).content.decode()
    assert said in text and "is kept in this browser" not in text


def test_files_are_not_kept(bakery: Path) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    browser = strict()
    answer = send(browser, "/sources/new", {"files": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")})
    assert "regulars_kept" not in browser.cookies
    assert "Files are not kept" in browser.get(answer["Location"]).content.decode()


def test_a_form_whose_key_is_out_of_date_is_kept_if_a_page_of_ours_sent_it(bakery: Path) -> None:
    browser = strict()
    sign_in(browser, "/")
    old = {**TYPED, "csrfmiddlewaretoken": "o" * 64}
    for headers in ({}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}):
        answer = browser.post("/settings/hours", old, headers=headers)
        assert answer.status_code == 403 and "regulars_kept" not in answer.cookies
    answer = browser.post("/settings/hours", old, headers={"Origin": "http://testserver"})
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "What you typed is kept" in text and "You are still signed in" in text
    page = browser.get("/kept").content.decode()
    assert "08:30" in page and "You stayed signed in" in page and "signed out" not in page
    headers = {"Origin": "http://testserver", "HX-Request": "true"}
    assert browser.post("/settings/hours", old, headers=headers)["HX-Redirect"] == "/kept"


def test_what_is_kept_goes_with_the_next_that_is_kept_after_its_hour(bakery: Path) -> None:
    from django.contrib.sessions.models import Session

    send(strict(), "/settings/hours", TYPED)
    Session.objects.update(expire_date=clock.now() - timedelta(minutes=1))
    send(strict(), "/settings/hours", TYPED)
    assert Session.objects.count() == 1
