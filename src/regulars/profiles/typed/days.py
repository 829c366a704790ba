"""Days as people type them: 17/05/1990, 17 May 1990, 17. Mai, 17 de mayo."""

from __future__ import annotations

import re
from datetime import date, timedelta

from regulars.kernel import clock
from regulars.sources.files.date_forms import take_apart
from regulars.sources.files.dates import EARLIEST_BIRTH

_NO_YEAR = re.compile(r"--(\d\d)-(\d\d)", re.ASCII)
_TWO_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2?", re.ASCII)
_ONLY_DIGITS = re.compile(r"[\d.,]+", re.ASCII)
_HAS_YEAR = re.compile(r"\d{4}|\d\D+\d+\D+\d", re.ASCII)
# A leap year has every day.
_LEAP = 2000
_LATEST = 2200


def read_day(text: str, *, day_first: bool, may_lack_year: bool) -> str:
    """Return the ISO day that ``text`` writes, or ``--05-17`` where ``may_lack_year`` and it tells
    none; ``day_first`` settles 03/04. `ValueError` where it is no day."""
    text = text.strip()
    if may_lack_year:
        if found := _NO_YEAR.fullmatch(text):
            date(_LEAP, int(found[1]), int(found[2]))
            return text
        whole = _with_leap_year(text)
        if whole is not None:
            return f"-{_plain_day(whole, day_first).isoformat()[4:]}"
    on = _plain_day(text, day_first)
    if may_lack_year and on > clock.now().date() + timedelta(days=1):
        # A birthday, or the day they came first: it has been.
        raise ValueError(text)
    return on.isoformat()


def _with_leap_year(text: str) -> str | None:
    if found := _TWO_NUMBERS.fullmatch(text):
        return f"{found[1]}{found[2]}{found[3]}{found[2]}{_LEAP}"
    if _HAS_YEAR.search(text) or not re.search(r"\d", text):
        return None
    return f"{text} {_LEAP}" if text[:1].isdigit() else f"{text}, {_LEAP}"


def _plain_day(text: str, day_first: bool) -> date:
    if _ONLY_DIGITS.fullmatch(text) and len(re.sub(r"\D", "", text)) == len(text) != 8:
        # A spreadsheet's number of a day, or a year alone.
        raise ValueError(text)
    moment, _ = take_apart(text, day_first)
    if moment.time() != moment.min.time() or not EARLIEST_BIRTH <= moment.year <= _LATEST:
        raise ValueError(text)
    return moment.date()
