"""`/imports`: hand files in, see what could not land, mend it, undo."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, UploadedFile

from regulars.api import background, handing_in
from regulars.api.access import actor_of
from regulars.api.answers import as_json, listed
from regulars.api.documentation import ABSENT, AS_TABLE, LISTED, TAKEN
from regulars.api.parameters import As, Cursor, Limit, Number, Text
from regulars.api.shapes import (
    Begun,
    Discarded,
    Import,
    ImportPage,
    Mended,
    QuarantinedRow,
    QuarantinePage,
    Reason,
    Repeats,
)
from regulars.kernel.errors import NotFound, WrongUse
from regulars.sources import imports, quarantine
from regulars.sources.models import Import as Run
from regulars.sources.models import QuarantinedRow as Row

router = Router()

_COLUMNS = {
    "id": "BIGINT",
    **dict.fromkeys(("file", "table", "kind", "recognised_as", "source"), "VARCHAR"),
    **dict.fromkeys(("rows_read", "landed", "unchanged", "quarantined", "repeated"), "BIGINT"),
    "seconds": "DOUBLE",
    **dict.fromkeys(("reasons", "notes"), "VARCHAR"),
    **dict.fromkeys(("started_at", "finished_at", "undone_at"), "TIMESTAMPTZ"),
    "repeats_excluded": "BOOLEAN",
    "failure": "VARCHAR",
}
_ROW_COLUMNS = {
    **dict.fromkeys(("id", "import", "row_no"), "BIGINT"),
    **dict.fromkeys(("reason", "message", "cells", "resolution"), "VARCHAR"),
}


@router.get("/imports", response={200: ImportPage, **LISTED}, openapi_extra=AS_TABLE)
def list_imports(
    request: HttpRequest, cursor: Cursor = None, limit: Limit = 50, form: As = None
) -> HttpResponse:
    """All imports, newest first."""
    actor_of(request).require("imports.see")
    runs = Run.objects.select_related("source", "undo", "repeat_exclusion").order_by("-pk")
    if cursor is not None:
        runs = runs.filter(pk__lt=_number(cursor))
    found = list(runs[: limit + 1])
    data = {
        "imports": [imports.as_json(run) for run in found[:limit]],
        "next_cursor": str(found[limit - 1].pk) if len(found) > limit else None,
    }
    return listed(request, data, "imports", _COLUMNS, form)


@router.post("/imports", response={202: Begun, **TAKEN})
def hand_in(
    request: HttpRequest,
    file: Annotated[UploadedFile, File(description="One export, as it is; .gz and .zip too.")],
    kind: Annotated[str | None, Form(alias="as", description="sales, customers, …")] = None,
    mapping: Annotated[
        list[str], Form(alias="map", description="`field=Column`; may be repeated.")
    ] = [],  # noqa: B006
    confirm: Annotated[bool, Form(description="Take the proposed mapping.")] = False,
) -> HttpResponse:
    """Hand in an export: it is kept, recognised and landed in the background.

    An unknown shape without `map` or `confirm` answers 422 with the proposed mapping.
    """
    actor = actor_of(request)
    runs = handing_in.begin(actor, file, kind=kind, changes=_changes(mapping), is_confirmed=confirm)
    jobs = [background.queue_import(actor, run.pk) for run in runs]
    begun = [imports.as_json(imports.get(run.pk)) for run in runs]
    data = {"imports": begun, "jobs": [background.as_json(job) for job in jobs]}
    return as_json(data, status=202)


@router.get("/imports/{import_id}", response={200: Import, **ABSENT})
def show_import(request: HttpRequest, import_id: Number) -> HttpResponse:
    """One import: how far it is, what landed, what did not."""
    actor_of(request).require("imports.see")
    return as_json(imports.as_json(imports.get(import_id)))


@router.get(
    "/imports/{import_id}/quarantine",
    response={200: QuarantinePage, 404: ABSENT[404], **LISTED},
    openapi_extra=AS_TABLE,
    by_alias=True,
)
def list_quarantine(
    request: HttpRequest,
    import_id: Number,
    reason: Text = None,
    cursor: Cursor = None,
    limit: Limit = 50,
    form: As = None,
) -> HttpResponse:
    """The rows of one import that wait, in the file's order."""
    actor_of(request).require("imports.see")
    imports.get(import_id)
    rows = quarantine.waiting(import_id)
    if reason is not None:
        rows = rows.filter(reason=reason)
    if cursor is not None:
        rows = rows.filter(row_no__gt=_number(cursor))
    found = list(rows[: limit + 1])
    data = {
        "quarantine": [quarantine.as_json(row) for row in found[:limit]],
        "next_cursor": str(found[limit - 1].row_no) if len(found) > limit else None,
    }
    return listed(request, data, "quarantine", _ROW_COLUMNS, form)


@router.post("/imports/{import_id}/undo", response={200: Import, **TAKEN})
def undo_import(
    request: HttpRequest, import_id: Number, why: Annotated[str, Query(max_length=500)] = ""
) -> HttpResponse:
    """Retract what an import landed, updates included; figures follow in the background."""
    actor = actor_of(request)
    imports.undo(actor, import_id, why=why)
    return _changed(request, import_id)


@router.put("/imports/{import_id}/repeats", response={200: Import, **TAKEN})
def decide_repeats(request: HttpRequest, import_id: Number, decision: Repeats) -> HttpResponse:
    """Count identical lines inside the file once (`excluded`) or each."""
    decide = imports.exclude_repeats if decision.excluded else imports.include_repeats
    decide(actor_of(request), import_id)
    return _changed(request, import_id)


@router.post(
    "/imports/{import_id}/quarantine/{row_id}/mend",
    response={200: QuarantinedRow, **TAKEN},
    by_alias=True,
)
def mend_row(
    request: HttpRequest, import_id: Number, row_id: Number, correction: Mended
) -> HttpResponse:
    """Correct cells of a quarantined row and land it; 422 with the reason when it still cannot."""
    actor = actor_of(request)
    actor.require("imports.run")
    if not Row.objects.filter(pk=row_id, of_import_id=import_id).exists():
        raise NotFound(f"Import {import_id} has no quarantined row {row_id}.")
    row = quarantine.mend(actor, row_id, changes=correction.cells)
    background.queue(actor)
    return as_json(quarantine.as_json(row))


@router.post("/imports/{import_id}/quarantine/discard", response={200: Discarded, **TAKEN})
def discard_rows(request: HttpRequest, import_id: Number, which: Reason) -> HttpResponse:
    """Set waiting rows aside for good; they stay on record."""
    actor = actor_of(request)
    actor.require("imports.run")
    imports.get(import_id)
    return as_json({"discarded": quarantine.discard(actor, import_id, reason=which.reason)})


def _changed(request: HttpRequest, import_id: int) -> HttpResponse:
    background.queue(actor_of(request))
    return as_json(imports.as_json(imports.get(import_id)))


def _changes(pairs: list[str]) -> dict[str, str]:
    changes = {}
    for pair in pairs:
        name, equals, column = pair.partition("=")
        if not equals:
            raise WrongUse(f"map wants field=Column, not {pair!r}.")
        changes[name.strip()] = column.strip()
    return changes


def _number(cursor: str) -> int:
    if cursor.isascii() and cursor.isdigit() and len(cursor) <= 18:
        return int(cursor)
    raise WrongUse("That cursor is not one this list gave.")
