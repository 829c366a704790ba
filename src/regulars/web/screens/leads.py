"""People → Pipeline → one lead: written down, read, changed, moved, and the move undone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.accounts.sentences import said
from regulars.kernel.errors import RegularsError, WrongUse
from regulars.profiles.models import Card
from regulars.profiles.pipeline import facts, leads, moving, stages
from regulars.web import lead_fields
from regulars.web.access import actor_of, page
from regulars.web.screens.pipeline import number

_JSON = "application/json"


@page("leads.work")
def new(request: HttpRequest) -> HttpResponse:
    """Write a lead down; ``?person=`` for somebody who is known."""
    actor = actor_of(request)
    pipelines = stages.listing(actor)
    chosen = number(request.GET.get("pipeline") or request.POST.get("pipeline"))
    chosen = chosen or pipelines[0].pk
    context: dict[str, Any] = {"pipelines": pipelines, "chosen": chosen, "problem": ""}
    context["given"] = {"person": number(request.GET.get("person")) or ""}
    if request.method == "POST":
        try:
            lead = leads.add(actor, lead_fields.read(request.POST), pipeline_id=chosen)
        except RegularsError as error:
            context |= _refused(request, error)
        else:
            messages.success(request, _("%(name)s is written down.") % {"name": lead.title})
            return redirect("lead", lead.pk)
    context |= lead_fields.context(actor) | {"known": _known(context["given"])}
    return render(request, "screens/people/lead_new.html", context)


def _refused(request: HttpRequest, error: RegularsError) -> dict[str, Any]:
    """What was typed once more, what is wrong with it, and in which field where that is known."""
    given, wrong = lead_fields.typed(request.POST), error.detail.get("missing")
    return {"problem": error.message, "given": given, "wrong": wrong}


def _known(given: dict[str, Any]) -> str:
    """The name of the person a form is about, where they are known."""
    chosen = number(str(given.get("person") or ""))
    card = Card.objects.filter(pk=chosen).first() if chosen else None
    return (card.name or card.email or card.phone) if card else ""


@page("leads.see")
def one(request: HttpRequest, lead_id: int) -> HttpResponse:
    """One lead: where it stands, its score with reasons, what happened."""
    lead = facts.show(actor_of(request), lead_id)
    others = [row for row in stages.of(stages.get(lead["pipeline_id"]))
              if row.pk != lead["stage_id"]]  # fmt: skip
    return render(request, "screens/people/lead.html", {"lead": lead, "others": others})


@page("leads.work")
def edit(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Say a lead anew."""
    actor = actor_of(request)
    lead = leads.get(lead_id)
    context: dict[str, Any] = {"lead": lead, "problem": ""}
    if request.method == "POST":
        try:
            leads.change(actor, lead_id, lead_fields.read(request.POST))
        except RegularsError as error:
            context |= _refused(request, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("lead", lead_id)
    else:
        context["given"] = lead_fields.shown(leads.said_of(lead))
    context |= lead_fields.context(actor) | {"known": _known(context["given"])}
    return render(request, "screens/people/lead_edit.html", context)


@page("leads.work")
def move(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Move a lead to the stage ``to``; a stage that is lost asks for a reason first."""
    actor = actor_of(request)
    lead = leads.get(lead_id)
    given = request.POST if request.method == "POST" else request.GET
    to, is_json = number(given.get("to")) or 0, _wants_json(request)
    context = {"lead": lead, "others": stages.of(lead.pipeline), "to": to, "problem": ""}
    context["given"] = {"why": given.get("why", ""), "back": given.get("back", "")}
    if request.method != "POST":
        return render(request, "screens/people/lead_move.html", context)
    try:
        moving.move(actor, lead_id, to, given.get("why", ""))
    except WrongUse as error:
        if is_json:
            asked = f"{reverse('lead_move', args=[lead_id])}?to={to}&back=board"
            needs_reason = error.detail.get("missing") == "reason"
            return JsonResponse({"said": said(error.message),
                                 "next": asked if needs_reason else ""})  # fmt: skip
        context["problem"] = error.message
        return render(request, "screens/people/lead_move.html", context, status=422)
    lead = leads.get(lead_id)
    words = _("%(title)s is now in %(stage)s.") % {"title": lead.title, "stage": lead.stage.name}
    board = f"{reverse('pipeline', args=[lead.pipeline_id])}?moved={lead.pk}"
    if is_json:
        return JsonResponse({"said": words, "board": board})
    if given.get("back") == "board":
        return redirect(board)
    messages.success(request, words)
    return redirect("lead", lead_id)


@page("leads.work")
@require_POST
def undo(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Undo the last move."""
    moving.undo(actor_of(request), lead_id)
    lead = leads.get(lead_id)
    words = {"title": lead.title, "stage": lead.stage.name}
    messages.success(request, _("%(title)s is back in %(stage)s.") % words)
    if request.POST.get("back") == "board":
        return redirect("pipeline", lead.pipeline_id)
    return redirect("lead", lead_id)


@page("leads.work")
@require_POST
def shift(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Change places with the lead above or below in the same stage."""
    is_up = request.POST.get("do") == "up"
    is_done = moving.shift(actor_of(request), lead_id, up=is_up)
    lead = leads.get(lead_id)
    words = {"title": lead.title, "stage": lead.stage.name}
    if not is_done:
        text = _("%(title)s is at the end of %(stage)s.")
    else:
        text = _("%(title)s went up.") if is_up else _("%(title)s went down.")
    board = reverse("pipeline", args=[lead.pipeline_id])
    if _wants_json(request):
        return JsonResponse({"said": text % words, "board": board})
    messages.success(request, text % words)
    return redirect(board)


@page("leads.work")
@require_POST
def touch(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Note that somebody was in touch."""
    leads.touch(actor_of(request), lead_id, request.POST.get("words", ""))
    messages.success(request, _("Noted."))
    return redirect("lead", lead_id)


@page("leads.set_up")
def remove(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Ask, then take a lead away for good."""
    lead = leads.get(lead_id)
    if request.method == "POST" and request.POST.get("sure") == "yes":
        leads.remove(actor_of(request), lead_id)
        messages.success(request, _("The lead is gone."))
        return redirect("pipeline", lead.pipeline_id)
    context = {"lead": lead, "is_unsure": request.method == "POST"}
    return render(request, "screens/people/lead_remove.html", context)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == _JSON
