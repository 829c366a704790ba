"""The one path to a metric's value: page, API, command line, notebook and mail ask here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from regulars.kernel import money
from regulars.kernel.declarations import Metric
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.kernel.units import Unit
from regulars.kernel.windows import DayWindow
from regulars.mart.engine import Engine, Snapshot

from . import comparison, dimensions, notes, scoping, unnamed
from .compiling import NEED_MORE, question
from .metrics.shapes import ONLY_LINES, TIME, Shape
from .registry import metric as metric_named
from .scoping import Request
from .told_by import table_of
from .uncertainty import Estimate, Group, Spread, estimates, weekly_spread

SPREAD_DAYS = 182
# People come as their orders come: the day-to-day spread of orders stands for theirs.
_SPREAD_FROM = dict.fromkeys(("customers", "new_customers", "returning_customers"), "orders")


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows ``{"metric", "value", "low", "high", "unit", "n", …dimensions}``.

    Money is in major units, rounded to the currency; ``None`` is not known; ``n`` is the number of
    rows the value rests on. Compared rows also have ``before``, ``difference``,
    ``difference_low``, ``difference_high`` and ``beyond_chance``. ``as_of`` is the last complete
    day of data, ``version`` the mart's version, ``notes`` what the reader should know.
    """

    rows: list[dict[str, Any]]
    as_of: date | None
    version: int
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the answer as plain JSON values."""
        as_of = self.as_of.isoformat() if self.as_of else None
        return {"rows": self.rows, "as_of": as_of, "notes": self.notes}


def ask(
    mart: Engine | Snapshot | str | Path,
    metrics: Sequence[str],
    first: date | None = None,
    last: date | None = None,
    by: Sequence[str] = (),
    where: dimensions.Where | None = None,
    *,
    currency: str,
    zone: str = "UTC",
    compare: bool = False,
    intervals: bool = True,
) -> Answer:
    """Answer ``metrics`` for the days ``first`` to ``last`` (both included; ``None``: open).

    ``mart`` is the mart's folder, an engine, or a snapshot when several questions are to see one
    version. Only sales in ``currency`` count. Raises `WrongUse` for an unknown metric, a dimension
    that one of them does not have, or a malformed value.
    """
    snapshot = _snapshot(mart)
    chosen = [metric_named(name) for name in metrics]
    keys = tuple(dict.fromkeys(by))
    for metric in chosen:
        dimensions.check(metric, [*keys, *(where or {})])
    request = Request(_window(first, last), dimensions.conditions(where or {}), currency)
    on_lines = bool(ONLY_LINES & {*keys, *(where or {})})
    asking = _Asking(snapshot, request, keys, on_lines, intervals)
    earlier = _earlier(request, keys) if compare else None
    rows = [row for metric in chosen for row in asking.rows(metric, earlier)]
    said = [*unnamed.unnamed(snapshot, where or {}), *notes.notes(snapshot, chosen, request, zone)]
    return Answer(rows, snapshot.manifest.as_of, snapshot.manifest.version, said)


@dataclass(frozen=True, slots=True)
class _Asking:
    """One call of `ask`: what is the same for all its metrics."""

    snapshot: Snapshot
    request: Request
    by: tuple[str, ...]
    on_lines: bool
    intervals: bool

    def rows(
        self, metric: Metric, earlier: tuple[Request, timedelta] | None
    ) -> list[dict[str, Any]]:
        before = earlier[0] if earlier else None
        key = ("rows", metric.name, self.by, self.on_lines, self.intervals, self.request, before)
        rows = self.snapshot.remembered(key, lambda: self._rows(metric, earlier))
        # Copies: whoever asked may write into them.
        return [dict(row) for row in rows]

    def _rows(
        self, metric: Metric, earlier: tuple[Request, timedelta] | None
    ) -> list[dict[str, Any]]:
        now = self._estimates(metric, self.request)
        before = self._estimates(metric, earlier[0]) if earlier else {}
        nothing = Estimate(0 if metric.interval in ("total", "count") else None, None, None, 0)
        rows = []
        for group in sorted(now, key=_order):
            now[group] = self._known(metric, now[group], self.request)
            row = self._row(metric, group, now[group])
            if earlier:
                match = before.get(_moved(group, self.keys, earlier[1]), nothing)
                match = self._known(metric, match, earlier[0])
                row |= _compared(metric, self.request.currency, now[group], match)
            rows.append(row)
        return rows

    def _known(self, metric: Metric, estimate: Estimate, request: Request) -> Estimate:
        """Nought of what no file tells, or of orders whose prices nobody told, is not nought: it is
        not known."""
        if not estimate.n and not self.snapshot.manifest.tables.get(table_of(metric.name)):
            return Estimate(None, None, None, 0)
        if metric.unit is not Unit.MONEY or estimate.n or estimate.value != 0:
            return estimate
        told = notes.priced(self.snapshot, request)
        if told.unpriced and (not told.priced or metric.name in ("revenue", "goods_revenue")):
            return Estimate(None, None, None, 0)
        return estimate

    @property
    def keys(self) -> tuple[str, ...]:
        return (*self.by, "sku") if "product" in self.by else self.by

    def _estimates(self, metric: Metric, request: Request) -> dict[Group, Estimate]:
        key = ("estimates", metric.name, self.by, self.on_lines, self.intervals, request)
        # A copy: the caller puts "not known" in the place of some.
        return dict(self.snapshot.remembered(key, lambda: self._estimated(metric, request)))

    def _estimated(self, metric: Metric, request: Request) -> dict[Group, Estimate]:
        is_timeless = not set(TIME) & set(self.by) and request.window.before() is None
        if metric.name == "retention" and is_timeless:
            return {} if self.by else {(): Estimate(None, None, None, 0)}
        rows = self._ask(metric, request, self.by, self.intervals)
        spread = Spread()
        if self.intervals and metric.interval in ("total", "count"):
            spread = self._spread(metric, request, rows)
        found = estimates(metric, rows, self.keys, with_interval=self.intervals, spread=spread)
        return found if found or self.by else {(): Estimate(None, None, None, 0)}

    def _ask(
        self, metric: Metric, request: Request, by: tuple[str, ...], intervals: bool
    ) -> list[dict[str, Any]]:
        shape = Shape(
            by,
            lines=self.on_lines,
            filtered=metric.name == "new_customers" and bool(request.where),
            interval=intervals and metric.interval in NEED_MORE,
        )

        def answer() -> list[dict[str, Any]]:
            found = question(metric.name, shape, self.snapshot.engine.folder / "questions")
            bound = scoping.scopes(found.relations, request, self.snapshot, by)
            return self.snapshot.run(found.sql, bound).dicts()

        # Days are asked for by a chart and for the spread as well.
        if by != ("day",):
            return answer()
        return self.snapshot.remembered(("days", metric.name, shape, request), answer)

    def _spread(self, metric: Metric, request: Request, rows: list[dict[str, Any]]) -> Spread:
        name = _SPREAD_FROM.get(metric.name, metric.name)
        window = _at_least(request.window, SPREAD_DAYS)
        key = ("spread", name, window, request.where, request.currency, self.on_lines)
        whole = self.snapshot.remembered(key, lambda: self._whole_spread(name, request, window))
        return _shared(whole, rows, self.by)

    def _whole_spread(self, name: str, request: Request, window: DayWindow) -> float:
        rows = self._ask(metric_named(name), request.moved(window), ("day",), True)
        days = {
            row["day"]: (float(row.get("top", row["n"])), float(row.get("square", row["n"])))
            for row in rows
        }
        return weekly_spread(days)

    def _row(self, metric: Metric, group: Group, estimate: Estimate) -> dict[str, Any]:
        currency = self.request.currency
        row = {
            "metric": metric.name,
            "value": _shown(metric, currency, estimate.value),
            "low": _shown(metric, currency, estimate.low, exact=False),
            "high": _shown(metric, currency, estimate.high, exact=False),
            "unit": currency if metric.unit is Unit.MONEY else str(metric.unit),
            "n": estimate.n,
        }
        for name, value in zip(self.keys, group, strict=True):
            row[name] = dimensions.shown(name, value)
        return row


def _snapshot(mart: Engine | Snapshot | str | Path) -> Snapshot:
    if isinstance(mart, Snapshot):
        return mart
    return (mart if isinstance(mart, Engine) else Engine(mart)).snapshot()


def _window(first: date | None, last: date | None) -> DayWindow:
    try:
        return DayWindow(first, last)
    except ValueError as error:
        raise WrongUse(
            told(
                "A window cannot end (%(last)s) before it begins (%(first)s).",
                first=first,
                last=last,
            )
        ) from error


def _earlier(request: Request, by: tuple[str, ...]) -> tuple[Request, timedelta]:
    window = request.window
    before = window.before()
    if before is None or window.first is None or before.first is None:
        raise WrongUse(told("Comparing needs a first and a last day."))
    if "month" in by:
        raise WrongUse(
            told("Months differ in length and weekdays; compare days, weeks or the whole.")
        )
    return request.moved(before), window.first - before.first


def _moved(group: Group, keys: tuple[str, ...], by: timedelta) -> Group:
    return tuple(
        value - by if key in ("day", "week") else value
        for key, value in zip(keys, group, strict=True)
    )


def _at_least(window: DayWindow, length: int) -> DayWindow:
    if window.first is None or window.last is None:
        return window
    return DayWindow(min(window.first, window.last - timedelta(days=length - 1)), window.last)


def _shared(whole: float, rows: list[dict[str, Any]], by: tuple[str, ...]) -> Spread:
    """Return the spread with each group's share of what happened in its days."""
    if whole == 1.0 or set(by) <= set(TIME):
        return Spread(whole)
    times = tuple(name for name in by if name in TIME)
    weights: dict[Group, float] = {}
    for row in rows:
        span = tuple(row[name] for name in times)
        weights[span] = weights.get(span, 0.0) + float(row.get("square", row["n"]) or 0)

    def share(group: Group, row: Any) -> float:
        weight = weights[tuple(row[name] for name in times)]
        return float(row.get("square", row["n"])) / weight if weight else 0.0

    return Spread(whole, share)


def _order(group: Group) -> tuple[Any, ...]:
    return tuple((value is None, 0 if value is None else value) for value in group)


def _compared(metric: Metric, currency: str, now: Estimate, before: Estimate) -> dict[str, Any]:
    found = comparison.compare(now, before)
    return {
        "before": _shown(metric, currency, found.before),
        "difference": _shown(metric, currency, found.difference),
        "difference_low": _shown(metric, currency, found.low, exact=False),
        "difference_high": _shown(metric, currency, found.high, exact=False),
        "beyond_chance": found.is_beyond_chance,
    }


def _shown(
    metric: Metric, currency: str, value: float | None, *, exact: bool = True
) -> float | int | None:
    """Return a value as programs get it: money in major units, counts whole, shares to 1e-6."""
    if value is None:
        return None
    if metric.unit is Unit.MONEY:
        places = money.exponent(currency)
        return float(round(value / float(10**places), places))
    if metric.unit is Unit.COUNT and exact:
        return int(value)
    return round(float(value), 1 if metric.unit is Unit.COUNT else 6)
