"""All rows of the test's database, kept and put back: a world built once stands many times."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from django.db import connection


def keep() -> Callable[[], None]:
    """Remember every row as it is now, outside of any transaction; returns what puts them back."""
    return _keep_file() if connection.vendor == "sqlite" else _keep_tables()


def _keep_file() -> Callable[[], None]:
    held = sqlite3.connect(":memory:")
    _wrapped().backup(held)
    return lambda: held.backup(_wrapped())


def _wrapped() -> Any:
    connection.ensure_connection()
    return connection.connection


def _keep_tables() -> Callable[[], None]:
    rows: dict[str, bytes] = {}
    with connection.cursor() as cursor:
        names = [*_column("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        for name in names:
            with cursor.copy(f'COPY "{name}" TO STDOUT (FORMAT binary)') as out:
                rows[name] = b"".join(out)
    reached = _numbers()

    def put_back() -> None:
        from django.db import transaction

        every = ", ".join(f'"{name}"' for name in names)
        with transaction.atomic(), connection.cursor() as cursor:
            # Rows come in any order of tables, and were checked when they were written.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(f"TRUNCATE {every}")
            for name, held in rows.items():
                with cursor.copy(f'COPY "{name}" FROM STDIN (FORMAT binary)') as into:
                    into.write(held)
            for name, (number, is_called) in reached.items():
                cursor.execute("SELECT setval(%s, %s, %s)", [name, number, is_called])

    return put_back


def _column(question: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return [row[0] for row in cursor.fetchall()]


def _numbers() -> dict[str, tuple[int, bool]]:
    """Sequence → the last number it gave out, and whether it was given out."""
    found = {}
    for name in _column(
        "SELECT quote_ident(sequencename) FROM pg_sequences WHERE schemaname = 'public'"
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT last_value, is_called FROM {name}")
            found[name] = cursor.fetchone()
    return found
