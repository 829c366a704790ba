"""Answers as Arrow tables, with the same columns and types whatever the answer holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from regulars.kernel.errors import WrongUse
from regulars.mart.scopes import OneRow, Scope
from regulars.mart.tables import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

    from regulars.mart.engine import Engine

# Column → word for its type: text, whole, number, yes_no, day or instant.
Columns = Mapping[str, str]

PERSON: Columns = {
    "id": "whole",
    **dict.fromkeys(("name", "email", "phone", "segment", "segment_words"), "text"),
    "orders": "whole",
    "last_order_on": "day",
    "days_since": "whole",
    **dict.fromkeys(("usual_gap_days", "chance_of_buying", "expected_orders"), "number"),
    "is_quiet": "yes_no",
    "spent": "number",
    "currency": "text",
}
FOUND: Columns = {"id": "whole", **dict.fromkeys(("name", "email", "phone", "matched"), "text")}
SEGMENT: Columns = {
    **dict.fromkeys(("key", "words", "technical", "advice"), "text"),
    "count": "whole",
    "spent": "number",
    "currency": "text",
}
DEFINITION: Columns = {
    **dict.fromkeys(
        ("name", "title", "sentence", "formula", "unit", "direction", "interval"), "text"
    ),
    "smallest_sample": "whole",
    "dimensions": "texts",
}
IMPORT: Columns = {
    "id": "whole",
    **dict.fromkeys(("file", "table", "kind", "recognised_as", "source"), "text"),
    **dict.fromkeys(("rows_read", "landed", "unchanged", "quarantined", "repeated"), "whole"),
    "seconds": "number",
    "reasons": "text",
    "notes": "texts",
    **dict.fromkeys(("started_at", "finished_at", "undone_at"), "instant"),
    "repeats_excluded": "yes_no",
    "failure": "text",
}
_VALUE: Columns = {
    "metric": "text",
    **dict.fromkeys(("value", "low", "high"), "number"),
    "unit": "text",
    "n": "whole",
}
_COMPARED: Columns = {
    **dict.fromkeys(("before", "difference", "difference_low", "difference_high"), "number"),
    "beyond_chance": "yes_no",
}
_DIMENSION = {"day": "day", "week": "day"} | dict.fromkeys(("hour", "weekday", "stars"), "whole")


def of_rows(rows: Iterable[Mapping[str, Any]], columns: Columns) -> pa.Table:
    """Return ``rows`` as a table of ``columns``; a value that a row lacks is null."""
    import pyarrow as pa

    kept = list(rows)
    schema = pa.schema([(name, _type(kind)) for name, kind in columns.items()])
    arrays = [
        pa.array([_value(row.get(name), kind) for row in kept], _type(kind))
        for name, kind in columns.items()
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def of_metrics(
    rows: Iterable[Mapping[str, Any]], dimensions: Sequence[str], compare: bool
) -> pa.Table:
    """Return metric rows with their dimensions first; a product's stock code beside its name."""
    named = [*dimensions, "sku"] if "product" in dimensions else list(dimensions)
    cut = {name: _DIMENSION.get(name, "text") for name in named}
    return of_rows(rows, {**cut, **_VALUE, **(_COMPARED if compare else {})})


def of_sql(engine: Engine, text: str) -> pa.Table:
    """Answer one SELECT over the mart; `WrongUse` for anything else."""
    import duckdb

    try:
        statements = duckdb.extract_statements(text)
        if len(statements) != 1 or statements[0].type.name != "SELECT":
            raise WrongUse("This asks questions only: send one SELECT.")
        # The line break ends a comment that the question may end with.
        return engine.arrow(statements[0].query.rstrip().rstrip(";") + "\n", _named_in(text))
    except duckdb.Error as error:
        raise WrongUse(f"DuckDB cannot answer this: {str(error).splitlines()[0]}") from error


def _named_in(text: str) -> dict[str, Scope | OneRow]:
    return {name: Scope(name) for name in TABLES if name in text.lower()}


def _type(kind: str) -> pa.DataType:
    import pyarrow as pa

    return {
        "text": pa.string(),
        "texts": pa.list_(pa.string()),
        "whole": pa.int64(),
        "number": pa.float64(),
        "yes_no": pa.bool_(),
        "day": pa.date32(),
        "instant": pa.timestamp("us", tz="UTC"),
    }[kind]


def _value(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "day" and isinstance(value, str):
        return date.fromisoformat(value)
    if kind == "instant" and isinstance(value, str):
        return datetime.fromisoformat(value)
    if kind == "text" and not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, default=str)
    return float(value) if kind == "number" else value
