"""The boxes: where, how, what and when it was sold, who came, and what was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.insights import leading
from regulars.insights.dashboard.desk import Desk
from regulars.insights.dashboard.state import FILTERS, USUAL_METRIC
from regulars.insights.registry import METRICS
from regulars.kernel.errors import NotFound, WrongUse

TOP, PAGE = 10, 50


@dataclass(frozen=True, slots=True)
class Box:
    """One box: the dimension it is cut by, and its metric where that does not follow the state's.

    ``in_order`` keeps the order of the dimension (hours, weekdays) instead of the largest first.
    """

    name: str
    title: Any
    by: str
    metric: str = ""
    in_order: bool = False


_WHO = ("new_customers", "returning_customers")
_ALL = (
    Box("places", gettext_lazy("Places"), "place"),
    Box("channels", gettext_lazy("Ways to buy"), "channel"),
    Box("products", gettext_lazy("Products"), "product"),
    Box("categories", gettext_lazy("Kinds of goods"), "category"),
    Box("weekdays", gettext_lazy("Days of the week"), "weekday", in_order=True),
    Box("hours", gettext_lazy("Hours of the day"), "hour", in_order=True),
    Box("customers", gettext_lazy("New and returning"), "", _WHO[0]),
    Box("origins", gettext_lazy("Reviews by where"), "origin", "reviews"),
    Box("stars", gettext_lazy("Reviews by stars"), "stars", "reviews"),
)
BOXES = {box.name: box for box in _ALL}


def of(desk: Desk) -> list[Box]:
    """The boxes of a dashboard: those of reviews only where any are known."""
    return [box for box in _ALL if not box.metric or desk.is_told(box.metric)]


def box_named(name: str) -> Box:
    """Return the box ``name``; `NotFound` when there is none."""
    if name not in BOXES:
        raise NotFound(_("The dashboard has no such box."))
    return BOXES[name]


def metric_of(box: Box, desk: Desk) -> str:
    """The metric a box shows: its own, else the chosen one, else revenue where the chosen one
    cannot be cut so."""
    if box.metric:
        return box.metric
    chosen = desk.state.metric
    is_review = chosen.startswith("review")
    return USUAL_METRIC if is_review or desk.lacks(chosen, (box.by,)) else chosen


def shown(desk: Desk, name: str, page: int | None = None) -> dict[str, Any]:
    """Return a box with its largest rows, or its ``page`` of all rows (from 1).

    ``{"name", "title", "metric", "unit", "rows", "count", "pages", "page", "lacks", "is_untold",
    "call", "command", "notes"}``. A row has ``value``, ``before``, ``difference``,
    ``beyond_chance``, ``label_of``, ``share`` of the whole (``None`` where shares make no
    sense), ``width`` beside the largest (0 to 100) and ``query``, the state with the row as its
    filter. `WrongUse` for a page that is not there.
    """
    box = box_named(name)
    metric = metric_of(box, desk)
    lacks = desk.lacks(metric, (box.by,) if box.by else ())
    rows, notes = ([], []) if lacks else _answered(desk, box, metric)
    is_untold = bool(rows) and box.by == "hour" and all(row["hour"] is None for row in rows)
    rows = [] if is_untold else rows
    size = len(rows) if box.in_order else TOP
    pages = max(1, -(-len(rows) // PAGE))
    if page is not None:
        if not 1 <= page <= pages:
            raise WrongUse(_("There is no such page."))
        size, start = PAGE, (page - 1) * PAGE
    else:
        start = 0
    by = [box.by] if box.by else []
    asked = [metric] if by else list(_WHO)
    return {
        "name": name,
        "title": box.title,
        "by": box.by,
        "metric": metric,
        "metric_title": leading.title(metric if box.by else "customers"),
        "direction": str(METRICS[metric].direction),
        "rows": _beside(desk, box, metric, rows, slice(start, start + size)),
        "count": len(rows),
        "page": page,
        "pages": pages,
        "lacks": lacks,
        "is_untold": is_untold,
        "notes": notes,
        "call": desk.call(asked, by),
        "command": desk.command(asked, by),
        "compares": desk.compares,
    }


def table(desk: Desk, name: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Return all rows of a box and their dimensions, as figures for programs."""
    box = box_named(name)
    metric = metric_of(box, desk)
    by = [box.by] if box.by else []
    if desk.lacks(metric, by):
        return [], by
    return _answered(desk, box, metric)[0], by


def _answered(desk: Desk, box: Box, metric: str) -> tuple[list[dict[str, Any]], list[str]]:
    if not box.by:
        answer = desk.ask(_WHO)
        return answer.rows, answer.notes
    answer = desk.ask([metric], [box.by])
    rows = answer.rows
    if not box.in_order:
        rows = sorted(rows, key=lambda row: (row["value"] is None, -(row["value"] or 0)))
    if box.name == "stars":
        rows = sorted(rows, key=lambda row: -(row["stars"] or 0))
    return rows, answer.notes


def _beside(
    desk: Desk, box: Box, metric: str, rows: list[dict[str, Any]], shown: slice
) -> list[dict[str, Any]]:
    """The rows that are shown, each beside the largest and the whole of all rows."""
    values = [max(0.0, float(row["value"] or 0)) for row in rows]
    largest, whole = max(values, default=0.0), sum(values)
    adds_up = METRICS[metric].interval in ("total", "count") and whole > 0
    return [
        {
            **row,
            "label_of": row[box.by] if box.by else row["metric"],
            "share": value / whole if adds_up else None,
            "width": round(100 * value / largest, 2) if largest else 0,
            **_link(desk, box, row),
        }
        for row, value in zip(rows[shown], values[shown], strict=True)
    ]


def _link(desk: Desk, box: Box, row: dict[str, Any]) -> dict[str, Any]:
    """The state kept to this row, or no longer when it is; no ``query`` where a row is no filter:
    a review's, lines that are no product, sales at no known hour."""
    value = row.get(box.by)
    if box.by not in FILTERS or (box.by in ("product", "hour") and value is None):
        return {"query": None, "is_on": False}
    if box.by == "product":
        value = row["sku"] or value
    text = "" if value is None else str(value)
    is_on = (box.by, text) in desk.state.where
    change = desk.state.without if is_on else desk.state.filtered
    return {"query": change(box.by, text).query, "is_on": is_on}
