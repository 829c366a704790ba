"""Whether a telling is news, and the version it gets if so.

Versions of one key are ``STEP`` apart: between two of them there is room for the same content told
by others, written out in full when the import that told it first is undone (`restating`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

STEP = 4096


@dataclass(frozen=True, slots=True)
class Told:
    """One stored version of a fact; ``number`` is its row's."""

    version: int
    digest: int
    of_import: int
    number: int


Telling = TypeVar("Telling", bound=Told)
# (import, row number): whether that import told what stands in that row, and wrote no row itself.
WasRetold = Callable[[int, int], bool]


def same_telling(
    told: Sequence[Telling], digest: int, standing: frozenset[int], was_retold: WasRetold
) -> Telling | None:
    """Return the standing row that says the same as ``digest``, or ``None`` when it is news.

    The live version is the highest whose import stands. A file may tell one key twice with
    different content; telling both again is no news, so all that the live version's own import
    told of the key counts, its own rows and those it confirmed.
    """
    live = [one for one in told if one.of_import in standing]
    if not live:
        return None
    latest = max(live, key=lambda one: one.version)
    if latest.digest == digest:
        return latest
    for one in live:
        if one.digest == digest and (
            one.of_import == latest.of_import or was_retold(latest.of_import, one.number)
        ):
            return one
    return None


def next_version(told: Sequence[Told], first: int = STEP) -> int:
    """Return the version above all of ``told``; ``first`` where nothing was told yet."""
    if not told:
        return first
    return (max(one.version for one in told) // STEP + 1) * STEP
