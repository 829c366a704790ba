"""On which identifier something typed about a person hangs.

A note, a task or a lead points to one identifier, never to a profile: who belongs together is
derived, so a merge or a split only re-groups what hangs there and can be undone exactly.
"""

from __future__ import annotations

from collections.abc import Iterable

from regulars.identity.edges import anchor_among
from regulars.identity.queries import identifiers_of, profiles_of


def anchor_of(profile_id: int) -> int:
    """Return the identifier that speaks for a person: of the strongest kind, the oldest of those.

    `NotFound` when there is no such person.
    """
    return anchor_among(identifiers_of(profile_id))


def person_of(identifier_id: int) -> int | None:
    """Return whose identifier this is now; ``None`` where nothing that stands names it."""
    return profiles_of([identifier_id]).get(identifier_id)


def people_of(identifier_ids: Iterable[int]) -> dict[int, int]:
    """Identifier → person, for those that anything standing names."""
    return profiles_of(set(identifier_ids))
