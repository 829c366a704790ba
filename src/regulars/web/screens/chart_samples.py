"""Made-up charts for the page of patterns: every kind, at its plainest and at its worst."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.insights.charts import Chart, Options
from regulars.insights.charts.colours import THEMES
from regulars.web.screens.charts import apology_address

_FIRST = date(2026, 3, 4)
_SHAPE = (610, 640, 655, 690, 780, 905, 700)


def samples() -> dict[str, Any]:
    """Charts by kind, an empty one, and the picture of one that could not be drawn."""
    sentence = _("This chart could not be drawn just now. Its table holds the same figures.")
    return {
        "charts": [_line(), _bars(), _heat(), _interval(), _lines()],
        "spark": Chart("spark", _days()[7:], _("Revenue over three weeks."), {"unit": "GBP"}),
        "empty_chart": Chart("line", [], _("No figures."), {"title": _("A chart without figures")}),
        "failed_chart": {theme: apology_address(sentence, theme) for theme in THEMES},
    }


def _days() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for step in range(28):
        value = _SHAPE[step % 7] + 9 * step - 37 * (step % 3)
        # One day on which the till told nothing.
        known = None if step == 11 else value
        found.append({"on": _FIRST + timedelta(step), "value": known})
    return found


def _line() -> Chart:
    rows = [
        {
            **row,
            "before": 0.93 * _SHAPE[n % 7] + 20 * (n % 4),
            "before_on": row["on"] - timedelta(28),
            "low": row["value"] and 0.9 * row["value"],
            "high": row["value"] and 1.1 * row["value"],
        }
        for n, row in enumerate(_days())
    ]
    alt = _("Revenue a day, mostly above the four weeks before; nothing is known of 15 March.")
    words = Options(now=_("4 to 31 March"), before=_("The four weeks before"), unit="GBP")
    return Chart("line", rows, alt, {**words, "title": _("Revenue a day")})


def _lines() -> Chart:
    names = ("Station Road", "High Street", _("Web shop"))
    rows = [
        {**row, "series": name, "value": row["value"] and row["value"] * part}
        for name, part in zip(names, (0.6, 0.3, 0.1), strict=True)
        for row in _days()[14:]
    ]
    alt = _("Station Road sells twice as much as High Street, and the web shop a third of that.")
    return Chart("line", rows, alt, {"title": _("Revenue by place"), "unit": "GBP"})


def _bars() -> Chart:
    told = (
        ("Sourdough, large", 4210.5, 3900),
        ("Croissant", 2810.2, 2990),
        ("Flat white", 2700, None),
        ("Celebration cake, two tiers, with a name that goes on and on", 1204, 980),
        ("خبز العيد", 400, 380),
        ("面包和牛奶", 220, 100),
        ('<script>alert("bread")</script>', 12, None),
    )
    rows = [{"name": name, "value": value, "before": before} for name, value, before in told]
    words = Options(now=_("4 to 31 March"), before=_("The four weeks before"), unit="GBP")
    alt = _("Large sourdough sells most, croissants come second and sold more four weeks ago.")
    return Chart("bars", rows, alt, {**words, "title": _("Best sellers"), "size": "half"})


def _heat() -> Chart:
    rows = [
        {
            "weekday": day,
            "hour": hour,
            "value": None if day == 6 and hour > 12 else (20 - hour) * (4 + day) - 2 * (hour % 4),
        }
        for day in range(7)
        for hour in range(7, 19)
    ]
    alt = _("Mornings sell most, Saturday's above all; Sunday closes at one.")
    return Chart("heat", rows, alt, {"title": _("Orders by hour and weekday"), "unit": "count"})


def _interval() -> Chart:
    told = (
        (_("Friendly staff"), 0.31, 0.12, 0.5),
        (_("Sold out"), -0.1, -0.3, 0.1),
        (pgettext("subject", "Waiting"), -0.42, -0.6, -0.2),
    )
    rows = [dict(zip(("name", "value", "low", "high"), one, strict=True)) for one in told]
    alt = _(
        "Friendly staff lifts the stars; waiting lowers them; of sold out it is too early to tell."
    )
    return Chart(
        "interval", rows, alt, {"title": _("What moves the stars"), "unit": "stars", "size": "half"}
    )
