"""Voices: what customers wrote, and what still waits for an answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from regulars.kernel.errors import WrongUse
from regulars.web import working
from regulars.web.access import actor_of, page


@page("people.see")
def listed(request: HttpRequest) -> HttpResponse:
    """The reviews, newest first, with what they come to for those who see figures."""
    from regulars.insights import voices

    actor = actor_of(request)
    waiting, stars = bool(request.GET.get("waiting")), _stars(request.GET.get("stars"))
    context: dict[str, Any] = {
        "waiting": waiting,
        "stars": stars,
        "counts": voices.counts(actor),
        "is_outdated": actor.may("metrics.see") and working.catch_up(),
        "is_refreshing": working.is_refreshing(),
    }
    context |= voices.listing(
        actor, waiting=waiting, stars=stars, cursor=request.GET.get("after") or None
    )
    kept = {name: value for name, value in (("waiting", int(waiting)), ("stars", stars)) if value}
    context["more"] = urlencode({**kept, "after": context["next_cursor"]})
    if actor.may("metrics.see") and not context["is_outdated"]:
        context["summary"] = voices.summary(actor)
    return render(request, "screens/voices/list.html", context)


def _stars(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdecimal():
        raise WrongUse(_("Stars are a number from 1 to 5."))
    return int(text)
