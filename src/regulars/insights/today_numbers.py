"""The numbers of Today, beside the four weeks before, and what would change them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.insights import ask as asking
from regulars.insights import figures, leading, outlook
from regulars.insights.dashboard.desk import begins_on
from regulars.insights.levers import lever
from regulars.insights.outlook import Looking
from regulars.mart.engine import Snapshot

WINDOW_DAYS = 28
NAME = "numbers"
_COMPARED = ("before", "difference", "difference_low", "difference_high", "beyond_chance")


def numbers(actor: Actor, snapshot: Snapshot) -> list[dict[str, Any]]:
    """The rows of at most five metrics with their definitions, asked once per version of the
    mart."""
    actor.require("metrics.see")
    as_of = snapshot.manifest.as_of
    if as_of is None:
        return []
    business = businesses.get()
    first = as_of - timedelta(days=WINDOW_DAYS - 1)
    rows = _kept(snapshot, business.currency)
    if rows is None:
        rows = snapshot.remembered(
            (NAME, business.currency), lambda: _rows(snapshot, business.currency, business.timezone)
        )
    defined = {one["name"]: one for one in figures.definitions(actor)}
    return [_number(row, defined[row["metric"]], first, as_of) for row in rows]


def _kept(snapshot: Snapshot, currency: str) -> list[dict[str, Any]] | None:
    """The rows that the last refresh kept, if they are of this version of the mart."""
    kept = outlook.facts(NAME)
    is_same = kept.get("version") == snapshot.manifest.version and kept["currency"] == currency
    return kept["rows"] if is_same else None


def work_out(seen: Looking) -> dict[str, Any]:
    """The rows of the numbers, so that no page waits for them after a refresh."""
    rows = _rows(seen.snapshot, seen.currency, seen.zone)
    return {"version": seen.snapshot.manifest.version, "currency": seen.currency, "rows": rows}


def _rows(snapshot: Snapshot, currency: str, zone: str) -> list[dict[str, Any]]:
    as_of = snapshot.manifest.as_of
    if as_of is None:
        return []
    first = as_of - timedelta(days=WINDOW_DAYS - 1)
    names = leading.numbers(snapshot)
    begins = begins_on(snapshot)
    # Days before the data begins are not known, which is not nought.
    compares = begins is not None and begins <= first - timedelta(days=WINDOW_DAYS)
    rows = asking.ask(
        snapshot, names, first, as_of, currency=currency, zone=zone, compare=compares
    ).rows
    return rows if compares else [{**dict.fromkeys(_COMPARED), **row} for row in rows]


def _number(
    row: dict[str, Any], meaning: dict[str, Any], first: date, last: date
) -> dict[str, Any]:
    name = row["metric"]
    return {
        **row,
        **{part: meaning[part] for part in ("title", "sentence", "formula", "direction")},
        "would_change": lever(name),
        "command": f"regulars metric {name} --from {first} --to {last} --compare",
        "call": f"/api/v1/metrics/{name}?from={first}&to={last}&compare=true",
        "as_of": last,
    }
