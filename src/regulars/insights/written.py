"""How a figure is written for a reader: one rule for pages, charts and mail."""

from __future__ import annotations

from typing import Any

from regulars.accounts import locales


def is_money(unit: str) -> bool:
    """Whether a figure's unit is a currency."""
    return len(unit) == 3 and unit.isupper()


def figure(value: Any, unit: str = "") -> str:
    """A metric's value in its unit: major units of money, a share (0 to 1), days, a plain number;
    – when not known."""
    if value is None:
        return locales.UNKNOWN
    if is_money(unit):
        # Pennies say nothing in a large sum.
        return locales.money(value, unit, pennies=abs(value) < 1000)
    if unit in ("share", "percent"):
        return locales.percent(value, most_decimals=1)
    return locales.number(value, most_decimals=1 if abs(value) < 1000 else 0)
