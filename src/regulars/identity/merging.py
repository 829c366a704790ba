"""Merges and splits: who belongs together by somebody's word, each with evidence and an undo.

Nothing of a person is moved: facts hang off identifiers, and a person is a set of them. A merge is
one edge more between two identifiers, a split one edge less, so that every split gives back exactly
what was before, and the same edges give the same people in whatever order they came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q

from regulars.accounts.actors import Actor, audit
from regulars.identity.decisions import standing
from regulars.identity.edges import anchor_among, pair_of
from regulars.identity.models import Decision, Ending, ProfileChange
from regulars.identity.queries import identifiers_of, profiles_of
from regulars.identity.resolving import Resolution, resolve_near
from regulars.jobs import leases
from regulars.kernel import clock
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.sources.live import standing_ids
from regulars.sources.models import IdentifierPair

_LONGEST_REASON = 400
_WAIT_SECONDS = 10.0

Changed = Callable[[Resolution], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a merge or a split did: its number, whose pages there are now, and whose there were."""

    merge_id: str
    people: list[int]
    before: list[int]
    resolution: Resolution = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"merge_id": self.merge_id, "people": self.people, "before": self.before}


def merge(
    actor: Actor,
    one: int,
    other: int,
    *,
    reason: str,
    by: str = Decision.PERSON,
    score: float | None = None,
    evidence: Mapping[str, Any] | None = None,
    changed: Changed | None = None,
) -> Outcome:
    """Say that two people are one. Needs ``people.merge``.

    ``changed`` is called with what changed before the transaction ends. A word that kept the two
    apart counts no more, until this merge is split again. `NotFound` when one of them is not there,
    `WrongUse` without a reason or when they are one person already.
    """
    actor.require("people.merge")
    reason = _reason(reason)
    with leases.hold(leases.IDENTITY, wait_seconds=_WAIT_SECONDS), transaction.atomic():
        mine, others = identifiers_of(one), identifiers_of(other)
        if one == other:
            raise WrongUse(told("They are one person already."))
        low, high = sorted((anchor_among(mine), anchor_among(others)))
        made = Decision.objects.create(
            word=Decision.TOGETHER, low_id=low, high_id=high, by=by, score=score,
            evidence=dict(evidence or {}), reason=reason, member_id=actor.member_id, at=clock.now(),
        )  # fmt: skip
        for apart in _between(mine, others):
            _end(actor, apart, reason, by_decision=made)
        outcome = _settle(str(made.pk), (low, high), [one, other], changed)
        audit(actor, "people.merge", f"merge {made.pk}", people=[one, other])
    return outcome


def split(
    actor: Actor,
    merge_id: str,
    *,
    reason: str = "",
    kind: str = Ending.PARTED,
    changed: Changed | None = None,
) -> Outcome:
    """Take a join back. Needs ``people.merge``.

    ``merge_id`` is the number of a merge, or two numbers of identifiers that stood side by side
    (``12-15``): those are kept apart from then on, until somebody merges them. ``kind`` says if
    the two are told to be two people, or the merge was a slip (see `Ending`). `NotFound` when no
    such join is there (its people may have been erased), `WrongUse` when it was split before.
    """
    actor.require("people.merge")
    with leases.hold(leases.IDENTITY, wait_seconds=_WAIT_SECONDS), transaction.atomic():
        pair = pair_of(merge_id)
        if pair is None:
            joined = _decision(merge_id)
            pair = joined.low_id, joined.high_id
            _end(actor, joined, reason, kind=kind)
        else:
            _keep_apart(actor, pair, reason)
        before = sorted(set(profiles_of(pair).values()))
        outcome = _settle(merge_id, pair, before, changed)
        audit(actor, "people.split", f"merge {merge_id}", people=outcome.people)
    return outcome


