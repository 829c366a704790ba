"""Charts of made-up figures, plain and nasty."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from regulars.insights.charts import Chart, Options

FIRST = date(2026, 3, 4)
# Quotes, a script, both directions of writing, letters beyond the first plane, what XML forbids.
NAMES = (
    '"Baker\'s" dozen',
    '<script>alert("bread")</script>',
    "</text></svg><image href='https://example.org/x.png'/>",
    'a class="b" aria-label="c" 1.23456',
    "@accent",
    "خبز العيد",
    "לחם מחמצת",
    "面包和牛奶",
    "🥐 croissant",
    "bell\x07 and \x00 nothing",
    "=HYPERLINK(1)",
    "x" * 500,
)


def days(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"on": FIRST + timedelta(n), "value": 600 + 37 * (n % 7), **more} for n in range(count)]


def line(count: int = 28, **options: Any) -> Chart:
    return Chart("line", days(count), "Revenue a day.", Options(unit="GBP", **options))


def bars(**options: Any) -> Chart:
    rows = [{"name": name, "value": 1000 - 80 * n} for n, name in enumerate(NAMES)]
    return Chart("bars", rows, "What sells.", Options(unit="GBP", **options))


def every_kind() -> dict[str, Chart]:
    """One of each kind that is drawn differently."""
    compared = [
        {**row, "before": 580, "before_on": FIRST, "low": 500, "high": 900} for row in days(28)
    ]
    told = [{"name": n, "value": v, "low": v - 1, "high": v + 1} for n, v in (("A", 1), ("B", -3))]
    placed = [row for place in ("Station Road", "Market") for row in days(14, series=place)]
    hours = [{"weekday": d, "hour": h, "value": d * h} for d in range(7) for h in range(8, 18)]
    return {
        "line": line(),
        "line-compared": Chart("line", compared, "More than before.", {"unit": "GBP"}),
        "lines": Chart("line", placed, "Two places.", {"unit": "GBP"}),
        "spark": Chart("spark", days(14), "Rising.", {"unit": "GBP"}),
        "bars": bars(),
        "bars-compared": Chart("bars", [{"name": "A", "value": 3, "before": 2}], "More.", {}),
        "interval": Chart("interval", told, "One up, one down.", {"unit": "stars"}),
        "heat": Chart("heat", hours, "Evenings.", {"unit": "count"}),
    }
