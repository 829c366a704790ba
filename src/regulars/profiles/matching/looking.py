"""A look through everybody: joins who is certainly one person, and offers who may be."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from regulars.accounts.actors import Actor
from regulars.identity.decisions import standing
from regulars.identity.models import Decision, Ending, MatchRun, Proposal
from regulars.identity.queries import profiles_of
from regulars.jobs import leases
from regulars.kernel import clock
from regulars.kernel.errors import NotFound, WrongUse
from regulars.profiles import merging
from regulars.profiles.anchors import anchor_of
from regulars.profiles.matching import gathering
from regulars.science.matching.deciding import Match
from regulars.science.matching.finding import find

_LEASE = "matching"
# Beyond this nobody would look at them all; the likeliest come first and the rest next time.
_MOST_OFFERED = 10_000
_TURN = 500

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Look:
    people: list[int]
    parted: set[Pair]

    def pair(self, match: Match) -> Pair:
        low, high = sorted((self.people[match.low], self.people[match.high]))
        return low, high


def look(actor: Actor) -> MatchRun:
    """Look through everybody. Needs ``people.merge``; `Busy` while another look runs.

    Heavy: to be run in a process of its own. Who was parted by a person is neither joined nor
    offered again.
    """
    actor.require("people.merge")
    with leases.hold(_LEASE):
        run = MatchRun.objects.create(started_at=clock.now())
        began = time.monotonic()
        try:
            _look(actor, run)
        except Exception as error:
            run.failure = f"{type(error).__name__}"
            raise
        finally:
            run.seconds = round(time.monotonic() - began, 2)
            run.finished_at = clock.now()
            run.save()
    return run


def _look(actor: Actor, run: MatchRun) -> None:
    people, records = [], []
    for number, record in gathering.everybody():
        people.append(number)
        records.append(record)
    run.people = len(people)
    found = find(records)
    at = _Look(people, parted())
    matches = [one for one in found.matches if at.pair(one) not in at.parted]
    run.joined = sum(_join(actor, at, one) for one in matches if one.is_joined)
    run.offered = _offer(at, [one for one in matches if not one.is_joined])


def parted() -> set[Pair]:
    """Pairs of people of whom a person said that they are two: kept apart, or a join that was
    split."""
    counts = Exists(standing().filter(pk=OuterRef("pk")))
    was_split = Exists(Ending.objects.filter(decision=OuterRef("pk"), kind=Ending.PARTED))
    said = Decision.objects.filter(
        Q(word=Decision.APART) & counts | Q(word=Decision.TOGETHER) & ~counts & was_split
    )
    pairs = list(said.values_list("low_id", "high_id"))
    of = profiles_of({one for pair in pairs for one in pair})
    both = ((of.get(low), of.get(high)) for low, high in pairs)
    return {
        (min(one, other), max(one, other))
        for one, other in both
        if one is not None and other is not None and one != other
    }


def _join(actor: Actor, at: _Look, match: Match) -> bool:
    one, other = at.pair(match)
    try:
        merging.merge(
            actor, one, other, reason="By what is alike", by=Decision.MATCH,
            score=round(match.chance, 6), evidence=evidence_of(match),
        )  # fmt: skip
    except (NotFound, WrongUse):
        # Joined through a third already, or changed while we looked: the next look sees it.
        return False
    return True


def evidence_of(match: Match) -> dict[str, Any]:
    """Return what a match rests on, as it is kept."""
    return {
        "weight": round(match.weight, 4),
        "before": round(match.before, 4),
        "compared": [
            {"name": name, "level": level, "weight": round(match.weights[name], 4)}
            for name, level in match.levels.items()
        ],
        "held_for": match.held_for,
        "is_likely": match.is_likely,
    }


def _offer(at: _Look, matches: Iterable[Match]) -> int:
    """Replace what waited for an answer by what was found now."""
    now, seen = clock.now(), set[Pair]()
    rows: list[Proposal] = []
    for match in matches:
        pair = at.pair(match)
        if pair in seen or len(rows) >= _MOST_OFFERED:
            continue
        seen.add(pair)
        try:
            low, high = sorted(anchor_of(one) for one in pair)
        except NotFound:
            continue
        rows.append(
            Proposal(
                low_id=low, high_id=high, chance=match.chance, evidence=evidence_of(match),
                found_at=now,
            )
        )  # fmt: skip
    while waiting := list(Proposal.objects.filter(found_at__lt=now).values_list("pk")[:_TURN]):
        with transaction.atomic():
            Proposal.objects.filter(pk__in=[pk for (pk,) in waiting]).delete()
    for start in range(0, len(rows), _TURN):
        with transaction.atomic():
            Proposal.objects.bulk_create(rows[start : start + _TURN], ignore_conflicts=True)
    return len(rows)
