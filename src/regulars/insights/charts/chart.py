"""What a chart is: its kind, its rows, what it says in words, and how it is labelled."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict

Row = Mapping[str, Any]
MOST_ROWS = 5_000
MOST_LETTERS = 200
MOST_SERIES = 6
# Keys of a row: those it must have, then those it may have.
KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "line": (("on", "value"), ("before", "before_on", "low", "high", "series")),
    "bars": (("name", "value"), ("before", "low", "high")),
    "heat": (("weekday", "hour", "value"), ()),
    "spark": (("on", "value"), ()),
    "interval": (("name", "value"), ("low", "high")),
}
SIZES = ("full", "half", "third")
_TEXTS = ("name", "series")
_DAYS = ("on", "before_on")
# XML 1.0 allows no other control characters, and one of them would break the whole picture.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


class Options(TypedDict, total=False):
    """How a chart is labelled; every entry may be left out.

    ``unit`` is a currency's code, ``count``, ``share``, ``days`` or ``stars``; ``size`` how much
    of a wide page it takes: ``full``, ``half`` or ``third``. ``now`` and ``before`` name the two
    periods of a line, ``grain`` (``day``, ``week``, ``month``) says what one point stands for.
    """

    title: str
    caption: str
    unit: str
    size: str
    now: str
    before: str
    grain: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of aggregates, never of single persons: pictures of it are kept in the data folder.

    Rows by kind; values in major units of ``options["unit"]``, ``None`` where not known:

    ``line``
        ``on`` (day, ``2026-03-31``; or month, ``2026-03``), ``value``; may have ``before`` with
        ``before_on`` (the matching day of the period before, drawn grey), ``low`` and ``high`` (the
        interval, drawn as a band); or ``series``, up to six lines by that name instead.
    ``bars``
        ``name``, ``value``; may have ``before`` (a grey bar beneath), ``low`` and ``high``. Drawn
        in their order, the first forty of them.
    ``heat``
        ``weekday`` (Monday is 0), ``hour`` (0 to 23), ``value``.
    ``spark``
        ``on``, ``value``: a line without axes beside a number.
    ``interval``
        ``name``, ``value``, ``low``, ``high``: a dot and its range.

    ``alt`` says the finding in words, for whoever does not see the picture. Raises `ValueError` for
    an unknown kind, option or key, a missing key, too many rows or an empty ``alt``.
    """

    kind: str
    rows: Sequence[Row]
    alt: str
    options: Options = field(default_factory=lambda: Options())

    def __post_init__(self) -> None:
        if self.kind not in KEYS:
            raise ValueError(f"There is no chart '{self.kind}'; there are: {', '.join(KEYS)}.")
        unknown = set(self.options) - set(Options.__annotations__)
        if unknown:
            raise ValueError(f"A chart has no option '{min(unknown)}'.")
        if self.options.get("size", SIZES[0]) not in SIZES:
            raise ValueError(f"A chart's size is one of: {', '.join(SIZES)}.")
        if not self.alt.strip():
            raise ValueError("A chart says in words what it shows.")
        if len(self.rows) > MOST_ROWS:
            raise ValueError(f"A chart has at most {MOST_ROWS:,} rows.")
        object.__setattr__(self, "rows", tuple(_clean(self.kind, row) for row in self.rows))
        object.__setattr__(self, "alt", plain(self.alt, 2_000))
        labels = {name: plain(text, 500) for name, text in self.options.items()}
        object.__setattr__(self, "options", labels)
        if len(self.series) > MOST_SERIES:
            raise ValueError(f"A chart shows at most {MOST_SERIES} lines.")

    @property
    def is_empty(self) -> bool:
        """Whether no value is known: there is nothing to draw then."""
        return all(row["value"] is None for row in self.rows)

    @property
    def unit(self) -> str:
        """The unit of the values."""
        return self.options.get("unit", "count")

    @property
    def series(self) -> list[str]:
        """The names of the lines, in the order of the rows; none where there is but one line."""
        return list(dict.fromkeys(row["series"] for row in self.rows if "series" in row))

    def has(self, key: str) -> bool:
        """Whether any row knows ``key``."""
        return any(row.get(key) is not None for row in self.rows)


def plain(text: object, most: int = MOST_LETTERS) -> str:
    """Return ``text`` as one line without control characters, at most ``most`` letters long."""
    line = _CONTROLS.sub(" ", str(text)).strip()
    return line if len(line) <= most else line[: most - 1] + "…"


def _clean(kind: str, row: Row) -> dict[str, Any]:
    needed, allowed = KEYS[kind]
    for key in needed:
        if key not in row:
            raise ValueError(f"A row of the chart '{kind}' lacks '{key}'.")
    unknown = set(row) - {*needed, *allowed}
    if unknown:
        raise ValueError(f"A row of the chart '{kind}' has no '{min(unknown)}'.")
    return {key: _value(key, row[key]) for key in (*needed, *allowed) if key in row}


def _value(key: str, value: Any) -> Any:
    if key in _TEXTS:
        return plain(value)
    if value is None:
        return None
    if key in _DAYS:
        return _day(value)
    if key in ("weekday", "hour"):
        return int(value)
    if not isinstance(value, int | float | Decimal):
        raise ValueError(f"'{plain(value)}' is no number.")
    number = float(value)
    return number if math.isfinite(number) else None


def _day(value: Any) -> str:
    text = value.isoformat() if isinstance(value, date) else str(value)
    text = f"{text}-01" if len(text) == 7 else text[:10]
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"'{plain(value)}' is no day.") from None
