"""A first guess at an unknown file: which column fills which field, and what cells would become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from regulars.kernel.telling import told

from .fields import FIELDS, KINDS
from .guessing import guess
from .identifiers import normaliser
from .plan import Head, MapContext, Mapping, signature
from .readers.columns import Columns
from .readers.feedback import ratings
from .readers.rows import RowProblem
from .readers.sales import clean_id
from .shapes import recognise
from .synonyms import KIND_WEIGHTS
from .values import clean_text

OWN = "own"
"""The namespace of files that no vendor's shape claims."""

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """What one column would fill, how sure that is (0 to 1), and cells before and after.

    ``field`` is ``None`` for a column that would be left alone.
    """

    column: str
    field: str | None
    confidence: float
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A guess at a file. ``missing`` names required fields that no column fills: while there are
    any, the file cannot be read. ``confidence`` is between 0 and 1; ``shape_title`` and
    ``is_verified`` speak of the known export it is, if it is one."""

    mapping: Mapping
    confidence: float
    columns: tuple[ColumnProposal, ...]
    missing: tuple[str, ...] = ()
    shape_title: str | None = None
    is_verified: bool = True
    notes: tuple[str, ...] = field(default=())


def propose(
    columns: Sequence[str],
    sample_rows: Sequence[list[str]],
    kind: str | None = None,
    context: MapContext | None = None,
) -> Proposal:
    """Propose how to read a file from its header and some of its rows.

    A known export is recognised first (unless ``kind`` says it is another). Otherwise header words
    in four languages and the look of the cells decide; cells have the last word. ``context`` is
    whose conventions the samples are shown in.
    """
    home = context or MapContext("GBP", "UTC", "GB", datetime(2026, 1, 1, tzinfo=UTC))
    shape = recognise(columns)
    if shape is not None and kind in (None, shape.kind):
        mapping = shape.mapping(columns)
        sureness = dict.fromkeys(mapping.fields, 1.0)
        shown = _shown(columns, sample_rows, mapping, sureness, home)
        return Proposal(mapping, 1.0, shown, (), shape.title, shape.verified)
    guesses = {
        name: guess(name, columns, sample_rows, home) for name in ([kind] if kind else KINDS)
    }
    best = max(guesses, key=lambda name: (guesses[name].weight(name), -KINDS.index(name)))
    chosen = guesses[best]
    orders = f"{OWN}:{_ways_of(chosen.filled)}"
    mapping = Mapping(best, OWN, chosen.filled, order_namespace=orders)
    required = [entry.name for entry in FIELDS[best] if entry.required]
    missing = tuple(name for name in required if name not in chosen.filled)
    weights = KIND_WEIGHTS[best]
    found = sum(weights.get(name, 0.2) * chosen.sureness[name] for name in chosen.filled)
    hoped = sum(weights.get(name, 0.2) for name in chosen.filled) or 1.0
    confidence = round(found / hoped * (0.4 if missing else 0.95), 2) if chosen.filled else 0.0
    notes: tuple[str, ...] = ()
    if best == "sales" and _are_days(mapping, columns, sample_rows):
        notes = (
            told(
                "Every row is another day: these look like sums of days, not sales. Orders and"
                " what they are worth on average would be wrong."
            ),
        )
    shown = _shown(columns, sample_rows, mapping, chosen.sureness, home)
    return Proposal(mapping, confidence, shown, missing, None, True, notes)


def _are_days(mapping: Mapping, columns: Sequence[str], rows: Sequence[list[str]]) -> bool:
    """Whether the rows of a sales table are sums: one a day, of nothing in particular."""
    telling = {"order_id", "time", "item", "sku", "customer_id", "email", "phone", "card", "name"}
    if telling & mapping.fields.keys() or len(rows) < 2 or "date" not in mapping.fields:
        return False
    dates = [row[columns.index(mapping.fields["date"])] for row in rows] if (
        mapping.fields["date"] in columns) else []  # fmt: skip
    return len(dates) == len(set(dates)) > 1 and not any(":" in text for text in dates)


# --- showing -----------------------------------------------------------------------------------


def _ways_of(filled: dict[str, str]) -> str:
    """A mark of the columns that make up an order: a till that adds another keeps its numbers,
    and those of two tills do not collide."""
    core = "order_id line_id date time sku item quantity unit_price amount".split()
    return signature(f"{name}={filled[name]}" for name in core if name in filled)


def _shown(
    columns: Sequence[str],
    rows: Sequence[list[str]],
    mapping: Mapping,
    sureness: dict[str, float],
    context: MapContext,
) -> tuple[ColumnProposal, ...]:
    head = [row for row in rows[:200] if len(row) == len(columns)]
    ready = Columns(Head(list(columns), head), mapping, context)
    field_of: dict[int, str] = {}
    for name in mapping.fields:
        for place in ready.places(name):
            field_of.setdefault(place, name)
    shown = []
    for place, column in enumerate(columns):
        filled = field_of.get(place)
        telling = [row for row in head if clean_text(row[place])][:_SHOWN]
        before = tuple(row[place] for row in telling)
        after = tuple(become(ready, filled, row, context) for row in telling) if filled else ()
        shown.append(ColumnProposal(column, filled, sureness.get(filled or "", 0.0), before, after))
    return tuple(shown)


def become(columns: Columns, name: str, row: list[str], context: MapContext) -> str:
    """Say what landing makes of the cell that fills field ``name``: a day and time of the
    business's zone, a number, an identifier in its one form; a reason after "!" where it cannot.
    """
    form = columns.form(name)
    try:
        if name == "rating":
            stars, best = ratings(columns)(row)
            return "" if stars is None else f"{stars} / {best}"
        if form in ("number", "money"):
            number = columns.number(name)(row)
            return "" if number is None else f"{number:f}"
        if name == "birthday":
            return columns.birthday()(row)
        if form == "date":
            instant = columns.instant(name)(row)
            local = instant.astimezone(ZoneInfo(context.zone)) if instant else None
            return f"{local:%Y-%m-%d %H:%M}" if local else ""
        if form in ("email", "phone") or name in ("customer_id", "card"):
            value = normaliser(
                name.partition("_")[0] if form in ("email", "phone") else name, context.country
            )
            return value(columns.raw(name)(row)) or told("– (nobody)")
    except RowProblem as problem:
        return f"! {problem.message}"
    text = columns.text(name)(row)
    return clean_id(text) if form == "id" else text
