"""The shapes of points, and of who looked at whom."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from regulars.profiles.counter.points import MOST_AT_ONCE


class PointsEntry(BaseModel):
    """Points given, or taken where negative."""

    points: int
    reason: str
    at: datetime
    by: str


class Points(BaseModel):
    """How many points a person has, and their latest 50 entries, the newest first."""

    id: int
    balance: int
    entries: list[PointsEntry]


class ToGive(BaseModel):
    """Points to give; negative takes them."""

    model_config = {"extra": "forbid"}

    points: Annotated[int, Field(ge=-MOST_AT_ONCE, le=MOST_AT_ONCE, description="Not 0.")]
    reason: Annotated[str, Field(max_length=200)] = ""


class Look(BaseModel):
    """A member opened a person's page or took their data away; ``by`` is empty for the system."""

    by: str
    face: str
    what: Literal["page", "counter", "export"]
    hour: datetime
    profile_id: int | None
    name: str


class Looks(BaseModel):
    """Who looked at whom, the latest first."""

    looks: list[Look]
