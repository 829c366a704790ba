"""The weekly mail and its page, from the front door to the outbox."""

from __future__ import annotations

import email
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import policy
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from regulars.accounts import actors
from regulars.accounts.models import Business, Member
from regulars.insights import charts, doctor, mail_wishes, weekly
from regulars.insights.today import today
from regulars.jobs import mime, outbox, ticker
from regulars.jobs.models import Job, OutboxMessage, Tick
from regulars.jobs.performing import drain
from regulars.kernel import clock
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from regulars.sources.models import Import
from regulars.web.templatetags.figures import figure
from tests.contract.world import OWNER, REGULARS, World, address

pytestmark = pytest.mark.django_db
# Monday of the week after the world's last day; the owner's mail is due at 7 in London.
MONDAY = datetime(2025, 12, 1, 7, 0, tzinfo=UTC)
PNG = b"\x89PNG not drawn"


@pytest.fixture(autouse=True)
def not_drawn(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing takes seconds; one test does it in earnest."""
    if "drawn" not in request.keywords:
        monkeypatch.setattr(charts, "picture", lambda *_, **__: PNG)


@pytest.fixture
def since_summer(world: World) -> None:
    """The owner has wished for the mail since July."""
    Member.objects.filter(email=OWNER).update(joined_at=datetime(2025, 7, 1, tzinfo=UTC))


@pytest.fixture
def monday(since_summer: None) -> Iterator[None]:
    # The weeks before are done with.
    with clock.frozen(MONDAY - timedelta(minutes=1)):
        ticker.tick()
    Job.objects.all().delete()
    Tick.objects.filter(passed_over="").update(passed_over="late")
    OutboxMessage.objects.all().delete()
    with clock.frozen(MONDAY):
        yield


def member(email_: str = OWNER) -> Member:
    return Member.objects.get(email=email_)


def letter(**options: Any) -> Any:
    with clock.frozen(MONDAY):
        return weekly.letter(member(), "test", **options)


class Words(HTMLParser):
    """What of the HTML is read."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.is_silent = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.is_silent = tag in ("style", "title")
        if tag == "img":
            self.words.append(dict(attrs)["alt"] or "")

    def handle_endtag(self, tag: str) -> None:
        self.is_silent = False

    def handle_data(self, data: str) -> None:
        if not self.is_silent:
            self.words.append(data)


def words_of(html: str) -> str:
    reader = Words()
    reader.feed(html)
    return " ".join(" ".join(reader.words).split())


def test_the_mail_says_what_today_says(world: World, browse: Callable[..., Client]) -> None:
    with clock.frozen(MONDAY):
        page = today(actors.owner("cli"))
        told = browse("owner").get("/api/v1/today").json()
        shown = browse("owner").get("/").content.decode()
    written = letter()
    assert len(page["numbers"]) == 5 and page["things"]
    for number in page["numbers"]:
        value = figure(number["value"], number["unit"])
        assert f"{number['title']}: {value}" in written.text
        assert f">{value}</td>" in written.html
        assert value in shown
    for thing in page["things"]:
        for said in (thing["title"], thing["reason"]):
            assert said in written.text
            assert said in words_of(written.html)
    assert [one["value"] for one in told["numbers"]] == [one["value"] for one in page["numbers"]]
    assert [one["title"] for one in told["things"]] == [one["title"] for one in page["things"]]


def test_it_names_no_customer(world: World) -> None:
    written = letter()
    everything = written.text + written.html + written.subject
    for name in REGULARS:
        assert name not in everything
        assert address(name) not in everything
    assert "@example.org" not in everything


def test_the_subject_is_the_news(world: World) -> None:
    page = {
        "stale": False,
        "as_of": MONDAY.date(),
        "things": [{}, {}, {}],
        "numbers": [{"metric": "revenue", "unit": "GBP", "value": 18240.5, "before": 16790.0}],
    }

    def subject(**changes: Any) -> str:
        number = page["numbers"][0] | {"beyond_chance": True} | changes  # type: ignore[index]
        return weekly._subject({**page, "numbers": [number]})

    assert subject() == "Business is up: £18,240, was £16,790 · 3 things to do"
    assert subject(value=1500.0) == "Business is down: £1,500, was £16,790 · 3 things to do"
    assert subject(beyond_chance=False) == (
        "Business as usual: £18,240 in four weeks · 3 things to do"
    )
    assert subject(before=None, beyond_chance=None) == "£18,240 in four weeks · 3 things to do"
    assert subject(value=None) == "Your four weeks in numbers · 3 things to do"
    page["stale"] = True
    assert subject() == "Your figures end on 1 Dec 2025 · 3 things to do"
    page["stale"] = False
    assert subject(value=182_401_234_567.0, before=172_401_234_567.0) == (
        "Business is up: £182,401,234,567, was £172,401,234,567"
    )
    for language in ("fr", "de", "es"):
        with translation.override(language):
            assert len(subject(value=182_401_234_567.0, before=172_401_234_567.0)) <= 60


def test_it_reads_well_without_pictures(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    written = letter()
    assert list(written.pictures) == ["revenue@regulars"]
    assert 'src="cid:revenue@regulars"' in written.html
    alt = re.search(r'alt="(Revenue by week[^"]+)"', written.html)
    assert alt and "£" in alt[1]
    assert alt[1] in written.text

    def refuse(*_: object, **__: object) -> bytes:
        raise charts.NotDrawn("no room")

    monkeypatch.setattr(charts, "picture", refuse)
    plain = letter()
    assert (plain.pictures, "<img" in plain.html) == ({}, False)
    assert alt[1] in words_of(plain.html)


def test_it_is_light_and_asks_nobody_for_anything(world: World, settings: Any) -> None:
    settings.PUBLIC_URL = "https://crumb.test"
    html = letter().html
    assert len(html.encode()) < 40_000
    assert "<script" not in html and "<link" not in html and "url(" not in html
    assert set(re.findall(r'(?:src|href)="([^":]+:[^"/]*)', html)) == {
        "https:", "cid:revenue@regulars",
    }  # fmt: skip
    # Styles stand in the elements too, for mail programs that drop the rest.
    assert re.search(r'<h1 [^>]*style="[^"]*color: #', html)
    assert "@media (prefers-color-scheme: dark)" in html


def test_links_lead_home_or_are_not_there(world: World, settings: Any) -> None:
    settings.PUBLIC_URL = ""
    unknown = letter()
    assert "href" not in unknown.html
    assert "Open Regulars to see more." in unknown.text
    assert unknown.headers == {}
    settings.PUBLIC_URL = "https://crumb.test"
    known = letter()
    for path in re.findall(r'href="https://crumb\.test([^"]*)"', known.html):
        assert path.startswith("/")
    assert "https://crumb.test/settings/mail" in known.text
    assert known.headers == {"List-Unsubscribe": "<https://crumb.test/settings/mail>"}


def test_a_name_with_markup_is_only_a_name(world: World) -> None:
    Business.objects.update(name='<b>Crumb</b> & "Co"')
    written = letter()
    assert "<b>Crumb" not in written.html
    assert '<b>Crumb</b> & "Co"' in written.text
    assert written.sender_name == '<b>Crumb</b> & "Co"'


def test_numbers_are_written_as_the_member_reads(world: World) -> None:
    Member.objects.filter(email=OWNER).update(language="de")
    revenue = letter().text.split("\n")
    assert any(re.search(r"\d+,\d\d\s£", line) for line in revenue), revenue


def test_the_ticker_writes_it_once(monday: None) -> None:
    assert ticker.tick() == 1
    drain()
    message = OutboxMessage.objects.get()
    assert (message.recipient, message.occasion) == (OWNER, "2025-W49")
    assert (message.state, message.held_for) == ("held", "no_server")
    with clock.frozen(MONDAY + timedelta(hours=1)):
        assert ticker.tick() == 0
        # A job that is done again after a kill writes nothing new.
        assert weekly.put_due(MONDAY) == {"put": 0}
    assert OutboxMessage.objects.count() == 1


def test_another_hour_in_the_same_week_sends_nothing_twice(monday: None) -> None:
    ticker.tick()
    drain()
    owner = actors.owner("cli")
    mail_wishes.change(owner, member().pk, is_wanted=True, weekday=2, hour=9)
    with clock.frozen(MONDAY + timedelta(days=2, hours=2)):
        assert ticker.tick() == 1
        drain()
        assert OutboxMessage.objects.count() == 1
    with clock.frozen(MONDAY + timedelta(days=9, hours=2)):
        assert ticker.tick() == 1
        drain()
    assert set(OutboxMessage.objects.values_list("occasion", flat=True)) == {
        "2025-W49", "2025-W50",
    }  # fmt: skip


def test_each_gets_it_at_their_own_hour(monday: None) -> None:
    owner, ana = actors.owner("cli"), member("analyst@crumb.test")
    with clock.frozen(MONDAY - timedelta(hours=1)):
        mail_wishes.change(owner, ana.pk, is_wanted=True, weekday=0, hour=8)
    ticker.tick()
    drain()
    assert [one.recipient for one in OutboxMessage.objects.all()] == [OWNER]
    with clock.frozen(MONDAY + timedelta(hours=1)):
        ticker.tick()
        drain()
    assert {one.recipient for one in OutboxMessage.objects.all()} == {OWNER, ana.email}


def test_what_is_late_is_passed_over_and_said(monday: None, browse: Callable[..., Client]) -> None:
    with clock.frozen(MONDAY + timedelta(days=2, minutes=1)):
        assert ticker.tick() == 0
        assert weekly.put_due(MONDAY) == {"put": 0, "passed_over": "late"}
        shown = browse("owner").get("/settings/mail").content.decode()
        said = doctor.weekly_mail().sentence
    assert "The mail of 1 Dec 2025, 07:00 was left out" in shown
    assert said.endswith("2025-12-01 07:00 UTC was left out: nothing ran for more than two days.")
    assert not OutboxMessage.objects.exists()


def test_who_leaves_or_may_not_see_gets_nothing(monday: None) -> None:
    owner, helper = actors.owner("cli"), member("helper@crumb.test")
    with pytest.raises(NotFound):
        mail_wishes.change(owner, helper.pk, is_wanted=True, weekday=0, hour=7)
    Member.objects.filter(email=OWNER).update(is_active=False)
    assert mail_wishes.wanted() == []
    assert mail_wishes.times() == []
    with pytest.raises(WrongUse, match="Nobody gets"):
        weekly.put_now(owner)


def test_members_decide_for_themselves_and_leads_for_all(world: World) -> None:
    analyst = actors.by_email("analyst@crumb.test", "page")
    assert [one["email"] for one in mail_wishes.listing(analyst)] == [analyst.label]
    own = mail_wishes.change(analyst, analyst.member_id or 0, is_wanted=True, weekday=4, hour=18)
    assert (own["is_wanted"], own["weekday"], own["hour"]) == (True, 4, 18)
    with pytest.raises(NotAllowed):
        mail_wishes.change(analyst, member().pk, is_wanted=False, weekday=0, hour=7)
    for day, hour in ((7, 7), (-1, 7), (0, 24)):
        with pytest.raises(WrongUse):
            mail_wishes.change(
                analyst, analyst.member_id or 0, is_wanted=True, weekday=day, hour=hour
            )


def test_from_the_page_to_the_file(
    world: World, browse: Callable[..., Client], settings: Any
) -> None:
    client = browse("owner")
    page = client.get("/settings/mail").content.decode()
    assert "No mail server is set" in page
    assert "Put this week's mail in the outbox now" in page
    client.post("/settings/mail/weekly")
    page = client.get("/settings/mail").content.decode()
    # It renews itself, without scripts too, until the mail is there.
    assert 'http-equiv="refresh"' in page and 'hx-trigger="every 2s"' in page
    drain()
    message = OutboxMessage.objects.get()
    page = client.get("/settings/mail").content.decode()
    assert 'http-equiv="refresh"' not in page and "every 2s" not in page
    assert message.subject in page
    assert "No mail server was set when it was written." in page
    one = client.get(f"/settings/mail/{message.pk}")
    assert "Send it now" not in one.content.decode()
    looked = client.get(f"/settings/mail/{message.pk}/look")
    rules = looked["Content-Security-Policy"]
    assert "default-src 'none'" in rules and "style-src 'unsafe-inline'" in rules
    assert "script-src" not in rules and "frame-ancestors 'none'" in rules
    assert "data:image/png;base64," in looked.content.decode()
    file = client.get(f"/settings/mail/{message.pk}.eml")
    assert file["Content-Type"] == "message/rfc822"
    mail = email.message_from_bytes(file.content, policy=policy.default)
    assert (mail["Subject"], mail["To"]) == (message.subject, OWNER)
    assert client.post(f"/settings/mail/{message.pk}/send").status_code == 422
    settings.EMAIL_HOST = "mail.crumb.test"
    assert "Send it now" in client.get(f"/settings/mail/{message.pk}").content.decode()
    assert client.post(f"/settings/mail/{message.pk}/send").status_code == 302
    message.refresh_from_db()
    assert message.state == "waiting"
    client.post(f"/settings/mail/{message.pk}/drop")
    message.refresh_from_db()
    assert message.state == "dropped"


def test_a_mail_from_before_an_undo_says_that_its_figures_no_longer_hold(
    world: World, browse: Callable[..., Client]
) -> None:
    client, mark = browse("owner"), "Its figures no longer hold"
    client.post("/settings/mail/weekly")
    drain()
    message = OutboxMessage.objects.get()
    path = f"/settings/mail/{message.pk}"
    assert mark not in client.get(path).content.decode()
    client.post(f"/sources/{Import.objects.get(kind='customers').pk}/undo", {"why": "wrong file"})
    assert mark in client.get(path).content.decode()
    assert mark in client.get("/settings/mail").content.decode()
    client.post(f"{path}/drop")
    assert mark not in client.get(path).content.decode()


def test_the_form_changes_a_wish(world: World, browse: Callable[..., Client]) -> None:
    chosen = {"member": member().pk, "weekday": "6", "hour": "20"}
    assert browse("owner").post("/settings/mail", chosen).status_code == 302
    assert mail_wishes.wanted() == []
    browse("owner").post("/settings/mail", {**chosen, "is_wanted": "yes"})
    assert [(one.weekday, one.hour) for one in mail_wishes.wanted()] == [(6, 20)]
    assert browse("analyst").post("/settings/mail", chosen).status_code == 403


@pytest.mark.drawn
def test_the_picture_is_drawn_in_earnest(world: World) -> None:
    mail = email.message_from_bytes(mime.as_bytes(outbox.row_of(letter())), policy=policy.default)
    [picture] = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert picture.get_content().startswith(b"\x89PNG\r\n\x1a\n")
    assert len(picture.get_content()) < 150_000
