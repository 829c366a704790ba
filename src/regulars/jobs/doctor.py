"""``regulars doctor``: looks at everything that may be out of order and says it in sentences.

Floors above add their checks in a module ``doctor.py`` with `register`.
"""

from __future__ import annotations

import platform
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count
from django.utils.module_loading import autodiscover_modules

from regulars.jobs import heartbeats, mail_server
from regulars.jobs.leases import held
from regulars.jobs.migrations_due import is_due
from regulars.jobs.models import Job, OutboxMessage
from regulars.kernel import clock

_LITTLE_ROOM = 1_000_000_000
_REQUIREMENT = re.compile(r"([\w.-]+)\s*(?:\[([^]]*)\])?")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([\w.-]+)['\"]")
_SHOWN = ("django", "duckdb", "deltalake", "ibis-framework", "pyarrow", "granian")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: whether it is well, said in a sentence, with its figures."""

    name: str
    ok: bool
    sentence: str
    detail: dict[str, Any] = field(default_factory=dict)


Examination = Callable[[], Check]
_examinations: list[Examination] = []


def register(check: Examination) -> Examination:
    """Add a check of a floor above; it is made after those that stand already."""
    if check not in _examinations:
        _examinations.append(check)
    return check


def examine() -> list[Check]:
    """Make every check. One that breaks is itself a finding."""
    _discover()
    return [_made(check) for check in _examinations]


@cache
def _discover() -> None:
    autodiscover_modules("doctor")


def _made(check: Examination) -> Check:
    try:
        return check()
    except (DatabaseError, OSError) as error:
        name = check.__name__.strip("_")
        return Check(name, False, f"This could not be looked at: {error}", {})


@register
def python() -> Check:
    """The Python that runs and the parts that matter most."""
    versions = {name: found.version for name in _SHOWN if (found := _find(name))}
    version = platform.python_version()
    return Check(
        "python",
        True,
        f"Python {version}, Django {versions.get('django')}, SQLite {sqlite3.sqlite_version}.",
        {"python": version, "sqlite": sqlite3.sqlite_version, "parts": versions},
    )


@register
def installed_size() -> Check:
    """What Regulars and all it needs take on the disk."""
    parts = {part.metadata["Name"]: _size(part) for part in _runtime_parts("regulars")}
    megabytes = round(sum(parts.values()) / 1e6)
    largest = dict(sorted(parts.items(), key=lambda item: -item[1])[:5])
    return Check(
        "installed_size",
        True,
        f"Regulars and the {len(parts) - 1} parts it needs take {megabytes} MB.",
        {"megabytes": megabytes, "parts": len(parts), "largest_bytes": largest},
    )


@register
def disk() -> Check:
    """The data folder's size and the room beside it."""
    folder = Path(settings.DATA_FOLDER)
    size = sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
    free = shutil.disk_usage(folder).free
    ok = free > max(_LITTLE_ROOM, size // 2)
    advice = "" if ok else " That is little: an import may need five times its file."
    return Check(
        "disk",
        ok,
        f"{folder} holds {size / 1e6:,.0f} MB; {free / 1e9:,.1f} GB are free.{advice}",
        {"folder": str(folder), "bytes": size, "free_bytes": free},
    )


@register
def database() -> Check:
    """Which database it is, and how safely it writes."""
    kind = connection.vendor
    with connection.cursor() as cursor:
        if kind == "sqlite":
            cursor.execute("PRAGMA journal_mode")
            mode = str(cursor.fetchone()[0])
            cursor.execute("PRAGMA synchronous")
            is_full = int(cursor.fetchone()[0]) >= 2
        else:
            cursor.execute("SHOW wal_level")
            mode = str(cursor.fetchone()[0])
            cursor.execute("SHOW fsync")
            is_full = cursor.fetchone()[0] == "on"
    ok = is_full and (kind != "sqlite" or mode == "wal")
    name = "SQLite" if kind == "sqlite" else "PostgreSQL"
    safety = "what is saved is on the disk" if ok else "a power cut may lose what was saved"
    return Check(
        "database",
        ok,
        f"{name}, journal mode {mode}: {safety}.",
        {"kind": kind, "journal_mode": mode, "is_durable": is_full},
    )


@register
def migrations() -> Check:
    """Whether the tables are this version's."""
    due = is_due()
    said = "The tables are older than this version." if due else "The tables are up to date."
    return Check("migrations", not due, said, {"is_due": due})


@register
def jobs() -> Check:
    """What waits, runs and failed."""
    undone = Job.objects.filter(finished_at=None, failed_at=None)
    waiting, running = undone.filter(leased_by="").count(), undone.exclude(leased_by="").count()
    week = clock.now() - timedelta(days=7)
    failed = Job.objects.filter(failed_at__gt=week).order_by("-failed_at")
    count = failed.count()
    latest = [{"id": job.pk, "name": job.name, "failure": job.failure} for job in failed[:5]]
    return Check(
        "jobs",
        not count,
        f"{waiting} jobs wait, {running} run, {count} failed within a week.",
        {"waiting": waiting, "running": running, "failed": count, "latest": latest},
    )


@register
def worker() -> Check:
    """Whether somebody takes the jobs up."""
    living = heartbeats.living("worker")
    overdue = clock.now() - timedelta(minutes=1)
    stuck = Job.objects.filter(
        finished_at=None, failed_at=None, leased_by="", run_after__lt=overdue
    ).exists()
    detail = {"workers": len(living), "rights_held": held()}
    if living:
        detail["last_sign_at"] = living[0].at.isoformat()
        return Check("worker", True, f"{len(living)} worker runs.", detail)
    if stuck:
        return Check("worker", False, "Jobs wait and no worker runs: regulars serve", detail)
    return Check("worker", True, "No worker runs, and none is needed now.", detail)


@register
def mail() -> Check:
    """Whether there is a mail server, and what waits in the outbox."""
    rows = OutboxMessage.objects.values_list("state").annotate(count=Count("pk")).order_by("state")
    states = dict(rows)
    detail = {"is_set": mail_server.is_set(), "states": states}
    waiting, held, failed = (states.get(one, 0) for one in ("waiting", "held", "failed"))
    if not mail_server.is_set():
        said = f"No mail server is set (REGULARS_MAIL_URL): {waiting + held} messages wait here."
        return Check("mail", True, said, detail)
    where = f"Mail goes through {settings.EMAIL_HOST}."
    said = f"{where} {waiting} messages wait, {held} are held for a person, {failed} failed."
    return Check("mail", not failed, said, detail)


def _find(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _runtime_parts(name: str) -> Iterator[Distribution]:
    """Yield the distribution ``name`` and every one that it needs, each once."""
    waiting: list[tuple[str, frozenset[str]]] = [(name, frozenset())]
    seen: set[tuple[str, frozenset[str]]] = set()
    given: set[str] = set()
    while waiting:
        wanted = waiting.pop()
        part = None if wanted in seen else _find(wanted[0])
        seen.add(wanted)
        if part is None:
            continue
        if wanted[0] not in given:
            given.add(wanted[0])
            yield part
        waiting += _needs(part, wanted[1])


def _needs(part: Distribution, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    # Other conditions (system, Python) need no reading: what they rule out is not installed.
    for line in part.requires or []:
        found = _REQUIREMENT.match(line)
        extra = _EXTRA.search(line)
        if found and (extra is None or extra[1] in extras):
            chosen = frozenset(re.findall(r"[\w.-]+", found[2] or ""))
            yield re.sub(r"[-_.]+", "-", found[1]).lower(), chosen


def _size(part: Distribution) -> int:
    """Bytes of the files in a distribution's RECORD; 0 for those that are gone."""
    return sum(file.size or 0 for file in part.files or [])
