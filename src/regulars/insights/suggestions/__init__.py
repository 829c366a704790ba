"""What is worth doing today: computed from the figures, ranked by expected money a minute.

A new kind is one module with ``suggest(actor)``, named in `SOURCES`. What is heavy is worked out at
a refresh by its ``work_out`` and read back from the outlook.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regulars.accounts.actors import Actor
from regulars.insights.outlook import Looking
from regulars.insights.suggestions import (
    best_unhappy,
    coverage,
    doubts,
    drift,
    found,
    gone_quiet,
    held_rows,
    one_customer,
    reviews,
    stale,
)
from regulars.insights.suggestions.shape import Source
from regulars.kernel.declarations import Suggestion
from regulars.kernel.errors import NotFound

SOURCES: tuple[Source, ...] = (
    Source(
        _("regulars against their own rhythm"),
        gone_quiet.suggest,
        gone_quiet.KIND,
        gone_quiet.work_out,
    ),
    Source(
        _("your best customers for a problem left open"),
        best_unhappy.suggest,
        best_unhappy.KIND,
        best_unhappy.work_out,
    ),
    Source(_("products that sell out early"), found.sold_out),
    Source(_("products and places rising or falling"), found.trends),
    Source(_("hours that lose people"), found.hours),
    Source(_("reviews without an answer"), reviews.suggest, reviews.KIND, reviews.work_out),
    Source(_("rows that could not land"), held_rows.suggest, held_rows.KIND, held_rows.work_out),
    Source(_("whether each source is up to date"), stale.suggest, coverage.NAME, coverage.work_out),
    Source(
        _("sources that suddenly tell less, more or otherwise"),
        drift.suggest,
        drift.KIND,
        drift.work_out,
    ),
    Source(
        _("dates, places and customers that look wrong"),
        doubts.suggest,
        doubts.NAME,
        doubts.work_out,
    ),
    Source(
        _("how much hangs on one customer"),
        one_customer.suggest,
        one_customer.KIND,
        one_customer.work_out,
    ),
)


def work_out(seen: Looking) -> dict[str, Any]:
    """What every kind works out at a refresh, by name."""
    return {one.name: one.work_out(seen) for one in SOURCES if one.work_out is not None}


def looked_at() -> list[str]:
    """What is looked at for things to do, in words that end a sentence."""
    return [str(one.looks_at) for one in SOURCES]


def everything(actor: Actor) -> list[Suggestion]:
    """All things, decided ones too, the most money a minute first; unpriced things last, the
    quickest first."""
    found = [one for source in SOURCES for one in source.suggest(actor)]
    return sorted(found, key=_order)


def ranked(actor: Actor) -> list[Suggestion]:
    """The things that nobody has decided about, in the order of `everything`."""
    return open_of(everything(actor))


def open_of(things: list[Suggestion]) -> list[Suggestion]:
    """Those of ``things`` about which no decision is in force."""
    from regulars.insights import decisions

    return list(decisions.still_open(things))


def find(actor: Actor, key: str) -> Suggestion:
    """The thing called ``key``; `NotFound` when there is none such today."""
    actor.require("today.see")
    for one in everything(actor):
        if one.key == key:
            return one
    raise NotFound(gettext("Nothing of that name is on Today now."))


def money_a_minute(one: Suggestion) -> float | None:
    """The expected money, in minor units, for a minute of the owner's time."""
    return None if one.worth_minor is None else one.worth_minor / max(one.minutes, 1.0)


def _order(one: Suggestion) -> tuple[bool, float, float]:
    money = money_a_minute(one)
    return money is None, -(money or 0.0), one.minutes
