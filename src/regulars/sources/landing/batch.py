"""What one batch did, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field

from regulars.sources.files.records import Rejected


@dataclass(slots=True)
class Outcome:
    """Counts of one batch: landed + unchanged + rejected = rows read."""

    landed: int = 0
    unchanged: int = 0
    repeated: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    samples: list[dict[str, object]] = field(default_factory=list)
