"""The trail of who looked at whom, for a year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.accounts.models import Member
from regulars.identity.queries import identifiers_of
from regulars.kernel import clock
from regulars.profiles.anchors import anchor_of, people_of
from regulars.profiles.looks.models import Look
from regulars.profiles.models import Card

KEPT = timedelta(days=365)
PAGE, COUNTER, EXPORT = "page", "counter", "export"
_TURN = 1_000
# A day's ends are instants: at the calendar's own ends there would be none.
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


@dataclass(frozen=True, slots=True)
class Looked:
    """One look: by whom (empty: the system), through which face, at what, in which hour."""

    by: str
    face: str
    what: str
    hour: datetime
    profile_id: int | None = None
    name: str = ""


def see(actor: Actor, profile_id: int) -> None:
    """Let ``actor`` look at a person, and note it. Needs ``people.see``; `NotFound` for nobody."""
    actor.require("people.see")
    note(actor, profile_id)


def note(actor: Actor, profile_id: int, what: str = PAGE) -> None:
    """Note that ``actor`` looked at a person; once an hour. `NotFound` for nobody."""
    said = {
        "identifier_id": anchor_of(profile_id), "member_id": actor.member_id, "face": actor.face,
        "what": what, "hour": clock.now().replace(minute=0, second=0, microsecond=0),
    }  # fmt: skip
    # A program is no member, and databases take two of nobody for different ones.
    if actor.member_id is None and Look.objects.filter(**said).exists():
        return
    with transaction.atomic():
        Look.objects.bulk_create([Look(**said)], ignore_conflicts=True)


def of(actor: Actor, profile_id: int, most: int = 50) -> list[Looked]:
    """The latest looks at a person. Needs ``people.see_looks``."""
    actor.require("people.see_looks")
    rows = Look.objects.filter(identifier__in=identifiers_of(profile_id))
    return _looked(rows.order_by("-hour", "-pk")[:most])


def listing(
    actor: Actor, *, member_id: int | None = None, on: date | None = None, most: int = 200
) -> list[Looked]:
    """The latest looks of everybody, of one member, or of one day of the business. Needs
    ``people.see_looks``."""
    actor.require("people.see_looks")
    rows = Look.objects.all() if member_id is None else Look.objects.filter(member_id=member_id)
    if on is not None and not _FIRST_YEAR <= on.year <= _LAST_YEAR:
        return []
    if on is not None:
        zone = ZoneInfo(businesses.get().timezone)
        begin = datetime.combine(on, time(), zone)
        rows = rows.filter(hour__gte=begin, hour__lt=begin + timedelta(days=1))
    return _looked(rows.order_by("-hour", "-pk")[:most])


def age() -> int:
    """Let go of looks that are older than a year, in short turns; how many."""
    gone = 0
    while True:
        old = Look.objects.filter(hour__lt=clock.now() - KEPT).order_by("pk")
        numbers = list(old.values_list("pk", flat=True)[:_TURN])
        if not numbers:
            return gone
        with transaction.atomic():
            gone += Look.objects.filter(pk__in=numbers).delete()[0]


def _looked(looks: Iterable[Look]) -> list[Looked]:
    rows = list(looks)
    members = Member.objects.in_bulk({one.member_id for one in rows if one.member_id})
    people = people_of(one.identifier_id for one in rows)
    names = dict(Card.objects.filter(pk__in=set(people.values())).values_list("pk", "name"))
    return [
        Looked(
            str(members.get(one.member_id or 0, "")), one.face, one.what, one.hour,
            number := people.get(one.identifier_id), names.get(number or 0, ""),
        )
        for one in rows
    ]  # fmt: skip
