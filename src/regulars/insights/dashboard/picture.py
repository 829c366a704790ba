"""The chart of the chosen number, and what it says in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from regulars.accounts import locales
from regulars.insights import written
from regulars.insights.charts import Chart
from regulars.insights.dashboard.desk import Desk

_KEYS = ("on", "value", "low", "high", "before", "before_on")


def picture(desk: Desk, found: dict[str, Any]) -> Chart:
    """Return the chart of a `series`."""
    rows = [{key: point[key] for key in _KEYS if key in point} for point in found["points"]]
    return Chart(
        "line",
        rows,
        _in_words(found),
        {
            "unit": found["unit"] or "count",
            "grain": found["grain"],
            "now": _("These days"),
            "before": _("The days before"),
        },
    )


def _in_words(found: dict[str, Any]) -> str:
    """The finding for whoever does not see the picture: the highest and the lowest point."""
    known = [point for point in found["points"] if point["value"] is not None]
    if not known:
        return _("%(title)s: nothing is known for these days.") % {"title": found["title"]}
    highest = max(known, key=lambda point: point["value"])
    lowest = min(known, key=lambda point: point["value"])
    by = {"day": _("by day"), "week": _("by week"), "month": _("by month")}[found["grain"]]
    return _(
        "%(title)s %(by)s. Highest: %(most)s from %(top)s; lowest: %(least)s from %(bottom)s."
    ) % {
        "title": found["title"],
        "by": by,
        "most": written.figure(highest["value"], found["unit"]),
        "top": locales.day(highest["on"]),
        "least": written.figure(lowest["value"], found["unit"]),
        "bottom": locales.day(lowest["on"]),
    }
