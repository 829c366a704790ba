"""Reads that other floors may use."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.identity.models import Holder, Link
from regulars.kernel.errors import NotFound
from regulars.kernel.telling import told


def identifiers_of(profile_id: int) -> frozenset[int]:
    """The identifiers of a person; `NotFound` when there is no such person."""
    # Above the largest number of a database nobody is, and asking would be an error.
    links = Link.objects.filter(profile_id=profile_id if 0 < profile_id < 2**63 else 0)
    found = frozenset(links.values_list("identifier_id", flat=True))
    if not found:
        now = profiles_of([profile_id] if 0 < profile_id < 2**63 else []).get(profile_id)
        if now is not None:
            raise NotFound(told("%(n)s is part of person %(now)s now.", n=profile_id, now=now))
        raise NotFound(told("Nobody here has the number %(n)s.", n=profile_id))
    return found


def held_by(profile_ids: Iterable[int]) -> list[tuple[int, int, str, str]]:
    """Return (profile, identifier, kind, value) of what these people have and others too."""
    rows = Holder.objects.filter(profile_id__in=list(profile_ids)).order_by("identifier_id")
    return list(
        rows.values_list("profile_id", "identifier_id", "identifier__kind", "identifier__value")
    )


def holders_of(identifier_ids: Iterable[int]) -> dict[int, set[int]]:
    """Identifier → the people who have it, for those that several have."""
    found: dict[int, set[int]] = {}
    rows = Holder.objects.filter(identifier_id__in=list(identifier_ids))
    for identifier, profile in rows.values_list("identifier_id", "profile_id"):
        found.setdefault(identifier, set()).add(profile)
    return found


def profiles_of(identifier_ids: Iterable[int]) -> dict[int, int]:
    """Identifier → profile, for those that are linked."""
    return dict(
        Link.objects.filter(identifier_id__in=list(identifier_ids)).values_list(
            "identifier_id", "profile_id"
        )
    )
