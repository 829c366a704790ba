"""What kinds of suggestions share: the worth of a share of a sum, and what makes a thing new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise

from regulars.accounts.actors import Actor
from regulars.insights.outlook import Looking
from regulars.kernel.declarations import Suggestion

# Worth is stated for as many days unless the reason says otherwise.
DAYS = 28
MEMBERS = 200
Worth = tuple[int | None, int | None, int | None]
UNPRICED: Worth = (None, None, None)


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of thing that Today can say.

    ``looks_at`` is said when nothing of it needs anybody; ``suggest`` tells the things; ``name``
    and ``work_out`` are what it works out at a refresh and under which name that is kept.
    """

    looks_at: Promise
    suggest: Callable[[Actor], Iterator[Suggestion]]
    name: str = ""
    work_out: Callable[[Looking], dict[str, Any]] | None = None


def per_cent_of(minor: float, share: float, low: float, high: float) -> Worth:
    """``minor`` times a share with its interval."""
    return round(minor * share), round(minor * low), round(minor * high)


def members(kind: str, keys: Iterable[int | str]) -> list[str]:
    """Names of what a thing is made of, by which a later look knows what is new."""
    return [f"{kind}:{key}" for _, key in zip(range(MEMBERS), keys, strict=False)]


def day_of(text: str | None) -> date | None:
    """A day kept as text."""
    return date.fromisoformat(text) if text else None
