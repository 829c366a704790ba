"""A calendar's entries (RFC 5545) → appointments.

Repeating entries are told one by one within a window around now. Whom an entry is with is its
first attendee who does not run it; booking tools that write no attendees name the guest's address
in the description.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson

from regulars.sources.connectors.contract import Json
from regulars.sources.connectors.messages import (
    Appointment,
    Customer,
    of_appointment,
    of_customer,
    text_of,
)
from regulars.sources.files.identifiers import normalise_email

BEHIND, AHEAD = timedelta(days=400), timedelta(days=400)
MOST_TIMES = 1_000
"""Of one repeating entry, within the window."""
MOST_ENTRIES = 50_000
_REPEATS = re.compile(r"FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_PHONE = re.compile(r"\+\d[\d ()/-]{6,18}\d")
_OLDEST = timedelta(days=366 * 30)


@dataclass(frozen=True, slots=True)
class Entry:
    """One appointment of a calendar: its number, what is said of it without a time, and when that
    was said last where the calendar tells."""

    number: str
    told: Appointment
    changed_at: datetime | None

    @property
    def content(self) -> bytes:
        """What tells two states of it apart."""
        one = self.told
        return orjson.dumps(
            [one.starts_at, one.ends_at, one.what, one.status, one.place, one.staff,
             one.customer.email, one.customer.phone, one.customer.traits]
        )  # fmt: skip

    def said(self, as_of: datetime) -> list[Json]:
        """What the calendar says as of ``as_of``."""
        at = text_of(as_of)
        return [*of_customer(self.told.customer, at), of_appointment(replace(self.told, as_of=at))]


def entries(calendar: Any, now: datetime, zone: str) -> Iterator[Entry]:
    """Yield the appointments of a parsed calendar, at most `MOST_ENTRIES`.

    ``zone`` is the business's: times without one, and whole days, are in it.
    """
    try:
        home: ZoneInfo = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        home = ZoneInfo("UTC")
    events = [one for one in calendar.walk("VEVENT") if one.get("UID") and one.get("DTSTART")]
    moved: dict[str, set[datetime]] = {}
    for one in events:
        if one.get("RECURRENCE-ID"):
            moved.setdefault(str(one["UID"]), set()).add(_at(one["RECURRENCE-ID"].dt, home))
    count = 0
    for one in events:
        for starts_at in _times(one, now, home, moved.get(str(one["UID"]), set())):
            count += 1
            if count > MOST_ENTRIES:
                return
            yield _entry(one, starts_at, home)


def _times(event: Any, now: datetime, home: ZoneInfo, moved: set[datetime]) -> list[datetime]:
    """When an entry takes place, within the window; repeats moved elsewhere are left out."""
    first = _at(event["DTSTART"].dt, home)
    rule = event.get("RRULE")
    if rule is None or event.get("RECURRENCE-ID"):
        return [first] if now - BEHIND <= first <= now + AHEAD else []
    text = rule.to_ical().decode() if hasattr(rule, "to_ical") else ""
    if not _REPEATS.search(text) or first < now - _OLDEST:
        # Appointments do not repeat every minute, and what began an age ago would be counted
        # through for ever.
        return [first] if now - BEHIND <= first <= now + AHEAD else []
    off = {_at(when.dt, home) for one in _several(event.get("EXDATE")) for when in one.dts}
    return [at for at in _repeated(text, first, now, home) if at not in off | moved]


def _repeated(rule: str, first: datetime, now: datetime, home: ZoneInfo) -> list[datetime]:
    """The times of a repeating entry. It keeps its hour of the day when the clocks change, so the
    rule is followed on the wall's clock."""
    from dateutil.rrule import rrule, rrulestr  # type: ignore[import-untyped]

    until = (now + AHEAD).astimezone(home).replace(tzinfo=None)
    text = re.sub(r";?UNTIL=[^;]*", "", rule, flags=re.IGNORECASE)
    try:
        until = min(until, _stated_end(rule, home) or until)
        found = rrulestr(text, dtstart=first.astimezone(home).replace(tzinfo=None))
        if not isinstance(found, rrule):
            return [first]
        if found._interval < 1:
            return [first]  # it would never move on
        with warnings.catch_warnings():
            # A count beside an end is no contradiction here: the window ends what the rule says.
            warnings.simplefilter("ignore", DeprecationWarning)
            bounded = found.replace(until=until)
    except (ValueError, TypeError):
        return [first]
    times: list[datetime] = []
    for at in bounded:
        if at > until or len(times) >= MOST_TIMES:
            break
        local = at.replace(tzinfo=home)
        if local >= now - BEHIND:
            times.append(local.astimezone(UTC))
    return times


