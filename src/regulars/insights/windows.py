"""The days a question is about when nobody says: the last four weeks of data."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from regulars.kernel.errors import WrongUse
from regulars.kernel.windows import DayWindow

USUAL_DAYS = 28


def usual(as_of: date | None, first: date | None, last: date | None) -> DayWindow | None:
    """Return the days asked for; an end left open is set so that there are 28 days up to ``as_of``
    or from ``first`` on. ``None`` before there is data. `WrongUse` when they end before they
    begin."""
    if as_of is None and (first is None or last is None):
        return None
    end = last or as_of
    assert end is not None
    if first is not None and last is None and first > end:
        end = first
    try:
        return DayWindow(first or end - timedelta(days=USUAL_DAYS - 1), end)
    except ValueError as error:
        raise WrongUse(_("The last day lies before the first.")) from error


def as_json(window: DayWindow | None) -> dict[str, Any] | None:
    """Return a window as plain values."""
    if window is None:
        return None
    return {"first": window.first, "last": window.last, "days": window.length_days}
