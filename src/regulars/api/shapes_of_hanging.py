"""The shapes of notes and tasks."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field


class Note(BaseModel):
    """A note about a person, as it reads now."""

    id: int
    text: str
    at: datetime
    by: str
    was_changed: bool
    mentions: list[str]


class Notes(BaseModel):
    """A person's notes, the latest first."""

    id: int
    notes: list[Note]


class Task(BaseModel):
    """Something to do; open while ``done_at`` is null."""

    id: int
    what: str
    due_on: date | None
    is_overdue: bool
    for_member: str
    profile_id: int | None
    who: str
    done_at: datetime | None
    done_by: str


class Tasks(BaseModel):
    """Tasks: open ones by day, then those done."""

    tasks: list[Task]


class Made(BaseModel):
    """The number of what was written down."""

    id: int


class ToNote(BaseModel):
    """A note to write."""

    model_config = {"extra": "forbid"}

    text: str = Field(min_length=1, max_length=4000)


class ToDo(BaseModel):
    """A task to write down."""

    model_config = {"extra": "forbid"}

    what: str = Field(min_length=1, max_length=300)
    due_on: date | None = None
    person: int | None = Field(default=None, ge=1, lt=2**63)


class Marked(BaseModel):
    """Whether a task is done."""

    model_config = {"extra": "forbid"}

    done: bool
