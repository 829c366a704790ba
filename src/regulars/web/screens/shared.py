"""A shared dashboard: exactly that, without signing in, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulars.kernel.errors import NotFound, RegularsError
from regulars.web import dashboard as pages
from regulars.web import working
from regulars.web.access import address_of
from regulars.web.dashboard import Face
from regulars.web.screens import charts, insights

if TYPE_CHECKING:
    from regulars.insights.dashboard.desk import Desk

# So many wrong links from one address in so many seconds, then it waits.
_WRONG, _WITHIN_SECONDS = 20, 600


def _visited(show: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open the link of the address; what it may not do becomes one plain page."""

    @wraps(show)
    def inner(request: HttpRequest, token: str, **names: str) -> HttpResponse:
        try:
            answer = _opened(request, token, lambda *given: show(*given, **names))
        except NotFound as error:
            answer = _wrong(request, error)
        except RegularsError as error:
            answer = _plain(request, error.http_status, error.message)
        # Neither search engines nor the next page's server learn the address.
        answer["X-Robots-Tag"] = "noindex, nofollow"
        answer["Referrer-Policy"] = "no-referrer"
        return answer

    return require_safe(never_cache(inner))


@_visited
def dashboard(request: HttpRequest, desk: Desk, face: Face) -> HttpResponse:
    """The dashboard as it was shared."""
    context = pages.frame(desk, face, is_whole=bool(request.GET.get("whole")))
    return render(request, "screens/insights/dashboard.html", context)


@_visited
def numbers(request: HttpRequest, desk: Desk, face: Face) -> HttpResponse:
    """Its strip of numbers."""
    return insights.numbers_of(request, desk, face)


@_visited
def chart(request: HttpRequest, desk: Desk, face: Face) -> HttpResponse:
    """Its chart."""
    return insights.chart_of(request, desk, face)


@_visited
def box(request: HttpRequest, desk: Desk, face: Face, name: str) -> HttpResponse:
    """One of its boxes."""
    return insights.box_of(request, desk, face, name)


@_visited
def picture(request: HttpRequest, desk: Desk, face: Face, digest: str, look: str) -> HttpResponse:
    """The picture of its chart."""
    _same_chart(desk, digest)
    return charts.drawn(digest, look)


@_visited
def spec(request: HttpRequest, desk: Desk, face: Face, digest: str, look: str) -> HttpResponse:
    """Its chart for the browser to draw."""
    _same_chart(desk, digest)
    return charts.described(digest, look)


def _same_chart(desk: Desk, digest: str) -> None:
    """Raise `NotFound` unless the chart is this dashboard's own."""
    from regulars.insights.charts import keep
    from regulars.insights.dashboard.picture import picture as of_series
    from regulars.insights.dashboard.series import series

    if digest != keep(of_series(desk, series(desk))):
        raise NotFound(_("This link leads nowhere. Ask for it once more."))


def _opened(request: HttpRequest, token: str, show: Callable[..., HttpResponse]) -> HttpResponse:
    from regulars.insights import shares
    from regulars.insights.dashboard.desk import open_desk

    opened = shares.opened(token)
    if pages.state_query(request):
        # The link shows one dashboard; another state in the address is no part of it.
        raise NotFound(_("This link leads nowhere. Ask for it once more."))
    desk = None if working.catch_up() else open_desk(opened.actor, opened.state)
    if desk is None:
        return _plain(request, 503, _("The figures are being counted anew. Try in a minute."))
    start = reverse("shared", args=[token])
    face = Face(lambda part: f"{start}/{part}" if part else start, "", is_read_only=True)
    return show(request, desk, face)


def _wrong(request: HttpRequest, error: NotFound) -> HttpResponse:
    """404; too many of them from one address and it waits: guesses should cost us nothing."""
    key = f"wrong-links-{address_of(request)}"
    wrong = cache.get_or_set(key, 0, _WITHIN_SECONDS) or 0
    if wrong < _WRONG:
        cache.set(key, wrong + 1, _WITHIN_SECONDS)
    else:
        return _plain(request, 429, _("Those were too many wrong links. Wait ten minutes."))
    return _plain(request, 404, error.message)


def _plain(request: HttpRequest, status: int, happened: str) -> HttpResponse:
    context: dict[str, Any] = {"happened": happened, "status": status}
    return render(request, "screens/shared/ended.html", context, status=status)
