"""People and their identifiers as the mart wants them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db import connection

# One pass per kind of fact; a person is seen where any fact of theirs stands.
_SEEN = """
SELECT l.profile_id, min(f.at), max(f.at) FROM (
    SELECT identifier_id, happened_at AS at FROM sources_order
     WHERE of_import_id IN ({standing})
    UNION ALL SELECT identifier_id, starts_at FROM sources_booking
     WHERE of_import_id IN ({standing})
    UNION ALL SELECT identifier_id, happened_at FROM sources_feedback
     WHERE of_import_id IN ({standing})
    UNION ALL SELECT identifier_id, happened_at FROM sources_event
     WHERE of_import_id IN ({standing})
) f JOIN identity_link l ON l.identifier_id = f.identifier_id
GROUP BY l.profile_id ORDER BY l.profile_id
"""
_PEOPLE = """
SELECT p.id, coalesce(c.name, ''), coalesce(c.country, '')
FROM identity_profile p LEFT JOIN profiles_card c ON c.profile_id = p.id ORDER BY p.id
"""
_IDENTIFIERS = """
SELECT l.identifier_id, l.profile_id, i.kind, i.value
FROM identity_link l JOIN sources_identifier i ON i.id = l.identifier_id ORDER BY l.identifier_id
"""
_FETCH = 5000


def identifiers() -> Iterator[tuple[Any, ...]]:
    """Yield rows of the mart's `identifiers`."""
    yield from _stream(_IDENTIFIERS, [])


def profiles(standing: frozenset[int]) -> Iterator[tuple[Any, ...]]:
    """Yield rows of the mart's `profiles`, by number: two sorted streams merged."""
    seen = _seen(standing)
    seen_id, first, last = next(seen, (None, None, None))
    for number, name, country in _stream(_PEOPLE, []):
        while seen_id is not None and seen_id < number:
            seen_id, first, last = next(seen, (None, None, None))
        if seen_id == number:
            yield number, name, _aware(first), _aware(last), country
        else:
            yield number, name, None, None, country


def _seen(standing: frozenset[int]) -> Iterator[tuple[Any, ...]]:
    if not standing:
        return
    ids = sorted(standing)
    marks = ", ".join(["%s"] * len(ids))
    yield from _stream(_SEEN.format(standing=marks), ids * 4)


def _stream(sql: str, values: list[int]) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        while rows := cursor.fetchmany(_FETCH):
            yield from rows


def _aware(at: datetime | str | None) -> datetime | None:
    # SQLite gives the text of an aggregate, PostgreSQL an instant.
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)
