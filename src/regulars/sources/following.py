"""How upper floors follow what comes in live: by a cursor of their own over the rows of a table."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, models

from regulars.sources.models import Cursor, Import

STREAM = "stream"
"""Kind of the import under which a source's messages of one month land."""


@dataclass(frozen=True, slots=True)
class News:
    """Rows that were not seen yet: how many, the values of those told live, how far it goes."""

    count: int
    values: list[int]
    position: int


def news(name: str, model: type[models.Model], column: str, most: int) -> News:
    """Return what ``name`` has not seen of ``model``, at most ``most`` rows in their order.

    What files told is passed over: a refresh follows every import. Say `seen` once the values are
    dealt with.
    """
    position = Cursor.objects.filter(name=name).values_list("position", flat=True).first() or 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {column}, of_import_id FROM {model._meta.db_table} WHERE id > %s "
            "ORDER BY id LIMIT %s",
            [position, most],
        )
        rows = cursor.fetchall()
    if not rows:
        return News(0, [], position)
    runs = {row[2] for row in rows}
    live = set(Import.objects.filter(pk__in=runs, kind=STREAM).values_list("pk", flat=True))
    values = [row[1] for row in rows if row[2] in live and row[1] is not None]
    return News(len(rows), values, rows[-1][0])


def seen(name: str, so_far: News) -> None:
    """Go on behind what was seen."""
    if so_far.count:
        Cursor.objects.get_or_create(name=name)
        Cursor.objects.filter(name=name, position__lt=so_far.position).update(
            position=so_far.position
        )
