"""The shapes of answers about places and their opening hours."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class DayHours(BaseModel):
    """One weekday of a place. ``origin``: set by a member, seen in sales, or unknown."""

    weekday: int = Field(ge=0, le=6, description="Monday is 0.")
    origin: Literal["set", "seen", "unknown"]
    is_open: bool | None = Field(description="null: not known")
    opens: str | None = Field(description="07:30")
    closes: str | None = Field(description="At or before `opens` it lies after midnight.")
    sold_days: int = Field(description="Such weekdays with sales, of the last 26 weeks.")
    of_days: int
    set_at: datetime | None
    set_by: str | None


class PlaceHours(BaseModel):
    """A place's week, Monday first. ``place`` is as the data names it; empty for the business as a
    whole."""

    place: str
    days: list[DayHours]
    why: str | None = Field(description="Why hours are not known, if so.")
    last_on: date | None = Field(description="Its last day with sales.")


class OpeningHours(BaseModel):
    """The opening hours in force at every place."""

    places: list[PlaceHours]


class DayToSet(BaseModel):
    """What holds on one weekday from now on. ``seen`` forgets what was set."""

    weekday: int = Field(ge=0, le=6)
    state: Literal["open", "closed", "seen"]
    opens: str | None = Field(default=None, pattern=_CLOCK)
    closes: str | None = Field(default=None, pattern=_CLOCK)


class HoursToSet(BaseModel):
    """A place and the weekdays to set; weekdays left out stay as they are."""

    place: str = Field(max_length=120)
    days: list[DayToSet] = Field(max_length=7)


class CheckRow(BaseModel):
    """A line of a check: a place, a file, a month."""

    what: str
    count: int | None
    of: int | None
    share: float | None
    low: float | None
    high: float | None
    note: str


class Check(BaseModel):
    """One question put to the data. ``state``: ``mend`` makes figures wrong until it is mended."""

    key: str
    title: str
    state: Literal["good", "look", "mend", "unknown"]
    sentence: str
    matters: str = Field(description="What depends on it.")
    count: int | None
    of: int | None
    share: float | None
    low: float | None
    high: float | None
    cost: float | None = Field(description="Money that figures lack or hold wrongly.")
    cost_low: float | None
    cost_high: float | None
    action_label: str
    action_path: str
    rows: list[CheckRow]


class Quality(BaseModel):
    """The data's quality, the gravest check first."""

    verdict: str
    as_of: date | None
    currency: str
    checks: list[Check]
    notes: list[str]
