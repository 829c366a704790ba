"""``{% load charts %}{% chart chart %}``: a chart with its picture, its words and its table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse

from regulars.insights import charts

register = template.Library()
# The width of picture that each size of chart takes on a wide, a middling and a narrow page.
_WIDTHS = {
    "full": ("wide", "medium", "narrow"),
    "half": ("medium", "medium", "narrow"),
    "third": ("narrow", "medium", "narrow"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """One picture: where it lies, how large it is, and when a browser takes it."""

    address: str
    width: int
    height: int
    media: str


@register.inclusion_tag("parts/chart.html", takes_context=True)
def chart(context: template.Context, chart: charts.Chart, at: str = "") -> dict[str, Any]:
    """Keep ``chart`` and show it; ``at`` is the path its files lie under, ``/charts/`` if empty."""
    shown: dict[str, Any] = {"chart": chart, "options": chart.options}
    if chart.is_empty:
        return shown
    kept = charts.kept(chart)
    root = at or reverse("chart", args=[kept.digest, "light"]).rpartition("/")[0] + "/"
    sources = _sources(kept, chart, root, context.get("theme") or "")
    return shown | {
        "sources": sources[:-1],
        "image": sources[-1],
        "table": kept.table,
        "is_cut": chart.kind == "line" and not kept.content["zero"],
        "script": reverse("chart_script", args=[charts.script_version()]),
    }


def _sources(kept: charts.Kept, chart: charts.Chart, root: str, theme: str) -> list[Source]:
    """The pictures by preference; the last is for every other browser."""
    widths = _WIDTHS[chart.options.get("size", "full")]
    rooms = list(zip(widths, ("(width >= 60rem)", "(width >= 36rem)", ""), strict=True))
    if chart.kind == "spark":
        rooms = [("narrow", "")]
    themes = [(theme, "")] if theme else [("dark", "(prefers-color-scheme: dark)"), ("light", "")]
    found = []
    for width, room in rooms:
        for name, preference in themes:
            look = charts.Look(name, width)
            wide, high = charts.size_of(kept.content, look)
            media = " and ".join(filter(None, (room, preference)))
            found.append(Source(f"{root}{kept.digest}.{name}-{width}.svg", wide, high, media))
    charts.warm(kept.digest, [charts.Look(name, widths[0]) for name, _preference in themes])
    return found
