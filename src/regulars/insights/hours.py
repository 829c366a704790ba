"""Hours: when sales are made, hour by weekday, and after which hours people stay away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.insights import ask as asking
from regulars.insights import figures, windows
from regulars.insights.findings import reading
from regulars.kernel.errors import WrongUse

METRICS = ("revenue", "orders", "pieces")


def show(
    actor: Actor,
    *,
    first: date | None = None,
    last: date | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
    metric: str = "revenue",
) -> dict[str, Any]:
    """Return ``{"hours", "untold", "metric", "unit", "window", "findings", "searches", "as_of",
    "notes"}``. Needs ``metrics.see``.

    ``hours`` has a row per weekday (Monday is 0) and hour in which something was sold: the sum of
    ``metric`` over the window. What was sold at no known hour is in ``untold``, its sum; ``None``
    where every sale tells its hour. ``where`` filters by place, channel, product or category.
    Without days it is the last four weeks of data. `WrongUse` for another metric than revenue,
    orders or pieces.
    """
    actor.require("metrics.see")
    if metric not in METRICS:
        said = {"name": metric[:40], "names": ", ".join(METRICS)}
        raise WrongUse(_("Hours are not told by “%(name)s”, but by: %(names)s.") % said)
    business, snapshot = businesses.get(), figures.engine().snapshot()
    window = windows.usual(snapshot.manifest.as_of, first, last)
    answer = None
    if window is not None:
        answer = asking.ask(
            snapshot,
            [metric],
            window.first,
            window.last,
            ("weekday", "hour"),
            where or {},
            currency=business.currency,
            zone=business.timezone,
            intervals=False,
        )
    rows = answer.rows if answer else []
    untold = [one for one in rows if one["hour"] is None]
    found = reading.listing(actor, kinds=("hour",), where=where)
    return {
        "hours": [_row(one) for one in rows if one["hour"] is not None],
        "untold": sum(one["value"] or 0 for one in untold) if untold else None,
        "metric": metric,
        "unit": "count" if metric != "revenue" else business.currency,
        "window": windows.as_json(window),
        "findings": found["findings"],
        "searches": found["searches"],
        "as_of": snapshot.manifest.as_of,
        "notes": [*(answer.notes if answer else []), *figures.behind()],
    }


def _row(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("weekday", "hour", "value", "n")}
