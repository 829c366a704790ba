"""Calendars by address: read, read again, and entries that come and go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from regulars.kernel import clock
from regulars.sources import origins
from regulars.sources.connectors.ical import mapping
from regulars.sources.models import Source
from tests import world
from tests.connectors import vendor
from tests.connectors.hooks import FOLDER, NOW, bookings
from tests.connectors.vendor import Asked, Says, Vendor

FEED = (FOLDER / "ical" / "fixtures" / "feed.ics").read_text(encoding="utf-8")
HEAD, ENTRY = "BEGIN:VCALENDAR\nVERSION:2.0\n", "BEGIN:VEVENT\nUID:x\nDTSTART:20261127T090000Z\n"


class Tool:
    """A booking tool's feed, with an ETag."""

    def __init__(self) -> None:
        self.text = FEED

    def answer(self, asked: Asked) -> Says:
        tag = f'"{hash(self.text)}"'
        if asked.headers.get("if-none-match") == tag:
            return Says(status=304, headers={"ETag": tag})
        return Says(raw=self.text.encode(), headers={"ETag": tag})


@pytest.fixture
def tool() -> Tool:
    return Tool()


@pytest.fixture
def server(tool: Tool) -> Iterator[Vendor]:
    with vendor.running(tool.answer) as found:
        yield found


@pytest.fixture
def owner() -> Any:
    return world.open_shop().owner


@pytest.fixture
def source(owner: Any, server: Vendor) -> Source:
    secret = f"address={server.url}/feed.ics"
    return origins.add(owner, "ical", name="Diary", secret=secret, given={"zone": "Europe/London"})


def read(owner: Any, source: Source, at: datetime = NOW) -> dict[str, Any]:
    with clock.frozen(at):
        return origins.pull(owner, source.pk)


@pytest.mark.django_db
def test_entries_become_appointments_of_whoever_they_are_with(owner: Any, source: Source) -> None:
    assert read(owner, source)["problem"] is None
    found = bookings()
    assert found["2026-11-27 09:00", "Haircut"] == ("booked", None, "ada@crumb.test")
    assert found["2026-12-01 10:00", "Colour"] == ("booked", None, "ben@crumb.test")
    # Weekly at six by the wall's clock, but for one left out and one that was moved.
    assert [when for when, what in sorted(found) if what == "Class"] == [
        "2026-10-05 17:00", "2026-10-12 17:00", "2026-10-26 18:00", "2026-11-09 18:00",
        "2026-11-16 18:00",
    ]  # fmt: skip
    assert ("2026-11-03 18:00", "Class (moved)") in found


@pytest.mark.django_db
def test_what_is_gone_was_called_off_and_what_is_known_is_not_told_again(
    owner: Any, source: Source, tool: Tool, server: Vendor
) -> None:
    read(owner, source)
    assert read(owner, source)["kept"] == 0 and server.asked[-1].headers["if-none-match"]
    tool.text = FEED.replace("DTSTAMP:20261120T100000Z", "DTSTAMP:20261126T100000Z")
    assert read(owner, source)["kept"] == 0
    head, _, tail = FEED.partition("BEGIN:VEVENT\nUID:two@booking.test")
    tool.text = head + tail[tail.index("END:VEVENT\n") + len("END:VEVENT\n") :]
    read(owner, source, NOW.replace(minute=15))
    assert bookings()["2026-12-01 10:00", "Colour"][0] == "cancelled"
    # Put back: its state is told anew, later than the cancellation.
    tool.text = FEED
    read(owner, source, NOW.replace(hour=10))
    assert bookings()["2026-12-01 10:00", "Colour"][0] == "booked"
    tool.text = FEED.replace("SUMMARY:Haircut", "SUMMARY:Haircut\nSTATUS:CANCELLED").replace(
        "20261120T090000Z", "20261126T080000Z")  # fmt: skip
    read(owner, source, NOW.replace(hour=11))
    assert bookings()["2026-11-27 09:00", "Haircut"][0] == "cancelled"


@pytest.mark.django_db
def test_faults_are_said_and_lose_nothing(
    owner: Any, source: Source, tool: Tool, server: Vendor
) -> None:
    tool.text = "<html>Sign in</html>"
    assert read(owner, source)["problem"]["code"] == "unreachable"
    server.faults = [Says({}, 403)]
    assert read(owner, source)["problem"]["code"] == "token_refused"
    tool.text = FEED
    origins.give_secret(owner, source.pk, secret=f"address={server.url}/other.ics")
    assert read(owner, source)["problem"] is None
    assert len(bookings()) == 8


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;COUNT=99999999",
     "FREQ=YEARLY;BYDAY=1MO;BYMONTH=13", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;UNTIL=20201340"],
)  # fmt: skip
def test_a_rule_without_end_or_sense_comes_to_an_end(rule: str) -> None:
    text = f"{HEAD}{ENTRY.replace('2026', '2020')}RRULE:{rule}\nEND:VEVENT\nEND:VCALENDAR\n"
    try:
        found = list(mapping.entries(Calendar.from_ical(text), NOW, "Europe/London"))
    except ValueError:
        found = []
    assert len(found) <= mapping.MOST_TIMES


LINES = st.lists(
    st.sampled_from(
        ["DTEND:20261127T080000Z", "DURATION:-PT30M", "DTSTART;VALUE=DATE:20261127", "UID:",
         "ATTENDEE;CN=\"A, B\":mailto:a@b.test", "ATTENDEE:urn:x", "RRULE:FREQ=MONTHLY;COUNT=3",
         "EXDATE:20261227T090000Z,20270127T090000Z", "STATUS:cancelled", "DTSTART:99990101T000000Z",
         "LAST-MODIFIED:20260101", "SUMMARY:\\,\\n\x00", "RECURRENCE-ID:20261127T090000Z",
         "DTSTART;TZID=Nowhere/Else:20261127T090000", "ORGANIZER:x", "LOCATION"]
    ), max_size=6,
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(lines=LINES)
def test_odd_calendars_are_read_or_refused_as_a_whole(lines: list[str]) -> None:
    text = f"{HEAD}{ENTRY}" + "".join(f"{one}\n" for one in lines) + "END:VEVENT\nEND:VCALENDAR\n"
    from regulars.sources.connectors.contract import Account, Unreachable
    from regulars.sources.connectors.ical.connector import pull

    class Answers:
        status, headers, content = 200, {}, text.encode()

        def fetch(self, *_: Any, **__: Any) -> Any:
            return self

    account = Account(1, {"address": "https://x.test"}, {}, "")
    try:
        with clock.frozen(datetime(2026, 11, 26, tzinfo=UTC)):
            page = pull(account, "entries", "", Answers())  # type: ignore[arg-type]
    except Unreachable:
        return
    assert page.is_last