def _stated_end(rule: str, home: ZoneInfo) -> datetime | None:
    """When a rule says it ends, on the wall's clock; `ValueError` for a day that never was."""
    said = re.search(r"UNTIL=(\d{8})(?:T(\d{6})(Z?))?", rule, re.IGNORECASE)
    if said is None:
        return None
    wall = datetime.strptime(said[1] + (said[2] or "235959"), "%Y%m%d%H%M%S").replace(
        tzinfo=UTC if said[3] else home
    )
    return wall.astimezone(home).replace(tzinfo=None)


def _entry(event: Any, starts_at: datetime, home: ZoneInfo) -> Entry:
    uid = str(event["UID"])[:120]
    repeats = event.get("RRULE") or event.get("RECURRENCE-ID")
    original = _at(event["RECURRENCE-ID"].dt, home) if event.get("RECURRENCE-ID") else starts_at
    number = f"{uid}/{original:%Y%m%dT%H%M}" if repeats else uid
    status = "cancelled" if str(event.get("STATUS", "")).upper() == "CANCELLED" else "booked"
    changed = event.get("LAST-MODIFIED")
    ends_at = _ends(event, starts_at, home)
    created = event.get("CREATED")
    return Entry(
        number,
        Appointment(
            number=number,
            as_of="",
            starts_at=text_of(starts_at),
            ends_at=text_of(ends_at) if ends_at else "",
            booked_at=text_of(_at(created.dt, home)) if created else "",
            what=_plain(event.get("SUMMARY"))[:200],
            status=status,
            place=_plain(event.get("LOCATION"))[:120],
            channel="calendar",
            customer=_customer(event),
        ),
        _at(changed.dt, home) if changed else None,
    )


def _ends(event: Any, starts_at: datetime, home: ZoneInfo) -> datetime | None:
    first = _at(event["DTSTART"].dt, home)
    if event.get("DTEND"):
        return starts_at + max(_at(event["DTEND"].dt, home) - first, timedelta(0))
    length = event.get("DURATION")
    return starts_at + length.dt if length and isinstance(length.dt, timedelta) else None


def _customer(event: Any) -> Customer:
    runs = _mail(event.get("ORGANIZER"))
    for one in _several(event.get("ATTENDEE")):
        address = _mail(one)
        kind = str(getattr(one, "params", {}).get("CUTYPE", "INDIVIDUAL")).upper()
        if address and address != runs and kind == "INDIVIDUAL":
            name = str(getattr(one, "params", {}).get("CN", ""))
            named = {} if "@" in name else {"name": name.strip('" ')}
            return Customer(email=address, traits=named)
    words = _plain(event.get("DESCRIPTION"))
    addresses = [one for one in _ADDRESS.findall(words) if normalise_email(one.rstrip("."))]
    guest = next((one.rstrip(".") for one in addresses if one.rstrip(".").lower() != runs), "")
    phone = _PHONE.search(words)
    return Customer(email=guest, phone=phone[0] if phone else "")


def _mail(value: Any) -> str:
    text = str(value or "").strip()
    return text[7:].lower() if text.lower().startswith("mailto:") else ""


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _plain(value: Any) -> str:
    return str(value or "").replace("\x00", "").strip()


def _at(value: date | datetime, home: ZoneInfo) -> datetime:
    """An instant in UTC; a day begins at midnight."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=home)
    return (value if value.tzinfo else value.replace(tzinfo=home)).astimezone(UTC)
