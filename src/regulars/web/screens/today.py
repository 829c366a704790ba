"""Today: five numbers, three things to do, who has gone quiet, and what was decided."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.kernel import clock
from regulars.kernel.errors import NotFound, WrongUse
from regulars.sources.models import Import
from regulars.web import working
from regulars.web.access import actor_of
from regulars.web.access import page as opens
from regulars.web.words import DECISION_WORDS


@opens()
def page(request: HttpRequest) -> HttpResponse:
    """The first page. A helper, who sees no figures, starts with people."""
    actor = actor_of(request)
    if not actor.may("today.see"):
        return redirect("people")
    if not Import.objects.filter(undo=None).exists():
        return render(request, "screens/today/empty.html")
    if working.catch_up():
        context: dict[str, Any] = {"is_refreshing": working.is_refreshing()}
        return render(request, "screens/today/outdated.html", context)
    return render(request, "screens/today/today.html", _today(actor))


@opens("today.see")
def everything(request: HttpRequest) -> HttpResponse:
    """Every open thing, however many."""
    return render(request, "screens/today/all.html", _everything(actor_of(request)))


@opens("today.decide")
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Done, later or not useful. htmx asks for the list of things alone."""
    from regulars.insights import decisions

    actor, said, happened = actor_of(request), request.POST, ""
    try:
        made = decisions.decide(
            actor,
            key=said.get("key", "")[:200],
            what=said.get("what", ""),
            reason=said.get("reason", ""),
            words=said.get("words", ""),
            until=_until(said.get("days", ""), said.get("until", "")),
        )
        happened = f"{DECISION_WORDS[made.what]}: {made.shown['title']}."
    except (NotFound, WrongUse) as error:
        # It may have been decided in another window meanwhile; the list says how it stands.
        messages.error(request, error.message)
    return _answer(request, actor, happened)


@opens("today.see")
def decisions(request: HttpRequest) -> HttpResponse:
    """What was decided, when, by whom, and what came of it."""
    from regulars.insights import decided

    listing = decided.listing(actor_of(request), cursor=request.GET.get("after") or None)
    return render(request, "screens/today/decisions.html", {"listing": listing})


@opens("today.decide")
@require_POST
def take_back(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Take a decision back; its thing is open again."""
    from regulars.insights import decisions

    actor, happened = actor_of(request), ""
    try:
        decisions.take_back(actor, decision_id)
        happened = _("Taken back.")
    except WrongUse as error:
        messages.error(request, error.message)
    return _answer(request, actor, happened)


def _answer(request: HttpRequest, actor: Actor, happened: str) -> HttpResponse:
    """Where the form came from: the page anew, or for htmx its list of things and, for those who
    hear the page, ``happened``."""
    came_from = request.POST.get("from", "")
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(came_from if came_from in ("things", "decisions") else "today")
    context = _everything(actor) if came_from == "things" else _today(actor)
    return render(request, "parts/things.html", {**context, "happened": happened})


def _today(actor: Actor) -> dict[str, Any]:
    from regulars.insights.today import today

    found = today(actor)
    return {
        "today": found,
        "things": found["things"],
        "more_things": found["more_things"],
        "needs": found["needs"],
        "looked_at": found["looked_at"],
        "decided": found["decided"]["today"],
        "is_refreshing": working.is_refreshing(),
        **_choices("today"),
    }


def _everything(actor: Actor) -> dict[str, Any]:
    from regulars.insights.today import all_things

    return {**all_things(actor), **_choices("things")}


def _choices(came_from: str) -> dict[str, Any]:
    """What the forms offer: reasons, and days to choose from."""
    from regulars.insights.models import Decision

    day = clock.today(businesses.get().timezone)
    return {
        "came_from": came_from,
        "reasons": Decision.Reason.choices,
        "day": day,
        "tomorrow": day + timedelta(days=1),
        "latest": day + timedelta(days=365),
    }


def _until(days: str, until: str) -> date | None:
    """The day from which the thing may come back."""
    if days.isdecimal() and len(days) < 4:
        return clock.today(businesses.get().timezone) + timedelta(days=int(days))
    if not until:
        return None
    try:
        return date.fromisoformat(until)
    except ValueError:
        raise WrongUse(_("That is not a day.")) from None
