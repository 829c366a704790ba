"""Which sign parts the columns, where the header is, and whether there is one."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from math import log2

from regulars.kernel.telling import told, told_count

DELIMITERS = ",;\t|"
_SAMPLE_RECORDS = 300
# A cell that only data holds: a number, an amount, a date, an instant, an e-mail address.
_DATA = re.compile(
    r"""[^\w\s]{0,3}\s?\d[\d.,'’\s]*\s?[%€$£]?
      | \(?-?[€$£]\s?\d[\d.,]*\)?
      | '?\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ,].*)?
      | [^@\s]+@[^@\s]+\.[^@\s]+""",
    re.VERBOSE,
)
_YEAR = re.compile(r"(19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited file is written, and how sure the sample made us (0 to 1 and above)."""

    delimiter: str
    skip_spaces: bool
    score: float


@dataclass
class Header:
    """The header found: its names, and how many records come before the first data record."""

    columns: list[str]
    has_header: bool
    skipped_records: int
    notes: list[str] = field(default_factory=list)


def is_data(cell: str) -> bool:
    """Whether ``cell`` is a value rather than a name."""
    return _DATA.fullmatch(cell.strip()) is not None


def sniff_dialect(lines: list[str]) -> Dialect:
    """Choose the delimiter by which the sample falls into the most even columns."""
    best = Dialect(",", False, 0.0)
    for delimiter in DELIMITERS:
        pattern = delimiter + ' "'
        choices = (False, True) if any(pattern in line for line in lines) else (False,)
        for skip_spaces in choices:
            score = _evenness(lines, delimiter, skip_spaces)
            if score > best.score:
                best = Dialect(delimiter, skip_spaces, score)
    return best if best.score else _sniff_blanks(lines)


def _sniff_blanks(lines: list[str]) -> Dialect:
    """Columns set apart by blanks alone: every row but the header as wide as the others, with
    figures in it. Prose is neither."""
    rows = [cells for line in lines[1:_SAMPLE_RECORDS] if (cells := line.split())]
    widths = {len(cells) for cells in rows}
    if len(rows) > 1 and len(widths) == 1 and widths != {1} and all(map(_has_figures, rows)):
        return Dialect(" ", True, 1.0)
    return Dialect(",", False, 0.0)


def _has_figures(cells: list[str]) -> bool:
    return sum(map(is_data, cells)) * 2 >= len(cells)


def _evenness(lines: list[str], delimiter: str, skip_spaces: bool) -> float:
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=skip_spaces)
    records = [cells for cells in islice(reader, _SAMPLE_RECORDS) if any(cells)]
    width = usual_width(records)
    if width < 2:
        return 0.0
    fitting = [cells for cells in records if len(cells) == width]
    score = len(fitting) / len(records) * log2(width + 1)
    if any(map(is_data, fitting[0])):
        score /= 2  # Decimal commas part only the data evenly, never the names above them.
    rivals = [sign for sign in DELIMITERS[1:] if sign != delimiter]
    torn = sum(any(sign in cell for cell in cells for sign in rivals) for cells in fitting)
    return score / 2 if torn > len(fitting) / 2 else score


def usual_width(records: list[list[str]]) -> int:
    """Return the commonest number of cells, the larger one of equals; 0 without records."""
    counts = Counter(len(cells) for cells in records)
    return max(counts, key=lambda width: (counts[width], width)) if counts else 0


def find_header(records: list[list[str]]) -> Header:
    """Find the header among the first records (blank ones included) of a table."""
    filled = [cells for cells in records if any(cells)]
    width = usual_width(filled)
    at = _header_index(records, width)
    cells = [cell.strip() for cell in records[at]]
    below = [row for row in records[at + 1 :] if any(row)]
    notes = _preamble_notes(records[:at])
    if not _is_names(cells, below):
        # A preamble is known only by the names that end it.
        first = next(i for i, row in enumerate(records) if any(row))
        width = max(width, len(records[first])) if len(filled) < 3 else width
        columns = [f"column_{number}" for number in range(1, width + 1)]
        notes = [told("The file has no header; columns are named by their place.")]
        return Header(columns, False, first, notes)
    while cells and not cells[-1] and not any(any(row[len(cells) - 1 :]) for row in below):
        cells.pop()
    columns, renamed = unique_names(cells)
    return Header(columns, True, at + 1, notes + renamed)


def _header_index(records: list[list[str]], width: int) -> int:
    index = next((i for i, cells in enumerate(records) if _is_full(cells, width)), None)
    if index is None:
        return next(i for i, cells in enumerate(records) if any(cells))
    # Rows may end in a delimiter that the names above them do not have.
    if any(map(is_data, records[index])):
        for earlier in range(index):
            cells = records[earlier]
            if len(cells) >= max(2, width - 1) and all(cells) and not any(map(is_data, cells)):
                return earlier
    return index


def _is_full(cells: list[str], width: int) -> bool:
    named = sum(1 for cell in cells if cell.strip())
    return len(cells) >= width and named >= max(1, width / 2)


def _is_names(cells: list[str], below: list[list[str]]) -> bool:
    """Names are words; a year above figures ("2025") is a name too."""
    for index, cell in enumerate(cells):
        if not is_data(cell):
            continue
        under = [row[index] for row in below[:50] if index < len(row) and row[index].strip()]
        is_year = _YEAR.fullmatch(cell) and not any(map(_YEAR.fullmatch, under))
        if not is_year and (not under or sum(map(is_data, under)) >= len(under) / 2):
            return False
    return True


def _preamble_notes(preamble: Iterable[list[str]]) -> list[str]:
    lines = [" ".join(cell.strip() for cell in cells if cell.strip()) for cells in preamble]
    said = [line for line in lines if line]
    if not said:
        return []
    shown = "; ".join(line[:60] for line in said[:3])
    return [
        told_count(
            "Passed over %(n)s line above the header: %(shown)s.",
            "Passed over %(n)s lines above the header: %(shown)s.",
            len(said),
            shown=shown,
        )
    ]


def unique_names(cells: list[str]) -> tuple[list[str], list[str]]:
    """Make column names unique ("Name", "Name.2") and give the empty ones a name; with notes."""
    taken, columns, notes = set(cells), [], []
    seen: set[str] = set()
    for number, cell in enumerate(cells, 1):
        name = cell or f"column_{number}"
        if not cell:
            notes.append(
                told(
                    "Column %(place)s has no name; it is called %(name)s.", place=number, name=name
                )
            )
        if name in seen:
            copy = 2
            while f"{name}.{copy}" in taken | seen:
                copy += 1
            later = f"{name}.{copy}"
            notes.append(
                told(
                    "Two columns are called %(name)s; the later one is called %(later)s.",
                    name=name,
                    later=later,
                )
            )
            name = later
        seen.add(name)
        columns.append(name)
    return columns, notes
