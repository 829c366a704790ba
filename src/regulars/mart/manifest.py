"""The pointer file of the mart: which files make up one version of all its tables.

Readers read nothing else, so the web process needs neither Delta nor Arrow, and a page that keeps
one manifest sees all tables as they were at one refresh.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

POINTER = "current.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One version of the mart.

    ``tables`` maps a table to its live files, relative to the mart's folder. ``as_of`` is the last
    complete day of data. ``cursor`` is the refresh's own bookmark, kept here so that it moves
    together with the rows it stands for. ``retired`` are files of earlier versions with the epoch
    second at which they went out of use; ``delta_versions`` are the versions of the Delta logs.
    """

    version: int = 0
    generation: str = "g0"
    as_of: date | None = None
    contract: str = ""
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    delta_versions: Mapping[str, int] = field(default_factory=dict)
    retired: Mapping[str, float] = field(default_factory=dict)
    cursor: Mapping[str, Any] = field(default_factory=dict)


def read(folder: Path) -> Manifest:
    """Return the manifest of the mart in ``folder``; version 0 when none is there."""
    try:
        text = (folder / POINTER).read_text("utf-8")
    except FileNotFoundError:
        return Manifest()
    raw = json.loads(text)
    return Manifest(
        version=raw["version"],
        generation=raw["generation"],
        as_of=date.fromisoformat(raw["as_of"]) if raw["as_of"] else None,
        contract=raw["contract"],
        tables={name: tuple(files) for name, files in raw["tables"].items()},
        delta_versions=raw["delta_versions"],
        retired=raw["retired"],
        cursor=raw["cursor"],
    )


def write(folder: Path, manifest: Manifest) -> None:
    """Put ``manifest`` in force: readers see the old pointer or the new one, never a part."""
    raw = {
        "version": manifest.version,
        "generation": manifest.generation,
        "as_of": manifest.as_of.isoformat() if manifest.as_of else None,
        "contract": manifest.contract,
        "tables": {name: list(files) for name, files in manifest.tables.items()},
        "delta_versions": dict(manifest.delta_versions),
        "retired": dict(manifest.retired),
        "cursor": dict(manifest.cursor),
    }
    fresh = folder / f"{POINTER}.new"
    with fresh.open("w", encoding="utf-8") as out:
        json.dump(raw, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(folder / POINTER)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
