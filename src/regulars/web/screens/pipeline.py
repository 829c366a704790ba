"""People → Pipeline: the board of leads, and how its stages are set up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.kernel.errors import NotFound, WrongUse
from regulars.profiles.pipeline import board, leads, moving, stages, taking
from regulars.web.access import actor_of, page
from regulars.web.words import STAGE_WORDS

_NUMBER = re.compile(r"[0-9]{1,18}")


@page("leads.see")
def index(request: HttpRequest) -> HttpResponse:
    """Lead to the first pipeline; POST adds one."""
    actor = actor_of(request)
    if request.method == "POST":
        made = stages.add(actor, request.POST.get("name", ""))
        messages.success(request, _("%(name)s is added.") % {"name": made.name})
        return redirect("pipeline_set_up", made.pk)
    return redirect("pipeline", stages.listing(actor)[0].pk)


# Each card brings its own form: a full board would weigh 200 KB. The forms' key is masked anew in
# every answer, so its packed length tells nothing.
@gzip_page
@page("leads.see")
def shown(request: HttpRequest, pipeline_id: int) -> HttpResponse:
    """The board; with a stage in the address that column alone, from a cursor on."""
    actor = actor_of(request)
    chosen = number(request.GET.get("stage"))
    pipeline, columns = board.show(
        actor, pipeline_id, stage_id=chosen, after=request.GET.get("after") or None
    )
    context = {
        "pipeline": pipeline,
        "columns": columns,
        "alone": columns[0] if chosen else None,
        "stages": stages.of(pipeline),
        "currency": businesses.get().currency,
        "count": sum(one.count for one in columns),
        "moved": _moved(number(request.GET.get("moved"))),
        "tabs": tabs(actor, f"pipeline {pipeline.pk}"),
    }
    return render(request, "screens/people/pipeline.html", context)


def _moved(lead_id: int | None) -> Any:
    """The lead that was just moved here, where its move can be undone."""
    try:
        lead = leads.get(lead_id or 0)
    except NotFound:
        return None
    return lead if moving.can_undo(lead) else None


def tabs(actor: Actor, here: str) -> list[tuple[str, str, bool]]:
    """Word, address and whether one is there: every pipeline, the forms, what is held."""
    found = [
        (one.name, reverse("pipeline", args=[one.pk]), here == f"pipeline {one.pk}")
        for one in stages.listing(actor)
    ]
    found.append((_("Forms"), reverse("lead_forms"), here == "forms"))
    if actor.may("leads.work"):
        n = taking.held_count()
        word = _("Held (%(n)d)") % {"n": n} if n else _("Held")
        found.append((word, reverse("lead_forms_held"), here == "held"))
    return found


@page("leads.set_up")
def set_up(request: HttpRequest, pipeline_id: int) -> HttpResponse:
    """A pipeline's name and stages, all at once."""
    actor, pipeline = actor_of(request), stages.get(pipeline_id)
    rows = [
        {"key": one.pk, "name": one.name, "place": place, "probability": one.probability,
         "kind": one.kind}
        for place, one in enumerate(stages.of(pipeline), 1)
    ]  # fmt: skip
    empty = {"key": "new", "name": "", "place": len(rows) + 1, "probability": 50, "kind": "open"}
    context: dict[str, Any] = {"pipeline": pipeline, "name": pipeline.name, "problem": ""}
    context |= {"rows": [*rows, empty], "kinds": STAGE_WORDS.items()}
    if request.method == "POST":
        try:
            wanted = _wanted(request.POST, [str(row["key"]) for row in context["rows"]])
            stages.set_up(actor, pipeline_id, request.POST.get("name", ""), wanted)
        except WrongUse as error:
            context |= {"problem": error.message, "name": request.POST.get("name", "")}
            for row in context["rows"]:
                for field in ("name", "place", "probability", "kind"):
                    row[field] = request.POST.get(f"stage-{field}-{row['key']}", row[field])
        else:
            messages.success(request, _("Saved."))
            return redirect("pipeline", pipeline_id)
    return render(request, "screens/people/pipeline_set_up.html", context)


def _wanted(given: Mapping[str, str], keys: list[str]) -> list[stages.Wanted]:
    """The stages as the form says them, by the numbers in its column of places."""
    found: list[tuple[int, int, stages.Wanted]] = []
    for key in keys:
        said = {one: given.get(f"stage-{one}-{key}", "").strip()
                for one in ("name", "place", "probability", "kind")}  # fmt: skip
        if said["name"] and not (_NUMBER.fullmatch(said["probability"] or "0")):
            raise WrongUse(_("A probability lies between 0 and 100 percent."))
        place = number(said["place"]) or 0
        stage = stages.Wanted(
            None if key == "new" else int(key),
            said["name"],
            int(said["probability"] or 0) if said["name"] else 0,
            said["kind"],
        )
        found.append((place, len(found), stage))
    return [stage for _place, _n, stage in sorted(found, key=lambda one: one[:2])]


def number(text: str | None) -> int | None:
    """A row's number as an address gives it; ``None`` for none or nonsense."""
    return int(text) if text and _NUMBER.fullmatch(text) else None
