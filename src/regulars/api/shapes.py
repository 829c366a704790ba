"""The shapes of answers that the API and ``--json`` share; docs/reference has them as schemas.

A field may be added; none is renamed, removed or given another meaning.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Failure(BaseModel):
    """What went wrong, in one sentence for people and one word for programs."""

    code: str
    message: str


class Removed(BaseModel):
    """The number of what is gone."""

    removed: int


class Proposal(BaseModel):
    """How a table of a file would be read."""

    file: str
    table: str
    recognised_as: str
    is_sure: bool
    kind: str
    map: dict[str, Any] = Field(description="Field → column of the file.")
    missing: list[str] = Field(description="Required fields that no column fills.")
    columns: list[str]
    notes: list[str]


class Import(BaseModel):
    """One run of one table of a file: landed + unchanged + quarantined = rows_read."""

    id: int
    file: str
    table: str
    kind: str
    recognised_as: str
    source: str
    rows_read: int
    landed: int
    unchanged: int
    quarantined: int
    repeated: int
    seconds: float
    reasons: dict[str, int] = Field(description="Reason → rows in quarantine for it.")
    notes: list[str]
    started_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
    repeats_excluded: bool
    failure: str | None


class QuarantinedRow(BaseModel):
    """A row that could not land, its reason and what became of it."""

    model_config = ConfigDict(populate_by_name=True)

    id: int
    import_id: int = Field(alias="import")
    row_no: int
    reason: str
    message: str
    cells: dict[str, Any]
    resolution: str | None


class ErrorAnswer(BaseModel):
    """A failure, with the proposed mappings where a file's shape is not known."""

    error: Failure
    proposals: list[Proposal] = []
    missing: list[str] = Field(default=[], description="Fields that no column fills.")
    imports: list[Import] = []


class Imports(BaseModel):
    """Imports."""

    imports: list[Import]


class ShownImport(Import):
    """One import with the rows that still wait."""

    quarantine: list[QuarantinedRow]


class MetricDefinition(BaseModel):
    """What one number means and how it is found."""

    name: str
    title: str
    sentence: str
    formula: str
    unit: Literal["money", "count", "share", "days", "stars", "people"]
    direction: Literal["up_is_good", "down_is_good", "neither"]
    interval: str
    smallest_sample: int
    dimensions: list[str]


class Metrics(BaseModel):
    """Every number that can be asked for."""

    metrics: list[MetricDefinition]


class MetricRow(BaseModel):
    """One value; the dimensions that were asked for stand beside it under their names.

    Money is in major units, rounded to the currency. ``null`` is not known. ``low`` to ``high`` is
    the 95 % interval; both are null below the metric's smallest sample.
    """

    model_config = ConfigDict(extra="allow")

    metric: str
    value: float | None
    low: float | None
    high: float | None
    unit: str = Field(description="A currency code, or count, share, days, stars or people.")
    n: int = Field(description="Rows the value rests on.")
    before: float | None = None
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    beyond_chance: bool | None = None


class MetricAnswer(BaseModel):
    """Values, the last complete day of data, and what the reader should know."""

    rows: list[MetricRow]
    as_of: date | None
    notes: list[str]


class PersonRow(BaseModel):
    """One person in a list. Money is left out where the reader may not see it."""

    id: int
    name: str | None
    email: str | None
    phone: str | None
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


class FoundPerson(BaseModel):
    """One person found by what was typed."""

    id: int
    name: str | None
    email: str | None
    phone: str | None
    matched: str = Field(description="name, email, phone, card, customer_id or other")


class FoundPeople(BaseModel):
    """People found, the likeliest first."""

    people: list[FoundPerson]


class People(BaseModel):
    """One page of people who have bought, best spenders first; or people found by ``q``."""

    people: list[PersonRow | FoundPerson]
    next_cursor: str | None
    as_of: date | None


class Segment(BaseModel):
    """One named part of the recency and frequency square."""

    key: str
    words: str
    technical: str
    advice: str
    count: int
    spent: float
    currency: str


class Segments(BaseModel):
    """The segments, best first."""

    segments: list[Segment]


class Order(BaseModel):
    """One order or return. Amounts are major units of its currency; ``amount`` is its revenue."""

    model_config = ConfigDict(populate_by_name=True)

    id: str = Field(description="The order's key; text: it has more digits than JavaScript keeps.")
    external_id: str
    person: int | None = Field(description="null: a guest")
    happened_at: datetime
    local_on: date = Field(description="The day in the business's time zone.")
    place: str | None
    channel: str | None
    status: Literal["accepted", "cancelled", "pending"]
    is_return: bool
    currency: str
    amount: float | None = Field(description="null: the file told no prices")
    goods: float | None
    refund: float | None
    discount: float | None
    tax: float | None
    tip: float | None
    lines: int
    import_id: int = Field(alias="import")


class Orders(BaseModel):
    """One page of orders, newest first."""

    orders: list[Order]
    next_cursor: str | None
    as_of: date | None


class Refreshed(BaseModel):
    """What a refresh did."""

    as_of: date | None
    rows: dict[str, int]
    seconds: float
    rebuilt: bool


class Job(BaseModel):
    """Background work. ``state``: waiting, running, done or failed."""

    id: int
    name: str
    state: Literal["waiting", "running", "done", "failed"]
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    failure: str | None
    result: Any


class Queued(BaseModel):
    """Work that was queued."""

    job: Job


class Begun(BaseModel):
    """Imports that have begun, and the jobs that land them."""

    imports: list[Import]
    jobs: list[Job]


class ImportPage(Imports):
    """One page of imports, newest first."""

    next_cursor: str | None


class QuarantinePage(BaseModel):
    """One page of rows that wait, in the file's order."""

    quarantine: list[QuarantinedRow]
    next_cursor: str | None


class Repeats(BaseModel):
    """Whether identical lines inside the import's file count once."""

    excluded: bool


class Mended(BaseModel):
    """Column → its corrected value."""

    cells: dict[str, str] = Field(min_length=1)


class Reason(BaseModel):
    """Which rows to set aside; all when ``reason`` is null."""

    reason: str | None = Field(default=None, max_length=60)


class Discarded(BaseModel):
    """How many rows were set aside."""

    discarded: int
