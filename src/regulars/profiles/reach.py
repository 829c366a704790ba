"""Which identifiers belong to a person for the purpose of erasing them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from regulars.identity.models import Link
from regulars.sources.models import IdentifierPair

_AT_ONCE = 1000


def reach_of(identifiers: frozenset[int]) -> frozenset[int]:
    """Return ``identifiers`` and those that hang on them alone.

    A value that joins nobody (shared, or named by undone imports only) is in no profile. It goes
    with the person when everything it ever stood beside is theirs, directly or through other such
    values; one that also stood beside somebody else stays, as it is theirs too.
    """
    beside = _partners(identifiers) - identifiers
    loose = beside - _linked(beside)
    reached = set(identifiers)
    for start in sorted(loose):
        if start in reached:
            continue
        group = _group(start, identifiers)
        if group is not None:
            reached |= group
    return frozenset(reached)


def _group(start: int, own: frozenset[int]) -> set[int] | None:
    """The loose values connected with ``start``, or ``None`` when they touch somebody else."""
    group, edge = {start}, {start}
    while edge:
        beside = _partners(edge) - group - own
        if _linked(beside):
            return None
        group |= beside
        edge = beside
    return group


def _partners(identifiers: Iterable[int]) -> set[int]:
    found: set[int] = set()
    ordered = sorted(identifiers)
    for start in range(0, len(ordered), _AT_ONCE):
        part = ordered[start : start + _AT_ONCE]
        pairs = IdentifierPair.objects.filter(Q(low_id__in=part) | Q(high_id__in=part))
        for pair in pairs.values_list("low_id", "high_id"):
            found.update(pair)
    return found - set(ordered)


def _linked(identifiers: Iterable[int]) -> set[int]:
    found: set[int] = set()
    ordered = sorted(identifiers)
    for start in range(0, len(ordered), _AT_ONCE):
        rows = Link.objects.filter(identifier_id__in=ordered[start : start + _AT_ONCE])
        found.update(rows.values_list("identifier_id", flat=True))
    return found
