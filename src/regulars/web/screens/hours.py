"""Places & hours: when each place is open, as seen in sales or as set here."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.accounts import opening as settings
from regulars.accounts.opening import Times
from regulars.kernel.errors import WrongUse
from regulars.web.access import actor_of, page


@page(settings.PERMISSION)
def shown(request: HttpRequest) -> HttpResponse:
    """Every place with its week; with ``?place=`` the form for one of them."""
    from regulars.insights import opening

    if request.method == "POST":
        return _save(request)
    if (place := request.GET.get("place")) is not None:
        return _form(request, place)
    return render(request, "screens/settings/hours.html", {"places": opening.all_hours()})


def _save(request: HttpRequest) -> HttpResponse:
    place = request.POST.get("place", "")
    try:
        settings.set_hours(actor_of(request), place=place, days=_given(request.POST))
    except WrongUse as error:
        return _form(request, place, error.message)
    messages.success(request, _("The hours are set."))
    return redirect("settings_hours")


def _form(request: HttpRequest, place: str, problem: str = "") -> HttpResponse:
    from regulars.insights import opening

    found = opening.hours(place)
    rows = [(day, _typed(request.POST, day) if problem else _standing(day)) for day in found.days]
    context = {"found": found, "rows": rows, "problem": problem}
    return render(request, "screens/settings/place.html", context)


def _standing(day: Any) -> dict[str, Any]:
    """What the form shows of a weekday: times only where they were set."""
    if day.origin != "set":
        return {"state": "seen", "opens": "", "closes": ""}
    if not day.is_open:
        return {"state": "closed", "opens": "", "closes": ""}
    return {"state": "open", "opens": f"{day.opens:%H:%M}", "closes": f"{day.closes:%H:%M}"}


def _typed(given: QueryDict, day: Any) -> dict[str, Any]:
    return {name: given.get(f"{name}-{day.weekday}", "") for name in ("state", "opens", "closes")}


def _given(given: QueryDict) -> dict[int, Times | None]:
    return {weekday: _of_day(given, weekday) for weekday in settings.WEEKDAYS}


def _of_day(given: QueryDict, weekday: int) -> Times | None:
    state = given.get(f"state-{weekday}", "seen")
    opens, closes = (_time(given.get(f"{name}-{weekday}", "")) for name in ("opens", "closes"))
    if state == "closed":
        return Times()
    # Times typed beside “as seen in sales” are meant.
    if state == "open" or opens or closes:
        if opens is None or closes is None:
            raise WrongUse(_("An opening time needs its closing time, and the other way round."))
        return Times(opens, closes)
    return None


def _time(text: str) -> time | None:
    if not text.strip():
        return None
    try:
        return time.fromisoformat(text.strip()).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise WrongUse(_("“%(text)s” is no time; write it as 07:30.") % {"text": text}) from None
