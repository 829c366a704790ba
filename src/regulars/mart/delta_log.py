"""The Delta log of each table, so that other engines (Spark, Polars) read the mart too.

The manifest is what Regulars' own readers follow; a log that is ahead of it (a refresh died between
the two) is led back to it when the next writer opens.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.transaction import AddAction, RemoveAction

from regulars.kernel import clock
from regulars.kernel.declarations import MartTable

from .contracts import arrow_schema


def open_log(folder: Path, table: MartTable) -> DeltaTable:
    """Return the Delta table in ``folder``, made with the table's schema when it is not there."""
    if (folder / "_delta_log").is_dir():
        return DeltaTable(folder)
    return DeltaTable.create(folder, arrow_schema(table), mode="ignore", description=table.doc)


def live_files(log: DeltaTable) -> set[str]:
    """Return the names of the files the log calls live."""
    return {str(uri).rsplit("/", 1)[-1] for uri in log.file_uris()}


def follow(folder: Path, table: MartTable, names: Iterable[str]) -> int:
    """Commit what brings the log to exactly the files ``names``; return the log's version.

    File statistics carry the number of rows only: a smallest and greatest name or address would
    keep a person in the log after erasure.
    """
    log = open_log(folder, table)
    wanted, have = set(names), live_files(log)
    gone_at = int(clock.now().timestamp() * 1000)
    actions: list[AddAction | RemoveAction] = [
        RemoveAction(name, True, gone_at) for name in sorted(have - wanted)
    ]
    actions += [_addition(folder / name, name) for name in sorted(wanted - have)]
    if actions:
        log.create_write_transaction(actions, mode="append", schema=log.schema())
    return DeltaTable(folder).version()


def _addition(path: Path, name: str) -> AddAction:
    found = path.stat()
    rows = pq.read_metadata(path).num_rows
    return AddAction(
        path=name,
        size=found.st_size,
        partition_values={},
        modification_time=int(found.st_mtime * 1000),
        data_change=True,
        stats=json.dumps({"numRecords": rows}),
    )
