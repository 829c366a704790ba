"""Comma-separated files as vendors write them: a header line, then one row per record."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path


def write_csv(
    path: Path, header: tuple[str, ...], rows: Iterable[dict[str, str]], *, delimiter: str = ","
) -> int:
    """Write ``rows`` under ``header`` in UTF-8 and return how many rows were written.

    A column that a row does not name is left empty; a name outside the header raises
    ``ValueError``.
    """
    empty, count = dict.fromkeys(header, ""), 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            filled = empty | row
            if len(filled) != len(empty):
                unknown = ", ".join(filled.keys() - empty.keys())
                raise ValueError(f"The header of {path.name} has no column {unknown}.")
            writer.writerow(filled.values())
            count += 1
    return count


def columns(line: str) -> tuple[str, ...]:
    """Split a header line that holds no quoted comma."""
    return tuple(line.split(","))


def plain(amount_minor: int) -> str:
    """Return an amount with two decimals and no sign of currency: ``1234.50``."""
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{abs(amount_minor) // 100}.{abs(amount_minor) % 100:02d}"
