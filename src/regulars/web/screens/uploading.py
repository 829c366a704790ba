"""Handing in files: drop them, check how they would be read, count, import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from regulars.accounts.actors import Actor
from regulars.accounts.sentences import said
from regulars.kernel.errors import NotFound, RegularsError, WrongUse
from regulars.kernel.telling import told
from regulars.sources import candidates, imports, rehearsal
from regulars.sources.candidates import Candidate
from regulars.sources.files.fields import KINDS
from regulars.web import mapping_form, uploads, working
from regulars.web.access import actor_of, page
from regulars.web.words import KIND_WORDS

# Counted while the page is looked at; a larger file when asked for; one above the second size in
# the background, since counting takes a second for every five megabytes.
_COUNTED_AT_ONCE_BYTES = 300_000
_COUNTED_HERE_BYTES = 1_000_000


@csrf_exempt
@page("imports.run")
def new(request: HttpRequest) -> HttpResponse:
    """The drop zone and what waits for a yes.

    The token is checked inside `_take`: whether there is room and a right comes before the body
    is read, and reading the token reads the body.
    """
    if request.method == "POST":
        imports.check_room(int(request.headers.get("Content-Length") or 0))
        response: HttpResponse = csrf_protect(_take)(request)
        return response
    waiting = _waiting()
    is_any_sure = any(one.candidate and one.candidate.is_sure for one in waiting)
    context = {"waiting": waiting, "is_any_sure": is_any_sure}
    return render(request, "screens/sources/new.html", context)


def _take(request: HttpRequest) -> HttpResponse:
    if request.POST.get("do") == "import":
        return _import_sure(request)
    kept = []
    for file in request.FILES.getlist("files"):
        try:
            kept.append(uploads.keep(file))
            if kept[-1].is_again:
                again = {"file": kept[-1].path.name}
                messages.info(request, _("%(file)s was handed in before; it waits once.") % again)
        except RegularsError as error:
            messages.error(request, _refusal(file.name or "", said(error.message)))
    if not request.FILES:
        messages.error(request, _("No file was chosen. Choose one or more and try again."))
    target = reverse("sources_new")
    if (
        len(kept) == 1
        and len(kept[0].candidates()) == 1
        and len(request.FILES.getlist("files")) == 1
    ):
        target = reverse("upload", args=[kept[0].token, 0])
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"next": target})
    return redirect(target)


def _refusal(name: str, problem: str) -> str:
    """What is said of a file that could not be kept; its name once."""
    if name in problem:
        return _("%(problem)s Nothing of it was kept.") % {"problem": problem}
    parts = {"file": name, "problem": problem}
    return _("%(file)s: %(problem)s Nothing of it was kept.") % parts


def _import_sure(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    begun = set()
    for one in _waiting():
        if one.candidate is not None and one.candidate.is_sure:
            _begin(actor, one.candidate)
            begun.add(one.upload.token)
    count = len(begun)
    said = ngettext("%(n)d file is being imported.", "%(n)d files are being imported.", count)
    messages.success(request, said % {"n": count})
    return redirect("sources")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One table of a kept file that no import took yet; ``problem`` when it cannot be read."""

    upload: uploads.Upload
    place: int
    candidate: Candidate | None
    problem: str = ""


def _waiting() -> list[Waiting]:
    found = []
    for upload in uploads.waiting():
        try:
            tables = upload.candidates()
        except RegularsError as error:
            found.append(Waiting(upload, 0, None, error.message))
            continue
        taken = upload.taken()
        found += [
            Waiting(upload, place, one)
            for place, one in enumerate(tables)
            if one.table.name not in taken
        ]
    return found


@page("imports.run")
def reading(request: HttpRequest, token: str, place: int) -> HttpResponse:
    """How one table would be read: each column, what it becomes, samples, the first rows."""
    upload = uploads.get(token)
    candidate = _candidate(request, upload, place)
    problem = ""
    if request.method == "POST":
        try:
            changes = mapping_form.changes_of(candidate, request.POST)
            candidate.mapping = candidate.mapping.changed(candidate.table.columns, changes)
            if request.POST.get("do") == "import":
                return _import(request, candidate, changes)
        except WrongUse as error:
            problem = error.message
    context = {
        "upload": upload,
        "place": place,
        "candidate": candidate,
        "form": mapping_form.form_of(candidate),
        "kinds": [(kind, KIND_WORDS[kind]) for kind in KINDS],
        "problem": problem,
        "counts_at_once": candidate.table.size_bytes <= _COUNTED_AT_ONCE_BYTES,
    }
    if request.POST.get("do") == "count":
        context["counts"] = _counted(request, upload, place, candidate)
    is_part = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]
    return render(
        request, "parts/reading.html" if is_part else "screens/sources/reading.html", context
    )


@page("imports.run")
@require_POST
def counts(request: HttpRequest, token: str, place: int) -> HttpResponse:
    """What importing the table would do, counted row by row without writing: a part of a page."""
    upload = uploads.get(token)
    candidate = _candidate(request, upload, place)
    context = {
        "counts": _counted(request, upload, place, candidate),
        "upload": upload,
        "place": place,
    }
    return render(request, "parts/counts.html", context)


def _counted(
    request: HttpRequest, upload: uploads.Upload, place: int, candidate: Candidate
) -> dict[str, Any]:
    """What importing would do; ``is_busy`` while it is counted, ``problem`` if it cannot be.
    ``remarks``: what was found only by reading every row."""
    found = _rehearsed(request, upload, place, candidate)
    above = {*candidate.table.notes, *candidate.notes}
    return {**found, "remarks": [one for one in found.get("notes", ()) if one not in above]}


def _rehearsed(
    request: HttpRequest, upload: uploads.Upload, place: int, candidate: Candidate
) -> dict[str, Any]:
    actor, kind = actor_of(request), request.POST.get("kind") or None
    try:
        candidate = _candidate(request, upload, place)
        changes = mapping_form.changes_of(candidate, request.POST)
        if candidate.table.size_bytes <= _COUNTED_HERE_BYTES:
            candidate.mapping = candidate.mapping.changed(candidate.table.columns, changes)
            return rehearsal.rehearse_candidate(actor, candidate)
    except RegularsError as error:
        return {"problem": error.message}
    job = working.counting(actor, upload.path, place, kind, changes)
    if job.state == "done":
        counts: dict[str, Any] = job.result or {}
        return counts
    return {"problem": job.failure} if job.state == "failed" else {"is_busy": True}


@page("imports.run")
@require_POST
def discard(request: HttpRequest, token: str) -> HttpResponse:
    """Throw a kept file away before anything was imported from it."""
    upload = uploads.get(token)
    uploads.discard(upload)
    messages.success(request, _("%(file)s was removed.") % {"file": upload.path.name})
    return redirect("sources_new")


def _candidate(request: HttpRequest, upload: uploads.Upload, place: int) -> Candidate:
    tables = upload.candidates(kind=request.POST.get("kind") or request.GET.get("kind") or None)
    if place >= len(tables):
        raise NotFound(told("This file holds no such table."))
    return tables[place]


def _import(request: HttpRequest, candidate: Candidate, changes: dict[str, str]) -> HttpResponse:
    actor = actor_of(request)
    if changes:
        candidates.remember(candidate.mapping, candidate.table.columns, actor.member_id)
    candidate.is_sure = True
    import_id = _begin(actor, candidate)
    return redirect("import", import_id)


def _begin(actor: Actor, candidate: Candidate) -> int:
    run = imports.begin(actor, candidate, is_kept_copy=True)
    working.land(actor, run.pk)
    return int(run.pk)
