"""The one writer of the mart: append, replace, compact, erase and rebuild, in bounded memory.

Nothing a writer does is seen until `MartWriter.publish` (or `erase`) puts one new manifest in
force; a writer that dies leaves files that no manifest names, and the next one clears them away.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace as changed
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType

from regulars.kernel import clock

from . import delta_log, manifest
from .contracts import fingerprint
from .files import ROWS_PER_FILE, Batches, PartWriter, Rewriter
from .lease import Lease
from .manifest import Manifest
from .tables import TABLES

KEEP_SECONDS = 3600.0
SMALL_FILES = 4
_SORT = ("local_on", "happened_at", "starts_at")


class MartWriter:
    """Writes the mart in ``folder`` inside a ``with`` block, under the lease of one writer.

    Raises `regulars.kernel.errors.Busy` on entry when another process writes.
    """

    def __init__(self, folder: str | Path, *, wait_seconds: float = 0.0) -> None:
        self.folder = Path(folder).resolve()
        self._lease = Lease(self.folder / ".lock", wait_seconds)
        self._manifest = Manifest()
        self._generation = self._manifest.generation
        self._live: dict[str, list[str]] = {}

    def __enter__(self) -> MartWriter:
        self._lease.__enter__()
        try:
            self._clear_spill()
            self._rewriter = Rewriter(self._spill)
            self._take(manifest.read(self.folder))
            self._remove_strays()
            self._lead_logs_back()
        except BaseException:
            self._lease.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._rewriter.close()
            self._clear_spill()
            self._take(self._manifest)
            self._remove_strays()
        finally:
            self._lease.__exit__(kind, error, trace)

    @property
    def manifest(self) -> Manifest:
        """The version in force."""
        return self._manifest

    @property
    def is_outdated(self) -> bool:
        """Whether files in force were written under other table contracts: rebuild them."""
        held = self._manifest.contract
        return bool(held) and held != fingerprint(TABLES.values())

    def append(self, table: str, batches: Batches) -> int:
        """Add rows to ``table``; return how many. Columns are those of the table's contract."""
        with PartWriter(self._home(table), TABLES[table]) as parts:
            rows = sum(parts.write(batch) for batch in batches)
        self._live[table] += [self._relative(path) for path in parts.paths]
        return rows

    def replace(
        self,
        table: str,
        changed_keys: Iterable[int],
        batches: Batches,
        *,
        column: str | None = None,
    ) -> int:
        """Remove the rows of ``table`` whose key is changed, then add ``batches``.

        ``column`` names another column to look for the keys in (an order's lines by
        ``order_key``). Only files that hold such rows are written anew. Return the rows added.
        """
        self._remove(table, column or TABLES[table].key, changed_keys)
        return self.append(table, batches)

    def clear(self, table: str) -> None:
        """Leave out every row ``table`` had; rows appended afterwards take their place."""
        self._live[table] = []

    def compact(self, *, everything: bool = False) -> int:
        """Join small files into sorted large ones; return how many files were joined.

        Small is under half a file's rows; tables with up to four small files are left as they are.
        Rows are sorted by day and instant, so that a window reads few row groups.
        """
        joined = 0
        for name, table in TABLES.items():
            files = self._live[name]
            chosen = [f for f in files if everything or self._rows_in(f) < ROWS_PER_FILE // 2]
            if not chosen or (not everything and len(chosen) <= SMALL_FILES):
                continue
            columns = {column.name for column in table.columns}
            order = [column for column in _SORT if column in columns] or [table.key]
            with PartWriter(self._home(name), table) as parts:
                for batch in self._rewriter.sorted_by(self._paths(chosen), order):
                    parts.write(batch)
            kept = [file for file in files if file not in set(chosen)]
            self._live[name] = kept + [self._relative(path) for path in parts.paths]
            joined += len(chosen)
        return joined

    def publish(
        self, *, today: date | None = None, cursor: Mapping[str, object] | None = None
    ) -> Manifest:
        """Put everything written so far in force at once, and return the new manifest.

        ``today`` is the present day in the business's time zone; it sets ``as_of``, the last
        complete day of data: the latest day with an accepted order (without orders: with feedback
        or an event), and never later than yesterday. ``cursor`` is kept with the rows.
        """
        at = clock.now().timestamp()
        before = {file for files in self._manifest.tables.values() for file in files}
        now = {file for files in self._live.values() for file in files}
        retired = {**self._manifest.retired, **dict.fromkeys(sorted(before - now), at)}
        versions = {
            name: delta_log.follow(self._home(name), TABLES[name], map(_name, self._live[name]))
            for name in TABLES
        }
        fresh = Manifest(
            version=self._manifest.version + 1,
            generation=self._generation,
            as_of=self._last_complete_day(today) if today else self._manifest.as_of,
            contract=fingerprint(TABLES.values()),
            tables={name: tuple(files) for name, files in self._live.items()},
            delta_versions=versions,
            retired=retired,
            cursor=self._manifest.cursor if cursor is None else cursor,
        )
        manifest.write(self.folder, fresh)
        self._take(fresh)
        return fresh

    def rebuild(self) -> None:
        """Start a new generation of empty tables; readers keep the old one until `publish`."""
        number = int(self._manifest.generation.removeprefix("g")) + 1
        self._generation = f"g{number}"
        shutil.rmtree(self.folder / self._generation, ignore_errors=True)
        self._live = {name: [] for name in TABLES}

    def vacuum(self, keep_seconds: float = KEEP_SECONDS) -> int:
        """Delete files out of use for longer than ``keep_seconds``; return how many."""
        limit = clock.now().timestamp() - keep_seconds
        gone = {file for file, at in self._manifest.retired.items() if at <= limit}
        if gone:
            kept = {f: at for f, at in self._manifest.retired.items() if f not in gone}
            self._manifest = changed(self._manifest, retired=kept)
            manifest.write(self.folder, self._manifest)
            self._remove_strays()
        return len(gone)

    def erase(
        self,
        identifier_ids: Iterable[int],
        profile_ids: Iterable[int],
        *,
        naming: Mapping[tuple[str, str], Iterable[int]] | None = None,
        put_back: Mapping[str, Batches] | None = None,
    ) -> int:
        """Remove all rows of a person from every file, old versions included, at once.

        ``naming`` gives, by table and column, keys of rows of others that named the person.
        ``put_back`` gives, by table, rows that stay without the person (a sale made anonymous).
        Return how many live files were written anew. Files of earlier versions are deleted
        without the usual hour's grace; a reader caught by that is answered on the new version.
        Raises `ValueError` when something written is not published yet.
        """
        if self._pending():
            raise ValueError("publish what was written before erasing")
        sought = {"identifier_id": list(identifier_ids), "profile_id": list(profile_ids)}
        rewritten = 0
        for name, table in TABLES.items():
            if table.person_column is None:
                continue
            columns = {column.name for column in table.columns}
            for column, ids in sought.items():
                if column in columns:
                    rewritten += self._remove(name, column, ids)
        for (name, column), keys in (naming or {}).items():
            rewritten += self._remove(name, column, keys)
        for name, batches in (put_back or {}).items():
            self.append(name, batches)
        self.publish()
        self.vacuum(keep_seconds=0.0)
        return rewritten

    def _take(self, current: Manifest) -> None:
        self._manifest = current
        self._generation = current.generation
        self._live = {name: list(current.tables.get(name, ())) for name in TABLES}

    def _pending(self) -> bool:
        return {n: tuple(f) for n, f in self._live.items() if f} != {
            n: tuple(f) for n, f in self._manifest.tables.items() if f
        }

    def _remove(self, table: str, column: str, keys: Iterable[int]) -> int:
        if not self._live[table] or not self._rewriter.hold(keys):
            return 0
        paths = self._paths(self._live[table])
        touched = self._rewriter.files_with_sought(paths, column)
        if not touched:
            return 0
        with PartWriter(self._home(table), TABLES[table]) as parts:
            for batch in self._rewriter.without_sought(touched, column):
                parts.write(batch)
        gone = {self._relative(path) for path in touched}
        kept = [file for file in self._live[table] if file not in gone]
        self._live[table] = kept + [self._relative(path) for path in parts.paths]
        return len(touched)

    def _last_complete_day(self, today: date) -> date | None:
        yesterday = today - timedelta(days=1)
        # A date in the future is a slip, and no day of data.
        past = f"WHERE local_on <= DATE '{yesterday.isoformat()}'"
        for name, condition in (
            ("orders", f"{past} AND status = 'accepted'"),
            ("bookings", past),
            ("feedback", past),
            ("events", past),
        ):
            if self._live[name]:
                sql = f"SELECT max(local_on) FROM rows {condition}"
                latest: date | None = self._rewriter.value(sql, self._paths(self._live[name]))
                if latest is not None:
                    return latest
        return None

    def _lead_logs_back(self) -> None:
        for name, version in self._manifest.delta_versions.items():
            log = delta_log.open_log(self._home(name), TABLES[name])
            if log.version() != version:
                delta_log.follow(self._home(name), TABLES[name], map(_name, self._live[name]))

    def _remove_strays(self) -> None:
        """Delete files that neither this version nor a recent one names, and empty generations."""
        known = {file for files in self._manifest.tables.values() for file in files}
        known |= {file for files in self._live.values() for file in files}
        known |= set(self._manifest.retired)
        for path in self.folder.glob("g*/*/part-*.parquet"):
            if self._relative(path) not in known:
                path.unlink(missing_ok=True)
        for generation in self.folder.glob("g*"):
            in_use = generation.name in (self._manifest.generation, self._generation)
            if not in_use and not any(generation.glob("*/part-*.parquet")):
                shutil.rmtree(generation)

    def _clear_spill(self) -> None:
        shutil.rmtree(self._spill, ignore_errors=True)

    def _rows_in(self, file: str) -> int:
        return int(self._rewriter.value("SELECT count(*) FROM rows", [self.folder / file]))

    @property
    def _spill(self) -> Path:
        return self.folder / "tmp" / "writer"

    def _home(self, table: str) -> Path:
        return self.folder / self._generation / table

    def _paths(self, files: Iterable[str]) -> list[Path]:
        return [self.folder / file for file in files]

    def _relative(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def _name(file: str) -> str:
    return file.rsplit("/", 1)[-1]
