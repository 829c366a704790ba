"""People → Doubtful matches: two people side by side, one answer at a time, each with its undo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.identity.models import MatchRun
from regulars.insights import following
from regulars.jobs import queue as jobs
from regulars.jobs.models import Job
from regulars.kernel.errors import NotFound
from regulars.profiles.jobs import LOOK
from regulars.profiles.matching import answering
from regulars.profiles.matching.answering import Answered, Doubt
from regulars.web.access import actor_of, page

_ROWS = (
    "name", "first_name", "last_name", "birthday", "email", "phone", "street", "postcode", "city",
)  # fmt: skip
_WIDTH = 100.0


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the waterfall: from where to where, in hundredths of its width."""

    name: str
    level: str
    weight: float
    left: float
    width: float


@page("people.merge")
def shown(request: HttpRequest) -> HttpResponse:
    """The likeliest doubt that waits, or the one behind ``after``."""
    after = request.GET.get("after", "")
    return _answer(request, after=int(after) if after.isascii() and after.isdecimal() else None)


@page("people.merge")
def decide(request: HttpRequest, doubt_id: int) -> HttpResponse:
    """Take the answer to a doubt, and show the next."""
    if request.method != "POST":
        return redirect("matches")
    actor = actor_of(request)
    try:
        done = answering.answer(actor, doubt_id, are_one=request.POST.get("do") == "one")
        following.soon(actor)
    except NotFound as error:
        messages.info(request, str(error.message))
        done = None
    return _answer(request, done=done) if _is_part(request) else _again(request, done)


@page("people.merge")
def take_back(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Take an answer back; its doubt is shown again."""
    if request.method != "POST":
        return redirect("matches")
    answering.take_back(actor_of(request), decision_id)
    following.soon(actor_of(request))
    return _answer(request) if _is_part(request) else redirect("matches")


@page("people.merge")
def look(request: HttpRequest) -> HttpResponse:
    """Have everybody compared now."""
    if request.method == "POST":
        actor = actor_of(request)
        jobs.enqueue(LOOK, {"member_id": actor.member_id}, unique_key=LOOK)
        messages.info(request, _("Everybody is being compared. This page shows what was found."))
    return redirect("matches")


def _is_part(request: HttpRequest) -> bool:
    return bool(request.htmx)  # type: ignore[attr-defined]


def _again(request: HttpRequest, done: Answered | None) -> HttpResponse:
    if done is not None:
        request.session["answered"] = {"id": done.decision_id, "are_one": done.are_one}
    return redirect("matches")


def _answer(
    request: HttpRequest, *, after: int | None = None, done: Answered | None = None
) -> HttpResponse:
    actor = actor_of(request)
    doubts = answering.waiting(actor, after=after)
    answered = {"id": done.decision_id, "are_one": done.are_one} if done else None
    if not _is_part(request):
        answered = request.session.pop("answered", None)
    context: dict[str, Any] = {
        "count": answering.count(actor),
        "answered": answered,
        "after": after,
        "run": MatchRun.objects.filter(finished_at__isnull=False).order_by("pk").last(),
        "is_looking": Job.objects.filter(name=LOOK, finished_at=None, failed_at=None).exists(),
    }
    if doubts:
        context |= _side_by_side(doubts[0])
    template = "parts/match.html" if _is_part(request) else "screens/people/matches.html"
    return render(request, template, context)


def _side_by_side(doubt: Doubt) -> dict[str, Any]:
    rows = []
    sides = (doubt.one.known, doubt.other.known)
    has_parts = any(side.get("first_name") or side.get("last_name") for side in sides)
    for name in _ROWS:
        values = [side.get(name, "") for side in sides]
        if any(values) and not (name == "name" and has_parts):
            rows.append({"name": name, "values": values, "is_same": values[0] == values[1]})
    return {"doubt": doubt, "rows": rows, "steps": waterfall(doubt.evidence)}


def waterfall(evidence: dict[str, Any]) -> list[Step]:
    """Return the bars from what speaks for any two people to what speaks for these two."""
    parts = [("", "", float(evidence["before"]))]
    parts += [
        (str(one["name"]), str(one["level"]), float(one["weight"]))
        for one in evidence["compared"]
        if one["level"] != "not known"
    ]
    sums = [0.0]
    for _name, _level, weight in parts:
        sums.append(sums[-1] + weight)
    low, high = min(sums), max(sums)
    scale = _WIDTH / ((high - low) or 1.0)
    return [
        Step(
            name, level, weight,
            round((min(sums[place], sums[place + 1]) - low) * scale, 2),
            round(max(abs(weight) * scale, 0.5), 2),
        )
        for place, (name, level, weight) in enumerate(parts)
    ]  # fmt: skip
