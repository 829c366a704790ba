"""Rows that could not land: mend one, or set those of one reason aside."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.sources import imports, quarantine
from regulars.sources.models import Import, QuarantinedRow
from regulars.web import working
from regulars.web.access import actor_of, page

_PER_PAGE = 25


def waiting_by_import() -> list[dict[str, Any]]:
    """The imports of which rows wait, with how many."""
    names = ("of_import__file_name", "of_import__table_name")
    rows = quarantine.waiting().order_by().values("of_import_id", *names)
    counted = rows.annotate(count=Count("pk")).order_by("-of_import_id")
    return [dict(row) for row in counted]


def groups_of(run: Import) -> list[dict[str, Any]]:
    """An import's waiting rows by reason, with how many."""
    rows = quarantine.waiting(run.pk).order_by().values("reason")
    counted = rows.annotate(count=Count("pk")).order_by("-count", "reason")
    return [dict(row) for row in counted]


def page_of_rows(run: Import, number: str | None) -> Page[QuarantinedRow]:
    """One page of an import's waiting rows."""
    return Paginator(quarantine.waiting(run.pk), _PER_PAGE).get_page(number)


@page("imports.run")
def row(request: HttpRequest, import_id: int, row_id: int) -> HttpResponse:
    """One row with its cells to mend. htmx asks for the form alone and puts it in its place."""
    run = imports.get(import_id)
    held = QuarantinedRow.objects.filter(pk=row_id, of_import=run).first()
    if held is None:
        raise NotFound(told("There is no such row in quarantine."))
    problem, cells = "", dict(held.cells)
    if request.method == "POST":
        given = {
            name: request.POST[f"cell{place}"]
            for place, name in enumerate(held.cells)
            if f"cell{place}" in request.POST
        }
        cells.update(given)
        changes = {name: text for name, text in given.items() if text != held.cells[name]}
        try:
            return _mend(request, held, changes)
        except WrongUse as error:
            problem = error.message
    context = {"run": run, "held": held, "cells": cells.items(), "problem": problem}
    is_part = bool(request.htmx)  # type: ignore[attr-defined]
    return render(request, "parts/mend.html" if is_part else "screens/sources/row.html", context)


def _mend(request: HttpRequest, held: QuarantinedRow, changes: dict[str, str]) -> HttpResponse:
    actor = actor_of(request)
    quarantine.mend(actor, held.pk, changes=changes)
    working.refresh(actor)
    messages.success(request, _("Row %(n)d is mended and has landed.") % {"n": held.row_no})
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Refresh": "true"})
    return redirect("import", held.of_import_id)


@page("imports.run")
@require_POST
def discard(request: HttpRequest, import_id: int) -> HttpResponse:
    """Set the waiting rows of one reason aside for good."""
    imports.get(import_id)
    reason = request.POST.get("reason") or None
    count = quarantine.discard(actor_of(request), import_id, reason=reason)
    said = ngettext("%(n)d row is set aside.", "%(n)d rows are set aside.", count) % {"n": count}
    messages.success(request, said)
    return redirect("import", import_id)
