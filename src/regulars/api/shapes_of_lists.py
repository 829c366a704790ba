"""The shapes of tags and of views of the list of people."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from regulars.api.shapes import PersonRow

Name = Annotated[str, Field(min_length=1, max_length=80)]
Query = Annotated[
    str,
    Field(
        max_length=4000,
        description="Filters, order and columns as the list's address has them: country=DE&tag=VIP",
    ),
]


class Tags(BaseModel):
    """The tags that somebody has, by name."""

    tags: list[str]


class Tag(BaseModel):
    """A tag of a person."""

    id: int
    name: str


class PersonTags(BaseModel):
    """A person's tags, by name."""

    id: int
    tags: list[Tag]


class ToTag(BaseModel):
    """A tag to give."""

    model_config = {"extra": "forbid"}

    tag: str = Field(min_length=1, max_length=60)


class View(BaseModel):
    """A list of people that is kept under a name. ``is_mine``: whoever asks may change it."""

    id: int
    name: str
    query: Query
    is_shared: bool
    is_mine: bool
    by: str
    at: datetime
    changed_at: datetime | None


class Views(BaseModel):
    """One's own views and everybody's, by name."""

    views: list[View]


class NewView(BaseModel):
    """A list to keep under a name."""

    model_config = {"extra": "forbid"}

    name: Name
    query: Query = ""
    is_shared: bool = False


class ViewChanges(BaseModel):
    """What is to change of a view; what is left out stays as it is."""

    model_config = {"extra": "forbid"}

    name: Name | None = None
    query: Query | None = None
    is_shared: bool | None = None


class ListedPerson(PersonRow):
    """One person in a view, who may never have bought."""

    country: str
    tags: list[str]


class ViewPeople(BaseModel):
    """One page of a view's people, in its order."""

    people: list[ListedPerson]
    next_cursor: str | None
    as_of: date | None
