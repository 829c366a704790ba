"""Which rows each relation of a question holds: window, status, currency and the asker's filter."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from regulars.kernel.windows import DayWindow
from regulars.mart.engine import Snapshot
from regulars.mart.scopes import AnyOf, AnyScope, Condition, Held, OneRow, Scope

from . import compiling
from .metrics.shapes import RELATIONS, Shape

ACCEPTED = "accepted"
_EVER = DayWindow(date(1, 1, 1), date(9999, 12, 31))

Conditions = tuple[Condition | AnyOf, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of the mart, apart from the metric: days, filter and the business's money."""

    window: DayWindow
    where: Conditions
    currency: str

    def moved(self, window: DayWindow) -> Request:
        """Return the same request for another window."""
        return Request(window, self.where, self.currency)


def days(window: DayWindow) -> Conditions:
    """Return the conditions of a window on `local_on`."""
    ends = ((">=", window.first), ("<=", window.last))
    return tuple(Condition("local_on", sign, day) for sign, day in ends if day is not None)


def scopes(
    relations: tuple[str, ...], request: Request, snapshot: Snapshot, by: tuple[str, ...]
) -> dict[str, AnyScope]:
    """Return the rows of each relation."""
    money = (Condition("status", "=", ACCEPTED), Condition("currency", "=", request.currency))
    window, where = days(request.window), request.where
    known = days(DayWindow(None, snapshot.manifest.as_of or _EVER.last))
    in_money = (Condition("currency", "=", request.currency),)
    choices: dict[str, Conditions] = {
        "sales": (*window, *money, *where),
        "sale_lines": (*window, *money, *where),
        "sales_before": (*days(window_before(request.window, by)), *money, *where),
        "sales_ever": money,
        "sales_told": (*window, *in_money, *where),
        "reviews": (*window, *where),
        "visits": (*window, *where),
        "visits_past": (*window, *known, *where),
        "visits_paid": (*window, *known, *in_money, *where),
    }
    found: dict[str, AnyScope] = {}
    for name in relations:
        if name == "asked":
            last = request.window.last or snapshot.manifest.as_of or _EVER.last
            first = request.window.first or _EVER.first
            assert first is not None and last is not None
            found[name] = OneRow({"window_first": first, "window_last": last})
        elif name == "known":
            known_until = snapshot.manifest.as_of or _EVER.last
            assert known_until is not None
            found[name] = OneRow({"known_until": known_until})
        elif name == "firsts":
            found[name] = _firsts(money)
        else:
            found[name] = Scope(RELATIONS[name], choices.get(name, ()))
    return found


def _firsts(money: Conditions) -> Held:
    """Everybody's first purchase: found once per version, as it reads every order there is."""
    sql = compiling.question("first_purchases", Shape(interval=False)).sql
    return Held(sql, {"sales_ever": Scope("orders", money), "identifiers": Scope("identifiers")})


def window_before(window: DayWindow, by: tuple[str, ...]) -> DayWindow:
    """Return the days that retention looks back to; open ends stay open."""
    if "month" in by:
        return DayWindow(_month_earlier(window.first), _month_earlier(window.last))
    if "day" in by or "week" in by:
        return DayWindow(_moved(window.first, -7), _moved(window.last, -7))
    return window.before() or window


def _month_earlier(day: date | None) -> date | None:
    """Return the day a month earlier; the last of a month becomes the last of the one before."""
    if day is None:
        return None
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    is_last = day.day == monthrange(day.year, day.month)[1]
    longest = monthrange(year, month)[1]
    return date(year, month, longest if is_last else min(day.day, longest))


def _moved(day: date | None, by_days: int) -> date | None:
    return None if day is None else date.fromordinal(day.toordinal() + by_days)
