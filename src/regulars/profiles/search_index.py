"""The indexes behind people search: of what stands inside a card (FTS5 trigrams on SQLite,
`pg_trgm` on PostgreSQL), and of the words of names by their first letters (FTS5, GIN).

On SQLite three triggers on the cards' table keep each: a card can change or go by any statement,
and a contentless index forgets a text only when it is told that very text.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from django.db import Error, connection, transaction

# A merge step of that many pages takes under 15 ms, see benchmarks/people_search.py.
_MERGE_PAGES = 64
_REST_SECONDS = 0.008
_log = logging.getLogger(__name__)

WORDS = "array_to_tsvector(string_to_array(words, ' '))"
"""The words of a card's names as PostgreSQL's index has them."""


@dataclass(frozen=True, slots=True)
class _Index:
    """An index of one column of the cards: how SQLite cuts it, and PostgreSQL's statements."""

    table: str
    column: str
    cut: str
    postgres: tuple[str, ...]

    def sqlite(self) -> tuple[str, ...]:
        name, column = self.table, self.column
        forget = (
            f"INSERT INTO {name}({name}, rowid, {column}) "
            f"VALUES ('delete', old.profile_id, old.{column});"
        )
        learn = f"INSERT INTO {name}(rowid, {column}) VALUES (new.profile_id, new.{column});"
        on = "ON profiles_card"
        return (
            # detail=none: no positions, half the size; candidates are held against the card itself.
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5({column}, content='', "
            f"{self.cut}, detail=none, columnsize=0)",
            # Merging is done in turns of its own (`merge_a_little`), never inside another's write.
            f"INSERT INTO {name}({name}, rank) VALUES('automerge', 0)",
            f"INSERT INTO {name}({name}, rank) VALUES('crisismerge', 1000)",
            f"CREATE TRIGGER IF NOT EXISTS {name}_added AFTER INSERT {on} BEGIN {learn} END",
            f"CREATE TRIGGER IF NOT EXISTS {name}_gone AFTER DELETE {on} BEGIN {forget} END",
            f"CREATE TRIGGER IF NOT EXISTS {name}_changed AFTER UPDATE OF {column} {on} "
            f"WHEN old.{column} IS NOT new.{column} BEGIN {forget} {learn} END",
        )

    def sqlite_gone(self) -> tuple[str, ...]:
        triggers = (f"DROP TRIGGER IF EXISTS {one}" for one in self.parts()[1:])
        return (*triggers, f"DROP TABLE IF EXISTS {self.table}")

    def parts(self) -> list[str]:
        """The table and its triggers."""
        return [self.table, *(f"{self.table}_{one}" for one in ("added", "gone", "changed"))]


_INSIDE = _Index(
    "profiles_search",
    "haystack",
    "tokenize='trigram case_sensitive 1'",
    (
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "CREATE INDEX IF NOT EXISTS profiles_search ON profiles_card "
        "USING gin (haystack gin_trgm_ops)",
    ),
)
# The words are folded, and nothing but a blank parts them; most who search type so many letters.
_NAMES = _Index(
    "profiles_names",
    "words",
    "tokenize='ascii', prefix='1 2 3 4'",
    (f"CREATE INDEX IF NOT EXISTS profiles_names ON profiles_card USING gin ({WORDS})",),
)
_ALL = (_INSIDE, _NAMES)


def create(*tables: str) -> None:
    """Make the indexes (those of ``tables`` alone, if any are named) and fill them from the cards
    that stand. Safe to repeat.

    Where PostgreSQL does not let us create the extension, search reads every card instead.
    """
    for one in _ALL:
        if tables and one.table not in tables:
            continue
        if connection.vendor == "postgresql":
            try:
                with transaction.atomic():
                    _run(one.postgres)
            except Error as error:
                _log.warning("People search runs without an index: %s", str(error).strip())
            continue
        _run(one.sqlite_gone())
        _run(one.sqlite())
        _run((f"INSERT INTO {one.table}(rowid, {one.column}) "
              f"SELECT profile_id, {one.column} FROM profiles_card",))  # fmt: skip


def drop() -> None:
    """Remove the indexes; the extension stays, others may use it."""
    for one in _ALL:
        is_sqlite = connection.vendor == "sqlite"
        _run(one.sqlite_gone() if is_sqlite else (f"DROP INDEX IF EXISTS {one.table}",))


def kind() -> str:
    """Return ``fts5``, ``pg_trgm``, or ``none`` where search reads every card (for the doctor)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [_INSIDE.table])
            return "pg_trgm" if cursor.fetchone()[0] else "none"
        parts = [part for one in _ALL for part in one.parts()]
        marks = ", ".join(["%s"] * len(parts))
        cursor.execute(f"SELECT count(*) FROM sqlite_master WHERE name IN ({marks})", parts)
        return "fts5" if cursor.fetchone()[0] == len(parts) else "none"


def merge_a_little() -> bool:
    """Merge some of the index in one short turn; returns whether there may be more to do."""
    if connection.vendor != "sqlite":
        return False
    return any(_merge(one.table, _MERGE_PAGES) for one in _ALL)


def forget_traces() -> int:
    """Rewrite the indexes in short turns until no removed text is in them; returns the turns taken.

    SQLite's index marks a removed text as gone and drops its letters when segments are merged.
    """
    if connection.vendor != "sqlite":
        return 0
    return sum(_rewrite(one.table) for one in _ALL)


def _rewrite(table: str) -> int:
    # A negative number tells FTS5 to merge everything into one new segment, step by step.
    turns, is_more = 1, _merge(table, -_MERGE_PAGES // 2)
    while is_more:
        rest()
        turns, is_more = turns + 1, _merge(table, _MERGE_PAGES // 2)
    return turns


def rest() -> None:
    """Let others write: SQLite's lock knows no queue, and turns back to back would starve them."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(_REST_SECONDS)


def _merge(table: str, pages: int) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        before = _changes()
        cursor.execute(f"INSERT INTO {table}({table}, rank) VALUES('merge', %s)", [pages])
        # FTS5's documentation: fewer than two changes mean that the merge had nothing to do.
        return _changes() - before >= 2


def _changes() -> int:
    return int(connection.connection.total_changes)


def _run(statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
