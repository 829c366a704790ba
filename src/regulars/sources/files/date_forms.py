"""The forms in which dates and times are written, taken apart."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

from regulars.kernel.clock import now
from regulars.kernel.telling import told

from .zones import written_zone

Moment = tuple[datetime, tzinfo | None]
"""A naive local time, and the zone written beside it if there is one."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january janvier janv januar jänner enero ene",
            "feb february février févr fevrier fevr februar febrero",
            "mar march mars märz mär marz mrz marzo",
            "apr april avril avr abril abr",
            "may mai mayo",
            "jun june juin juni junio",
            "jul july juillet juil juli julio",
            "aug august août aout agosto ago",
            "sep sept september septembre septiembre setiembre",
            "oct october octobre oktober okt octubre",
            "nov november novembre noviembre",
            "dec december décembre déc decembre dezember dez diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAYS = frozenset(
    """mon monday tue tues tuesday wed wednesday thu thur thurs thursday fri friday sat saturday
    sun sunday lun lundi mardi mer mercredi jeu jeudi ven vendredi sam samedi dim dimanche mo
    montag di dienstag mi mittwoch do donnerstag fr freitag sa samstag so sonntag lunes martes mié
    miércoles jue jueves vie viernes sáb sábado dom domingo""".split()
)
_WEEKDAY = re.compile(r"([^\W\d_]+)\.?,?\s+")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?!\d)", re.ASCII)
_DAY_NAME = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er|º)?\.?[\s/-]*(?:de |of )?([^\W\d_]{3,10})\.?,?[\s/-]*(?:del? )?"
    r"(\d{4}|\d{2})(?!\d)"
)
_NAME_DAY = re.compile(r"([^\W\d_]{3,10})\.?[\s/-]+(\d{1,2})(?:st|nd|rd|th)?,?[\s/-]+(\d{4})(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(\d\d)?)?(Z?)", re.ASCII)
_TIME = re.compile(
    r"(?:T|,|\s|\bat\b|\bum\b|à|\ba las\b|-)*"
    r"(\d{1,2})(?:[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?)?"
    r"(?:\s?Uhr)?\s*([ap]\.?\s?m\.?)?\s*(\S.*)?",
    re.IGNORECASE | re.ASCII,
)
_DAY_NUMBER = re.compile(r"\d{5}([.,]\d+)?", re.ASCII)
_NUMBER = re.compile(r"\d{5}([.,]\d+)?|\d{10}(\.\d+)?|\d{13}|\d{16}", re.ASCII)
# Moments are naive until the reader knows in whose zone they are meant.
_EXCEL_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001


def day_of_number(text: str) -> date | None:
    """Return the day that a spreadsheet means by a day number such as 45231 or 45231.5."""
    text = text.strip().lstrip("'")
    return _by_number(text)[0].date() if _DAY_NUMBER.fullmatch(text) else None


def numbers_of(text: str) -> tuple[int, int, str] | None:
    """Return the two numbers before the year and the sign between them, as in "03/04/2026"."""
    found = _YEAR_LAST.match(_without_weekday(text.strip().lstrip("'")))
    return (int(found[1]), int(found[3]), found[2]) if found else None


def form_of(text: str) -> str:
    """Name the form of a text that :func:`numbers_of` does not know."""
    text = _without_weekday(text.strip().lstrip("'"))
    if _YEAR_FIRST.match(text) or _COMPACT.fullmatch(text):
        return "year-month-day"
    if _NUMBER.fullmatch(text):
        return "number"
    return "month name" if _DAY_NAME.match(text) or _NAME_DAY.match(text) else "none"


