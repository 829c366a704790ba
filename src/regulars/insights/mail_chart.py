"""The picture in the weekly mail: what was taken in each of the last twelve weeks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from regulars.accounts.actors import Actor
from regulars.insights import figures
from regulars.insights.charts import Chart, Options

_WEEKS = 12
_FEWEST = 4
_WEEK = timedelta(days=7)


def chart_of(actor: Actor, page: dict[str, Any]) -> Chart | None:
    """The revenue of the last twelve whole weeks beside the twelve before; None where too few weeks
    are known for a line to say anything."""
    if page["as_of"] is None or not any(one["metric"] == "revenue" for one in page["numbers"]):
        return None
    taken = _by_week(actor, page["as_of"])
    last = max(taken, default=None)
    if last is None:
        return None
    rows = []
    for back in range(_WEEKS - 1, -1, -1):
        on = last - back * _WEEK
        before_on = on - _WEEKS * _WEEK
        row = {"on": on, "value": taken.get(on), "before_on": before_on}
        rows.append(row | {"before": taken.get(before_on)})
    known = [row for row in rows if row["value"] is not None]
    if len(known) < _FEWEST:
        return None
    options: Options = {
        "title": _("Revenue by week"),
        "unit": page["currency"],
        "grain": "week",
        "now": _("the last twelve weeks"),
        "before": _("the twelve before"),
    }
    return Chart("line", rows, _alt(known, page["currency"]), options)


def _by_week(actor: Actor, as_of: date) -> dict[date, float | None]:
    """Monday → what that whole week took, for the weeks that had ended by ``as_of``."""
    last = as_of - timedelta(days=(as_of.weekday() + 1) % 7)
    first = last - 2 * _WEEKS * _WEEK + timedelta(days=1)
    answer = figures.ask(actor, metrics=["revenue"], first=first, last=last, by=["week"])
    return {date.fromisoformat(row["week"]): row["value"] for row in answer["rows"]}


def _alt(known: list[dict[str, Any]], currency: str) -> str:
    context = {
        "first": known[0],
        "last": known[-1],
        "least": min(known, key=lambda row: row["value"]),
        "most": max(known, key=lambda row: row["value"]),
        "currency": currency,
    }
    return " ".join(render_to_string("mail/chart.txt", context).split())
