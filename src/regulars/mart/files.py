"""Parquet files of the mart: written in a stream, rewritten in a stream."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from regulars.kernel.declarations import MartTable

from .contracts import arrow_schema

ROWS_PER_GROUP = 131_072
ROWS_PER_FILE = 1_048_576

Batches = Iterable[pa.RecordBatch | pa.Table]


class PartWriter:
    """Writes rows of one table into as many files as they need, holding one row group at a time."""

    def __init__(self, folder: Path, table: MartTable) -> None:
        self._folder = folder
        self._schema = arrow_schema(table)
        # Keys hardly repeat; a dictionary of them only costs room.
        self._dictionary = [c.name for c in table.columns if c.type == "string"]
        self._held: list[pa.Table] = []
        self._held_rows = 0
        self._file_rows = 0
        self._out: pq.ParquetWriter | None = None
        self.paths: list[Path] = []

    def __enter__(self) -> PartWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._flush()
        self._close()
        if kind is not None:
            for path in self.paths:
                path.unlink(missing_ok=True)

    def write(self, rows: pa.RecordBatch | pa.Table) -> int:
        """Take ``rows`` in the table's columns, in any order and size; return how many."""
        table = pa.Table.from_batches([rows]) if isinstance(rows, pa.RecordBatch) else rows
        self._held.append(table.select(self._schema.names).cast(self._schema))
        self._held_rows += table.num_rows
        while self._held_rows >= ROWS_PER_GROUP:
            self._flush(ROWS_PER_GROUP)
        return int(table.num_rows)

    def _flush(self, limit: int | None = None) -> None:
        if not self._held_rows:
            return
        held = pa.concat_tables(self._held)
        now = held if limit is None else held.slice(0, limit)
        if self._out is None:
            self._open()
        assert self._out is not None
        self._out.write_table(now, row_group_size=ROWS_PER_GROUP)
        self._file_rows += now.num_rows
        rest = held.slice(now.num_rows)
        self._held, self._held_rows = ([rest], rest.num_rows) if rest.num_rows else ([], 0)
        if self._file_rows >= ROWS_PER_FILE:
            self._close()

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"part-{uuid4().hex}.parquet"
        self.paths.append(path)
        self._out = pq.ParquetWriter(
            path, self._schema, compression="zstd", use_dictionary=self._dictionary
        )
        self._file_rows = 0

    def _close(self) -> None:
        if self._out is None:
            return
        self._out.close()
        self._out = None
        descriptor = os.open(self.paths[-1], os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Rewriter:
    """Reads, filters and sorts files with DuckDB, within a memory limit, spilling to ``spill``."""

    def __init__(self, spill: Path, memory_limit: str = "256MB") -> None:
        self._connection = duckdb.connect(
            ":memory:",
            config={"threads": "2", "memory_limit": memory_limit, "temp_directory": str(spill)},
        )

    def close(self) -> None:
        """Give back the memory and the spilled files."""
        self._connection.close()

    def hold(self, values: Iterable[int]) -> int:
        """Keep ``values`` as the sought ones and return how many different ones there are."""
        self._connection.execute("CREATE OR REPLACE TEMP TABLE sought (value BIGINT)")
        for batch in _batches_of(values):
            self._connection.register("batch", pa.table({"value": pa.array(batch, pa.int64())}))
            self._connection.execute("INSERT INTO sought SELECT value FROM batch")
            self._connection.unregister("batch")
        return int(self._first("SELECT count(DISTINCT value) FROM sought"))

    def files_with_sought(self, files: Sequence[Path], column: str) -> list[Path]:
        """Return those of ``files`` in which ``column`` has a sought value."""
        if not files:
            return []
        rows = self._connection.execute(
            f"SELECT DISTINCT filename FROM {_scan(files, name=True)} "
            f'WHERE "{column}" IN (SELECT value FROM sought)'
        ).fetchall()
        found = {row[0] for row in rows}
        return [path for path in files if str(path) in found]

    def without_sought(self, files: Sequence[Path], column: str) -> Iterator[pa.RecordBatch]:
        """Yield the rows of ``files`` whose ``column`` is null or not sought."""
        yield from self._stream(
            f"SELECT * FROM {_scan(files)} "
            f'WHERE "{column}" IS NULL OR "{column}" NOT IN (SELECT value FROM sought)'
        )

    def sorted_by(self, files: Sequence[Path], columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of ``files`` in the order of ``columns``."""
        order = ", ".join(f'"{column}"' for column in columns)
        yield from self._stream(f"SELECT * FROM {_scan(files)} ORDER BY {order}")

    def value(self, sql: str, files: Sequence[Path]) -> Any:
        """Return the first value of ``sql`` over ``rows``, a name for the rows of ``files``."""
        return self._first(f"WITH rows AS NOT MATERIALIZED (SELECT * FROM {_scan(files)}) {sql}")

    def _first(self, sql: str) -> Any:
        # DuckDB lets no other statement begin before all rows of this one are fetched.
        return self._connection.execute(sql).fetchall()[0][0]

    def _stream(self, sql: str) -> Iterator[pa.RecordBatch]:
        yield from self._connection.sql(sql).to_arrow_reader(ROWS_PER_GROUP)


def _scan(files: Sequence[Path], *, name: bool = False) -> str:
    names = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
    return f"read_parquet([{names}], filename={'true' if name else 'false'})"


def _batches_of(values: Iterable[int], size: int = 100_000) -> Iterator[list[int]]:
    batch: list[int] = []
    for value in values:
        batch.append(value)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
