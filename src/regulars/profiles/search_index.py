"""The index behind people search: FTS5 trigrams on SQLite, `pg_trgm` on PostgreSQL.

On SQLite three triggers on the cards' table keep it: a card can change or go by any statement, and
a contentless index forgets a text only when it is told that very text.
"""

from __future__ import annotations

import logging
import time

from django.db import Error, connection, transaction

_TABLE = "profiles_search"
# A merge step of that many pages takes under 15 ms, see benchmarks/people_search.py.
_MERGE_PAGES = 64
_REST_SECONDS = 0.008
_log = logging.getLogger(__name__)

_SQLITE = (
    # detail=none: no positions, half the size; candidates are held against the card itself.
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {_TABLE} USING fts5("
    "haystack, content='', tokenize='trigram case_sensitive 1', detail=none, columnsize=0)",
    # Merging is done in turns of its own (`merge_a_little`), never inside somebody's write.
    f"INSERT INTO {_TABLE}({_TABLE}, rank) VALUES('automerge', 0)",
    f"INSERT INTO {_TABLE}({_TABLE}, rank) VALUES('crisismerge', 1000)",
    "CREATE TRIGGER IF NOT EXISTS profiles_search_added AFTER INSERT ON profiles_card BEGIN "
    f"INSERT INTO {_TABLE}(rowid, haystack) VALUES (new.profile_id, new.haystack); END",
    "CREATE TRIGGER IF NOT EXISTS profiles_search_gone AFTER DELETE ON profiles_card BEGIN "
    f"INSERT INTO {_TABLE}({_TABLE}, rowid, haystack) "
    "VALUES ('delete', old.profile_id, old.haystack); END",
    "CREATE TRIGGER IF NOT EXISTS profiles_search_changed AFTER UPDATE OF haystack "
    "ON profiles_card WHEN old.haystack <> new.haystack BEGIN "
    f"INSERT INTO {_TABLE}({_TABLE}, rowid, haystack) "
    "VALUES ('delete', old.profile_id, old.haystack); "
    f"INSERT INTO {_TABLE}(rowid, haystack) VALUES (new.profile_id, new.haystack); END",
)
_SQLITE_GONE = (
    "DROP TRIGGER IF EXISTS profiles_search_added",
    "DROP TRIGGER IF EXISTS profiles_search_gone",
    "DROP TRIGGER IF EXISTS profiles_search_changed",
    f"DROP TABLE IF EXISTS {_TABLE}",
)
_POSTGRES = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    f"CREATE INDEX IF NOT EXISTS {_TABLE} ON profiles_card USING gin (haystack gin_trgm_ops)",
)


def create() -> None:
    """Make the index and fill it from the cards that stand. Safe to repeat.

    Where PostgreSQL does not let us create the extension, search reads every card instead.
    """
    if connection.vendor == "postgresql":
        try:
            with transaction.atomic():
                _run(_POSTGRES)
        except Error as error:
            _log.warning("People search runs without its index: %s", str(error).strip())
        return
    _run(_SQLITE_GONE)
    _run(_SQLITE)
    _run((f"INSERT INTO {_TABLE}(rowid, haystack) SELECT profile_id, haystack FROM profiles_card",))


def drop() -> None:
    """Remove the index; the extension stays, others may use it."""
    _run(_SQLITE_GONE if connection.vendor == "sqlite" else (f"DROP INDEX IF EXISTS {_TABLE}",))


def kind() -> str:
    """Return ``fts5``, ``pg_trgm``, or ``none`` where search reads every card (for the doctor)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [_TABLE])
            return "pg_trgm" if cursor.fetchone()[0] else "none"
        cursor.execute(
            "SELECT count(*) FROM sqlite_master WHERE name IN (%s, 'profiles_search_added', "
            "'profiles_search_gone', 'profiles_search_changed')",
            [_TABLE],
        )
        return "fts5" if cursor.fetchone()[0] == 4 else "none"


def merge_a_little() -> bool:
    """Merge some of the index in one short turn; returns whether there may be more to do."""
    if connection.vendor != "sqlite":
        return False
    return _merge(_MERGE_PAGES)


def forget_traces() -> int:
    """Rewrite the index in short turns until no removed text is in it; returns the turns taken.

    SQLite's index marks a removed text as gone and drops its letters when segments are merged.
    """
    if connection.vendor != "sqlite":
        return 0
    # A negative number tells FTS5 to merge everything into one new segment, step by step.
    turns, is_more = 1, _merge(-_MERGE_PAGES // 2)
    while is_more:
        rest()
        turns, is_more = turns + 1, _merge(_MERGE_PAGES // 2)
    return turns


def rest() -> None:
    """Let others write: SQLite's lock knows no queue, and turns back to back would starve them."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(_REST_SECONDS)


def _merge(pages: int) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        before = _changes()
        cursor.execute(f"INSERT INTO {_TABLE}({_TABLE}, rank) VALUES('merge', %s)", [pages])
        # FTS5's documentation: fewer than two changes mean that the merge had nothing to do.
        return _changes() - before >= 2


def _changes() -> int:
    return int(connection.connection.total_changes)


def _run(statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
