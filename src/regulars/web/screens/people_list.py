"""People: the list, kept to what is asked for, and the same as a file."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from regulars.accounts.actors import Actor
from regulars.kernel.errors import NotFound
from regulars.profiles import search
from regulars.profiles.consents import CHANNELS
from regulars.profiles.matching import answering
from regulars.profiles.models import Card
from regulars.profiles.viewing import bulk, filters, tags, views
from regulars.profiles.viewing.filters import Filters
from regulars.web.access import actor_of, page
from regulars.web.screens.hanging import number

_HITS = 30
_MOST_COUNTRIES = 200
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSV = "text/csv; charset=utf-8"
_MONEY = "people.see_money"


def asked(request: HttpRequest) -> Filters:
    """The filters in a page's address."""
    return filters.read(dict(request.GET.lists()))


@page("people.see")
def listed(request: HttpRequest) -> HttpResponse:
    """One search field; without a search, everybody by segment, kept to what the address says."""
    from regulars.insights import telling_apart

    actor, wanted = actor_of(request), asked(request)
    context: dict[str, Any] = {
        "wanted": wanted, "text": wanted.text, "segment": wanted.segment, "quiet": wanted.quiet,
        "is_later": bool(request.GET.get("after")), "address": wanted.address(),
        "views": views.listing(actor),
    }  # fmt: skip
    context |= _opened(actor, request, context["views"])
    if actor.may("people.merge"):
        context["doubts"] = answering.count(actor)
    if wanted == Filters(text=wanted.text) and wanted.text:
        context["hits"] = search.find(wanted.text, limit=_HITS, actor=actor)
        listed = [one.profile_id for one in context["hits"]]
        context["is_search"], context["count"] = True, len(context["hits"])
    else:
        context |= _list(actor, wanted, request.GET.get("after") or None)
        listed = [one["id"] for one in context["listing"]["people"]]
    context["beside"] = telling_apart.beside(actor, listed)
    if actor.may("people.write"):
        context["tags"] = tags.names(actor)
    is_part = bool(request.htmx)  # type: ignore[attr-defined]
    return render(request, "parts/people.html" if is_part else "screens/people/list.html", context)


def _opened(actor: Actor, request: HttpRequest, known: list[views.View]) -> dict[str, Any]:
    """The view that is open, and the change to many that was made last, as the address says."""
    chosen, made = number(request.GET.get("view")), number(request.GET.get("edit"))
    found: dict[str, Any] = {"view": next((one for one in known if one.id == chosen), None)}
    if made and actor.may("people.write"):
        try:
            found["edit"] = bulk.get(actor, made)
        except NotFound:
            return found
    return found


def _list(actor: Actor, wanted: Filters, cursor: str | None) -> dict[str, Any]:
    from regulars.insights import people, people_list

    may_see = [one for one in filters.COLUMNS if one != "spent" or actor.may(_MONEY)]
    context: dict[str, Any] = {
        "columns": [one for one in wanted.columns if one in may_see],
        "all_columns": [one for one in filters.COLUMNS if one in may_see],
        "sorts": [one for one in filters.SORTS if one in may_see or one != "spent"],
        "channels": CHANNELS, "reaches": filters.REACHES,
        "countries": _countries(), "tags": tags.names(actor),
    }  # fmt: skip
    if wanted.thing:
        context["thing"] = people_list.of_thing(actor, wanted.thing)[0]
    if actor.may("metrics.see"):
        context["segments"] = people.segments(actor)
    if wanted.is_narrow or wanted.sort or wanted.show:
        context["listing"] = people_list.listing(actor, wanted, cursor=cursor)
    else:
        context["listing"] = people.listing(
            actor, segment=wanted.segment or None, quiet=wanted.quiet or None, cursor=cursor
        )
    if actor.may("people.write"):
        context["count"] = people_list.count(actor, wanted)
    return context


def _countries() -> list[str]:
    rows = Card.objects.exclude(country="").order_by("country")
    return list(rows.values_list("country", flat=True).distinct()[:_MOST_COUNTRIES])


@page("people.export_list")
def file(request: HttpRequest, form: str) -> HttpResponse:
    """The list as it is shown, for a spreadsheet."""
    from regulars.insights import people_list

    actor, wanted = actor_of(request), asked(request)
    answer: Any
    if form == "csv":
        rows = people_list.as_csv(actor, wanted)
        answer = StreamingHttpResponse(rows, content_type=_CSV)
    else:
        answer = HttpResponse(people_list.as_file(actor, wanted, form), content_type=_SHEET)
    answer["Content-Disposition"] = f'attachment; filename="people.{form}"'
    return cast(HttpResponse, answer)
