"""Forms on other people's websites: what they take, once, what they hold, what they ask again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from regulars.accounts import actors
from regulars.kernel import clock
from regulars.profiles import erasure
from regulars.profiles.models import FormKnock, FormSubmission, Lead, LeadForm
from regulars.profiles.pipeline import board, facts, spam
from tests.web.leads import CONSENT, add_form, add_held, stamp_in, stamped

pytestmark = pytest.mark.django_db
TYPED = {"name": "Eve", "email": "Eve@crumb.test", "message": "A cake for <b>20</b>?\nThanks"}
Send = Callable[..., Any]


@pytest.fixture
def form(bakery: Path) -> LeadForm:
    return add_form()


@pytest.fixture
def send(form: LeadForm) -> Send:
    """Send the form as a visitor whose browser has no cookie and whose page is of another site."""
    visitor = Client(enforce_csrf_checks=True)

    def go(seconds: float = 10, address: str = "192.0.2.1", **changes: str) -> Any:
        typed = {**TYPED, "consent": "yes", "stamp": stamped(form, seconds=seconds), **changes}
        return visitor.post(f"/f/{form.token}", typed, REMOTE_ADDR=address,
                            headers={"Origin": "https://bakery.test"})  # fmt: skip

    return go


def test_what_is_sent_becomes_a_lead_with_evidence(send: Send, form: LeadForm) -> None:
    before = clock.now()
    answer = send()
    assert (answer.status_code, answer["Location"]) == (302, f"/f/{form.token}?sent=1")
    lead = Lead.objects.get()
    assert (lead.title, lead.email, lead.source) == ("Eve", "Eve@crumb.test", "Website")
    assert lead.note == "A cake for <b>20</b>?\nThanks" and lead.stage.name == "New"
    sent = FormSubmission.objects.get()
    assert sent.consent_wording == CONSENT and sent.consented_at is not None
    assert before <= sent.consented_at <= clock.now()
    form.consent = "Something else"
    form.save()
    [agreed] = facts.show(actors.owner("cli"), lead.pk)["consents"]
    assert agreed["wording"] == CONSENT
    thanks = Client().get(answer["Location"]).content.decode()
    assert "Thank you" in thanks and "Crumb" in thanks


def test_only_this_page_may_be_framed(form: LeadForm, owner: Client) -> None:
    page = Client().get(f"/f/{form.token}")
    policy = page["Content-Security-Policy"]
    assert "frame-ancestors *" in policy and "script-src 'self'" in policy
    assert "X-Frame-Options" not in page and page["Referrer-Policy"] == "no-referrer"
    assert not page.cookies and "<script" not in page.content.decode()
    for path in ("/people", f"/people/forms/{form.pk}", "/account/login"):
        other = owner.get(path) if "login" not in path else Client().get(path)
        assert "frame-ancestors 'none'" in other["Content-Security-Policy"]
        assert other["X-Frame-Options"] == "DENY"


def test_it_speaks_the_visitors_language(form: LeadForm) -> None:
    page = Client().get(f"/f/{form.token}", headers={"Accept-Language": "fr-CH, de;q=0.5"})
    assert page["Content-Language"] == "fr" and 'lang="fr"' in page.content.decode()


@pytest.mark.parametrize("seconds", [0, 2.5, 86_500])
def test_too_quick_or_too_old_is_asked_again_with_all_that_was_typed(
    send: Send, form: LeadForm, seconds: float
) -> None:
    with clock.frozen(clock.now()):
        answer = send(seconds=seconds)
    page = answer.content.decode()
    assert answer.status_code == 200 and "once more" in page and not Lead.objects.exists()
    assert "A cake for &lt;b&gt;20&lt;/b&gt;?" in page and 'value="Eve"' in page
    with clock.frozen(clock.now() + timedelta(seconds=5)):
        assert send(stamp=stamp_in(page)).status_code == 302
    assert Lead.objects.count() == 1


@pytest.mark.parametrize("stamp", ["", "x", "x" * 10_000, "eyJ:1:1", "\x00"])
def test_a_page_without_a_stamp_of_ours_is_asked_again(send: Send, stamp: str) -> None:
    assert send(stamp=stamp).status_code == 200 and not Lead.objects.exists()


def test_a_stamp_of_another_form_is_none(send: Send, form: LeadForm) -> None:
    other = add_form(consent="")
    assert send(stamp=stamped(other)).status_code == 200 and not Lead.objects.exists()


def test_the_same_twice_lands_once(send: Send, form: LeadForm) -> None:
    stamp = stamped(form)
    for _ in range(3):
        assert send(stamp=stamp).status_code == 302
    send(stamp=stamp, message="Another")
    assert Lead.objects.count() == 1
    # A page opened anew, the same words: once within the hour.
    assert send().status_code == 302 and Lead.objects.count() == 1
    with clock.frozen(clock.now() + timedelta(minutes=61)):
        send()
    assert Lead.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"website": "http://spam.test"}, "A field that people do not see was filled in."),
        ({"message": "http://a.test https://b.test www.c.test"}, "The message holds 3 links."),
        ({"name": "www.win.test"}, "The name holds a link."),
    ],
)
def test_what_looks_odd_is_held_and_not_dropped(
    send: Send, owner: Client, changes: dict[str, str], why: str
) -> None:
    answer = send(**changes)
    assert answer.status_code == 302 and not Lead.objects.exists()
    page = owner.get("/people/forms/held").content.decode()
    assert why in page and "Held (1)" in page
    number = FormSubmission.objects.get().pk
    owner.post(f"/people/forms/held/{number}", {"do": "let_in"})
    assert Lead.objects.count() == 1
    assert owner.post(f"/people/forms/held/{number}", {"do": "let_in"}).status_code == 404


def test_held_ones_can_be_thrown_away(form: LeadForm, owner: Client) -> None:
    number = add_held(form)
    owner.post(f"/people/forms/held/{number}", {"do": "throw_away"})
    assert not FormSubmission.objects.exists() and not Lead.objects.exists()


def test_two_links_in_a_message_are_fine(send: Send) -> None:
    send(message="See http://a.test and http://b.test")
    assert Lead.objects.count() == 1


def test_many_from_one_address_are_held_and_too_many_not_taken(send: Send) -> None:
    for n in range(spam.HELD_AN_HOUR):
        assert send(message=f"Nr {n}").status_code == 302
    assert send(message="One more").status_code == 302
    assert FormSubmission.objects.get(lead=None).held_why.startswith("Many messages came")
    assert send(address="192.0.2.2", message="From elsewhere").status_code == 302
    assert Lead.objects.count() == spam.HELD_AN_HOUR + 1
    FormKnock.objects.update(count=spam.MOST_AN_HOUR)
    answer = send(message="Yet another")
    assert answer.status_code == 429 and "Yet another" in answer.content.decode()
    assert "192.0.2" not in str(list(FormKnock.objects.values()))
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert spam.knock("192.0.2.3") == 1
    assert FormKnock.objects.count() == 1


def test_behind_a_proxy_the_address_that_it_saw_counts(form: LeadForm, settings: Any) -> None:
    def go(seen: str) -> None:
        typed = {**TYPED, "consent": "yes", "stamp": stamped(form), "message": seen}
        Client().post(f"/f/{form.token}", typed, headers={"X-Forwarded-For": seen})

    go("6.6.6.6, 192.0.2.1")
    go("7.7.7.7, 192.0.2.2")
    assert FormKnock.objects.count() == 1
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    go("6.6.6.6, 192.0.2.1, 192.0.2.3")
    go("192.0.2.3")
    assert FormKnock.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": ""}, "Please give your e-mail address."),
        ({"email": "nobody"}, "That is no e-mail address."),
        ({"consent": ""}, "Please tick the box to agree."),
        ({"name": "x" * 201}, "is too long"),
        ({"message": "x" * 4001}, "is too long"),
        ({"email": "x" * 400 + "@crumb.test"}, "is too long"),
    ],
)
def test_what_is_missing_or_too_long_is_said(
    send: Send, changes: dict[str, str], words: str
) -> None:
    answer = send(**changes)
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page
    assert ('aria-invalid="true"' in page) == ("too long" not in words)
    assert not Lead.objects.exists() and not FormSubmission.objects.exists()


def test_odd_signs_land_as_text(send: Send, owner: Client) -> None:
    nasty = "<script>alert(1)</script>\x00\u202e\ufffe{{ 7|add:7 }}"
    assert send(name=nasty, message=nasty).status_code == 302
    lead = Lead.objects.get()
    for path in (f"/people/leads/{lead.pk}", f"/people/pipeline/{lead.pipeline_id}"):
        page = owner.get(path).content.decode()
        assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page


def test_fields_that_the_form_does_not_ask_for_are_not_kept(send: Send) -> None:
    send(phone="07700 900001", title="Mine", value_minor="5")
    assert Lead.objects.get().phone == "" and Lead.objects.get().value_minor is None


def test_a_closed_form_says_so(form: LeadForm, send: Send, owner: Client) -> None:
    owner.post(f"/people/forms/{form.pk}", {"do": "close"})
    assert send().status_code == 410 and Client().get(f"/f/{form.token}").status_code == 410
    owner.post(f"/people/forms/{form.pk}", {"do": "reopen"})
    assert send().status_code == 302
    for token in ("x", "x" * 500, "%00", "ü"):
        assert Client().get(f"/f/{token}").status_code == 404


def test_a_form_is_made_and_its_html_brings_what_it_asks(owner: Client, bakery: Path) -> None:
    first = owner.get("/people/pipeline")["Location"].rsplit("/", 1)[1]
    typed = {"name": 'Web "<b>', "pipeline": first, "ask-email": "required", "consent": CONSENT}
    refused = owner.post("/people/forms/new", {**typed, "ask-email": ""})
    assert "to be able to answer" in refused.content.decode()
    made = owner.post("/people/forms/new", typed)
    page = owner.get(made["Location"]).content.decode()
    token = LeadForm.objects.get().token
    assert f"http://testserver/f/{token}" in page and "&lt;iframe src=" in page
    assert "&amp;lt;b&amp;gt;cakes" in page and '<b>"' not in page
    owner.post(made["Location"], {**typed, "ask-phone": "asked", "name": "Other"})
    changed = LeadForm.objects.get()
    assert changed.name == "Other" and changed.fields == {"email": "required", "phone": "asked"}


def test_whoever_is_erased_is_in_no_submission(form: LeadForm, send: Send, tmp_path: Path) -> None:
    from regulars.identity.resolving import resolve
    from regulars.sources import imports
    from tests import world

    send()
    send(email="bo@crumb.test")
    send(email="EVE@crumb.test", website="x", message="held")
    head = ("E-mail", "First name")
    path = world.write(tmp_path / "p.csv", head, [("eve@crumb.test", "Eve")])
    imports.import_file(actors.owner("cli"), path, kind="customers", is_confirmed=True)
    resolve()
    [lead] = [one for one in Lead.objects.all() if one.email_key == "eve@crumb.test"]
    person = board.as_card(lead).person_id
    assert person is not None
    told = erasure.export(actors.owner("cli"), person)["tables"]["profiles_formsubmission"]
    assert {one["consent_wording"] for one in told} == {CONSENT} and len(told) == 2
    erasure.erase(actors.owner("cli"), person)
    assert [one.email for one in FormSubmission.objects.all()] == ["bo@crumb.test"]
    assert [one.email for one in Lead.objects.all()] == ["bo@crumb.test"]


@pytest.mark.django_db(transaction=True)
def test_the_same_page_sent_by_many_hands_at_once_lands_once(bakery: Path) -> None:
    form = add_form()
    stamp = stamped(form)

    def go(n: int) -> int:
        # Half of them the same page, half the same words from pages of their own.
        typed = {**TYPED, "consent": "yes", "stamp": stamp if n % 2 else stamped(form)}
        try:
            return Client().post(f"/f/{form.token}", typed, REMOTE_ADDR=f"192.0.2.{n}").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as hands:
        assert set(hands.map(go, range(12))) == {302}
    assert Lead.objects.count() == FormSubmission.objects.count() == 1
