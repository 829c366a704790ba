"""Sources → Quality → one source: what it tells, column by column."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.web.access import actor_of, page


@page("imports.see")
def shown(request: HttpRequest, source_id: int) -> HttpResponse:
    """How complete, different, new and in range each column is, and what drifts."""
    from regulars.insights.quality import profiling

    found = profiling.profile(actor_of(request), source_id)
    return render(request, "screens/sources/quality_source.html", {"profile": found})
