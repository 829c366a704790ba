"""People: one person, who looked, export and erasure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.accounts import business as businesses
from regulars.accounts import locales
from regulars.accounts.models import Member
from regulars.kernel import clock
from regulars.profiles import person as profiles
from regulars.profiles.enrichment import showing
from regulars.profiles.enrichment.keeping import BASES
from regulars.profiles.looks import keeping as looks
from regulars.profiles.pipeline import board as leads_board
from regulars.profiles.timeline import KINDS
from regulars.profiles.typed import fields
from regulars.profiles.viewing import tags
from regulars.web import working
from regulars.web.access import actor_of, page
from regulars.web.screens import hanging
from regulars.web.words import TRAIT_WORDS

# What whoever serves a person has to see before anything else.
_AT_THE_TOP = ("must_know", "allergies")
_LEADS = 20


@page("people.see")
def one(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person: who, what they allow, scores with reasons, what they did."""
    from regulars.insights import people

    actor = actor_of(request)
    person = people.show(actor, person_id)
    context = {"person": person, "id": person_id, "more": person.get("timeline_cursor")}
    context["leads"] = leads_board.listing(actor, person_id=person_id, limit=_LEADS)["leads"]
    context["traits"], context["more_traits"] = _by_weight(person["traits"])
    before, kinds = request.GET.get("before"), request.GET.getlist("show")
    kinds = [kind for kind in KINDS if kind in kinds]
    if before or kinds:
        earlier = profiles.timeline(actor, person_id, kinds=kinds or KINDS, cursor=before)
        context |= {"more": earlier.cursor, "is_earlier": bool(before)}
        person["timeline"] = profiles.plain([asdict(entry) for entry in earlier.entries])
    context |= hanging.of_person(actor, person_id)
    context |= {"tags": tags.of(person_id), "known_tags": tags.names(actor)}
    if actor.may("people.see_looks"):
        context["looks"] = looks.of(actor, person_id, 20)
    context |= {"kinds": KINDS, "shown_kinds": kinds}
    context["must_know"] = [one for one in person["traits"] if one["name"] in _AT_THE_TOP]
    _quote(person)
    _tell_days(person)
    for beside in person["third_party"]:
        beside["basis_words"] = BASES[beside["basis"]]
    return render(request, "screens/people/person.html", context)


def _quote(person: dict[str, Any]) -> None:
    """Put a person's stars and words beside what the timeline says of them."""
    said = {one["feedback_key"]: one for one in person["feedback"]}
    for entry in person["timeline"]:
        one = said.get(entry["key"]) if entry["kind"] == "feedback" else None
        if one is not None:
            entry["stars"], entry["words"] = _stars(one), one["text"]
    for one in (person["household"] or {}).get("feedback", ()):
        one["stars"] = _stars(one)


def _stars(one: dict[str, Any]) -> float | None:
    is_rated = one["rating"] is not None and one["rating_max"]
    return 5 * one["rating"] / one["rating_max"] if is_rated else None


def _tell_days(person: dict[str, Any]) -> None:
    """Put the holiday and the weather beside what a person did on that day."""
    zone = businesses.get().timezone
    on = [clock.today_of(datetime.fromisoformat(one["at"]), zone) for one in person["timeline"]]
    known = showing.of_days(on)
    for day, entry in zip(on, person["timeline"], strict=True):
        if day in known and entry["kind"] in ("order", "return", "booking"):
            entry["day"] = _day_in_words(known[day])


def _day_in_words(day: showing.Day) -> str:
    told = [day.holiday] if day.holiday else []
    if warm := day.weather.get("high") or day.weather.get("mean"):
        told.append(f"{locales.number(float(warm), most_decimals=0)} °C")
    if float(day.weather.get("rain") or 0) > 0:
        millimetres = locales.number(float(day.weather["rain"]), most_decimals=1)
        told.append(_("%(n)s mm of rain") % {"n": millimetres})
    return " · ".join([*told, ", ".join(day.publishers)])


def _by_weight(traits: list[dict[str, Any]]) -> tuple[list[Any], list[Any]]:
    """What a shop looks for first, and the rest of what the files say."""
    names = {one["name"] for one in traits}
    parts = {"first_name", "last_name"} if "name" in names else set()
    wanted = [*(one.key for one in fields.fields()), *TRAIT_WORDS]
    order = {name: place for place, name in reversed(list(enumerate(wanted)))}
    first = [one for one in traits if one["name"] in order and one["name"] not in parts]
    rest = [one for one in traits if one not in first]
    return sorted(first, key=lambda one: order[one["name"]]), rest


@page("people.see_looks")
def looked(request: HttpRequest) -> HttpResponse:
    """Who looked at whose page, the latest first; of one member with ``?member=``, of one day with
    ``?on=``."""
    actor = actor_of(request)
    chosen, on = hanging.number(request.GET.get("member")) or None, request.GET.get("on", "")
    context = {
        "looks": looks.listing(actor, member_id=chosen, on=hanging.day(on)),
        "chosen": chosen, "on": on,
        "members": Member.objects.order_by("name", "email"),
    }  # fmt: skip
    return render(request, "screens/people/looks.html", context)


@page("people.export")
def export(request: HttpRequest, person_id: int) -> HttpResponse:
    """Everything known about one person: pages, JSON and their files in one archive."""
    from regulars.profiles import erasure, taking_out

    actor = actor_of(request)
    looks.note(actor, person_id, looks.EXPORT)
    content = taking_out.archive(actor, erasure.export(actor, person_id))
    name = f"person-{person_id}.zip"
    return HttpResponse(
        content,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@page("people.erase")
def erase(request: HttpRequest, person_id: int) -> HttpResponse:
    """Ask, then erase a person everywhere."""
    from regulars.insights import people
    from regulars.profiles import erasure

    actor = actor_of(request)
    if request.method != "POST" or request.POST.get("sure") != "yes":
        person = people.show(actor, person_id)
        context = {"person": person, "id": person_id, "is_unsure": request.method == "POST"}
        return render(request, "screens/people/erase.html", context)
    receipt = erasure.erase(actor, person_id, why=request.POST.get("why", "")[:200])
    working.refresh(actor)
    rows = sum(receipt.rows.values())
    messages.success(
        request, _("Erased: %(n)d rows in all. Sales stay, as nobody's.") % {"n": rows}
    )
    return redirect("people")
