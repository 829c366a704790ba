"""What came of a decision about something found in the sales: the four weeks after it beside the
four before, with the interval of the difference. It never says what came from what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.insights import ask as asking
from regulars.insights import saying
from regulars.insights.models import Decision
from regulars.insights.outlook import Looking
from regulars.kernel.money import exponent

KINDS = ("sold_out", "trend", "hour")
DAYS = 28
_METRIC = {"sold_out": "revenue", "trend": "revenue", "hour": "orders"}


def work_out(seen: Looking, made: Decision) -> dict[str, Any]:
    """The figure of what was found, ``value`` after and ``before``, with the difference's interval;
    empty before four weeks have passed."""
    found = made.shown.get("detail", {}).get("found")
    day = date.fromisoformat(made.shown["on"])
    first, last = day + timedelta(days=1), day + timedelta(days=DAYS)
    if not found or seen.as_of is None or seen.as_of < last:
        return {}
    [row] = asking.ask(
        seen.snapshot,
        [_METRIC[made.kind]],
        first,
        last,
        where=_where(made.kind, found),
        currency=seen.currency,
        zone=seen.zone,
        compare=True,
    ).rows
    kept = ("value", "before", "difference_low", "difference_high", "beyond_chance")
    return {name: row[name] for name in kept}


def _where(kind: str, found: dict[str, Any]) -> dict[str, Sequence[str]]:
    if kind == "trend":
        return {found["thing"]: [found.get("sku") or found["name"]]}
    days = found["weekdays"] if kind == "hour" else [found["weekday"]]
    chosen: dict[str, Sequence[str]] = {"weekday": [str(one) for one in days]}
    if found["place"]:
        chosen["place"] = [found["place"]]
    if kind == "hour":
        return chosen | {"hour": [str(found["hour"])]}
    return chosen | {"product": [found["sku"] or found["product"]]}


def words(kind: str, told: dict[str, Any], currency: str) -> str:
    """The two figures, their difference and whether chance explains it."""
    now, before = told["value"] or 0, told["before"] or 0

    def shown(value: float) -> str:
        if kind == "hour":
            return saying.count(value)
        return saying.money(value * 10 ** exponent(currency), currency)

    said = {"now": shown(now), "before": shown(before)}
    if kind == "hour":
        words = ngettext(
            "In that hour there was %(now)s order in the four weeks after, and %(before)s in the "
            "four before.",
            "In that hour there were %(now)s orders in the four weeks after, and %(before)s in the "
            "four before.",
            round(now),
        )
    else:
        words = _("It brought %(now)s in the four weeks after, and %(before)s in the four before.")
    return " ".join(
        (words % said, _how_sure(told, shown), _("What it came from this cannot tell."))
    )


def _how_sure(told: dict[str, Any], shown: Callable[[float], str]) -> str:
    low, high = told["difference_low"], told["difference_high"]
    if low is None or high is None:
        return _("Too few to tell the difference from chance.")
    ends = {"low": _signed(low, shown), "high": _signed(high, shown)}
    if told["beyond_chance"]:
        return _("The difference (%(low)s to %(high)s) is more than chance.") % ends
    return _("The difference (%(low)s to %(high)s) could be chance.") % ends


def _signed(value: float, shown: Callable[[float], str]) -> str:
    return ("+" if round(value) > 0 else "") + shown(value)
