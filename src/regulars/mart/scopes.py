"""Which rows of the mart a question may see: conditions, as SQL with parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any

from .contracts import duckdb_type
from .manifest import Manifest
from .tables import TABLES

COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">=", "in"})


@dataclass(frozen=True, slots=True)
class Condition:
    """``column`` compared with ``value``; ``in`` takes a tuple of values."""

    column: str
    comparison: str
    value: Any


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when one of the conditions holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """Rows of mart table ``table`` that meet every condition."""

    table: str
    conditions: tuple[Condition | AnyOf, ...] = ()


@dataclass(frozen=True, slots=True)
class OneRow:
    """A relation of one row of days, for questions that need to know the window they answer."""

    days: Mapping[str, date]


@dataclass(frozen=True, slots=True)
class Held:
    """The answer to a question of its own, kept in memory while a version of the mart is in use."""

    sql: str
    scopes: Mapping[str, Scope]

    def table(self, manifest: Manifest, folder: str) -> tuple[str, str, dict[str, Any]]:
        """Return the table's name, which differs by version, and the question that fills it."""
        statement, parameters = bind(self.sql, self.scopes, manifest, folder)
        digest = blake2b(f"{statement} {parameters!r}".encode(), digest_size=12).hexdigest()
        return f"held_{digest}", statement, parameters


AnyScope = Scope | OneRow | Held


def bind(
    sql: str,
    scopes: Mapping[str, AnyScope],
    manifest: Manifest,
    folder: str,
) -> tuple[str, dict[str, Any]]:
    """Return ``sql`` with each name in ``scopes`` bound to its rows in one version of the mart.

    A name becomes a common table expression over the version's live files; NOT MATERIALIZED lets
    DuckDB push columns and conditions down into the scan.
    """
    parameters: dict[str, Any] = {}
    parts = []
    for name, scope in scopes.items():
        if isinstance(scope, OneRow):
            body = _one_row(scope, parameters)
        elif isinstance(scope, Held):
            body = f'SELECT * FROM "{scope.table(manifest, folder)[0]}"'
        else:
            rows = _rows(scope.table, manifest, folder)
            body = f"SELECT * FROM {rows}{_where(scope, parameters)}"
        parts.append(f'"{name}" AS NOT MATERIALIZED ({body})')
    if not parts:
        return sql, parameters
    return f"WITH {', '.join(parts)} SELECT * FROM ({sql})", parameters


def _rows(table: str, manifest: Manifest, folder: str) -> str:
    files = manifest.tables.get(table, ())
    if not files:
        columns = ", ".join(
            f'CAST(NULL AS {duckdb_type(column)}) AS "{column.name}"'
            for column in TABLES[table].columns
        )
        return f"(SELECT {columns} WHERE false)"
    names = ", ".join("'" + f"{folder}/{name}".replace("'", "''") + "'" for name in files)
    return f"read_parquet([{names}])"


def _one_row(scope: OneRow, parameters: dict[str, Any]) -> str:
    columns = []
    for name, day in scope.days.items():
        columns.append(f'CAST({_parameter(day, parameters)} AS DATE) AS "{name}"')
    return f"SELECT {', '.join(columns)}"


def _where(scope: Scope, parameters: dict[str, Any]) -> str:
    known = {column.name for column in TABLES[scope.table].columns}
    clauses = []
    for entry in scope.conditions:
        group = entry.conditions if isinstance(entry, AnyOf) else (entry,)
        clauses.append("(" + " OR ".join(_clause(one, known, parameters) for one in group) + ")")
    return f" WHERE {' AND '.join(clauses)}" if clauses else ""


def _clause(condition: Condition, known: set[str], parameters: dict[str, Any]) -> str:
    if condition.column not in known or condition.comparison not in COMPARISONS:
        raise ValueError(f"no such condition: {condition}")
    column = f'"{condition.column}"'
    if condition.comparison == "in":
        values = ", ".join(_parameter(value, parameters) for value in condition.value)
        return f"{column} IN ({values})" if condition.value else "false"
    return f"{column} {condition.comparison} {_parameter(condition.value, parameters)}"


def _parameter(value: Any, parameters: dict[str, Any]) -> str:
    name = f"p{len(parameters)}"
    parameters[name] = value
    return f"${name}"
