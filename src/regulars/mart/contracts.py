"""Table contracts as other systems spell them: Arrow, DuckDB and Ibis types of a `MartTable`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from regulars.kernel.declarations import MartColumn, MartTable

if TYPE_CHECKING:
    import pyarrow as pa

# One line per type word a contract may use: DuckDB's name and Ibis's name for it.
TYPES: dict[str, tuple[str, str]] = {
    "int64": ("BIGINT", "int64"),
    "int32": ("INTEGER", "int32"),
    "int8": ("TINYINT", "int8"),
    "double": ("DOUBLE", "float64"),
    "bool": ("BOOLEAN", "boolean"),
    "string": ("VARCHAR", "string"),
    "date": ("DATE", "date"),
    "timestamp": ("TIMESTAMP WITH TIME ZONE", "timestamp('UTC')"),
}


def arrow_schema(table: MartTable) -> pa.Schema:
    """Return the Arrow schema of ``table``: ``date`` is date32, ``timestamp`` microseconds UTC."""
    import pyarrow as pa

    types = {
        "int64": pa.int64(),
        "int32": pa.int32(),
        "int8": pa.int8(),
        "double": pa.float64(),
        "bool": pa.bool_(),
        "string": pa.string(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us", tz="UTC"),
    }
    return pa.schema([pa.field(c.name, types[c.type], c.nullable) for c in table.columns])


def duckdb_type(column: MartColumn) -> str:
    """Return DuckDB's name of the column's type."""
    return TYPES[column.type][0]


def ibis_schema(table: MartTable) -> dict[str, str]:
    """Return column names with Ibis's names of their types."""
    return {column.name: TYPES[column.type][1] for column in table.columns}


def fingerprint(tables: Iterable[MartTable]) -> str:
    """Return a short digest of the contracts; files written under another digest need a rebuild."""
    text = ";".join(
        f"{t.name}({','.join(f'{c.name} {c.type} {c.nullable}' for c in t.columns)})"
        for t in sorted(tables, key=lambda table: table.name)
    )
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
