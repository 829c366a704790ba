"""A chart's rows as its reader reads them: figures, days and sentences in the reader's language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from regulars.accounts import locales
from regulars.insights import written
from regulars.insights.charts.chart import Chart, Row, plain
from regulars.insights.charts.formats import day_format, number_format, vega_locale

MOST_BARS = 40
Writer = Callable[[float | None], str]


def prepared(chart: Chart) -> dict[str, Any]:
    """Return all that a drawing needs of ``chart`` as plain JSON, in the reader's language."""
    rows = [dict(row) for row in chart.rows]
    if chart.kind == "heat":
        rows = _whole_grid(rows)
    elif chart.kind in ("bars", "interval"):
        rows = _apart(rows[:MOST_BARS])
    numbers = _numbers(rows)
    write = writer(chart)
    for number, row in enumerate(rows):
        row["n"] = number
        row["said"] = _sentence(chart, row, write)
    _mark(chart, rows, numbers, write)
    days = sorted({row["on"] for row in rows if "on" in row})
    grain = chart.options.get("grain", "day")
    name = locales.locale()
    return {
        "kind": chart.kind,
        "rows": rows,
        "series": chart.series,
        "words": words(chart),
        "days": days,
        "grain": grain,
        "number": number_format(numbers, chart.unit),
        "day": day_format(days, grain, name),
        "zero": _starts_at_zero(chart.kind, numbers),
        "locale": vega_locale(name, chart.unit),
    }


def _mark(chart: Chart, rows: list[dict[str, Any]], numbers: list[float], write: Writer) -> None:
    """Write into the rows what is drawn beside their values."""
    if chart.kind == "heat":
        for row in rows:
            row["figure"] = _short(row["value"], chart.unit)
    elif chart.kind == "bars":
        for row in rows:
            row["figure"] = write(row["value"])
            row["end"] = _end(row)
    elif chart.kind == "interval":
        if numbers and min(numbers) <= 0 <= max(numbers):
            rows[0]["zero"] = 0
    else:
        _mark_ends(rows)


def words(chart: Chart) -> dict[str, str]:
    """Return what the two periods of a line are called."""
    return {
        "now": plain(chart.options.get("now") or _("Now")),
        "before": plain(chart.options.get("before") or _("The period before")),
    }


def writer(chart: Chart) -> Writer:
    """Return what writes the values of ``chart`` in its unit: all with pennies, or none."""
    unit, name = chart.unit, locales.locale()
    is_large = max(map(abs, _numbers(chart.rows)), default=0) >= 1000
    return lambda value: _figure(value, unit, is_large and written.is_money(unit), name)


# The same figures and days stand in a chart's table and under its pointer.
@lru_cache(maxsize=8192)
def _figure(value: float | None, unit: str, is_whole: bool, _locale: str) -> str:
    if value is None or not is_whole:
        return written.figure(value, unit)
    return locales.money(value, unit, pennies=False)


def day(text: str, grain: str) -> str:
    """Return a day with its weekday, or a month, in words."""
    return _day(text, grain == "month", locales.locale())


@lru_cache(maxsize=8192)
def _day(text: str, is_month: bool, _locale: str) -> str:
    on = date.fromisoformat(text)
    return locales.month(on) if is_month else locales.full_day(on)


def range_of(write: Writer, row: Row) -> str:
    """Return the interval of a row in words, ``–`` when it is not known."""
    low, high = row.get("low"), row.get("high")
    if low is None or high is None:
        return locales.UNKNOWN
    return _("%(low)s to %(high)s") % {"low": write(low), "high": write(high)}


def _sentence(chart: Chart, row: Row, write: Writer) -> str:
    grain = chart.options.get("grain", "day")
    if "on" in row:
        parts = [day(row["on"], grain)]
    elif "hour" in row:
        parts = [f"{locales.weekday(row['weekday'])} {row['hour']:02}:00"]
    else:
        parts = [row["name"]]
    if "series" in row:
        parts.append(row["series"])
    parts.append(write(row["value"]) if row["value"] is not None else _("not known"))
    if row.get("low") is not None and row.get("high") is not None:
        parts.append(range_of(write, row))
    if row.get("before") is not None:
        before = words(chart)["before"]
        if row.get("before_on"):
            before = f"{before} ({day(row['before_on'], grain)})"
        parts.append(f"{before}: {write(row['before'])}")
    return " · ".join(parts)


def _short(value: float | None, unit: str) -> str:
    """A figure for a small field: no currency's sign, no decimals where they say little."""
    from babel.numbers import format_compact_decimal

    if value is None:
        return locales.UNKNOWN
    if unit == "share":
        return written.figure(round(value, 2), unit)
    if abs(value) >= 10_000:
        return str(format_compact_decimal(value, locale=locales.locale()))
    return locales.number(value, most_decimals=0 if abs(value) >= 10 else 1)


def _apart(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep rows of one name apart: each further one gets a letter that nobody sees."""
    seen: Counter[str] = Counter()
    for row in rows:
        name = row["name"]
        row["name"] = name + seen[name] * "\u200b"
        seen[name] += 1
    return rows


def _whole_grid(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every weekday × every hour between the first and the last; those not given are not known."""
    known = {(row["weekday"], row["hour"]): row["value"] for row in rows}
    hours = [hour for _day, hour in known]
    return [
        {
            "weekday": day,
            "day": locales.weekday(day, short=True),
            "hour": hour,
            "value": known.get((day, hour)),
        }
        for day in range(7)
        for hour in range(min(hours), max(hours) + 1)
    ]


def _end(row: Row) -> float:
    """Where a bar's figure stands: beyond everything that is drawn of it."""
    value: float = row["value"] or 0.0
    others = [row.get(key) for key in ("high", "low", "before")]
    reached: list[float] = [value, *(other for other in others if other is not None)]
    return min(reached) if value < 0 else max(reached)


def _mark_ends(rows: list[dict[str, Any]]) -> None:
    """Mark points that no line would show, and the last known one of each line."""
    by_series: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_series.setdefault(row.get("series", ""), []).append(row)
    for own in by_series.values():
        values = [None, *(row["value"] for row in own), None]
        for place, row in enumerate(own, 1):
            if row["value"] is not None and values[place - 1] is None and values[place + 1] is None:
                row["alone"] = True
        known = [row for row in own if row["value"] is not None]
        if known:
            known[-1]["last"] = True


def _numbers(rows: Iterable[Row]) -> list[float]:
    keys = ("value", "before", "low", "high")
    return [row[key] for row in rows for key in keys if row.get(key) is not None]


def _starts_at_zero(kind: str, numbers: list[float]) -> bool:
    """Bars always do. A line need not where all its values lie far from zero, close together."""
    if kind in ("bars", "heat") or not numbers:
        return True
    return min(numbers) < 0.6 * max(numbers)
