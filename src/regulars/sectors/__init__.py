"""Sector packs: a trade's words and a demo business whose exports a simulator writes."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import cast

from regulars.kernel.declarations import SectorPack
from regulars.kernel.errors import WrongUse

_NAMES = ("bakery", "retail", "hospitality", "services", "professional")

TRUTH_FILE = "planted.truth.json"


def names() -> tuple[str, ...]:
    """Return the names of all packs, the best furnished first."""
    return _NAMES


def pack(name: str) -> SectorPack:
    """Return the pack called ``name``; its module is loaded on first use.

    Raises `WrongUse` for a name that is not in `names`.
    """
    if name not in _NAMES:
        known = ", ".join(_NAMES)
        raise WrongUse(f"There is no sector called “{name}”. Choose one of: {known}.")
    return cast(SectorPack, import_module(f"{__name__}.{name}").PACK)


def truth_path(folder: Path) -> Path:
    """Return where a simulator writes what it planted; never one of the files to import."""
    return folder / TRUTH_FILE
