"""The types that floors declare and `config` collects at start-up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .units import Unit


@dataclass(frozen=True, slots=True)
class MartColumn:
    """One column of a mart table: its Arrow type by name, whether it may be null, what it holds."""

    name: str
    type: str
    nullable: bool = False
    doc: str = ""


@dataclass(frozen=True, slots=True)
class MartTable:
    """What a floor gives to the mart.

    ``key`` names the column that identifies a row. ``person_column`` names the column through which
    rows belong to a person (``identifier_id`` or ``profile_id``), or is ``None``.
    """

    name: str
    columns: tuple[MartColumn, ...]
    key: str
    person_column: str | None
    doc: str


class Direction(StrEnum):
    """Whether a rise is good news."""

    UP_IS_GOOD = "up_is_good"
    DOWN_IS_GOOD = "down_is_good"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Metric:
    """One number's definition.

    ``compile`` names the question (built in Ibis by the declaring floor); ``interval`` names how
    its uncertainty is found; below ``smallest_sample`` rows the value is given without interval
    and is called too few to tell.
    """

    name: str
    title: str
    sentence: str
    formula: str
    unit: Unit
    direction: Direction
    interval: str
    smallest_sample: int
    dimensions: tuple[str, ...]
    question: Callable[..., Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Permission:
    """Something a member may do, and the roles that carry it."""

    name: str
    sentence: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Kept:
    """Why a table holds something about people: what it is, why it is kept and until when, in
    sentences that `telling.told` notes. ``%(days)s`` in ``until`` is for how many days records are
    kept as they were received."""

    what: str
    why: str
    until: str


@dataclass(frozen=True, slots=True)
class PrivacyHandler:
    """How one table gives out and forgets one person, and why it knows anybody.

    ``export`` yields plain rows about the identifiers; ``erase`` deletes them and returns how many
    rows went. Both take the identifier ids and the profile ids of the person.
    """

    table: str
    export: Callable[[frozenset[int], frozenset[int]], Iterator[Mapping[str, Any]]]
    erase: Callable[[frozenset[int], frozenset[int]], int]
    kept: Kept


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing worth doing today, with its worth in money and the interval around it.

    ``key`` names the thing itself, the same from one day to the next: what was decided about it
    is kept under that name.
    """

    kind: str
    key: str
    title: str
    reason: str
    worth_minor: int | None
    low_minor: int | None
    high_minor: int | None
    minutes: float
    action_label: str
    action_path: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SectorPack:
    """A trade's own words, the figures that lead there, and its demo world.

    ``words`` says what a person, an order, a place is called there, ``titles`` what a metric is,
    both in the reader's language; ``about`` is the pack in one line. ``leading`` names metrics, the
    most telling first: the first five of which a business has the facts are those of Today.
    The demo world has ``demo_people`` people and reaches back ``demo_days``.
    """

    name: str
    title: Any
    words: Mapping[str, Any]
    demo_business: Mapping[str, str]
    simulate: Callable[..., Any] = field(repr=False)
    about: Any = ""
    leading: tuple[str, ...] = ()
    titles: Mapping[str, Any] = field(default_factory=dict)
    demo_days: int = 731
    demo_people: int = 400
