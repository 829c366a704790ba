"""The shapes of notes, tasks, files and relations."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from regulars.profiles.hanging.relations import KINDS


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


class PersonFile(BaseModel):
    """A file that is kept with a person."""

    id: int
    name: str
    media_type: str
    size_bytes: int
    at: datetime
    by: str


class Files(BaseModel):
    """A person's files, the latest first."""

    id: int
    files: list[PersonFile]


class Relation(BaseModel):
    """Who or which company belongs to a person, seen from them. ``profile_id`` is null for a
    company."""

    id: int
    kind: str
    word: str
    profile_id: int | None
    name: str
    at: datetime


class Relations(BaseModel):
    """What stands between a person and others."""

    id: int
    relations: list[Relation]


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


class ToRelate(BaseModel):
    """What a person is to another, or to a company: one of the two."""

    model_config = {"extra": "forbid"}

    kind: str = Field(max_length=40, description=f"One of: {', '.join(KINDS)}.")
    other: int | None = Field(default=None, ge=1, lt=2**63, description="The other's number.")
    company: str = Field(default="", max_length=200, description="For `works_for`.")


class Marked(BaseModel):
    """Whether a task is done."""

    model_config = {"extra": "forbid"}

    done: bool