def keep_apart(
    actor: Actor,
    one: int,
    other: int,
    *,
    reason: str,
    score: float | None = None,
    evidence: Mapping[str, Any] | None = None,
) -> Outcome:
    """Say that two people are two, whatever joins them later. Needs ``people.merge``.

    `NotFound` when one of them is not there, `WrongUse` when they are one person.
    """
    actor.require("people.merge")
    with leases.hold(leases.IDENTITY, wait_seconds=_WAIT_SECONDS), transaction.atomic():
        if one == other:
            raise WrongUse(told("They are one person already."))
        low, high = sorted(anchor_among(identifiers_of(number)) for number in (one, other))
        made = Decision.objects.create(
            word=Decision.APART, low_id=low, high_id=high, by=Decision.PERSON, score=score,
            evidence=dict(evidence or {}), reason=_reason(reason), member_id=actor.member_id,
            at=clock.now(),
        )  # fmt: skip
        audit(actor, "people.keep_apart", f"decision {made.pk}", people=[one, other])
    return Outcome(str(made.pk), sorted((one, other)), sorted((one, other)), Resolution())


def end_apart(actor: Actor, decision_id: int, *, reason: str = "") -> None:
    """Let a word that kept two people apart count no more. Needs ``people.merge``; `NotFound` when
    there is none that counts."""
    actor.require("people.merge")
    with leases.hold(leases.IDENTITY, wait_seconds=_WAIT_SECONDS), transaction.atomic():
        apart = standing().filter(pk=decision_id, word=Decision.APART).first()
        if apart is None:
            raise NotFound(told("There is nothing to take back."))
        _end(actor, apart, reason, kind=Ending.TAKEN_BACK)
        _settle(str(apart.pk), (apart.low_id, apart.high_id), [], None)
        audit(actor, "people.end_apart", f"decision {apart.pk}")


def _settle(
    merge_id: str, pair: Iterable[int], before: list[int], changed: Changed | None
) -> Outcome:
    resolution = resolve_near(pair)
    numbers = resolution.changed | resolution.gone
    ProfileChange.objects.bulk_create(ProfileChange(profile_number=one) for one in sorted(numbers))
    if changed is not None:
        changed(resolution)
    return Outcome(merge_id, sorted(set(profiles_of(pair).values())), before, resolution)


def _decision(merge_id: str) -> Decision:
    number = int(merge_id) if merge_id.isascii() and merge_id.isdecimal() else 0
    known = Decision.objects.filter(word=Decision.TOGETHER)
    found = known.filter(pk=number).first() if 0 < number < 2**63 else None
    if found is None:
        raise NotFound(told("There is no merge %(id)s.", id=merge_id))
    if not standing().filter(pk=found.pk).exists():
        raise WrongUse(told("Merge %(id)s was split before.", id=merge_id))
    return found


def _keep_apart(actor: Actor, pair: tuple[int, int], reason: str) -> None:
    low, high = pair
    stood = IdentifierPair.objects.filter(low_id=low, high_id=high, of_import__in=standing_ids())
    if not stood.exists():
        raise NotFound(told("There is no merge %(id)s.", id=f"{low}-{high}"))
    if standing().filter(word=Decision.APART, low_id=low, high_id=high).exists():
        raise WrongUse(told("Merge %(id)s was split before.", id=f"{low}-{high}"))
    Decision.objects.create(
        word=Decision.APART, low_id=low, high_id=high, by=Decision.PERSON,
        reason=reason.strip()[:_LONGEST_REASON], member_id=actor.member_id, at=clock.now(),
    )  # fmt: skip


def _between(mine: frozenset[int], others: frozenset[int]) -> list[Decision]:
    apart = standing().filter(word=Decision.APART)
    return list(apart.filter(Q(low__in=mine, high__in=others) | Q(low__in=others, high__in=mine)))


def _end(
    actor: Actor,
    decision: Decision,
    reason: str,
    *,
    kind: str = Ending.PARTED,
    by_decision: Decision | None = None,
) -> None:
    Ending.objects.create(
        decision=decision, by_decision=by_decision, kind=kind,
        reason=reason.strip()[:_LONGEST_REASON], member_id=actor.member_id, at=clock.now(),
    )  # fmt: skip


def _reason(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise WrongUse(told("Say why they are one person."))
    if len(text) > _LONGEST_REASON:
        raise WrongUse(told("A reason has at most %(most)s letters.", most=_LONGEST_REASON))
    return text
