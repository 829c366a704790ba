"""The shapes of answers about mail that the API and ``--json`` share."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class Message(BaseModel):
    """One message of the outbox to one recipient."""

    id: int
    purpose: str
    occasion: str = Field(description="What it was written for; once per recipient.")
    to: str
    subject: str
    state: Literal["waiting", "sending", "sent", "failed", "held", "dropped"]
    held_for: Literal["no_server", "perhaps_sent", "overdue", "restored"] | None = Field(
        description="Why it waits for a person."
    )
    problem: str | None = Field(description="What the last attempt ended with.")
    attempts: int
    put_at: datetime
    next_try_at: datetime | None
    settled_at: datetime | None


class Messages(BaseModel):
    """The latest messages, newest first; ``server``: whether a mail server is set."""

    server: bool
    messages: list[Message]


class ShownMessage(Message):
    """One message with its words."""

    message_id: str
    text: str
    has_html: bool
    pictures: int


class WeeklyMail(BaseModel):
    """What became of the weekly mail: how many are new in the outbox, or the file it was written
    to."""

    put: int
    to: list[str]
    file: str | None
