"""The shapes of answers about who is the same person."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field


class Quality(BaseModel):
    """Shares among pairs of records, and what they were counted on."""

    precision: float = Field(description="Of the pairs joined, how many are of one person.")
    recall: float = Field(description="Of the pairs of one person, how many are joined.")
    f1: float = Field(description="The harmonic mean of the two.")
    pairs: int = Field(description="Pairs joined.")
    people: int = Field(description="People the records make.")


class Evaluation(BaseModel):
    """How well matching finds who is the same person, on records that say who is."""

    records: int
    people_found: int = Field(description="After what is joined without asking.")
    true_pairs: int
    automatic: Quality
    with_review: Quality = Field(
        description="With every pair offered answered as the page suggests; nobody looked it up."
    )
    offered: int = Field(description="Pairs that a person would be asked about.")
    compared: list[str]
    seconds: float


class Outcome(BaseModel):
    """What a merge or a split did."""

    merge_id: str = Field(description="What the join is split by.")
    people: list[int] = Field(description="Whose pages there are now.")
    before: list[int] = Field(description="Whose pages there were.")


class Value(BaseModel):
    """One identifier."""

    kind: str
    value: str


class Edge(BaseModel):
    """One join of two identifiers of a person."""

    id: str
    by: Literal["rule", "person", "match"]
    one: Value
    other: Value
    score: float | None = Field(description="The chance that it is right; by matching alone.")
    evidence: dict[str, Any]
    reason: str
    actor: str | None
    at: datetime | None
    ended_at: datetime | None = Field(description="When it was split.")
    ended_by: str | None
    stands: bool


class Merges(BaseModel):
    """Every join that concerns a person, the split ones too."""

    id: int
    merges: list[Edge]


class ToMerge(BaseModel):
    """Who is the same person, and why."""

    model_config = {"extra": "forbid"}

    other: int = Field(description="The other person's number.")
    reason: str = Field(min_length=1, max_length=400)


class ToSplit(BaseModel):
    """Why a join is taken back."""

    model_config = {"extra": "forbid"}

    reason: str = Field(default="", max_length=400)


class Looked(BaseModel):
    """What comparing everybody found."""

    people: int
    joined: int = Field(description="Pairs that are one person now.")
    offered: int = Field(description="Pairs that wait for a person's answer.")
    seconds: float


_Window = Literal["ever", "annually", "monthly", "weekly"]


class RuleOfAKind(BaseModel):
    """How values of a kind join people."""

    rank: int = Field(description="Its place in the order; 1 is the strongest.")
    limit: int | None = Field(description="Values one person may have in `window`; null: any.")
    window: _Window = Field(description="Counted by when a value was first told.")
    beside: int | None = Field(
        description="Values of any one stronger kind it may stand beside; null: any number."
    )


class KindOfIdentifier(RuleOfAKind):
    """The rule of one kind beside its default."""

    kind: str
    default: RuleOfAKind


class Blocked(BaseModel):
    """A value that stands for nobody, as the owner said."""

    id: int
    kind: str
    value: str
    at: datetime
    by: str | None


class JoiningRules(BaseModel):
    """What joins people: every kind, the strongest first, and the values that join nobody."""

    kinds: list[KindOfIdentifier]
    is_default: bool = Field(description="Nothing was said of any kind or of their order.")
    blocked: list[Blocked]


class RuleToSet(BaseModel):
    """What to change of the rule of one kind; what is left out stays."""

    model_config = {"extra": "forbid"}

    rank: int | None = Field(default=None, ge=1, description="1 is the strongest.")
    limit: int | None = Field(default=None, ge=1, le=1000, description="null: any number")
    window: _Window | None = None
    beside: int | None = Field(default=None, ge=0, le=1000, description="null: any number")


class ToBlock(BaseModel):
    """A value that is nobody's, as it may be written."""

    model_config = {"extra": "forbid"}

    kind: str = Field(max_length=60, description="As the rules name it.")
    value: str = Field(max_length=320)
