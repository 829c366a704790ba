"""Every table as plain rows that mean the same on SQLite and on PostgreSQL.

A row is a JSON array in the order of the table's columns: instants in UTC, decimals as text,
bytes in base64, JSON with its keys in order, so that equal content gives equal bytes.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

# What speaks of processes that will not run when the backup is put back.
_PASSING = {"jobs.lease", "jobs.heartbeat"}
# What every fresh database holds before anybody used it.
_FURNITURE = {"contenttypes.contenttype", "auth.permission"}
_BATCH = 2000

Row = list[Any]


def kept_models() -> list[type[models.Model]]:
    """Return the models whose tables a backup holds; what is pointed at comes first."""
    rest = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and _label(model) not in _PASSING
    ]
    rest.sort(key=_label)
    done: list[type[models.Model]] = []
    while rest:
        ready = [model for model in rest if not (_targets(model) & set(rest)) - {model}]
        # Tables that point at each other: keys are checked at the end of the transaction anyway.
        step = ready or rest[:1]
        done += step
        rest = [model for model in rest if model not in step]
    return done


def is_empty() -> bool:
    """Whether the database holds nothing that anybody could miss."""
    return not any(
        model._base_manager.exists() for model in kept_models() if _label(model) not in _FURNITURE
    )


def migrations() -> list[str]:
    """Return the house's own migrations that made the tables, as ``app.name``, sorted."""
    ours = {one.label for one in apps.get_app_configs() if one.name.startswith("regulars.")}
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied if app in ours)


def columns(model: type[models.Model]) -> list[str]:
    """Return the names of a table's stored columns, in order."""
    return [field.column for field in _fields(model)]


@contextmanager
def snapshot() -> Iterator[None]:
    """Let everything read inside the block be of one moment, without holding up writers."""
    if connection.vendor == "sqlite":
        # Not atomic(): the settings make that BEGIN IMMEDIATE, which takes the write lock.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def read(model: type[models.Model]) -> Iterator[bytes]:
    """Yield a table's rows as lines of JSON, by primary key."""
    names = [field.attname for field in _fields(model)]
    rows = model._base_manager.order_by("pk").values_list(*names)
    encode = json.JSONEncoder(
        ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain
    ).encode
    for row in rows.iterator(chunk_size=_BATCH):
        yield encode(row).encode("utf-8", "surrogatepass") + b"\n"


def clear(wanted: Sequence[type[models.Model]]) -> None:
    """Delete every row of ``wanted`` and let the numbers begin at 1 again. Inside a transaction."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            names = ", ".join(quote(model._meta.db_table) for model in wanted)
            cursor.execute(f"TRUNCATE {names} RESTART IDENTITY")
            return
        for model in reversed(wanted):
            cursor.execute(f"DELETE FROM {quote(model._meta.db_table)}")
        tables = [(model._meta.db_table,) for model in wanted]
        cursor.executemany("DELETE FROM sqlite_sequence WHERE name = %s", tables)


def write(model: type[models.Model], names: Sequence[str], lines: Iterable[bytes]) -> int:
    """Insert rows as `read` gave them, their cells in the order of the columns ``names``.

    Returns how many. Inside a transaction.
    """
    by_column = {field.column: field for field in _fields(model)}
    fields = [by_column[name] for name in names]
    decoders = [_decoder(field) for field in fields]
    values = (
        [None if cell is None else decode(cell) for decode, cell in zip(decoders, row, strict=True)]
        for row in map(json.loads, lines)
    )
    count = 0
    while batch := list(islice(values, _BATCH)):
        _insert(model, fields, batch)
        count += len(batch)
    return count


def next_number(model: type[models.Model]) -> int | None:
    """Return the number after the last one ever given in this table; None where none are given."""
    field = model._meta.auto_field
    if field is None:
        return None
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table]
            )
        else:
            cursor.execute(
                "SELECT pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass)",
                [connection.ops.quote_name(model._meta.db_table), field.column],
            )
        row = cursor.fetchone()
    given = row[0] if row and row[0] is not None else 0
    return max(given, _last_number(model)) + 1


def go_on_from(model: type[models.Model], number: int) -> None:
    """Let the next row of this table be ``number`` at least: an erased one is not given again."""
    field = model._meta.auto_field
    if field is None:
        return
    table = model._meta.db_table
    last = max(_last_number(model), number - 1)
    if not last:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            values: list[Any] = [table, last]
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", values)
        else:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                [connection.ops.quote_name(table), field.column, last],
            )


def _last_number(model: type[models.Model]) -> int:
    return int(model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0)


def _label(model: type[models.Model]) -> str:
    return model._meta.label_lower


def _fields(model: type[models.Model]) -> list[Any]:
    return list(model._meta.local_concrete_fields)


def _targets(model: type[models.Model]) -> set[Any]:
    return {field.related_model for field in _fields(model) if field.is_relation}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes | bytearray | memoryview):
        return b64encode(bytes(value)).decode("ascii")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"a backup cannot hold a {type(value).__name__}")


def _decoder(field: Any) -> Callable[[Any], Any]:
    """Return what makes of a JSON value what this database stores for the field."""
    target = field.target_field if field.is_relation else field
    kinds: list[tuple[type[Any], Callable[[Any], Any]]] = [
        (models.DateTimeField, datetime.fromisoformat),
        (models.DateField, date.fromisoformat),
        (models.TimeField, time.fromisoformat),
        (models.DecimalField, Decimal),
        (models.BinaryField, b64decode),
        (models.UUIDField, UUID),
    ]
    parse = next((parse for kind, parse in kinds if isinstance(target, kind)), None)
    if parse is None and not isinstance(target, models.JSONField):
        return lambda cell: cell
    return lambda cell: target.get_db_prep_save(parse(cell) if parse else cell, connection)


def _insert(model: type[models.Model], fields: list[Any], rows: list[Row]) -> None:
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    names = ", ".join(quote(field.column) for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(fields))
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"
        cursor.executemany(statement, rows)
