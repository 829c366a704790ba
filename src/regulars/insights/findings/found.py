"""What a search brings back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that stands out. ``key`` names it from one day to the next; money is minor units
    per 28 days, all ``None`` where it has no price."""

    kind: str
    key: str
    detail: dict[str, Any]
    worth_minor: int | None = None
    low_minor: int | None = None
    high_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """A search's outcome: ``state`` is ``asked``, or why nothing could be asked; ``about`` says in
    figures how it was asked."""

    state: str
    about: dict[str, Any] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)


def money(value: float) -> int:
    """Round to whole minor units."""
    return round(float(value))
