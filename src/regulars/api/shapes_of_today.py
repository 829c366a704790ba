"""The shapes of the page of today, of things to do and of decisions about them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from regulars.api.shapes import MetricRow, PersonRow, Segment

What = Literal["done", "snoozed", "not_useful"]
Why = Literal["known", "wrong", "small", "cannot", "other"]


class Window(BaseModel):
    """The days that figures are about, both included."""

    first: date
    last: date
    days: int


class Number(MetricRow):
    """One figure of today with what it means and how to ask for it."""

    title: str
    sentence: str
    formula: str
    direction: Literal["up_is_good", "down_is_good", "neither"]
    would_change: str = Field(description="What would make it another one, the days being the same")
    command: str
    call: str
    as_of: date


class Concerned(BaseModel):
    """Somebody whom a thing is about; ``usual`` is what they usually spend in four weeks."""

    id: int
    name: str | None
    why: str | None
    usual: float | None = Field(description="null: not for this role")


class Thing(BaseModel):
    """One thing worth doing; ``worth`` with its interval, null when it cannot be priced."""

    key: str = Field(description="The same from day to day; decisions name it.")
    kind: str
    title: str
    reason: str
    worth: float | None
    low: float | None
    high: float | None
    unit: str
    days: int | None = Field(
        description="Days that `worth` is for; null: once, or as `reason` says"
    )
    minutes: float
    action_label: str
    action_path: str
    people: list[Concerned] = Field(max_length=3)
    more_people: int


class Quiet(BaseModel):
    """Who has gone quiet by their own rhythm, and how often such flags were right."""

    count: int
    people: list[PersonRow]
    backtest: str


class Changes(BaseModel):
    """The last complete day: what it brought, beside the range of four in five such days."""

    day: date
    orders: int
    revenue: float
    usual_low: float | None
    usual_high: float | None
    new_people: int
    reviews: int
    imports: int
    lines: list[str]


class Decision(BaseModel):
    """What was decided about a thing as it was shown then, and what came of it.

    ``is_known`` is false while it is too early to tell. ``until`` is the last day on which the
    thing stays away.
    """

    id: int
    key: str
    kind: str
    what: What
    reason: Why | None
    words: str | None
    on: date
    at: datetime
    until: date | None
    by: str | None
    taken_back_at: datetime | None
    title: str
    worth: float | None
    low: float | None
    high: float | None
    unit: str
    days: int | None
    came_of_it: str
    is_known: bool


class Decided(BaseModel):
    """What was decided today, and what came of decisions before."""

    today: list[Decision]
    came_of_it: list[Decision]


class Today(BaseModel):
    """The morning page."""

    business: str
    verdict: str | None
    needs: str
    currency: str
    as_of: date | None
    age_days: int | None
    stale: bool
    refreshed_at: datetime | None
    window: Window | None
    numbers: list[Number] = Field(max_length=5)
    things: list[Thing] = Field(max_length=3)
    more_things: int
    looked_at: list[str]
    changes: Changes | None
    quiet: Quiet
    segments: list[Segment]
    model: str | None
    decided: Decided
    notes: list[str]


class Things(BaseModel):
    """Every open thing, the most money a minute first."""

    things: list[Thing]
    as_of: date | None
    needs: str
    looked_at: list[str] = Field(description="Empty where nothing was imported.")


class Decisions(BaseModel):
    """One page of decisions, newest first."""

    decisions: list[Decision]
    next_cursor: str | None


class Decide(BaseModel):
    """What is decided about the thing ``key``: ``snoozed`` wants ``until``, ``not_useful`` a
    ``reason``."""

    key: str = Field(max_length=200)
    what: What
    reason: Why | None = None
    words: str = Field(default="", max_length=500)
    until: date | None = Field(default=None, description="The day on which it may come back")
