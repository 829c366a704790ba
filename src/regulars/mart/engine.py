"""Answers questions on the mart's files with DuckDB alone."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from .manifest import POINTER, Manifest, read
from .remembering import Remembered
from .scopes import AnyScope, Held, Scope, bind
from .tables import TABLES

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Scopes = Mapping[str, AnyScope]
Found = TypeVar("Found")

# Tables in memory: one per version of the mart in use, and one to spare.
MOST_HELD = 4


@dataclass(frozen=True, slots=True)
class Result:
    """Rows of an answer with the names of their columns."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def dicts(self) -> list[dict[str, Any]]:
        """Return each row as a dictionary by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Engine:
    """DuckDB over the live files of the mart in ``folder``; safe to share between threads.

    A question runs on its own cursor. The connection may read the mart's folder and nothing else.
    """

    def __init__(
        self, folder: str | Path, *, threads: int = 2, memory_limit: str = "512MB"
    ) -> None:
        self.folder = Path(folder).resolve()
        self._threads = threads
        self._memory_limit = memory_limit
        self._lock = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._stamp: tuple[int, int, int] | None = None
        self._snapshot: Snapshot | None = None
        self._held: OrderedDict[str, None] = OrderedDict()
        self._holding = threading.Lock()

    def snapshot(self) -> Snapshot:
        """Return the version of the mart in force now; keep it for all of one page."""
        try:
            found = (self.folder / POINTER).stat()
            stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
        except FileNotFoundError:
            stamp = (0, 0, 0)
        with self._lock:
            if self._snapshot is None or stamp != self._stamp:
                self._snapshot, self._stamp = Snapshot(self, read(self.folder)), stamp
            return self._snapshot

    def run(self, sql: str, scopes: Scopes | None = None) -> Result:
        """Answer ``sql`` on the version in force now; see `Snapshot.run`."""
        return self.snapshot().run(sql, scopes)

    def arrow(self, sql: str, scopes: Scopes | None = None) -> pa.Table:
        """Answer ``sql`` as an Arrow table; loads pyarrow."""
        return self.snapshot().arrow(sql, scopes)

    def close(self) -> None:
        """Give back DuckDB's memory."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
                self._held.clear()

    def hold(self, held: Held, manifest: Manifest) -> None:
        """Answer ``held`` into a table in memory, unless that is done; the oldest make room."""
        name, statement, parameters = held.table(manifest, str(self.folder))
        with self._holding:
            if name in self._held:
                self._held.move_to_end(name)
                return
            cursor = self.cursor()
            try:
                cursor.execute(f'CREATE TABLE "{name}" AS {statement}', parameters or None)
                self._held[name] = None
                while len(self._held) > MOST_HELD:
                    cursor.execute(f'DROP TABLE "{self._held.popitem(last=False)[0]}"')
            finally:
                cursor.close()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a cursor of its own for one thread."""
        with self._lock:
            if self._connection is None:
                self._connection = self._connect()
            return self._connection.cursor()

    def _connect(self) -> duckdb.DuckDBPyConnection:
        import duckdb

        connection = duckdb.connect(
            ":memory:",
            config={
                "threads": str(self._threads),
                "memory_limit": self._memory_limit,
                "temp_directory": str(self.folder / "tmp"),
                "preserve_insertion_order": "false",
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            },
        )
        # Live files never change under their name, so their footers may be remembered.
        connection.execute("SET parquet_metadata_cache=true")
        folder = str(self.folder).replace("'", "''")
        connection.execute(f"SET allowed_directories=['{folder}/']")
        connection.execute("SET enable_external_access=false")
        connection.execute("SET lock_configuration=true")
        return connection


class Snapshot:
    """One version of the mart, open for questions."""

    def __init__(self, engine: Engine, manifest: Manifest) -> None:
        self.engine = engine
        self.manifest = manifest
        self._remembered = Remembered()

    def run(self, sql: str, scopes: Scopes | None = None) -> Result:
        """Answer ``sql``.

        ``scopes`` says what the table names in it stand for; names left out stand for whole tables
        of the mart when ``scopes`` is ``None``. Instants must be cast in the question (to text or
        to a day): DuckDB hands them to Python through a package that is not installed.

        A version whose files have been erased meanwhile is
        answered on the version now in force.
        """
        return self._answer(sql, scopes, _rows)

    def arrow(self, sql: str, scopes: Scopes | None = None) -> pa.Table:
        """Answer ``sql`` as an Arrow table; loads pyarrow."""
        return self._answer(sql, scopes, _arrow)

    def remembered(self, key: Hashable, find: Callable[[], Found]) -> Found:
        """Return ``find()``, asked once per version of the mart for each ``key`` in use."""
        return self._remembered.find(key, find)

    def _answer(
        self,
        sql: str,
        scopes: Scopes | None,
        fetch: Callable[[duckdb.DuckDBPyConnection, str, dict[str, Any]], Found],
    ) -> Found:
        import duckdb

        bound = _whole_tables(sql) if scopes is None else scopes
        for last_try in (False, True):
            manifest = self.engine.snapshot().manifest if last_try else self.manifest
            statement, parameters = bind(sql, bound, manifest, str(self.engine.folder))
            cursor = self.engine.cursor()
            try:
                for scope in bound.values():
                    if isinstance(scope, Held):
                        self.engine.hold(scope, manifest)
                return fetch(cursor, statement, parameters)
            except duckdb.IOException:
                if last_try or self.engine.snapshot().manifest.version == manifest.version:
                    raise
            finally:
                cursor.close()
        raise AssertionError("the last try answers or raises")


def _arrow(
    cursor: duckdb.DuckDBPyConnection, statement: str, parameters: dict[str, Any]
) -> pa.Table:
    return cursor.sql(statement, params=parameters or None).to_arrow_table()


def _rows(cursor: duckdb.DuckDBPyConnection, statement: str, parameters: dict[str, Any]) -> Result:
    cursor.execute(statement, parameters or None)
    columns = tuple(column[0] for column in cursor.description or ())
    return Result(columns, cursor.fetchall())


def _whole_tables(sql: str) -> dict[str, AnyScope]:
    return {name: Scope(name) for name in TABLES if name in sql}
