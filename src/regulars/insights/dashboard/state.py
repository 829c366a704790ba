"""What a dashboard shows, read from its address and written back to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from regulars.insights import dimensions
from regulars.kernel.errors import WrongUse
from regulars.kernel.windows import DayWindow

NUMBERS = (
    "revenue",
    "orders",
    "average_order_value",
    "customers",
    "new_customers",
    "returning_customers",
    "repeat_purchase_rate",
    "refunds",
    "reviews",
    "review_mean",
)
DAYS = {"7": 7, "28": 28, "91": 91}
PERIODS = (*DAYS, "year", "12months", "custom")
FILTERS = ("place", "channel", "product", "category", "weekday", "hour")
USUAL_PERIOD, USUAL_METRIC = "28", NUMBERS[0]
_OTHERS = ("period", "from", "to", "compare", "metric")
_MOST_LETTERS, _MOST_FILTERS = 300, 20

Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class State:
    """Which days, beside the ones before or not, of which metric, kept to what.

    ``first`` and ``last`` belong to the period ``custom``; ``where`` holds (dimension, value) in
    the order they were chosen, an empty value for what has no name.
    """

    period: str = USUAL_PERIOD
    first: date | None = None
    last: date | None = None
    compares: bool = True
    metric: str = USUAL_METRIC
    where: tuple[tuple[str, str], ...] = ()

    @property
    def query(self) -> str:
        """The state as the query of an address; what is usual is left out."""
        return urlencode(self.pairs())

    def pairs(self) -> list[tuple[str, str]]:
        """The state as names and values of an address."""
        found: list[tuple[str, str]] = []
        if self.period == "custom":
            days = (("from", self.first), ("to", self.last))
            found += [(name, day.isoformat()) for name, day in days if day is not None]
        elif self.period != USUAL_PERIOD:
            found.append(("period", self.period))
        if not self.compares:
            found.append(("compare", "off"))
        if self.metric != USUAL_METRIC:
            found.append(("metric", self.metric))
        return [*found, *self.where]

    def conditions(self) -> dict[str, list[str]]:
        """The filters as `figures.ask` takes them: several values of one dimension: any of."""
        found: dict[str, list[str]] = {}
        for name, value in self.where:
            found.setdefault(name, []).append(value)
        return found

    def filtered(self, name: str, value: str) -> State:
        """Return the state kept to ``value`` of one more dimension, or of this one alone."""
        others = tuple(pair for pair in self.where if pair[0] != name)
        return replace(self, where=(*others, (name, value)))

    def without(self, name: str, value: str) -> State:
        """Return the state without one filter."""
        return replace(self, where=tuple(pair for pair in self.where if pair != (name, value)))

    def window(self, as_of: date) -> DayWindow:
        """The days shown, the last of them ``as_of`` unless they were chosen by hand."""
        if self.period in DAYS:
            return DayWindow(as_of - timedelta(days=DAYS[self.period] - 1), as_of)
        if self.period == "year":
            return DayWindow(as_of.replace(month=1, day=1), as_of)
        if self.period == "12months":
            return DayWindow(_year_before(as_of), as_of)
        return DayWindow(self.first, self.last or max(as_of, self.first or as_of))

    def settled(self, as_of: date) -> State:
        """Return the state with its days written out: it no longer moves with the data."""
        window = self.window(as_of)
        return replace(self, period="custom", first=window.first, last=window.last)


def read(query: Query) -> State:
    """Read a state from the names and values of an address; `WrongUse` says what is off, and names
    in ``detail["field"]`` the day that it is about."""
    unknown = set(query) - {*_OTHERS, *FILTERS}
    if unknown:
        raise WrongUse(_("A dashboard knows no “%(name)s”.") % {"name": min(unknown)[:40]})
    first, last = _day(query, "from"), _day(query, "to")
    chosen = _one(query, "period") or ("custom" if first or last else USUAL_PERIOD)
    if chosen not in PERIODS:
        raise WrongUse(_("There is no period “%(name)s”.") % {"name": chosen[:40]})
    if chosen == "custom" and first is None:
        raise WrongUse(_("Say from which day on."), detail={"field": "from"})
    if first and last and last < first:
        raise WrongUse(_("The last day lies before the first."), detail={"field": "to"})
    metric = _one(query, "metric") or USUAL_METRIC
    if metric not in NUMBERS:
        raise WrongUse(_("The dashboard has no number “%(name)s”.") % {"name": metric[:40]})
    days = (first, last) if chosen == "custom" else (None, None)
    return State(chosen, *days, _compares(query), metric, _where(query))


def readable(query: Query) -> list[tuple[str, str]]:
    """Names and values of ``query`` that can be read by themselves, less the days."""
    found = []
    for name in query:
        if name not in ("period", "from", "to"):
            with suppress(WrongUse):
                read({name: query[name]})
                found += [(name, value) for value in query[name]]
    return found


def _one(query: Query, name: str) -> str:
    values = query.get(name) or [""]
    return values[-1].strip()


def _day(query: Query, name: str) -> date | None:
    text = _one(query, name)
    if not text:
        return None
    said = {"text": text[:40]}
    field: dict[str, object] = {"field": name}
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise WrongUse(_("“%(text)s” is no day.") % said, detail=field) from None
    if not 1900 <= found.year <= 2999:
        raise WrongUse(_("“%(text)s” is too far away.") % said, detail=field)
    return found


def _compares(query: Query) -> bool:
    chosen = _one(query, "compare") or "on"
    if chosen not in ("on", "off"):
        raise WrongUse(_("Comparison is on or off."))
    return chosen == "on"


def _where(query: Query) -> tuple[tuple[str, str], ...]:
    pairs = [(name, value) for name in query if name in FILTERS for value in query[name]]
    found = tuple(dict.fromkeys(pairs))
    if len(found) > _MOST_FILTERS:
        raise WrongUse(_("That is more than %(n)d filters.") % {"n": _MOST_FILTERS})
    if any(len(value) > _MOST_LETTERS for _name, value in found):
        raise WrongUse(_("A filter is longer than any name."))
    if any("\x00" in value for _name, value in found):
        raise WrongUse(_("A filter holds a sign that no name has."))
    given: dict[str, Any] = {}
    for name, value in found:
        given.setdefault(name, []).append(value)
    dimensions.conditions(given)
    return found


def _year_before(day: date) -> date:
    after = day + timedelta(days=1)
    is_leap_day = (after.month, after.day) == (2, 29)
    return after.replace(year=after.year - 1, day=28 if is_leap_day else after.day)
