"""Counts e-mail and phone cells that are filled and hold nothing a person could be reached by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from regulars.kernel.errors import WrongUse
from regulars.sources.files.identifiers import clean, is_blocked_word
from regulars.sources.files.plan import find_columns
from regulars.sources.models import Import

_FIELDS = {"email": ("email", "email_2", "email_3"), "phone": ("phone", "phone_2", "phone_3")}

Counts = dict[str, list[int]]


def counted(
    run: Import, columns: list[str], records: Iterable[Any], cells: Mapping[int, list[str]]
) -> Counts:
    """Return ``run.unusable`` with a batch's rows added: per family [unusable, filled].

    A row counts once per family, and as unusable when none of its cells gave an identifier.
    Words that stand for nobody ("n/a", "guest") count as empty.
    """
    found: Counts = {family: list(pair) for family, pair in run.unusable.items()}
    mapped = run.mapping.get("fields", {})
    named = tuple((family, tuple(mapped[f] for f in names if f in mapped))
                  for family, names in _FIELDS.items())  # fmt: skip
    for family, places in _places(tuple(columns), named):
        pair = found.setdefault(family, [0, 0])
        for record in records:
            row = cells.get(record.row_no)
            if row is None or not any(place < len(row) and row[place] for place in places):
                continue
            if any(kind == family for kind, _value in record.identifiers):
                pair[1] += 1
            elif any(place < len(row) and _is_filled(row[place]) for place in places):
                pair[0] += 1
                pair[1] += 1
    return found


def _is_filled(cell: str) -> bool:
    return not is_blocked_word(clean(cell))


@lru_cache(maxsize=16)
def _places(
    columns: tuple[str, ...], named: tuple[tuple[str, tuple[str, ...]], ...]
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    found = []
    for family, titles in named:
        places: list[int] = []
        for title in titles:
            try:
                places += find_columns(columns, title)
            except WrongUse:
                continue
        if places:
            found.append((family, tuple(places)))
    return tuple(found)
