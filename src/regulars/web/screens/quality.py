"""Sources → Quality: is the data good enough to trust, and what mends it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.sources.cleaning.kinds import CLEANING
from regulars.sources.live import standing
from regulars.sources.models import Source
from regulars.web import working
from regulars.web.access import actor_of, page
from regulars.web.csv_answer import csv_answer


@page("imports.see")
def shown(request: HttpRequest) -> HttpResponse:
    """Every check, the gravest first; with ``?format=csv`` as a file."""
    from regulars.insights import quality

    found = quality.quality(actor_of(request))
    if request.GET.get("format") == "csv":
        return csv_answer("quality", quality.COLUMNS, quality.rows(found))
    context: dict[str, Any] = {
        "quality": found,
        "pressing": [one for one in found["checks"] if one["state"] in ("mend", "look")],
        "calm": [one for one in found["checks"] if one["state"] in ("good", "unknown")],
        "sources": Source.objects.filter(pk__in=standing().values("source_id"))
        .exclude(kind=CLEANING)
        .order_by("name"),
        "is_refreshing": working.is_refreshing(),
    }
    return render(request, "screens/sources/quality.html", context)
