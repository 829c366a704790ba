"""What the last refresh worked out for the dashboard as it is opened, so that nobody waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regulars.insights import outlook
from regulars.mart.engine import Snapshot

NAME = "dashboard"


def rows(
    snapshot: Snapshot, currency: str, metrics: Sequence[str], by: Sequence[str]
) -> list[dict[str, Any]] | None:
    """The kept rows of the usual state; ``None`` if one was not kept, or is of another version."""
    facts = outlook.facts(NAME)
    if facts.get("version") != snapshot.manifest.version or facts["currency"] != currency:
        return None
    found = [facts["answers"].get(key(name, by)) for name in metrics]
    if any(one is None for one in found):
        return None
    return [dict(row) for one in found for row in one]


def key(metric: str, by: Sequence[str]) -> str:
    """The name under which an answer is kept."""
    return " ".join([metric, *by])
