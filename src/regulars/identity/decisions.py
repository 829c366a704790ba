"""What people and matching decided about who is who, and which of it counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from regulars.identity.models import Decision, Ending
from regulars.identity.rules import Pair, Word

# A person's word outweighs any chance.
_PERSONS_WEIGHT = 2.0
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Decided:
    """Standing decisions: who is together, the weight of each, and who is apart."""

    together: list[Word] = field(default_factory=list)
    apart: set[Pair] = field(default_factory=set)

    def partners(self, of: Collection[int]) -> set[int]:
        """The identifiers that any of ``of`` was said to be together with."""
        pairs = [(one.low, one.high) for one in self.together]
        return {one for pair in pairs for one in pair if not set(pair).isdisjoint(of)}


def standing() -> QuerySet[Decision]:
    """Decisions that count: ended by nobody, and by no decision that counts."""
    taken_back = Ending.objects.filter(decision=OuterRef("by_decision"), by_decision=None)
    ended = Ending.objects.filter(decision=OuterRef("pk")).filter(
        Q(by_decision=None) | ~Exists(taken_back)
    )
    return Decision.objects.filter(~Exists(ended))


def decided() -> Decided:
    """Everything that counts."""
    return _sorted_out(standing())


def decided_near(identifiers: Iterable[int]) -> Decided:
    """What counts about any of ``identifiers``."""
    wanted = sorted(identifiers)
    found = Decided()
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        more = _sorted_out(standing().filter(Q(low__in=part) | Q(high__in=part)))
        found.together.extend(more.together)
        found.apart.update(more.apart)
    return found


def last_ids() -> list[int]:
    """The numbers of the newest decision and the newest ending: they grow as people decide."""
    return [model.objects.aggregate(last=Max("pk"))["last"] or 0 for model in (Decision, Ending)]


def _sorted_out(rows: QuerySet[Decision]) -> Decided:
    found = Decided()
    for word, low, high, by, score in rows.order_by("pk").values_list(
        "word", "low_id", "high_id", "by", "score"
    ):
        if word == Decision.APART:
            found.apart.add((low, high))
        else:
            weight = _PERSONS_WEIGHT if by == Decision.PERSON else score or 0.0
            found.together.append(Word(low, high, weight))
    return found
