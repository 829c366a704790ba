"""The shapes of answers about products, hours and what was found."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

Kind = Literal["trend", "sold_out", "association", "hour"]


class Window(BaseModel):
    """Local days, both included."""

    first: date
    last: date
    days: int


class Finding(BaseModel):
    """One thing that stands out. Money is major units per 28 days, null where it has no price."""

    kind: Kind
    key: str = Field(description="The same from one refresh to the next.")
    title: str
    reason: str
    worth: float | None
    low: float | None
    high: float | None
    unit: str
    detail: dict[str, Any] = Field(description="The figures behind it; see docs/algorithms.")


class Search(BaseModel):
    """What one kind of search came to; the sentence says why there is nothing to tell."""

    kind: Kind
    state: Literal["asked", "too_short", "too_few", "too_few_people", "no_times", "never"]
    asked: int = Field(description="How many products, pairs or hours were judged.")
    found: int
    sentence: str


class Findings(BaseModel):
    """What stands out, by kind, the most money first."""

    findings: list[Finding]
    searches: list[Search]
    as_of: date | None


class Product(BaseModel):
    """A product over the window, its revenue beside the period before; ``product`` is null for
    what belongs to none."""

    product: str | None
    sku: str | None
    revenue: float | None
    low: float | None
    high: float | None
    before: float | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    beyond_chance: bool | None
    orders: int
    pieces: int
    n: int


class Products(BaseModel):
    """What sells, and what was found about products."""

    products: list[Product]
    window: Window | None
    before: Window | None
    unit: str
    findings: list[Finding]
    searches: list[Search]
    as_of: date | None
    notes: list[str]


class Hour(BaseModel):
    """A weekday (Monday is 0) and hour in which something was sold."""

    weekday: int
    hour: int
    value: float | None
    n: int


class Hours(BaseModel):
    """When sales are made, and what was found about hours."""

    hours: list[Hour]
    untold: float | None = Field(
        description="Sold on days of which the files tell no hour; null where every sale tells it."
    )
    metric: Literal["revenue", "orders", "pieces"]
    unit: str
    window: Window | None
    findings: list[Finding]
    searches: list[Search]
    as_of: date | None
    notes: list[str]
