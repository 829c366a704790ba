"""Figures for a member: the metric registry asked with the business's currency and zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.insights import ask as asking
from regulars.insights import dimensions, leading
from regulars.insights import unnamed as unnamed_values
from regulars.insights.registry import INTERVALS, METRICS
from regulars.mart.engine import Engine, Snapshot
from regulars.sources.live import standing_ids

VALUE = ("metric", "value", "low", "high", "unit", "n")
COMPARED = ("before", "difference", "difference_low", "difference_high", "beyond_chance")


def mart_folder() -> Path:
    """Where the mart lies."""
    return Path(settings.DATA_FOLDER) / "mart"


@lru_cache(maxsize=4)
def _engine(folder: Path) -> Engine:
    return Engine(folder)


def engine() -> Engine:
    """This process's engine on the business's mart, shared between threads."""
    return _engine(mart_folder())


def as_of() -> date | None:
    """The last complete day of data, or ``None`` before the first refresh with sales."""
    return engine().snapshot().manifest.as_of


def ask(
    actor: Actor,
    *,
    metrics: Sequence[str],
    first: date | None = None,
    last: date | None = None,
    by: Sequence[str] = (),
    where: Mapping[str, Sequence[str]] | None = None,
    compare: bool = False,
    snapshot: Snapshot | None = None,
) -> dict[str, Any]:
    """Answer metrics as the contract shows them; see `insights.ask.ask`. Needs ``metrics.see``."""
    actor.require("metrics.see")
    business = businesses.get()
    answer = asking.ask(
        snapshot or engine(),
        metrics,
        first,
        last,
        by,
        where or {},
        currency=business.currency,
        zone=business.timezone,
        compare=compare,
    )
    shown = answer.as_json()
    shown["notes"] += behind()
    return shown


def columns(by: Sequence[str], *, compare: bool) -> list[str]:
    """Name the columns of an answer's rows as a table: dimensions, value, comparison."""
    named = [*by, "sku"] if "product" in by else list(by)
    return [*named, *VALUE, *(COMPARED if compare else ())]


def unnamed(actor: Actor, where: dimensions.Where) -> list[str]:
    """Say which values of ``where`` no fact ever named; the answers to them hold the same notes."""
    actor.require("metrics.see")
    return unnamed_values.unnamed(engine().snapshot(), where)


def behind() -> list[str]:
    """Say so when imports were finished or undone since the figures were brought up to date."""
    held = engine().snapshot().manifest.cursor.get("standing", [])
    changed = len(standing_ids() ^ set(held))
    if not changed:
        return []
    return [
        ngettext(
            "%(n)d import was finished or undone since; these figures lack it."
            " Run: regulars refresh",
            "%(n)d imports were finished or undone since; these figures lack it."
            " Run: regulars refresh",
            changed,
        )
        % {"n": changed}
    ]


def definitions(actor: Actor) -> list[dict[str, Any]]:
    """Every metric's definition: what it means, how it is computed, how sure it is."""
    actor.require("metrics.see")
    called = leading.titles()
    return [
        {
            "name": one.name,
            "title": called.get(one.name) or _(one.title),
            "sentence": _(one.sentence),
            "formula": _(one.formula),
            "unit": str(one.unit),
            "direction": str(one.direction),
            "interval": _(INTERVALS[one.interval][0]),
            "smallest_sample": one.smallest_sample,
            "dimensions": list(one.dimensions),
        }
        for one in METRICS.values()
    ]


def average_order_minor(actor: Actor) -> float | None:
    """The mean accepted order in minor units, or ``None`` when none is known."""
    business = businesses.get()
    found = asking.ask(
        engine(),
        ["average_order_value"],
        currency=business.currency,
        zone=business.timezone,
        intervals=False,
    )
    from regulars.kernel.money import exponent

    value = found.rows[0]["value"] if found.rows else None
    return None if value is None else float(value) * 10 ** exponent(business.currency)
