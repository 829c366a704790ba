"""Tables as CSV, the same bytes wherever one leaves."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .neutral import neutralise


def as_csv(rows: Iterable[Mapping[str, Any]], names: Sequence[str]) -> bytes:
    """Return ``rows`` as CSV with a header of ``names``: UTF-8, full precision, not known is empty,
    and no cell that a spreadsheet would run."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([neutralise(name) for name in names])
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in names])
    return out.getvalue().encode()


def as_text(value: Any) -> str:
    """Return a cell's value as text: lists and mappings as JSON, days and instants in ISO 8601."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=plain)
    return str(plain(value))


def plain(value: Any) -> Any:
    """Return what JSON cannot spell as text or number."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    return neutralise(as_text(value))
