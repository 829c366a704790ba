"""Doubtful matches one after the other: the same person, or two; each answer with its undo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from regulars.accounts.actors import Actor, audit
from regulars.identity import merging as identity_merging
from regulars.identity.decisions import standing
from regulars.identity.models import Decision, Ending, Proposal
from regulars.identity.queries import profiles_of
from regulars.kernel.errors import NotFound
from regulars.kernel.telling import told
from regulars.profiles import merging
from regulars.profiles.matching import gathering
from regulars.profiles.models import Card

_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Side:
    """One of two people side by side: what is compared of them, and how they are shown."""

    profile_id: int
    name: str
    known: dict[str, str]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two people who may be one. ``evidence`` as `looking.evidence_of` keeps it."""

    id: int
    chance: float
    evidence: dict[str, Any]
    one: Side
    other: Side


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered; ``decision_id`` takes it back."""

    decision_id: int
    are_one: bool
    people: list[int]


def count(actor: Actor) -> int:
    """How many pairs wait for an answer. Needs ``people.merge``."""
    actor.require("people.merge")
    return Proposal.objects.count()


def waiting(actor: Actor, *, after: int | None = None, limit: int = 1) -> list[Doubt]:
    """Return doubts, the likeliest first, those behind ``after`` (a doubt's number). Needs
    ``people.merge``."""
    actor.require("people.merge")
    found: list[Doubt] = []
    for proposal, pair in _standing(after):
        known = gathering.of_people(list(pair))
        names = dict(Card.objects.filter(pk__in=pair).values_list("pk", "name"))
        if len(known) == len(pair):
            one, other = (Side(number, names[number], known[number]) for number in pair)
            found.append(Doubt(proposal.pk, proposal.chance, proposal.evidence, one, other))
        if len(found) >= limit:
            break
    return found


def _standing(after: int | None) -> Iterator[tuple[Proposal, tuple[int, int]]]:
    """Proposals about two people who are still two."""
    rows = Proposal.objects.order_by("-chance", "pk")
    last = rows.filter(pk=after).first() if after and after < 2**63 else None
    if last is not None:
        rows = rows.filter(chance__lt=last.chance) | rows.filter(chance=last.chance, pk__gt=last.pk)
    for proposal in rows.iterator(_AT_ONCE):
        of = profiles_of([proposal.low_id, proposal.high_id])
        pair = of.get(proposal.low_id), of.get(proposal.high_id)
        if pair[0] is not None and pair[1] is not None and pair[0] != pair[1]:
            yield proposal, (pair[0], pair[1])


def answer(actor: Actor, doubt_id: int, *, are_one: bool) -> Answered:
    """Answer a doubt: merge the two, or keep them apart for good. Needs ``people.merge``.
    `NotFound` when it was answered before."""
    actor.require("people.merge")
    proposal = Proposal.objects.filter(pk=doubt_id if 0 < doubt_id < 2**63 else 0).first()
    of = profiles_of([proposal.low_id, proposal.high_id]) if proposal else {}
    if proposal is None or len(set(of.values())) < 2:
        raise NotFound(told("That was answered before."))
    one, other = of[proposal.low_id], of[proposal.high_id]
    if are_one:
        outcome = merging.merge(
            actor, one, other, reason="Looked at side by side",
            score=round(proposal.chance, 6), evidence=proposal.evidence,
        )  # fmt: skip
    else:
        outcome = identity_merging.keep_apart(
            actor, one, other, reason="Looked at side by side", evidence=proposal.evidence,
            score=round(proposal.chance, 6),
        )  # fmt: skip
    with transaction.atomic():
        proposal.delete()
    return Answered(int(outcome.merge_id), are_one, outcome.people)


def take_back(actor: Actor, decision_id: int) -> int:
    """Take an answer back; the doubt waits again. Returns its number. Needs ``people.merge``."""
    actor.require("people.merge")
    number = decision_id if 0 < decision_id < 2**63 else 0
    said = standing().filter(pk=number, by=Decision.PERSON, score__isnull=False).first()
    if said is None:
        raise NotFound(told("There is nothing to take back."))
    if said.word == Decision.TOGETHER:
        merging.split(actor, str(said.pk), kind=Ending.TAKEN_BACK)
    else:
        identity_merging.end_apart(actor, said.pk)
    with transaction.atomic():
        again, _ = Proposal.objects.get_or_create(
            low_id=said.low_id, high_id=said.high_id,
            defaults={"chance": said.score or 0.0, "evidence": said.evidence, "found_at": said.at},
        )  # fmt: skip
        audit(actor, "people.answer_taken_back", f"decision {said.pk}")
    return again.pk
