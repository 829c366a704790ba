"""How numbers, money and days are written for whoever reads: by their language, and by the
business's country where that language is spoken there (German in Austria, English in the States).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from django.utils.translation import get_language

from regulars.accounts import business as businesses
from regulars.kernel.money import exponent

UNKNOWN = "–"
_HOME = {"en": "GB"}
_DECIMALS = re.compile(r"\.[0#]+")
# The business's country, once it was looked up while one page is made.
_country: ContextVar[list[str] | None] = ContextVar("country", default=None)


@contextmanager
def country_kept() -> Iterator[None]:
    """Look the business's country up once at most while this lasts, or what it lasts within."""
    if _country.get() is not None:
        yield
        return
    token = _country.set([])
    try:
        yield
    finally:
        _country.reset(token)


def locale() -> str:
    """Return the reader's locale as Babel names it: ``de``, ``fr_CH``, ``en_GB``."""
    return _locale((get_language() or "en").partition("-")[0], _at_home())


def _at_home() -> str:
    kept = _country.get()
    if kept:
        return kept[0]
    business = businesses.find()
    country = business.country if business else ""
    if kept is not None:
        kept.append(country)
    return country


@lru_cache(maxsize=256)
def _locale(language: str, country: str) -> str:
    from babel.core import Locale, UnknownLocaleError
    from babel.languages import get_official_languages

    spoken = get_official_languages(country, regional=True, de_facto=True) if country else ()
    territory = country if language in spoken else _HOME.get(language, "")
    try:
        Locale(language, territory or None)
    except UnknownLocaleError:
        territory = ""
    return f"{language}_{territory}" if territory else language


def number(value: float, *, most_decimals: int = 0) -> str:
    """A number, grouped as the reader does, with so many decimals at most."""
    from babel.numbers import format_decimal

    pattern = "#,##0" + ("." + "#" * most_decimals if most_decimals else "")
    return _signed(format_decimal(value, pattern, locale=locale()))


def percent(share: float | None, *, most_decimals: int = 0) -> str:
    """A share (0 to 1) in per cent; – when not known."""
    from babel.numbers import format_percent

    if share is None:
        return UNKNOWN
    whole = Decimal(str(round(share, most_decimals + 2)))
    return _signed(format_percent(whole, locale=locale(), decimal_quantization=False))


def money(value: float | Decimal, currency: str, *, pennies: bool = True) -> str:
    """An amount in major units of ``currency``, to the penny or to the whole."""
    from babel.numbers import format_currency

    if pennies and exponent(currency) > 0:
        return _signed(format_currency(value, currency, locale=locale()))
    pattern = _whole_pattern(locale())
    said = format_currency(value, currency, pattern, locale=locale(), currency_digits=False)
    return _signed(said)


def _signed(said: str) -> str:
    """With the sign for less than nothing, not the hyphen that the languages' data give."""
    return said.replace("-", "\N{MINUS SIGN}")


@lru_cache(maxsize=64)
def _whole_pattern(name: str) -> str:
    from babel.core import Locale

    return _DECIMALS.sub("", Locale.parse(name).currency_formats["standard"].pattern)


def day(on: date) -> str:
    """A day with its year: 5 Mar 2026, 05.03.2026, 5 mars 2026."""
    from babel.dates import format_date

    return str(format_date(on, "medium", locale=locale()))


def day_of_any_year(on: date) -> str:
    """A day that returns each year: 17 May, 17. Mai."""
    from babel.dates import format_skeleton

    return str(format_skeleton("MMMMd", on, locale=locale()))


def full_day(on: date) -> str:
    """A day with its weekday and its year: Wed, 4 Mar 2026, mer. 4 mars 2026."""
    from babel.dates import format_skeleton

    return str(format_skeleton("yMMMEd", on, locale=locale()))


def long_day(on: date) -> str:
    """A day with its month's whole name: 5 March 2026, 5. März 2026."""
    from babel.dates import format_date

    return str(format_date(on, "long", locale=locale()))


def weekday_and_day(on: date) -> str:
    """A day as a heading says it: Wednesday 25 November, Mittwoch, 25. November."""
    from babel.core import Locale
    from babel.dates import format_date, match_skeleton

    name = locale()
    known = Locale.parse(name).datetime_skeletons
    # Few locales write the long names in a pattern of their own; all have the order of the parts.
    nearest = known[match_skeleton("MMMMEEEEd", known) or "MMMEd"].pattern
    words = re.sub("M{3,}", "MMMM", re.sub("E+", "EEEE", nearest))
    return str(format_date(on, words, locale=name))


def moment(at: datetime) -> str:
    """A day and the time of day, in the zone that ``at`` is in."""
    from babel.dates import format_time

    return f"{day(at.date())}, {format_time(at, 'short', locale=locale())}"


def weekday(number: int, *, short: bool = False) -> str:
    """The name of a day of the week, Monday is 0; with a small letter where the language has it."""
    from babel.dates import get_day_names

    names = get_day_names("abbreviated" if short else "wide", "stand-alone", locale=locale())
    return str(names[number])


def month(on: date) -> str:
    """A month with its year: March 2026, März 2026, mars 2026."""
    from babel.dates import format_skeleton

    return str(format_skeleton("yMMMM", on, locale=locale()))


def listed(words: list[str]) -> str:
    """Words in a row: a, b and c."""
    from babel.lists import format_list

    return str(format_list(words, locale=locale()))
