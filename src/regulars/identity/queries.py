"""Reads that other floors may use."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.identity.models import Link
from regulars.kernel.errors import NotFound
from regulars.kernel.telling import told


def identifiers_of(profile_id: int) -> frozenset[int]:
    """The identifiers of a person; `NotFound` when there is no such person."""
    # Above the largest number of a database nobody is, and asking would be an error.
    links = Link.objects.filter(profile_id=profile_id if 0 < profile_id < 2**63 else 0)
    found = frozenset(links.values_list("identifier_id", flat=True))
    if not found:
        raise NotFound(told("Nobody here has the number %(n)s.", n=profile_id))
    return found


def profiles_of(identifier_ids: Iterable[int]) -> dict[int, int]:
    """Identifier → profile, for those that are linked."""
    return dict(
        Link.objects.filter(identifier_id__in=list(identifier_ids)).values_list(
            "identifier_id", "profile_id"
        )
    )
