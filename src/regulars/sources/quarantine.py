"""Rows that could not land: shown with their reason, mended and landed, or set aside for good."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor, audit
from regulars.jobs import leases
from regulars.kernel import clock
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.sources import forgetting
from regulars.sources.candidates import context_of
from regulars.sources.files.apart import alone, ambiguous
from regulars.sources.files.identifiers import NAME
from regulars.sources.files.mapping import Head, Mapping, Rows, compile_reader
from regulars.sources.files.names import by_name
from regulars.sources.files.records import Rejected
from regulars.sources.files.tables import BadRow
from regulars.sources.imports import lander_of, table_of
from regulars.sources.landing.identifiers import IdentifierBook
from regulars.sources.models import Identifier, Import, QuarantinedRow

# An import under way lands its rows first.
_WAIT_SECONDS = 60.0
_LOOK_BACK_ROWS = 500


def waiting(import_id: int | None = None) -> QuerySet[QuarantinedRow]:
    """Rows still waiting, of one import or of all that stand; a row told again by a later import
    waits, or was dealt with, where it stood first."""
    told_before = QuarantinedRow.objects.filter(
        digest=OuterRef("digest"),
        of_import__source=OuterRef("of_import__source"),
        of_import__undo=None,
        of_import__lt=OuterRef("of_import"),
    )
    rows = QuarantinedRow.objects.filter(~Exists(told_before), resolution="", of_import__undo=None)
    rows = rows.select_related("of_import").order_by("of_import_id", "row_no")
    return rows if import_id is None else rows.filter(of_import_id=import_id)


def mend(actor: Actor, row_id: int, *, changes: dict[str, str]) -> QuarantinedRow:
    """Change cells of a quarantined row and land it as part of its own import.

    Raises `WrongUse` with the new reason when it still cannot land; nothing is changed then.
    """
    actor.require("imports.run")
    with leases.hold(leases.LANDING, wait_seconds=_WAIT_SECONDS):
        return _mend(actor, row_id, changes)


def _mend(actor: Actor, row_id: int, changes: dict[str, str]) -> QuarantinedRow:
    row = QuarantinedRow.objects.select_related("of_import").filter(pk=row_id).first()
    if row is None:
        raise NotFound(told("There is no quarantined row %(n)s.", n=row_id))
    if row.resolution:
        landed = told("Row %(n)s is landed already.", n=row_id)
        discarded = told("Row %(n)s is discarded already.", n=row_id)
        raise WrongUse(landed if row.resolution == "landed" else discarded)
    unknown = [name for name in changes if name not in row.cells]
    if unknown:
        raise WrongUse(
            told(
                "There is no column %(unknown)s. Columns: %(known)s.",
                unknown=repr(unknown[0]),
                known=", ".join(row.cells),
            )
        )
    cells = {**row.cells, **changes}
    _land(actor, row, cells)
    return row


def discard(actor: Actor, import_id: int, *, reason: str | None = None) -> int:
    """Set an import's waiting rows aside, all or those of one reason; returns how many."""
    actor.require("imports.run")
    rows = waiting(import_id)
    if reason is not None:
        rows = rows.filter(reason=reason)
    with transaction.atomic():
        count = rows.order_by().update(
            resolution="discarded", resolved_at=clock.now(), resolved_by_id=actor.member_id
        )
        audit(actor, "quarantine.discard", str(import_id), reason=reason, rows=count)
    return count


def as_json(row: QuarantinedRow) -> dict[str, Any]:
    """One row as the command line and the API show it."""
    return {
        "id": row.pk,
        "import": row.of_import_id,
        "row_no": row.row_no,
        "reason": row.reason,
        "message": row.message,
        "cells": row.cells,
        "resolution": row.resolution or None,
    }


def _land(actor: Actor, row: QuarantinedRow, cells: dict[str, str]) -> None:
    run = row.of_import
    mapping = Mapping.from_json(run.mapping)
    rows = _rows_of(run, list(cells))
    reader = compile_reader(rows, mapping, context_of(businesses.get()))
    for row_no, before in _rows_before(row, rows):
        reader(row_no, before)
    record = alone(reader)(row.row_no, [cells.get(name, "") for name in rows.columns])
    if _is_known_by_name_alone(record, mapping):
        record = ambiguous(row.row_no, list(cells.values()))
    if isinstance(record, Rejected):
        raise WrongUse(told("The row still cannot land: %(problem)s", problem=record.message))
    lander, without = lander_of(run, mapping), forgetting.sieve()
    kept: list[Any] = without.sifted([record])[0] if without else [record]
    if not kept:
        raise WrongUse(told("The row is about somebody who was erased. Discard it."))
    prepared = lander.prepare(kept)
    if prepared.outcome.rejected:
        raise WrongUse(
            told(
                "The row still cannot land: %(problem)s",
                problem=prepared.outcome.rejected[0].message,
            )
        )
    with transaction.atomic():
        lander.write(prepared, IdentifierBook(run.pk))  # type: ignore[arg-type]
        row.cells, row.resolution = cells, "landed"
        row.resolved_at, row.resolved_by_id = clock.now(), actor.member_id
        row.save()
        outcome = prepared.outcome
        Import.objects.filter(pk=run.pk).update(
            landed=F("landed") + outcome.landed,
            unchanged=F("unchanged") + outcome.unchanged,
            quarantined=F("quarantined") - 1,
        )
        audit(actor, "quarantine.mend", str(row.pk), import_id=run.pk, row_no=row.row_no)


def _rows_before(row: QuarantinedRow, rows: Rows) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows just above, mended ones as they are now: a reader may remember the order's
    first row, whose values the rows below leave out."""
    if isinstance(rows, Head):
        return
    start = max(0, row.row_no - 1 - _LOOK_BACK_ROWS)
    above = QuarantinedRow.objects.filter(
        of_import=row.of_import, resolution="landed", row_no__gt=start, row_no__lt=row.row_no
    )
    mended = dict(above.values_list("row_no", "cells"))
    for found in rows.rows(start):
        row_no = found.row_no if isinstance(found, BadRow) else found[0]
        if row_no >= row.row_no:
            return
        if row_no in mended:
            yield row_no, [mended[row_no].get(name, "") for name in rows.columns]
        elif not isinstance(found, BadRow):
            yield found


def _rows_of(run: Import, columns: list[str]) -> Rows:
    # The file itself tells best how its columns write numbers and dates; where it is gone, the
    # rows that wait have to.
    try:
        return table_of(run)
    except (WrongUse, OSError):
        names = [name for name in columns if name]
        sample = [[row.cells.get(name, "") for name in names] for row in waiting(run.pk)[:200]]
        return Head(names, sample)


def _is_known_by_name_alone(record: Any, mapping: Mapping) -> bool:
    """Whether a row has nothing but a name, and somebody is here by that name alone: nothing says
    that they are one."""
    identifiers = getattr(record, "identifiers", ())
    if not identifiers or identifiers[0][0] != NAME:
        return False
    own = by_name(record.traits, mapping.namespace)
    is_bare = own is not None and own.is_bare and own.value == identifiers[0][1]
    return is_bare and Identifier.objects.filter(kind=NAME, value=identifiers[0][1]).exists()
