"""Points: a ledger under identifiers, so that people who are merged have those of both, and part
again with their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum

from regulars.accounts.actors import Actor, audit
from regulars.identity.queries import identifiers_of, profiles_of
from regulars.kernel import clock
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.profiles.anchors import anchor_of
from regulars.profiles.counter.models import PointsEntry

MOST_AT_ONCE = 10_000
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the ledger."""

    points: int
    reason: str
    at: datetime
    by: str


def give(actor: Actor, profile_id: int, count: int, *, reason: str = "") -> int:
    """Give points, or take them with a negative count; returns the balance. Needs
    ``people.write``. `WrongUse` for none, too many at once, or more taken than there are."""
    actor.require("people.write")
    if not 0 < abs(count) <= MOST_AT_ONCE:
        raise WrongUse(told("Give or take 1 to %(most)s points.", most=f"{MOST_AT_ONCE:,}"))
    anchor = anchor_of(profile_id)
    with transaction.atomic():
        now = balance(profile_id) + count
        if now < 0:
            raise WrongUse(told("There are not so many points."))
        row = PointsEntry.objects.create(
            identifier_id=anchor, points=count, reason=" ".join(reason.split())[:_LONGEST_REASON],
            at=clock.now(), member_id=actor.member_id,
        )  # fmt: skip
        audit(actor, "points.give", f"points entry {row.pk}", points=count)
    return now


def balance(profile_id: int) -> int:
    """How many points a person has."""
    rows = PointsEntry.objects.filter(identifier__in=identifiers_of(profile_id))
    return int(rows.aggregate(sum=Sum("points"))["sum"] or 0)


def balances(identifiers: Iterable[int]) -> dict[int, int]:
    """Person → points, of the people that these identifiers belong to."""
    wanted = list(identifiers)
    of = profiles_of(wanted)
    found: dict[int, int] = {}
    rows = PointsEntry.objects.filter(identifier__in=wanted).values_list("identifier_id", "points")
    for identifier, points in rows:
        if identifier in of:
            found[of[identifier]] = found.get(of[identifier], 0) + points
    return found


def ledger(profile_id: int, most: int = 50) -> list[Line]:
    """A person's latest entries."""
    rows = PointsEntry.objects.filter(identifier__in=identifiers_of(profile_id))
    return [
        Line(one.points, one.reason, one.at, str(one.member or ""))
        for one in rows.select_related("member").order_by("-at", "-pk")[:most]
    ]


def as_json(profile_id: int) -> dict[str, Any]:
    """A person's points as programs get them: how many, and the latest entries."""
    entries = [asdict(one) for one in ledger(profile_id)]
    return {"id": profile_id, "balance": balance(profile_id), "entries": entries}
