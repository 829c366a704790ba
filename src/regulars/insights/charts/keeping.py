"""Charts kept in the data folder under their digest, and their pictures beside them.

A cache: whatever is here can be made again, no backup takes it along, and the oldest goes first.
Charts hold aggregates; an erasure empties the folder all the same.
"""

from __future__ import annotations

import json
import os
import re
import time
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from regulars.accounts import locales
from regulars.insights.charts.chart import Chart
from regulars.insights.charts.saying import prepared
from regulars.insights.charts.table import Table, table
from regulars.kernel.errors import NotFound
from regulars.kernel.telling import told

MOST_BYTES = 64_000_000
MOST_DAYS = 30
_DIGEST = re.compile("[0-9a-f]{32}")
_HOUR = 3600
_HERE = Path(__file__).parent
_SWEPT = ".swept"


def folder() -> Path:
    """Return where charts are kept, made if new."""
    path = Path(settings.DATA_FOLDER) / "charts"
    path.mkdir(exist_ok=True, mode=0o700)
    return path


@dataclass(frozen=True, slots=True)
class Kept:
    """A chart that was kept: its digest, what a drawing needs of it, and its table."""

    digest: str
    content: dict[str, Any]
    table: Table


def keep(chart: Chart) -> str:
    """Store ``chart`` in the reader's language, without drawing it, and return its digest."""
    return kept(chart).digest


def kept(chart: Chart) -> Kept:
    """Store ``chart`` as `keep` does, and return what was stored too.

    Writing figures and days in a language is most of the work; it is done once for each digest.
    """
    with locales.country_kept():
        return _kept(chart)


def _kept(chart: Chart) -> Kept:
    raw = [chart.kind, chart.rows, chart.options, get_language(), locales.locale()]
    text = json.dumps(raw, ensure_ascii=False, sort_keys=True, default=str)
    digest = blake2b(text.encode(), digest_size=16, key=_code()).hexdigest()
    path = folder() / f"{digest}.json"
    try:
        # What pages still show is not old.
        os.utime(path)
        content = load(digest)
    except (OSError, NotFound):
        content = {**prepared(chart), "table": asdict(table(chart))}
        write(path, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())
        _sweep_hourly()
    return Kept(digest, content, Table(**content["table"]))


def load(digest: str) -> dict[str, Any]:
    """Return a kept chart; `NotFound` when none has that digest (any more)."""
    if not _DIGEST.fullmatch(digest):
        raise NotFound(told("No chart has this address."))
    try:
        found: dict[str, Any] = json.loads((folder() / f"{digest}.json").read_bytes())
    except (OSError, ValueError):
        raise NotFound(told("This chart is no longer kept; load the page anew.")) from None
    return found


def write(path: Path, content: bytes) -> None:
    """Write a file that others see whole or not at all."""
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)


def sweep(*, most_bytes: int = MOST_BYTES, most_days: float = MOST_DAYS) -> int:
    """Delete what is older than ``most_days``, then the oldest beyond ``most_bytes``; how many."""
    oldest = time.time() - most_days * 24 * _HOUR
    found = sorted(_files(), key=lambda one: one[1].st_mtime, reverse=True)
    kept_bytes = gone = 0
    for path, facts in found:
        kept_bytes += facts.st_size
        if facts.st_mtime < oldest or kept_bytes > most_bytes:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def forget() -> None:
    """Delete every chart and picture, as an erasure does."""
    for path, _facts in _files():
        if path.suffix in (".json", ".svg"):
            path.unlink(missing_ok=True)


def _files() -> list[tuple[Path, os.stat_result]]:
    found = []
    for path in folder().iterdir():
        try:
            found.append((path, path.stat()))
        except OSError:
            continue
    return found


def _sweep_hourly() -> None:
    mark = folder() / _SWEPT
    if not mark.exists() or time.time() - mark.stat().st_mtime > _HOUR:
        mark.touch()
        sweep()


@cache
def _code() -> bytes:
    """The code that tells and draws charts, as a part of each digest: so no picture goes stale."""
    digest = blake2b(version("regulars").encode(), digest_size=16)
    for path in sorted([*_HERE.glob("*.py"), *_HERE.glob("compiled/*.json")]):
        digest.update(path.read_bytes())
    return digest.digest()
