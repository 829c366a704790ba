"""Charts: their pictures, their specs for the browser, and the browser's script."""

from __future__ import annotations

import gzip
from base64 import b64encode
from html import escape
from textwrap import wrap

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from regulars.accounts import sentences
from regulars.insights import charts
from regulars.insights.charts.colours import THEMES, colours
from regulars.insights.charts.merging import FONT, WIDTHS
from regulars.kernel.errors import NotFound, RegularsError
from regulars.kernel.telling import told
from regulars.web.access import page

_DAY = "private, max-age=86400, immutable"
_YEAR = "public, max-age=31536000, immutable"
_SVG = "image/svg+xml"
_LINE = 40


@page("metrics.see", cache=_DAY)
def picture(request: HttpRequest, digest: str, look: str) -> HttpResponse:
    """The picture ``<digest>.<theme>.svg``, or ``<digest>.<theme>-<width>.svg``."""
    return drawn(digest, look)


@page("metrics.see", cache=_DAY)
def spec(request: HttpRequest, digest: str, look: str) -> HttpResponse:
    """The Vega-Lite spec that the browser draws by itself."""
    return described(digest, look)


def script(request: HttpRequest, version: str) -> HttpResponse:
    """Vega, for the browser. No secret: a read-only share needs it without signing in."""
    if version != charts.script_version():
        return HttpResponse(status=404)
    try:
        packed = charts.script()
    except charts.NotDrawn as error:
        said = sentences.said(error.message)
        return HttpResponse(said, status=error.http_status, content_type="text/plain")
    is_packed = "gzip" in request.headers.get("Accept-Encoding", "")
    answer = HttpResponse(
        packed if is_packed else gzip.decompress(packed), content_type="text/javascript"
    )
    if is_packed:
        answer["Content-Encoding"] = "gzip"
    answer["Cache-Control"] = _YEAR
    answer["Vary"] = "Accept-Encoding"
    return answer


def drawn(digest: str, look: str) -> HttpResponse:
    """A kept chart's picture for whoever may see it; else a small picture that says why not."""
    try:
        svg = charts.drawn(digest, look_of(look))
    except RegularsError as error:
        theme = look.partition("-")[0]
        said = apology(sentences.said(error.message), theme if theme in THEMES else THEMES[0])
        return HttpResponse(said, status=error.http_status, content_type=_SVG)
    return HttpResponse(svg, content_type=_SVG)


def described(digest: str, look: str) -> JsonResponse:
    """A kept chart's spec for whoever may see it; raises `NotFound`."""
    return JsonResponse(charts.spec(digest, look_of(look)))


def look_of(text: str) -> charts.Look:
    """Read ``light``, ``dark``, ``light-narrow`` …; raises `NotFound`."""
    theme, _dash, width = text.partition("-")
    width = width or "wide"
    if theme not in THEMES or width not in WIDTHS:
        raise NotFound(told("No chart has this address."))
    return charts.Look(theme, width)


def apology(sentence: str, theme: str) -> str:
    """A picture of one sentence, as large as its letters however large the picture would be."""
    lines = "".join(
        f'<tspan x="0" dy="1.5em">{escape(line)}</tspan>' for line in wrap(sentence, _LINE)
    )
    colour = colours(theme)["ink-soft"]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%" font-size="14" '
        f'font-family="{FONT}" fill="{colour}"><text>{lines}</text></svg>'
    )


def apology_address(sentence: str, theme: str) -> str:
    """The same as an address that holds its own content."""
    return f"data:{_SVG};base64,{b64encode(apology(sentence, theme).encode()).decode()}"


urlpatterns = [
    path("vega.<str:version>.js", script, name="chart_script"),
    path("<str:digest>.<str:look>.svg", picture, name="chart"),
    path("<str:digest>.<str:look>.json", spec, name="chart_spec"),
]
