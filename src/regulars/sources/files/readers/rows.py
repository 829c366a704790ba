"""What every reader needs for one row: remembered conversions, and rows that cannot land."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from regulars.kernel.telling import told

from ..records import Rejected

Cells = list[str]

_BEGINS_TOTAL = (
    "total ", "total:", "totals:", "subtotal ", "subtotal:", "sub total ", "zwischensumme ",
    "sous-total ", "subtotales ",
)  # fmt: skip
_TOTAL_WORDS = (
    "total",
    "totals",
    "grand total",
    "sub total",
    "subtotal",
    "sum",
    "summe",
    "gesamt",
    "gesamtsumme",
    "somme",
    "total général",
    "totale",
    "suma",
    "total general",
)


class RowProblem(ValueError):
    """Why a row cannot land: a code and one plain sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Memo(dict[Any, Any]):
    """``memo[cell]`` converts a cell once; forgets everything when ``room`` is used up."""

    __slots__ = ("convert", "room")

    def __init__(self, convert: Callable[[Any], Any], room: int = 16_000) -> None:
        super().__init__()
        self.convert = convert
        self.room = room

    def __missing__(self, cell: Any) -> Any:
        value = self.convert(cell)
        if len(self) >= self.room:
            self.clear()
        self[cell] = value
        return value


def rejected(row_no: int, cells: Cells, problem: RowProblem) -> Rejected:
    """Return the row as one for quarantine; rows of totals are told from broken records."""
    filled = [cell.strip() for cell in cells if cell and not cell.isspace()]
    if not filled:
        return Rejected(row_no, cells, "not_a_record", told("The row is empty."))
    if problem.code != "not_a_record" and is_total(cells):
        return Rejected(row_no, cells, "not_a_record", told("The row is a total of other rows."))
    return Rejected(row_no, cells, problem.code, problem.message)


def is_total(cells: Cells) -> bool:
    """Whether the first word of a row says that it sums up others."""
    filled = next((cell for cell in cells if cell and not cell.isspace()), "")
    first = filled.strip().casefold().strip(" :=").removesuffix("s")
    return first in _TOTAL_WORDS or first + "s" in _TOTAL_WORDS or first.startswith(_BEGINS_TOTAL)
