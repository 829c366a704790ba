"""The shapes of pipelines and leads."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

Kind = Literal["open", "won", "lost"]


class StageTally(BaseModel):
    """A stage with how many leads stand there and what they may bring, in minor units of the
    business's currency; null for whoever may not see money."""

    id: int
    name: str
    kind: Kind
    probability: int = Field(description="In percent.")
    leads: int
    value_minor: int | None
    weighted_minor: int | None


class Pipeline(BaseModel):
    """A pipeline with its stages in their order."""

    id: int
    name: str
    currency: str
    stages: list[StageTally]


class Pipelines(BaseModel):
    """Every pipeline, the oldest first."""

    pipelines: list[Pipeline]


class Lead(BaseModel):
    """Somebody who might buy, and where that stands."""

    id: int
    title: str
    who: str | None = Field(description="The person's name, else the name or address typed.")
    person: int | None = Field(description="The person, once we know them.")
    name: str | None
    email: str | None
    phone: str | None
    pipeline_id: int
    pipeline: str
    stage_id: int
    stage: str
    stage_kind: Kind
    value_minor: int | None = Field(description="Null too for whoever may not see money.")
    currency: str
    probability: int = Field(description="Its own, else its stage's, in percent.")
    source: str | None
    next_step: str | None
    next_on: date | None
    owner_id: int | None
    owner: str | None
    note: str | None
    made_at: datetime
    entered_at: datetime = Field(description="Since when it stands in its stage.")


class Leads(BaseModel):
    """Leads, the newest first."""

    leads: list[Lead]
    next_cursor: str | None


class LeadMove(BaseModel):
    """One move, by the names of stages; the first has no `from_stage`."""

    at: datetime
    who: str | None
    from_stage: str | None
    to_stage: str
    reason: str | None
    undone_at: datetime | None
    undone_by: str | None


class LeadContact(BaseModel):
    """Somebody was in touch."""

    at: datetime
    who: str | None
    words: str


class LeadConsent(BaseModel):
    """What somebody agreed to by a form, word for word."""

    at: datetime
    wording: str
    form: str


class ScorePart(BaseModel):
    """One fact's points of the most it can have, and why."""

    name: Literal["contact", "next_step", "source", "value", "stage_age", "customer"]
    points: int
    most: int
    sentence: str


class LeadScore(BaseModel):
    """The sum of six parts, 0 to 100. `is_prior`: too few leads are closed yet for the past of the
    business to have a say."""

    points: int
    parts: list[ScorePart]
    closed_leads: int
    is_prior: bool


class ShownLead(Lead):
    """One lead with its history and its score; a closed one has no score."""

    moves: list[LeadMove] = Field(description="The latest 200, newest first.")
    can_undo: bool
    contacts: list[LeadContact]
    consents: list[LeadConsent]
    score: LeadScore | None
