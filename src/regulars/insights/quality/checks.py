"""What one look at the data's quality says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import date_format

GOOD, LOOK, MEND, UNKNOWN = "good", "look", "mend", "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One question put to the data and its answer.

    ``state`` is good, look (worth a look), mend (figures are wrong until it is mended) or unknown.
    ``count`` of ``of`` are concerned; ``share`` has an interval where it stands for more than it
    counts. ``cost_minor`` is money that figures lack or hold wrongly. ``rows`` tell it apart: each
    a dictionary with ``what`` and any of count, of, share, low, high, note.
    """

    key: str
    title: str
    state: str
    sentence: str
    matters: str
    count: int | None = None
    of: int | None = None
    share: float | None = None
    low: float | None = None
    high: float | None = None
    cost_minor: int | None = None
    cost_low_minor: int | None = None
    cost_high_minor: int | None = None
    action_label: str = ""
    action_path: str = ""
    rows: tuple[dict[str, Any], ...] = field(default=())


def spelled(day: date) -> str:
    """A day as the reader's language writes it."""
    return str(date_format(day, "j M Y"))


def row(
    what: str,
    count: int | None = None,
    of: int | None = None,
    *,
    note: str = "",
    low: float | None = None,
    high: float | None = None,
) -> dict[str, Any]:
    """One line of a check's table."""
    share = count / of if count is not None and of else None
    return {"what": what, "count": count, "of": of, "share": share, "low": low, "high": high,
            "note": note}  # fmt: skip
