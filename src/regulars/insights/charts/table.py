"""The figures behind a chart as a table of words, for whoever wants to read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from regulars.accounts import locales
from regulars.insights.charts.chart import Chart
from regulars.insights.charts.saying import day, range_of, words, writer


@dataclass(frozen=True, slots=True)
class Table:
    """Heads of the columns, and rows whose first cell names them."""

    heads: list[str]
    rows: list[list[str]]


def table(chart: Chart) -> Table:
    """Return every row of ``chart`` in the reader's language; a heat map as hours by weekdays."""
    if chart.kind == "heat":
        return _grid(chart)
    columns = _columns(chart)
    return Table(
        [head for head, _cell in columns],
        [[cell(row) for _head, cell in columns] for row in chart.rows],
    )


def _columns(chart: Chart) -> list[tuple[str, Any]]:
    write = writer(chart)
    grain = chart.options.get("grain", "day")
    said = words(chart)
    has_days = "on" in chart.rows[0] if chart.rows else False
    first = (_name_of(grain), lambda row: day(row["on"], grain))
    columns: list[tuple[str, Any]] = [first if has_days else (_("Name"), lambda row: row["name"])]
    if chart.series:
        columns.append((_("Line"), lambda row: row.get("series", "")))
    title = said["now"] if chart.has("before") else str(chart.options.get("title") or _("Figure"))
    columns.append((title, lambda row: write(row["value"])))
    if chart.has("low"):
        columns.append((_("Likely between"), lambda row: range_of(write, row)))
    if chart.has("before"):
        columns.append((said["before"], lambda row: write(row.get("before"))))
    return columns


def _name_of(grain: str) -> str:
    return {"week": _("Week from"), "month": _("Month")}.get(grain, _("Day"))


def _grid(chart: Chart) -> Table:
    known = {(row["weekday"], row["hour"]): row["value"] for row in chart.rows}
    write = writer(chart)
    hours = sorted({hour for _day, hour in known})

    def cells(hour: int) -> list[str]:
        return [write(known.get((day, hour))) for day in range(7)]

    heads = [_("Hour"), *(locales.weekday(number, short=True) for number in range(7))]
    return Table(heads, [[f"{hour:02}:00", *cells(hour)] for hour in hours])
