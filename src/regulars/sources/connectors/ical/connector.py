"""Calendars by address (RFC 5545): a booking tool's feed, read again and again.

A feed says how things stand, not what changed: what was seen before stands in the cursor, so that
an entry which is there no more was called off. Servers that support it answer 304.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b

import orjson

from regulars.kernel import clock
from regulars.kernel.telling import told
from regulars.sources.connectors.contract import (
    Account,
    Client,
    Connector,
    Field,
    Json,
    Page,
    Unreachable,
    takes_no_webhooks,
)
from regulars.sources.connectors.ical import mapping
from regulars.sources.connectors.ical.mapping import Entry
from regulars.sources.connectors.messages import BOOKING, Customer, text_of, track
from regulars.sources.intake.protocol import instant


def can_pull(account: Account) -> bool:
    """Whether there is an address to read."""
    return bool(account.secrets.get("address"))


def pull(account: Account, stream: str, cursor: str, client: Client) -> Page:
    """Read the whole feed; one page."""
    from icalendar import Calendar

    place: Json = orjson.loads(cursor) if cursor else {}
    asked = {"If_None_Match": place["etag"]} if place.get("etag") else {}
    got = client.fetch(_https(account.secrets["address"]), **asked)
    if got.status == 304:
        return Page((), cursor, True)
    try:
        calendar = Calendar.from_ical(got.content.decode("utf-8", "replace"))
        now, zone = clock.now(), account.settings.get("zone", "")
        found = list(mapping.entries(calendar, now, zone or "UTC"))
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, OverflowError) as error:
        raise Unreachable("the answer is no calendar") from error
    said, known = _changes(found, place.get("known", {}), now)
    following = {"etag": got.headers.get("ETag", ""), "known": known}
    return Page(said, orjson.dumps(following).decode(), True)


def _https(address: str) -> str:
    return f"https{address[6:]}" if address.lower().startswith("webcal:") else address


def _changes(
    found: list[Entry], before: dict[str, list[str]], now: datetime
) -> tuple[list[Json], dict[str, list[str]]]:
    """What is new since ``before`` (digest and begin of each entry), and what is known now."""
    said: list[Json] = []
    known: dict[str, list[str]] = {}
    for one in found:
        digest = blake2b(one.content, digest_size=8).hexdigest()
        known[one.number] = [digest, one.told.starts_at]
        stood = before.get(one.number)
        if stood is None or stood[0] != digest:
            first = one.changed_at or (now if stood else instant(one.told.booked_at) or now)
            said += one.said(first)
    for number, (_, starts_at) in before.items():
        begins = instant(starts_at)
        # What has begun drops out of many feeds; what lies ahead and is gone was called off.
        if number not in known and begins is not None and begins > now:
            what = {"booking_id": number, "status": "cancelled"}
            said.append(track(BOOKING, text_of(now), Customer(), what))
    return said, known


CONNECTOR = Connector(
    kind="ical",
    title=told("Calendar (iCalendar)"),
    namespace="ical",
    fields=(
        Field("address", told("The feed's private address, as your booking tool shows it."),
              is_secret=True, is_required=True),
        Field("zone", told("The time zone of times without one, e.g. Europe/London.")),
    ),
    about=told("Appointments from any booking tool or calendar that has an iCalendar (.ics) feed."),
    steps=(
        told("Look for “subscribe”, “iCal feed” or “secret address” in your booking tool."),
        told("Copy the address that begins with https:// or webcal:// and give it here."),
        told("It is read every quarter of an hour; what disappears before its time is called off."),
    ),
    hear=takes_no_webhooks,
    streams=("entries",),
    pull=pull,
    can_pull=can_pull,
)  # fmt: skip
