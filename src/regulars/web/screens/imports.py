"""Imports: the list, one with its progress and result, undo, and the decision on repeats."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.jobs.models import Job
from regulars.sources import hand_ins, imports
from regulars.sources.models import Import, RepeatExclusion
from regulars.web import uploads, working
from regulars.web.access import actor_of, page
from regulars.web.screens import live
from regulars.web.screens.quarantine import groups_of, page_of_rows, waiting_by_import

_PER_PAGE = 50
# Of several imports of one file, what the file as a whole is said to be: the first of these.
_TELLING = ("running", "waiting", "stopped", "failed", "finished", "undone")


@page("imports.see")
def listed(request: HttpRequest) -> HttpResponse:
    """All that was handed in, newest first, and what waits for somebody."""
    pages = Paginator(hand_ins.hand_ins(), _PER_PAGE)
    shown = pages.get_page(request.GET.get("page"))
    numbers = [number for group in shown for number in group]
    runs = Import.objects.select_related("source", "undo").in_bulk(numbers)
    context = {
        "pages": shown,
        "live": live.rows(),
        "fullness": live.fullness(),
        "handed_in": [_handed_in([runs[number] for number in group]) for group in shown],
        "waiting_files": len(uploads.waiting()) if actor_of(request).may("imports.run") else 0,
        "held": waiting_by_import(),
        "is_refreshing": working.is_refreshing(),
    }
    return render(request, "screens/sources/list.html", context)


@page("imports.see")
def one(request: HttpRequest, import_id: int) -> HttpResponse:
    """One import: how far it is, then what landed, what did not, and what can be done."""
    run = imports.get(import_id)
    job = working.landing(import_id)
    context: dict[str, Any] = {
        "run": run,
        "state": state_of(run, job),
        "job": job,
        "is_refreshing": working.is_refreshing(),
        "is_excluded": RepeatExclusion.objects.filter(of_import=run).exists(),
        "groups": groups_of(run),
        "rows": page_of_rows(run, request.GET.get("page")),
    }
    if request.htmx:  # type: ignore[attr-defined]
        return _progress(request, context)
    return render(request, "screens/sources/one.html", context)


def _handed_in(runs: list[Import]) -> dict[str, Any]:
    """A file as the list shows it: its imports taken together, and each of them."""
    # Members of an archive often share a long folder, which tells nothing apart.
    steps = [run.table_name.split("/") for run in runs]
    folders = zip(*(one[:-1] for one in steps), strict=False)
    shared = sum(1 for _ in takewhile(lambda level: len(set(level)) == 1, folders))
    parts = [
        (run, state_of(run), "/".join(one[shared:])) for run, one in zip(runs, steps, strict=True)
    ]
    kinds = {run.recognised_as for run in runs}
    return {
        "file_name": runs[0].file_name,
        "first": runs[0],
        "parts": parts,
        "recognised_as": kinds.pop() if len(kinds) == 1 else "",
        "rows": sum(run.position for run in runs),
        "quarantined": sum(run.quarantined for run in runs),
        "state": min((state for _, state, _ in parts), key=_TELLING.index),
        "at": runs[-1].started_at,
    }


def _progress(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The part that is polled; once the import has ended the whole page is drawn anew."""
    if context["state"] not in ("waiting", "running"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "parts/progress.html", context)


@page("imports.see")
def refreshing(request: HttpRequest) -> HttpResponse:
    """The part that says so while figures are brought up to date; then the page is drawn anew."""
    if working.is_refreshing():
        return render(request, "parts/refreshing.html")
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


def state_of(run: Import, job: Job | None = None) -> str:
    """Where an import stands: undone, failed, finished, running, waiting or stopped."""
    if hasattr(run, "undo"):
        return "undone"
    if run.finished_at is not None:
        return "finished"
    if run.failure:
        return "failed"
    job = job or working.landing(run.pk)
    if job is None or job.state == "done":
        return "stopped"
    return job.state


@page("imports.run")
@require_POST
def resume(request: HttpRequest, import_id: int) -> HttpResponse:
    """Go on with an import that was cut off."""
    run = imports.get(import_id)
    working.land(actor_of(request), run.pk)
    return redirect("import", import_id)


@page("imports.undo")
def undo(request: HttpRequest, import_id: int) -> HttpResponse:
    """Ask, then take back what an import landed."""
    run = imports.get(import_id)
    if request.method != "POST":
        return render(request, "screens/sources/undo.html", {"run": run})
    actor = actor_of(request)
    imports.undo(actor, import_id, why=request.POST.get("why", "")[:500])
    working.refresh(actor)
    messages.success(
        request, _("Import %(id)d is undone. What stood before it stands again.") % {"id": run.pk}
    )
    return redirect("import", import_id)


@page("imports.run")
@require_POST
def repeats(request: HttpRequest, import_id: int) -> HttpResponse:
    """Count identical lines inside one file once, or each."""
    actor = actor_of(request)
    is_once = request.POST.get("count") == "once"
    decide = imports.exclude_repeats if is_once else imports.include_repeats
    decide(actor, import_id)
    working.refresh(actor)
    said = _("Repeated lines count once.") if is_once else _("Each repeated line counts.")
    messages.success(request, said)
    return redirect("import", import_id)
