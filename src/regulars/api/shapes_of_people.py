"""The shapes of one person's page, of an erasure and of the page of today."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field


class Origin(BaseModel):
    """Where something was said."""

    source: str
    file_name: str
    import_id: int


class KnownAs(BaseModel):
    """One identifier and why it belongs to the person."""

    kind: str
    value: str
    evidence: str


class Shared(BaseModel):
    """An address or a number that other people have as well; it joins nobody."""

    kind: str
    value: str
    others: int = Field(description="How many more people have it.")


class Trait(BaseModel):
    """One dated fact about a person."""

    name: str
    value: str
    provenance: Literal["declared", "observed", "computed"]
    at: datetime
    origin: Origin


class Allowance(BaseModel):
    """What a person allows on one channel for one purpose."""

    channel: str
    state: Literal["granted", "withdrawn", "unknown"]
    since: datetime | None
    said: str
    origin: Origin | None
    purpose: Literal["marketing", "service", "review"]


class Totals(BaseModel):
    """Sums over everything that counts. ``spent_minor``: currency → minor units."""

    orders: int
    returns: int
    spent_minor: dict[str, int] | None
    first_order_at: datetime | None
    last_order_at: datetime | None
    bookings: int
    feedback: int
    events: int


class Line(BaseModel):
    """One line of an order."""

    kind: str
    sku: str
    name: str
    quantity: float
    amount_minor: int | None


class Purchase(BaseModel):
    """One order or return."""

    order_key: str
    external_id: str
    happened_at: datetime
    place: str
    channel: str
    currency: str
    status: str
    is_return: bool
    amount_minor: int | None
    import_id: int
    lines: list[Line]


class Entry(BaseModel):
    """One thing a person did."""

    at: datetime
    is_day_alone: bool = Field(
        description="The file told the day and no hour: `at` is the day's beginning."
    )
    kind: Literal["order", "return", "booking", "feedback", "event", "note", "task"]
    key: str
    title: str
    status: str
    amount_minor: int | None
    currency: str
    import_id: int


class Scores(BaseModel):
    """What the models say, with reasons and how often they were right before."""

    segment: str
    segment_words: str
    orders: int
    last_order_on: date | None
    days_since: int | None
    usual_gap_days: float | None
    chance_of_buying: float | None
    expected_orders: float | None
    is_quiet: bool
    spent: float | None = None
    currency: str | None = None
    recency: int | None
    frequency: int | None
    money: int | None = None
    orders_low: int | None
    orders_high: int | None
    expected_value: float | None = None
    value_low: float | None = None
    value_high: float | None = None
    model: str
    version: str
    as_of: date | None
    horizon_days: int
    message: str
    reasons: list[str]
    backtest: str


class HouseholdMember(BaseModel):
    """One of those who live together."""

    profile_id: int
    name: str


class Household(BaseModel):
    """Those who live together, the person first; sums over them all, events left out; and the
    latest three that any of them said."""

    members: list[HouseholdMember]
    totals: Totals
    feedback: list[dict[str, Any]]


class Person(BaseModel):
    """One person's page. Money is null where the reader may not see it."""

    id: int
    profile_id: int
    name: str
    email: str
    phone: str
    country: str
    identifiers: list[KnownAs]
    traits: list[Trait]
    allows: list[Allowance]
    totals: Totals
    orders: list[Purchase] = Field(description="The latest 50, newest first.")
    bookings: list[dict[str, Any]]
    feedback: list[dict[str, Any]]
    events: list[dict[str, Any]]
    timeline: list[Entry]
    timeline_cursor: str | None
    third_party: list[dict[str, Any]] = Field(
        description="What others publish of where they live: values with publisher, as_of, "
        "purpose and lawful basis. Never of the person."
    )
    next_booking: dict[str, Any] | None = Field(description="The next one that is expected.")
    shared: list[Shared]
    household: Household | None = Field(description="Null for whoever lives with nobody here.")
    scores: Scores | None


class PersonExport(BaseModel):
    """Everything known about one person, by table."""

    profile_id: int
    made_at: datetime
    tables: dict[str, list[dict[str, Any]]]


class Receipt(BaseModel):
    """What an erasure did: rows by table, and whether the mart and the log are free of them too."""

    erasure_id: int
    rows: dict[str, int]
    is_mart_done: bool
    is_log_emptied: bool


class Written(BaseModel):
    """Who was written down."""

    id: int
    was_known: bool = Field(description="An address or number was somebody's: it is their page.")
    replaced: dict[str, str] = Field(
        description="Of somebody known: which traits had another value, and which."
    )


class ToWrite(BaseModel):
    """A person to write down: any of these, and at least one."""

    model_config = {"extra": "forbid"}

    email: str = Field(default="", max_length=320)
    phone: str = Field(default="", max_length=60)
    card: str = Field(default="", max_length=60)
    traits: dict[str, str] = Field(default_factory=dict, max_length=60)


class ToSay(BaseModel):
    """Traits to type; an empty one lets the files speak again."""

    model_config = {"extra": "forbid"}

    traits: dict[str, str] = Field(max_length=60)


class Said(BaseModel):
    """Which traits were typed anew."""

    id: int
    changed: list[str]


class ToAllow(BaseModel):
    """What a person said they allow, in their words."""

    model_config = {"extra": "forbid"}

    channel: Literal["email", "sms", "post"]
    state: Literal["granted", "withdrawn"]
    purpose: Literal["marketing", "service", "review"] = "marketing"
    said: str = Field(min_length=1, max_length=400)
