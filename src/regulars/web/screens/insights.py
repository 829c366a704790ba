"""Insights: the dashboard, its parts, and every table in full."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from regulars.kernel.errors import WrongUse
from regulars.sources.models import Import
from regulars.web import dashboard as pages
from regulars.web import working
from regulars.web.access import actor_of, page
from regulars.web.dashboard import Face

if TYPE_CHECKING:
    from regulars.insights.dashboard.desk import Desk

Shown = Callable[["HttpRequest", "Desk", Face], HttpResponse]


@page("metrics.see")
def dashboard(request: HttpRequest) -> HttpResponse:
    """The whole page; its parts load apart unless ``whole`` is asked for."""
    if not Import.objects.filter(undo=None).exists():
        return render(request, "screens/insights/empty.html")
    if working.catch_up():
        context: dict[str, Any] = {"is_refreshing": working.is_refreshing()}
        return render(request, "screens/today/outdated.html", context)

    def shown(request: HttpRequest, desk: Desk, face: Face) -> HttpResponse:
        context = pages.frame(desk, face, is_whole=bool(request.GET.get("whole")))
        context["is_refreshing"] = working.is_refreshing()
        return render(request, "screens/insights/dashboard.html", context)

    return at_desk(request, shown)


@page("metrics.see")
def numbers(request: HttpRequest) -> HttpResponse:
    """The strip of numbers as a part of the page, or as CSV."""
    return at_desk(request, numbers_of)


@page("metrics.see")
def chart(request: HttpRequest) -> HttpResponse:
    """The chosen number over time as a part of the page, or as CSV."""
    return at_desk(request, chart_of)


@page("metrics.see")
def box(request: HttpRequest, name: str) -> HttpResponse:
    """A box as a part of the page, all its rows as a page of their own, or as CSV."""
    return at_desk(request, lambda asked, desk, face: box_of(asked, desk, face, name))


def at_desk(request: HttpRequest, shown: Shown) -> HttpResponse:
    """Show something of the dashboard in the state of the address."""
    from regulars.insights.dashboard import state
    from regulars.insights.dashboard.desk import open_desk

    try:
        chosen = state.read(pages.state_query(request))
    except WrongUse as error:
        return pages.wrong(request, error, request.path)
    desk = open_desk(actor_of(request), chosen)
    if desk is None:
        return render(request, "screens/insights/empty.html", {"has_files": True})
    return shown(request, desk, Face(_path, chosen.query))


def numbers_of(request: HttpRequest, desk: Desk, face: Face) -> HttpResponse:
    """The strip of numbers, for whoever looks at the desk."""
    from regulars.insights.dashboard import numbers as of_numbers

    if pages.wants_csv(request):
        return pages.sheet(desk, "numbers", of_numbers.table(desk), ())
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(face.to("", whole=1) + "#numbers")
    return render(request, "parts/tallies.html", pages.numbers(desk, face))


def chart_of(request: HttpRequest, desk: Desk, face: Face) -> HttpResponse:
    """The chart, for whoever looks at the desk."""
    from regulars.insights.dashboard import series

    if pages.wants_csv(request):
        rows, by = series.table(desk)
        return pages.sheet(desk, desk.state.metric, rows, by)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(face.to("", whole=1) + "#chart")
    return render(request, "parts/course.html", pages.chart(desk, face))


def box_of(request: HttpRequest, desk: Desk, face: Face, name: str) -> HttpResponse:
    """A box, for whoever looks at the desk."""
    from regulars.insights.dashboard import boxes

    if pages.wants_csv(request):
        rows, by = boxes.table(desk, name)
        return pages.sheet(desk, name, rows, by)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "parts/box.html", {"box": pages.box(desk, face, name), "face": face})
    number = pages.page_of(request)
    context = pages.around(desk, face) | {"box": pages.box(desk, face, name, number)}
    context["pager"] = [
        {"number": one, "path": face.to(f"boxes/{name}", page=one)}
        for one in (number - 1, number + 1)
    ]
    return render(request, "screens/insights/box.html", context)


def _path(part: str) -> str:
    start = reverse("insights")
    return f"{start}/{part}" if part else start
