"""Writing confirmations out in full, before the import that told first no longer counts.

The copy stands in its own place among the versions: above the row that it confirmed and below
whatever was told next. So it changes nothing while that row counts, may be written before the undo
is decided, and again after a crash. See docs/decisions/0005-undo-and-confirmations.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection, models, transaction

from regulars.sources.bulk import fetch_by_keys
from regulars.sources.cleaning.kinds import CLEANING
from regulars.sources.landing.confirmations import Numbers, read
from regulars.sources.landing.versions import STEP
from regulars.sources.models import (
    Booking,
    CustomerRecord,
    Event,
    Feedback,
    IdentifierPair,
    IdentifierUse,
    Import,
    ImportUndo,
    Order,
    OrderLine,
    Product,
)

_TURN = 1000
# Who writes a row out, given the numbers of all rows that say the same.
Chooser = Callable[[Iterable[int]], int | None]


@dataclass(frozen=True, slots=True)
class Kept:
    """A table of tellings: its key, and for facts the version that puts tellings in order."""

    model: type[models.Model]
    key: tuple[str, ...]
    has_version: bool = True


_TABLES = {
    kept.model._meta.db_table: kept
    for kept in (
        Kept(Order, ("order_key",)),
        Kept(OrderLine, ("order_key", "line_key")),
        Kept(Product, ("product_key",)),
        Kept(CustomerRecord, ("record_key",)),
        Kept(Feedback, ("feedback_key",)),
        Kept(Booking, ("booking_key",)),
        Kept(Event, ("event_key",)),
        Kept(IdentifierUse, ("identifier_id",), False),
        Kept(IdentifierPair, ("low_id", "high_id"), False),
    )
}


def restate_others(undone: Import, standing: frozenset[int]) -> None:
    """Write out what other standing imports confirmed of ``undone``'s rows, in short turns."""
    survivors = standing - {undone.pk}
    for table, by_import in read(survivors).items():
        kept = _TABLES[table]
        numbers = kept.model._default_manager.filter(of_import=undone).order_by("pk")
        turns = _turns(numbers.values_list("pk", flat=True).iterator())
        for turn in turns:
            _restate(kept, turn, survivors, _first_of(by_import))


def restate_own(run: Import, standing: frozenset[int]) -> None:
    """Write out what ``run``, about to be finished, confirmed of imports undone since it began."""
    if not ImportUndo.objects.filter(at__gte=run.started_at).exists():
        return
    for table, by_import in read([run.pk]).items():
        for turn in _turns(by_import[run.pk]):
            _restate(_TABLES[table], turn, standing | {run.pk}, lambda _: run.pk)


def _first_of(by_import: dict[int, Numbers]) -> Chooser:
    ordered = sorted(by_import.items())

    def choose(numbers: Iterable[int]) -> int | None:
        same = list(numbers)
        return next(
            (run for run, confirmed in ordered if any(one in confirmed for one in same)), None
        )

    return choose


def _turns(numbers: Iterable[int]) -> Iterator[list[int]]:
    stream = iter(numbers)
    while turn := list(islice(stream, _TURN)):
        yield turn


def _restate(kept: Kept, numbers: list[int], survivors: frozenset[int], who: Chooser) -> None:
    head = ("id", "of_import_id", *kept.key, *(["version"] if kept.has_version else []))
    wanted = fetch_by_keys(kept.model, head, "id", numbers)
    sought = {_saying(kept, row) for row in wanted}
    same: dict[tuple[int, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for row in fetch_by_keys(kept.model, head, kept.key[0], {row[2] for row in wanted}):
        if _saying(kept, row) in sought:
            same[_saying(kept, row)].append(row)
    copies: list[tuple[int, int, int]] = []
    corrections = set(Import.objects.filter(kind=CLEANING).values_list("pk", flat=True))
    for rows in same.values():
        # A correction is nothing of its own: it stands as long as what it corrects.
        own = [row for row in rows if row[1] not in corrections]
        if not own or any(row[1] in survivors for row in own):
            continue
        import_id = who(row[0] for row in rows)
        if import_id is not None:
            last = max(own, key=lambda row: row[-1])
            copies.append((last[0], import_id, last[-1] + 1))
    if copies:
        with transaction.atomic():
            _copy(kept, copies)


def _saying(kept: Kept, row: tuple[Any, ...]) -> tuple[int, ...]:
    """The key of what a row says: the fact, and which telling of it (see `versions`)."""
    key = tuple(row[2 : 2 + len(kept.key)])
    return (*key, row[-1] // STEP) if kept.has_version else key


def _copy(kept: Kept, copies: list[tuple[int, int, int]]) -> None:
    own = [
        field.column
        for field in kept.model._meta.concrete_fields
        if field.column and field.column not in ("id", "of_import_id", "version")
    ]
    names = ", ".join(connection.ops.quote_name(name) for name in own)
    version = (", version", ", copy_version") if kept.has_version else ("", "")
    table = connection.ops.quote_name(kept.model._meta.db_table)
    marks = ", ".join(["(%s, %s, %s)"] * len(copies))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH copies(copy_of, copy_import, copy_version) AS (VALUES {marks}) "
            f"INSERT INTO {table} ({names}, of_import_id{version[0]}) "
            f"SELECT {names}, copy_import{version[1]} FROM copies JOIN {table} ON id = copy_of "
            "WHERE true ON CONFLICT DO NOTHING",
            [value for copy in copies for value in copy],
        )
