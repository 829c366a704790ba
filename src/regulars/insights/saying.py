"""Money, days and counts inside sentences that verbs make, in the reader's language."""

from __future__ import annotations

from datetime import date

from regulars.accounts import locales
from regulars.kernel.money import exponent, to_major


def money(minor: float, currency: str) -> str:
    """An estimate in money, from minor units: pennies only where the sum is small."""
    value = to_major(round(minor), currency)
    pennies = 0 < abs(value) < 10 and exponent(currency) > 0
    return locales.money(value, currency, pennies=pennies)


def day(on: date) -> str:
    """A day with its month in letters: 5 March 2026."""
    return locales.long_day(on)


def weekday(on: date) -> str:
    """The name of a day of the week."""
    return locales.weekday(on.weekday())


def count(number: float) -> str:
    """A whole number, grouped as the language does."""
    return locales.number(round(number))


def share(value: float) -> str:
    """A share of 0 to 1 in whole per cent."""
    return locales.percent(value)
