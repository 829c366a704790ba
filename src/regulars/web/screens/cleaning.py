"""Sources → Cleaning: what looks wrong, put right in bulk, and each time with its undo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from regulars.accounts import business as businesses
from regulars.kernel.errors import WrongUse
from regulars.sources.cleaning import correcting, finding
from regulars.sources.cleaning.kinds import CLEANING, KINDS, REASONS, WHAT_HAPPENS
from regulars.sources.models import Import
from regulars.web import working
from regulars.web.access import actor_of, page

_BEFORE = 12


@page("imports.run")
def shown(request: HttpRequest) -> HttpResponse:
    """What looks wrong, by kind; POST puts right or leaves what was chosen."""
    actor, problem = actor_of(request), ""
    if request.method == "POST":
        try:
            _decide(request)
            return redirect("cleaning")
        except WrongUse as error:
            problem = error.message
    found = correcting.listed(actor)
    groups: list[dict[str, Any]] = [
        {**one, "title": KINDS[one["kind"]], "happens": WHAT_HAPPENS[one["kind"]],
         "doubts": [{**doubt, "why": REASONS[doubt["reason"]]} for doubt in one["doubts"]],
         "more": one["count"] - len(one["doubts"])}
        for one in found["kinds"]
    ]  # fmt: skip
    runs = Import.objects.filter(kind=CLEANING).select_related("undo", "started_by")[:_BEFORE]
    context = {
        "groups": groups,
        "problem": problem,
        "currency": businesses.get().currency,
        "before": [{"run": run, "title": KINDS.get(run.table_name, run.table_name),
                    "is_undone": hasattr(run, "undo")} for run in runs],
    }  # fmt: skip
    return render(request, "screens/sources/cleaning.html", context)


def _decide(request: HttpRequest) -> None:
    actor, kind, do = actor_of(request), request.POST.get("kind", ""), request.POST.get("do", "")
    if do == "look":
        finding.look()
        return
    ids = _numbers(request, "id")
    if request.POST.get("whole") == "1":
        # What is not shown too, but not what was shown and not chosen.
        left = _numbers(request, "shown") - ids
        ids = set(finding.open_doubts().filter(kind=kind).values_list("pk", flat=True)) - left
    if do == "leave":
        count = correcting.leave(actor, kind, ids)
        text = ngettext("%(n)d is left as it is.", "%(n)d are left as they are.", count)
    else:
        count = correcting.put_right(actor, kind, ids).landed
        text = ngettext("%(n)d is put right.", "%(n)d are put right.", count)
        working.refresh(actor)
    messages.success(request, text % {"n": count})


def _numbers(request: HttpRequest, name: str) -> set[int]:
    return {int(one) for one in request.POST.getlist(name) if one.isdecimal() and len(one) < 19}
