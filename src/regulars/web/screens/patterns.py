"""Every part of a page, empty, busy and in error, for whoever builds or checks pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.web.access import page
from regulars.web.screens import finding_samples
from regulars.web.screens.chart_samples import samples
from regulars.web.screens.dashboard_samples import DASHBOARD
from regulars.web.screens.samples import SAMPLES


@page()
def shown(request: HttpRequest) -> HttpResponse:
    """The page of patterns, in light, dark or the browser's own theme."""
    return render(request, "screens/patterns/all.html", {**SAMPLES, "theme": _theme(request)})


@page()
def insights(request: HttpRequest) -> HttpResponse:
    """The page of what the dashboard and the page of products are made of."""
    made_up = {**SAMPLES, **finding_samples.SAMPLES, "dashboard": DASHBOARD}
    context = {**made_up, "theme": _theme(request)}
    return render(request, "screens/patterns/insights.html", context)


@page()
def charts(request: HttpRequest) -> HttpResponse:
    """The page of charts: every kind, with its table."""
    context = {**samples(), "theme": _theme(request)}
    return render(request, "screens/patterns/charts.html", context)


def _theme(request: HttpRequest) -> str:
    theme = request.GET.get("theme", "")
    return theme if theme in ("light", "dark") else ""
