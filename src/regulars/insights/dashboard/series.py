"""The chosen number over time, beside the days before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from regulars.insights import leading
from regulars.insights.dashboard.desk import Desk
from regulars.insights.registry import METRICS
from regulars.kernel.windows import DayWindow

_DAYS_UP_TO, _WEEKS_UP_TO = 100, 800
_COUNTED = ("total", "count")


def series(desk: Desk) -> dict[str, Any]:
    """Return ``{"metric", "title", "unit", "grain", "points", "cut", "lacks", …}``.

    A point has ``on``, ``value``, ``low``, ``high`` and, where compared, ``before`` and
    ``before_on``. Days on which nothing happened count as nought where a metric counts. Weeks and
    months that the period cuts are left out, as they would look like a fall: ``cut`` says so.
    """
    name = desk.state.metric
    metric, lacks = METRICS[name], desk.lacks(name)
    grain = grain_of(desk.window)
    found: dict[str, Any] = {
        "metric": name,
        "title": leading.title(name),
        "grain": grain,
        "lacks": lacks,
        "points": [],
        "cut": False,
        "unit": "",
        "call": desk.call([name], [grain]),
        "command": desk.command([name], [grain]),
    }
    if lacks:
        return found
    rows = {row[grain]: row for row in desk.ask([name], [grain], compare=False).rows}
    steps = _steps(desk, grain, rows)
    shown = [day for day in steps if _is_whole(day, grain, desk)] if grain != "day" else steps
    shown = shown if len(shown) > 1 else steps
    unit = next((row["unit"] for row in rows.values()), "")
    earlier = _earlier(desk, grain)
    nought = 0 if metric.interval in _COUNTED else None
    points = [_point(rows.get(_key(day, grain)), day, nought) for day in shown]
    if earlier is not None and desk.before is not None:
        assert desk.window.first is not None and desk.before.first is not None
        shift = desk.window.first - desk.before.first
        for point, day in zip(points, shown, strict=True):
            row = earlier.get(_key(day - shift, grain))
            point["before_on"] = day - shift
            point["before"] = row["value"] if row else nought
    return found | {"points": points, "cut": len(shown) < len(steps), "unit": unit}


def table(desk: Desk) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows of the chart's question as the API gives them, and its dimension."""
    name, grain = desk.state.metric, grain_of(desk.window)
    if desk.lacks(name):
        return [], [grain]
    return desk.ask([name], [grain], compare=desk.compares and grain != "month").rows, [grain]


def grain_of(window: DayWindow) -> str:
    """Days up to a quarter, weeks up to two years, months beyond."""
    length = window.length_days or 0
    if length <= _DAYS_UP_TO:
        return "day"
    return "week" if length <= _WEEKS_UP_TO else "month"


def _earlier(desk: Desk, grain: str) -> dict[str, dict[str, Any]] | None:
    """The same for the days before; months differ in length, so they have none."""
    if not desk.compares or grain == "month":
        return None
    asked = desk.ask(
        [desk.state.metric], [grain], window=desk.before, compare=False, intervals=False
    )
    return {row[grain]: row for row in asked.rows}


def _point(row: dict[str, Any] | None, day: date, nought: int | None) -> dict[str, Any]:
    if row is None:
        return {"on": day, "value": nought, "low": None, "high": None}
    return {"on": day, "value": row["value"], "low": row["low"], "high": row["high"]}


def _steps(desk: Desk, grain: str, rows: dict[str, Any]) -> list[date]:
    """Every day, week or month of the period up to the last day of data."""
    first, last = desk.window.first, desk.window.last
    assert first is not None and last is not None
    if grain == "month":
        # A period may begin long before the business did.
        known = sorted(rows)
        first = max(first, date.fromisoformat(f"{known[0]}-01")) if known else last
    day = _start(first, grain)
    found = []
    while day <= min(last, desk.as_of):
        found.append(day)
        day = _next(day, grain)
    return found


def _start(day: date, grain: str) -> date:
    if grain == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if grain == "month" else day


def _next(day: date, grain: str) -> date:
    if grain == "month":
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 if grain == "week" else 1)


def _is_whole(day: date, grain: str, desk: Desk) -> bool:
    first, last = desk.window.first, desk.window.last
    assert first is not None and last is not None
    return day >= first and _next(day, grain) - timedelta(days=1) <= min(last, desk.as_of)


def _key(day: date, grain: str) -> str:
    return day.isoformat()[: 7 if grain == "month" else 10]
