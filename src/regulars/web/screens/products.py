"""Products & hours: what sells, when, with what, and what stands out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.kernel.errors import WrongUse
from regulars.sources.models import Import
from regulars.web import dashboard as pages
from regulars.web import standing_out, working
from regulars.web.access import actor_of, page
from regulars.web.dashboard import Face

# What the address says beside the days, filters and number of the dashboard.
_ASIDE = ("sort", "table", "all")


@page("metrics.see")
def shown(request: HttpRequest) -> HttpResponse:
    """The page, or with ``format=csv`` and ``table`` one of its tables."""
    if not Import.objects.filter(undo=None).exists():
        return render(request, "screens/insights/empty.html")
    if working.catch_up():
        context: dict[str, Any] = {"is_refreshing": working.is_refreshing()}
        return render(request, "screens/today/outdated.html", context)
    try:
        return _at_desk(request)
    except WrongUse as error:
        return pages.wrong(request, error, request.path)


def _at_desk(request: HttpRequest) -> HttpResponse:
    from regulars.insights.dashboard import state
    from regulars.insights.dashboard.desk import open_desk

    asked = pages.state_query(request)
    chosen = state.read({name: said for name, said in asked.items() if name not in _ASIDE})
    actor = actor_of(request)
    desk = open_desk(actor, chosen)
    if desk is None:
        return render(request, "screens/insights/empty.html", {"has_files": True})
    seen = standing_out.look(actor, desk, request.GET.get("sort") or "revenue")
    if pages.wants_csv(request):
        return _sheet(seen, request.GET.get("table") or "products")
    face = Face(lambda part: reverse("products"), chosen.query)
    context = pages.around(desk, face) | standing_out.context(
        seen, face, is_whole=bool(request.GET.get("all"))
    )
    context["is_refreshing"] = working.is_refreshing()
    context["form_path"] = reverse("products")
    return render(request, "screens/insights/products.html", context)


def _sheet(seen: standing_out.Seen, table: str) -> HttpResponse:
    tables = seen.tables()
    if table not in tables:
        raise WrongUse(_("There is no such table."))
    answer = HttpResponse(tables[table](), content_type="text/csv; charset=utf-8")
    days = f"{seen.desk.window.first}-{seen.desk.window.last}"
    answer["Content-Disposition"] = f'attachment; filename="{table}-{days}.csv"'
    return answer
