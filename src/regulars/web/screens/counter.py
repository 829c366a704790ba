"""The counter: one field to find somebody, one glance, one tap to enter something."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.accounts.sentences import said
from regulars.kernel.errors import NotFound, RegularsError, WrongUse
from regulars.profiles import search
from regulars.profiles.counter import entering
from regulars.web.access import actor_of, page
from regulars.web.middleware import ONLY_THE_CAMERA, PERMISSIONS
from regulars.web.screens.hanging import number
from regulars.web.templatetags.figures import trait_words

_HITS = 12
_POINTS = (1, 5, 10)


@page("people.see")
def found(request: HttpRequest) -> HttpResponse:
    """Find somebody by a piece of a phone number, a name, a card or its code."""
    text = _code(request.GET.get("q", "").strip()[:500])[:200]
    from regulars.insights import telling_apart

    actor = actor_of(request)
    hits = search.find(text, limit=_HITS, actor=actor) if text else []
    if len(hits) == 1:
        return redirect("counter_person", hits[0].profile_id)
    beside = telling_apart.beside(actor, [one.profile_id for one in hits])
    return _screen(request, {"text": text, "hits": hits, "beside": beside})


@page("people.see")
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Somebody at a glance."""
    from regulars.insights import counter

    glance = counter.glance(actor_of(request), person_id)
    context = {"glance": glance, "points": _POINTS, "keys": [uuid4() for _key in range(3)]}
    return _screen(request, context)


def _screen(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The one page that may look through the camera: for the code on a card."""
    answer = render(request, "screens/counter/counter.html", context)
    answer[PERMISSIONS] = ONLY_THE_CAMERA
    return answer


@page("people.write")
def enter(request: HttpRequest) -> HttpResponse:
    """Take a note, points or a task; a tablet that was offline is told whether it landed."""
    wants_json = "application/json" in request.headers.get("Accept", "")
    if request.method != "POST":
        return redirect("counter")
    try:
        who, is_new = entering.enter(
            actor_of(request), number(request.POST.get("anchor")),
            key=request.POST.get("key", ""), kind=request.POST.get("kind", ""),
            text=request.POST.get("text", ""), count=_count(request.POST.get("count", "")),
            happened_at=_instant(request.POST.get("at", "")),
        )  # fmt: skip
    except (WrongUse, NotFound) as error:
        return _refused(request, error, wants_json)
    if wants_json:
        return JsonResponse({"person": who, "is_new": is_new})
    messages.success(request, _("That is written down."))
    return redirect("counter_person", who)


def _refused(request: HttpRequest, error: RegularsError, wants_json: bool) -> HttpResponse:
    if wants_json:
        return JsonResponse({"error": said(error.message)}, status=422)
    messages.error(request, said(error.message))
    back = number(request.POST.get("person"))
    return redirect("counter_person", back) if back else redirect("counter")


@page("people.write")
def kept(request: HttpRequest) -> HttpResponse:
    """What a tablet keeps for an hour."""
    from regulars.insights import counter

    people = counter.kept(actor_of(request))
    for one in people:
        # Without its name nobody knows whether nuts are liked or deadly.
        one["traits"] = {trait_words(name): value for name, value in one["traits"].items()}
    return JsonResponse({"people": people})


@page(None)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; under this address it may serve the counter and nothing else."""
    path = Path(str(finders.find("regulars/behaviours/counter_worker.js")))
    return HttpResponse(
        path.read_bytes(),
        content_type="text/javascript",
        headers={"Service-Worker-Allowed": reverse("counter")},
    )


@page(None)
def manifest(request: HttpRequest) -> HttpResponse:
    """What makes the counter an app that can be installed."""
    about: dict[str, Any] = {
        "name": _("Counter"), "short_name": _("Counter"), "start_url": reverse("counter"),
        "scope": reverse("counter"), "display": "standalone",
        "icons": [{"src": static("regulars/mark.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }  # fmt: skip
    return JsonResponse(about, content_type="application/manifest+json")


def _code(text: str) -> str:
    """What a scanned code stands for: a card's address names it as ``card`` or at its end."""
    if not text.lower().startswith(("http://", "https://")):
        return text
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    asked = parse_qs(parts.query)
    at_its_end = parts.path.rstrip("/").rpartition("/")[2]
    return (asked.get("card") or asked.get("code") or [at_its_end])[0] or text


def _count(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    return sign * number(text.lstrip("+-"))


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
