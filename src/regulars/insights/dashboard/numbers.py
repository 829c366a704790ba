"""The strip of numbers: each with its change, its interval and its definition."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from regulars.insights import leading
from regulars.insights.dashboard.desk import Desk
from regulars.insights.dashboard.state import NUMBERS
from regulars.insights.levers import lever
from regulars.insights.registry import METRICS


def numbers(desk: Desk) -> dict[str, Any]:
    """Return ``{"numbers": […], "notes": […]}``; a number that does not know one of the filters has
    no value and names them in ``lacks``. Numbers of reviews stand there once any are known."""
    names = [name for name in NUMBERS if desk.state.metric == name or desk.is_told(name)]
    known = [name for name in names if not desk.lacks(name)]
    answer = desk.ask(known) if known else None
    rows = {row["metric"]: row for row in answer.rows} if answer else {}
    return {
        "numbers": [_number(desk, name, rows.get(name)) for name in names],
        "notes": answer.notes if answer else [],
    }


def table(desk: Desk) -> list[dict[str, Any]]:
    """The numbers as the rows of a table; what is not known for these filters has no value."""
    return [
        row if row["lacks"] == [] else {"metric": row["metric"]} for row in numbers(desk)["numbers"]
    ]


def defined(desk: Desk, name: str) -> dict[str, Any]:
    """What a number means, how it is found and what would change it."""
    metric = METRICS[name]
    return {
        "metric": name,
        "title": leading.title(name),
        "sentence": _(metric.sentence),
        "formula": _(metric.formula),
        "direction": str(metric.direction),
        "would_change": lever(name),
        "command": desk.command([name]),
        "call": desk.call([name]),
        "as_of": desk.as_of,
    }


def _number(desk: Desk, name: str, row: dict[str, Any] | None) -> dict[str, Any]:
    nothing = {"value": None, "low": None, "high": None, "unit": "", "n": 0}
    return {
        **(row or nothing),
        **defined(desk, name),
        "lacks": desk.lacks(name),
        "compares": desk.compares,
        "is_chosen": desk.state.metric == name,
    }
