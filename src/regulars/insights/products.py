"""Products: what sells, how that changed, with what it goes, what rises, falls or sells out."""

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
from regulars.kernel.windows import DayWindow
from regulars.mart.engine import Snapshot

FINDINGS = ("trend", "sold_out", "association")
SORTS = ("revenue", "orders", "pieces", "change")
_COMPARED = ("before", "difference", "difference_low", "difference_high", "beyond_chance")


def show(
    actor: Actor,
    *,
    first: date | None = None,
    last: date | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
    sort: str = "revenue",
) -> dict[str, Any]:
    """Return ``{"products", "window", "before", "unit", "findings", "searches", "as_of",
    "notes"}``. Needs ``metrics.see``.

    A product has its ``revenue`` (major units) with interval, the period before and whether the
    change is beyond chance, ``orders`` and ``pieces``; the row without a name is what belongs to
    no product. Without days it is the last four weeks of data. ``where`` filters as in `ask`;
    findings follow it where they know its dimension and have windows of their own. `WrongUse` for
    another ``sort`` than revenue, orders, pieces or change.
    """
    actor.require("metrics.see")
    if sort not in SORTS:
        said = {"name": sort[:40], "names": ", ".join(SORTS)}
        raise WrongUse(_("Products are not sorted by “%(name)s”, but by: %(names)s.") % said)
    snapshot = figures.engine().snapshot()
    window = windows.usual(snapshot.manifest.as_of, first, last)
    found = reading.listing(actor, kinds=FINDINGS, where=where)
    rows, notes = ([], []) if window is None else _remembered(snapshot, window, where or {})
    return {
        "products": sorted(rows, key=_SORTED[sort]),
        "window": windows.as_json(window),
        "before": windows.as_json(window.before() if window else None),
        "unit": businesses.get().currency,
        "findings": found["findings"],
        "searches": found["searches"],
        "as_of": snapshot.manifest.as_of,
        "notes": [*notes, *figures.behind()],
    }


def _remembered(
    snapshot: Snapshot, window: DayWindow, where: Mapping[str, Sequence[str]]
) -> tuple[list[dict[str, Any]], list[str]]:
    # Thousands of products take a while; each way of sorting them asks for the same.
    asked = tuple(sorted((name, tuple(values)) for name, values in where.items()))
    key = ("products", window, asked, businesses.get().currency)
    return snapshot.remembered(key, lambda: _selling(snapshot, window, where))


def _selling(
    snapshot: Snapshot, window: DayWindow, where: Mapping[str, Sequence[str]]
) -> tuple[list[dict[str, Any]], list[str]]:
    business = businesses.get()

    def ask(*names: str, is_compared: bool) -> asking.Answer:
        return asking.ask(
            snapshot,
            names,
            window.first,
            window.last,
            ("product",),
            where,
            currency=business.currency,
            zone=business.timezone,
            compare=is_compared,
            intervals=is_compared,
        )

    money = ask("revenue", is_compared=window.before() is not None)
    counts = ask("orders", "pieces", is_compared=False)
    rows: dict[tuple[Any, Any], dict[str, Any]] = {}
    for one in (*money.rows, *counts.rows):
        row = rows.setdefault((one["product"], one["sku"]), _blank(one))
        if one["metric"] != "revenue":
            row[one["metric"]] = one["value"]
            continue
        row |= {"revenue": one["value"], "low": one["low"], "high": one["high"], "n": one["n"]}
        row |= {name: one.get(name) for name in _COMPARED}
    return list(rows.values()), money.notes


def _blank(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "product": one["product"],
        "sku": one["sku"] or None,
        "revenue": None,
        "low": None,
        "high": None,
        "orders": 0,
        "pieces": 0,
        "n": 0,
        **dict.fromkeys(_COMPARED),
    }


def _by(name: str) -> Any:
    return lambda row: (row[name] is None, -(row[name] or 0), row["product"] or "")


_SORTED = {
    **{name: _by(name) for name in ("revenue", "orders", "pieces")},
    # What changed beyond chance comes first, the largest change before the smaller.
    "change": lambda row: (
        not row["beyond_chance"],
        -abs(row["difference"] or 0),
        row["product"] or "",
    ),
}
