"""How Vega writes numbers and days for a reader: Babel's rules in d3's words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from typing import Any

from regulars.insights.written import is_money
from regulars.kernel.money import exponent

# Babel's (CLDR's) letters for parts of a day, in d3's; the longest first.
_PARTS = {"MMMM": "%B", "MMM": "%b", "EEE": "%a", "y": "%Y", "d": "%-d"}

# How many days, weeks or months may lie between two that an axis names.
_STEPS = {
    "day": (1, 7, 14, 28, 56, 91, 182, 364),
    "week": (1, 2, 4, 8, 13, 26, 52),
    "month": (1, 2, 3, 6, 12, 24),
}


@cache
def vega_locale(name: str, unit: str) -> dict[str, Any]:
    """Return Vega's ``config.locale`` for Babel's locale ``name`` and a metric's ``unit``."""
    from babel import Locale
    from babel.numbers import get_currency_symbol

    found = Locale.parse(name)
    symbols = found.number_symbols["latn"]
    currency = ["", ""]
    if is_money(unit):
        symbol = get_currency_symbol(unit, locale=name)
        around = _around(found.currency_formats["standard"].pattern)
        currency = [part.replace("¤", symbol) for part in around]
    return {
        "number": {
            "decimal": symbols["decimal"],
            "thousands": symbols["group"],
            "grouping": [3],
            "currency": currency,
            "percent": _around(found.percent_formats[None].pattern)[1],
        },
        "time": _time(found),
    }


def number_format(values: Iterable[float], unit: str) -> str:
    """Return d3's format for an axis that spans ``values``: as few digits as tell steps apart."""
    known = [abs(value) for value in values]
    most = max(known, default=0.0)
    if unit in ("share", "percent"):
        return ".0%" if most > 0.06 else ".1%"
    if is_money(unit):
        digits = exponent(unit) if most < 10 else 0
        return f"$,.{digits}f"
    return ",.0f" if most >= 8 else ",~g"


def day_format(days: list[str], grain: str, locale: str) -> str:
    """Return d3's format for an axis of days; with the year where they span about one or more."""
    from babel import Locale

    skeletons = Locale.parse(locale).datetime_skeletons
    pattern = str(skeletons["yMMM" if grain == "month" or _is_long(days) else "MMMd"])
    for letters, part in _PARTS.items():
        pattern = re.sub(f"(?<![%A-Za-z]){letters}(?![A-Za-z])", part, pattern)
    return pattern.replace("'", "")


def ticks(days: list[str], grain: str, most: int) -> list[int]:
    """Return the days that an axis names, at most ``most``, as milliseconds since 1970.

    They lie whole weeks apart where single days would be too many, so that a weekday is matched.
    """
    if not days:
        return []
    known = sorted({date.fromisoformat(day) for day in days})
    if grain == "day":
        known = [known[0] + timedelta(n) for n in range((known[-1] - known[0]).days + 1)]
    if grain != "month" and _is_long(days):
        grain, known = "month", [day for day in known if day.day == 1] or known
    steps = _STEPS.get(grain, _STEPS["day"])
    step = next((one for one in steps if len(known) <= one * most), -(-len(known) // most))
    return [_milliseconds(day) for day in known[::step]]


def _is_long(days: list[str]) -> bool:
    """Whether days without their year could be taken for another's."""
    return bool(days) and (date.fromisoformat(days[-1]) - date.fromisoformat(days[0])).days > 330


def _milliseconds(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 86_400_000


def _around(pattern: str) -> tuple[str, str]:
    """What stands before and after the digits of a pattern for numbers."""
    found = re.fullmatch(r"([^#0,.]*)[#0,.]+([^#0,.]*)", pattern.partition(";")[0])
    return (found[1], found[2]) if found else ("", "")


def _time(found: Any) -> dict[str, Any]:
    names = {
        key: [found.days["format"][width][(day - 1) % 7] for day in range(7)]
        for key, width in (("days", "wide"), ("shortDays", "abbreviated"))
    }
    months = {
        key: [found.months["format"][width][month] for month in range(1, 13)]
        for key, width in (("months", "wide"), ("shortMonths", "abbreviated"))
    }
    fixed = {"dateTime": "%x, %X", "date": "%x", "time": "%H:%M:%S", "periods": ["AM", "PM"]}
    return {**fixed, **names, **months}
