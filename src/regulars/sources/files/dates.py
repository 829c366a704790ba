"""Dates and times as people and programs write them, decided per column, read as UTC instants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from regulars.kernel.clock import now
from regulars.kernel.telling import told

from .date_forms import Moment, day_of_number, form_of, numbers_of, take_apart
from .zones import zone_of

__all__ = [
    "EARLIEST_BIRTH",
    "FIRST_YEAR",
    "DateReader",
    "DateStyle",
    "are_day_numbers",
    "decide_date_style",
    "zone_of",
]

_CACHE_TEXTS = 8_000
_ENOUGH_EVIDENCE = 200
_ENOUGH_OTHER_FORMS = 1_000
_YEARS_AHEAD = 5
_DAY_NUMBERS_FROM_YEAR = 1990
_DAY_NUMBERS_YEARS_AHEAD = 2


@dataclass(frozen=True, slots=True)
class DateStyle:
    """How a column writes dates.

    ``day_first`` settles 03/04/2026; ``form`` names the commonest form seen (``day/month``,
    ``month/day``, ``year-month-day``, ``month name``, ``number``, ``none``) for people to check;
    ``conclusive`` is false when no value told day from month and the default was taken; ``notes``
    holds plain sentences, as on contradictory evidence.
    """

    day_first: bool = True
    form: str = "none"
    conclusive: bool = True
    notes: tuple[str, ...] = ()


def are_day_numbers(cells: Iterable[str]) -> bool:
    """Whether every cell is a spreadsheet's day number of a year that business is done in."""
    last = now().year + _DAY_NUMBERS_YEARS_AHEAD
    days = [day_of_number(cell) for cell in cells if cell.strip()]
    return bool(days) and all(
        day is not None and _DAY_NUMBERS_FROM_YEAR <= day.year <= last for day in days
    )


def decide_date_style(values: Iterable[str], *, default_day_first: bool) -> DateStyle:
    """Decide from a column's texts, stopping as soon as they are conclusive.

    A number above 12 proves which one is the day. Dates with dots that prove nothing are taken day
    first, since no country writes them otherwise.
    """
    forms: Counter[str] = Counter()
    votes = {True: 0, False: 0}
    signs: set[str] = set()
    day_number = ""
    for text in values:
        if not text or text.isspace():
            continue
        numbers = numbers_of(text)
        if not numbers:
            forms[form_of(text)] += 1
            day_number = day_number or (text.strip() if day_of_number(text) else "")
            if forms.total() >= _ENOUGH_OTHER_FORMS and not forms["numbers"]:
                break
            continue
        first, second, sign = numbers
        forms["numbers"] += 1
        if (first > 12) != (second > 12):
            votes[first > 12] += 1
            if votes[first > 12] >= _ENOUGH_EVIDENCE and not votes[first <= 12]:
                break
        elif first != second:
            signs.add(sign)
    style = _decided(forms, votes, signs, default_day_first)
    if style.form != "number" or not day_number:
        return style
    note = told(
        "The dates are a spreadsheet's day numbers: %(number)s is %(day)s.",
        number=day_number,
        day=day_of_number(day_number),
    )
    return replace(style, notes=(*style.notes, note))


def _decided(
    forms: Counter[str], votes: dict[bool, int], open_signs: set[str], default_day_first: bool
) -> DateStyle:
    total = votes[True] + votes[False]
    is_dotted = open_signs == {"."}
    conclusive = bool(total) or not open_signs or is_dotted
    day_first = is_dotted or default_day_first
    notes: tuple[str, ...] = ()
    if total:
        day_first = votes[True] > votes[False] or (
            votes[True] == votes[False] and default_day_first
        )
        if fewer := votes[not day_first]:
            notes = (
                told(
                    "%(fewer)s of %(total)s telling dates can only be read %(other)s; the column"
                    " is read %(order)s.",
                    fewer=fewer,
                    total=total,
                    other=_order(not day_first),
                    order=_order(day_first),
                ),
            )
    elif not conclusive:
        order = _order(day_first)
        notes = (told("No date tells day from month; they are read %(order)s.", order=order),)
    form = forms.most_common(1)[0][0] if forms else "none"
    return DateStyle(day_first, _order(day_first) if form == "numbers" else form, conclusive, notes)


def day_first_in(country: str) -> bool:
    """Whether 03/04/2026 is the third of April in ``country`` (ISO 3166 alpha-2)."""
    return country not in _MONTH_FIRST


def _order(day_first: bool) -> str:
    return told("day/month") if day_first else told("month/day")


_MONTH_FIRST = frozenset(("US", "PH", "FM", "MH", "PW", "GU", "PR"))
FIRST_YEAR = 1970
"""The first year of which tills and shops tell."""
EARLIEST_BIRTH = 1850
"""The first year in which somebody can be born of whom a file tells."""


class DateReader:
    """``reader(text)`` reads an instant; remembers texts seen, within bounds.

    ``zone`` is the IANA name in which texts without an offset are meant. Years before
    ``earliest_year`` (`EARLIEST_BIRTH` suits birthdays) or more than five ahead are refused.
    """

    def __init__(self, style: DateStyle, zone: str, *, earliest_year: int = FIRST_YEAR) -> None:
        self.style = style
        self.zone: ZoneInfo = zone_of(zone)
        self._earliest_year = earliest_year
        self._latest_year = now().year + _YEARS_AHEAD
        self._instants: dict[tuple[str, str | None], datetime] = {}

    def __call__(self, text: str, zone: str | None = None) -> datetime:
        """Return the instant, aware, in UTC.

        ``zone`` (IANA, Windows or Rails name) stands in for the reader's own on this row. A local
        time that occurs twice means the first; one that a clock change skips moves forward. Raises
        ValueError with a plain reason.
        """
        known = self._instants.get((text, zone))
        if known is not None:
            return known
        local, written = self._moment(text)
        place = written or (zone_of(zone) if zone else self.zone)
        instant = local.replace(tzinfo=place).astimezone(UTC)
        if len(self._instants) >= _CACHE_TEXTS:
            self._instants.clear()
        self._instants[text, zone] = instant
        return instant

    def read_day(self, text: str) -> date:
        """Return the local day; a text without offset gives its own day unconverted."""
        local, written = self._moment(text)
        if written is None:
            return local.date()
        return local.replace(tzinfo=written).astimezone(self.zone).date()

    def _moment(self, text: str) -> Moment:
        text = text.strip()
        try:
            moment = take_apart(text, self.style.day_first)
        except OverflowError:
            raise ValueError(told("“%(text)s” is not a date", text=text[:40])) from None
        if not self._earliest_year <= moment[0].year <= self._latest_year:
            raise ValueError(
                told(
                    "“%(text)s” is outside the years %(first)s to %(last)s",
                    text=text[:40],
                    first=self._earliest_year,
                    last=self._latest_year,
                )
            )
        return moment
