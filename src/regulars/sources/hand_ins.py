"""Hand-ins: the files as somebody gave them. An archive or a workbook is one, however many tables
of it were imported."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.sources.cleaning.kinds import CLEANING
from regulars.sources.models import Import


def hand_ins() -> list[list[int]]:
    """The numbers of the imports of each hand-in, in their order; the newest hand-in first.

    Imports of one path belong together until a table of it comes round again: that is the file
    handed in anew.
    """
    found: list[list[int]] = []
    current: dict[str, tuple[list[int], set[str]]] = {}
    runs = Import.objects.exclude(kind=CLEANING).order_by("pk")
    for number, path, table in runs.values_list("pk", "path", "table_name"):
        group, tables = current.get(path, ([], set()))
        if not group or table in tables:
            group, tables = [], set()
            found.append(group)
            current[path] = group, tables
        group.append(number)
        tables.add(table)
    return sorted(found, key=lambda group: -group[-1])


def count_of(import_ids: Iterable[int]) -> int:
    """How many hand-ins those imports came in."""
    wanted = set(import_ids)
    return sum(1 for group in hand_ins() if wanted.intersection(group)) if wanted else 0
