"""Kept copies of imported files that name a person: found, and deleted with the person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from regulars.kernel.errors import RegularsError
from regulars.sources.files.plan import plain
from regulars.sources.files.reading import open_tables
from regulars.sources.files.tables import BadRow, Table
from regulars.sources.models import IdentifierUse, Import
from regulars.sources.naming import Naming

ERASED = "(erased)"
_CUT_OFF = "Its kept copy named a person who was erased since; import the file again."


def naming(identifier_ids: frozenset[int], sought: Naming) -> Iterator[Import]:
    """Yield the imports whose kept copy names the person; a copy that cannot be read does."""
    known: dict[str, bool] = {}
    kept = Import.objects.filter(is_kept_copy=True).exclude(path="").select_related("source")
    uses = IdentifierUse.objects.filter(identifier_id__in=identifier_ids).order_by()
    used = frozenset(uses.values_list("of_import__fingerprint", flat=True).distinct())
    for run in kept.order_by("pk"):
        if run.path not in known or not known[run.path]:
            known[run.path] = run.fingerprint in used or _names(run, sought)
    yield from (run for run in kept.order_by("pk") if known[run.path])


def delete(run: Import) -> None:
    """Delete the kept copy of ``run``; one that was not finished cannot go on any more."""
    path = run.file
    folder = Path(settings.DATA_FOLDER).resolve()
    if folder in path.resolve().parents:
        path.unlink(missing_ok=True)
    changes: dict[str, Any] = {"path": "", "is_kept_copy": False}
    if run.finished_at is None:
        changes["failure"] = _CUT_OFF
    with transaction.atomic():
        Import.objects.filter(pk=run.pk).update(**changes)


def scrub_words(sought: Naming) -> int:
    """Take the person's values out of what imports say about themselves; returns how many did."""
    columns = ("file_name", "table_name", "failure", "notes", "path")
    found = 0
    for number, *values in Import.objects.order_by().values_list("pk", *columns):
        said = dict(zip(columns, values, strict=True))
        changes: dict[str, Any] = {
            name: ERASED for name in columns[:3] if sought.in_own_text(said[name])
        }
        notes = [ERASED if sought.in_own_text(str(note)) else note for note in said["notes"]]
        if notes != said["notes"]:
            changes["notes"] = notes
        # The owner's own file stays where it lies; where that is goes, when its name names them.
        if said["path"] and sought.in_own_text(said["path"]):
            changes["path"] = ""
        if changes:
            found += 1
            with transaction.atomic():
                Import.objects.filter(pk=number).update(**changes)
    return found


def _names(run: Import, sought: Naming) -> bool:
    try:
        return any(_table_names(table, run, sought) for table in open_tables(run.file))
    except (RegularsError, OSError):
        # What cannot be read cannot be shown to be free of the person.
        return True


def _table_names(table: Table, run: Import, sought: Naming) -> bool:
    column = plain(number_column(run))
    places = [place for place, name in enumerate(table.columns) if column and plain(name) == column]
    for row in table.rows():
        cells = row.cells if isinstance(row, BadRow) else row[1]
        own = [cells[place] for place in places if place < len(cells)]
        if sought.in_row(cells, own, run.source.namespace):
            return True
    return False


def number_column(run: Import) -> str:
    """The column that holds customer numbers in an import's file, or ``""``."""
    fields = run.mapping.get("fields", {}) if isinstance(run.mapping, dict) else {}
    return str(fields.get("customer_id") or "")
