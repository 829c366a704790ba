"""Reads the demo world's files with the standard library alone, as a check on the simulator."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path
from typing import Any

Row = dict[str, str]


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def header_of(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def pence(text: str) -> int:
    """Read ``£1,234.50`` or ``-£0.95`` or ``12.00``."""
    digits = text.replace("£", "").replace(",", "")
    pounds, _, rest = digits.lstrip("-").partition(".")
    amount = int(pounds) * 100 + int(rest)
    return -amount if digits.startswith("-") else amount


def till_rows(folder: Path, truth: dict[str, Any]) -> list[Row]:
    """Return the rows that land: without the faulty ones and what an earlier file told already."""
    faulty = {truth["faults"][name]["transaction_id"] for name in ("impossible_date", "odd_amount")}
    kept: list[Row] = []
    told: set[str] = set()
    for path in sorted(folder.glob("items-*.csv")):
        rows = [row for row in rows_of(path) if row["Transaction ID"] not in faulty]
        kept += [row for row in rows if row["Transaction ID"] not in told]
        told |= {row["Transaction ID"] for row in rows}
    return kept


def reviews_in(path: Path) -> list[dict[str, Any]]:
    with zipfile.ZipFile(path) as archive:
        return [
            review
            for name in archive.namelist()
            if name.rpartition("/")[2].startswith("reviews")
            for review in json.loads(archive.read(name))["reviews"]
        ]
