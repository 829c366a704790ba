"""Files of third parties: tables by postcode, and weather by day as DWD, Meteostat, NOAA and
Open-Meteo write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.profiles.enrichment.postcodes import area
from regulars.sources.files.reading import open_tables
from regulars.sources.files.tables import BadRow, Table

MOST_ROWS = 3_000_000
MOST_COLUMNS = 30
_LONGEST_VALUE = 120
_POSTCODE = frozenset(
    "postcode|post code|postal code|postalcode|zip|zip code|zipcode|zcta|plz|postleitzahl|"
    "code postal|cp|codigo postal|código postal|postcode district|district|outcode|pcds|pcd".split(
        "|"
    )
)
_ENOUGH = 0.8
# Header word, the value's name here, and what one of it is.
_WEATHER: dict[str, tuple[str, float]] = {
    "tmk": ("mean", 1.0), "tavg": ("mean", 1.0), "tmean": ("mean", 1.0), "temp": ("mean", 1.0),
    "temperature_2m_mean": ("mean", 1.0), "tnk": ("low", 1.0), "tmin": ("low", 1.0),
    "temperature_2m_min": ("low", 1.0), "txk": ("high", 1.0), "tmax": ("high", 1.0),
    "temperature_2m_max": ("high", 1.0), "rsk": ("rain", 1.0), "prcp": ("rain", 1.0),
    "precipitation_sum": ("rain", 1.0), "precipitation": ("rain", 1.0), "rain_sum": ("rain", 1.0),
    "snow": ("snow", 1.0), "shk_tag": ("snow", 1.0), "snowfall_sum": ("snow", 1.0),
    "sunshine": ("sun", 1.0), "sdk": ("sun", 1.0), "tsun": ("sun", 1 / 60),
}  # fmt: skip
_DAY = frozenset({"date", "mess_datum", "time", "day", "datum"})
_UNIT = re.compile(r"\s*\(.*?\)")
_MISSING = frozenset({"", "-999", "-999.0", "-9999", "nan", "na"})
_TENTHS = 1_000.0
"""No town is that hot: values above half of it are tenths, as in NOAA's GHCN."""


@dataclass(frozen=True, slots=True)
class Read:
    """Rows of a file: ``by`` a postcode or a day, with their values by name."""

    columns: list[str]
    rows: dict[str, dict[str, str]]


def places(path: Path, column: str = "") -> Read:
    """Read a table by postcode; `WrongUse` where no column holds postcodes."""
    table = _first(path)
    place = _postcode_column(table, column)
    others = [
        (index, name.strip()[:80])
        for index, name in enumerate(table.columns)
        if index != place and name.strip()
    ][:MOST_COLUMNS]
    found: dict[str, dict[str, str]] = {}
    for cells in _rows(table):
        postcode = area(cells[place])
        if postcode:
            values = {name: cells[index].strip()[:_LONGEST_VALUE] for index, name in others}
            found[postcode] = {name: value for name, value in values.items() if value}
    if not found:
        raise WrongUse(told("%(file)s: no row has a postcode.", file=path.name))
    return Read([name for _, name in others], found)


def _postcode_column(table: Table, column: str) -> int:
    if column:
        if column not in table.columns:
            raise WrongUse(told("There is no column %(name)s. Columns: %(names)s.",
                                name=repr(column), names=", ".join(table.columns)))  # fmt: skip
        return table.columns.index(column)
    for place, name in enumerate(table.columns):
        if name.strip().casefold() in _POSTCODE:
            return place
    raise WrongUse(told("No column is called postcode. Name it: %(names)s.",
                        names=", ".join(table.columns)))  # fmt: skip


def weather(path: Path) -> Read:
    """Read weather by day: ``mean``, ``low`` and ``high`` in °C, ``rain`` in mm, ``snow`` in cm,
    ``sun`` in hours, as far as the file has them. `WrongUse` where it has none."""
    for table in open_tables(path):
        names = [_UNIT.sub("", name).strip().casefold() for name in table.columns]
        day = next((place for place, name in enumerate(names) if name in _DAY), None)
        known = [(place, *_WEATHER[name]) for place, name in enumerate(names) if name in _WEATHER]
        if day is not None and known:
            return _days(table, day, known)
    raise WrongUse(told("%(file)s: no column of days and none of weather was found.",
                        file=path.name))  # fmt: skip


def _days(table: Table, day: int, known: list[tuple[int, str, float]]) -> Read:
    numbers: dict[str, dict[str, float]] = {}
    for cells in _rows(table):
        on = _day(cells[day])
        if on is None:
            continue
        values = {name: number * unit for place, name, unit in known
                  if (number := _number(cells[place])) is not None}  # fmt: skip
        if values:
            numbers[on.isoformat()] = values
    is_in_tenths = any(
        abs(one) > 60 for values in numbers.values() for name, one in values.items()
        if name in ("mean", "low", "high")
    )  # fmt: skip
    unit = 0.1 if is_in_tenths else 1.0
    rows = {
        on: {name: f"{round(one * (unit if name != 'sun' else 1.0), 1):g}"
             for name, one in values.items()}
        for on, values in numbers.items()
    }  # fmt: skip
    return Read(list(dict.fromkeys(name for _, name, _ in known)), rows)


def _day(text: str) -> date | None:
    text = text.strip()
    try:
        if re.fullmatch(r"\d{8}", text):
            return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _number(text: str) -> float | None:
    text = text.strip().replace(",", ".")
    if text.casefold() in _MISSING:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < _TENTHS else None


def _first(path: Path) -> Table:
    tables = open_tables(path)
    return tables[0]


def _rows(table: Table) -> Iterator[list[str]]:
    for count, row in enumerate(table.rows()):
        if count >= MOST_ROWS:
            raise WrongUse(told("The file has more than %(most)s rows.", most=MOST_ROWS))
        if not isinstance(row, BadRow):
            yield row[1]