def take_apart(text: str, day_first: bool) -> Moment:
    """Return the moment that ``text`` writes; raises ValueError with a plain reason."""
    if text[4:5] == "-" and len(text) >= 10:
        # ISO is most of what programs write, and this road is ten times as fast.
        try:
            moment = datetime.fromisoformat(text)
            return moment.replace(tzinfo=None), moment.tzinfo
        except ValueError:
            pass
    text = " ".join(text.split()).lstrip("'’")
    if not text:
        raise ValueError(told("the date is empty"))
    if _NUMBER.fullmatch(text):
        return _by_number(text)
    compact = _COMPACT.fullmatch(text)
    if compact:
        year, month, day, hour, minute, second = (int(part or 0) for part in compact.groups()[:6])
        moment = _at(_day(year, month, day, text), hour, minute, second, text)
        return moment, UTC if compact[7] else None
    body = _without_weekday(text)
    moment, rest = _date_part(body, day_first, text)
    return _add_time(moment, rest, text) if rest.strip() else (moment, None)


def _without_weekday(text: str) -> str:
    found = _WEEKDAY.match(text)
    return text[found.end() :] if found and found[1].casefold() in _WEEKDAYS else text


def _date_part(body: str, day_first: bool, text: str) -> tuple[datetime, str]:
    if found := _YEAR_FIRST.match(body):
        return _day(int(found[1]), int(found[3]), int(found[4]), text), body[found.end() :]
    if found := _YEAR_LAST.match(body):
        first, second = int(found[1]), int(found[3])
        day, month = (first, second) if day_first else (second, first)
        return _day(_year(found[4]), month, day, text), body[found.end() :]
    for pattern, day_at, name_at in ((_DAY_NAME, 1, 2), (_NAME_DAY, 2, 1)):
        found = pattern.match(body)
        if found and (month := _MONTHS.get(found[name_at].casefold(), 0)):
            return _day(_year(found[3]), month, int(found[day_at]), text), body[found.end() :]
    raise ValueError(told("“%(text)s” is not a date", text=text[:40]))


def _year(text: str) -> int:
    """A year of two digits is the latest that is not more than five years ahead."""
    year = int(text)
    if len(text) == 4:
        return year
    latest = now().year + 5
    return latest - (latest - year) % 100


def _day(year: int, month: int, day: int, text: str) -> datetime:
    try:
        return datetime(year, month, day)  # noqa: DTZ001
    except ValueError:
        raise ValueError(told("“%(text)s” is not a day of the calendar", text=text[:40])) from None


def _at(day: datetime, hour: int, minute: int, second: int, text: str) -> datetime:
    if hour > 23 or minute > 59 or second > 60:
        raise ValueError(told("“%(text)s” is not a time of day", text=text[:40]))
    # A leap second is told as 60 and counted as the second before it.
    return day.replace(hour=hour, minute=minute, second=min(second, 59))


def _add_time(moment: datetime, rest: str, text: str) -> Moment:
    found = _TIME.fullmatch(rest)
    if not found or (found[2] is None and found[5] is None):
        raise ValueError(told("“%(text)s” is not a date and time", text=text[:40]))
    hour = int(found[1])
    if found[5]:
        if not 1 <= hour <= 12:
            raise ValueError(told("“%(text)s” is not a time of day", text=text[:40]))
        hour = hour % 12 + (12 if found[5][0] in "pP" else 0)
    moment = _at(moment, hour, int(found[2] or 0), int(found[3] or 0), text)
    moment = moment.replace(microsecond=int((found[4] or "0").ljust(6, "0")[:6]))
    return moment, written_zone(found[6].strip()) if found[6] else None


def _by_number(text: str) -> Moment:
    """Five digits are a spreadsheet's days since 1899-12-30, more are time since 1970 in UTC."""
    text = text.replace(",", ".")
    whole = len(text.partition(".")[0])
    if whole == 5:
        # To the second: the fraction of a day carries no more than that.
        return _EXCEL_DAY_ZERO + timedelta(seconds=round(float(text) * 86_400)), None
    scale = {10: 1.0, 13: 1e3, 16: 1e6}[whole]
    return _EPOCH + timedelta(microseconds=round(float(text) / scale * 1e6)), UTC
