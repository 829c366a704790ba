"""Stays, tables and appointments."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from regulars.kernel.money import to_minor

from ..plan import Reader
from ..records import BookingRow, Record
from ..values import find_currency
from .columns import Columns
from .rows import Cells, Memo, RowProblem, rejected
from .sales import clean_id, content_id
from .words import booking_status, is_yes

_HOURS = re.compile(r"(\d+)\s*(?:h|hr|hrs|hour|hours|std|stunden?)\b", re.IGNORECASE)
_MINUTES = re.compile(r"(\d+)\s*(?:m|min|mins|minutes?|minuten)\b", re.IGNORECASE)
_CLOCK = re.compile(r"(\d+):(\d\d)(?::\d\d)?")


def minutes_in(text: str) -> int | None:
    """Return the minutes in "90", "1h 30min", "1:30" or ``None`` for anything else."""
    text = text.strip()
    if text.isdigit():
        return int(text)
    clock = _CLOCK.fullmatch(text)
    if clock:
        return int(clock[1]) * 60 + int(clock[2])
    hours, minutes = _HOURS.search(text), _MINUTES.search(text)
    if hours or minutes:
        return (int(hours[1]) * 60 if hours else 0) + (int(minutes[1]) if minutes else 0)
    return None


def build_bookings(columns: Columns) -> Reader:
    """Compile the reader of a table of bookings.

    Option ``status`` sets what a word of this vendor means, as ``ok=kept|…``. Without an end, it is
    begun plus the length or the nights; without a price, the price of a night times the nights.
    """
    columns.require("starts_at")
    starts, ends = columns.instant("starts_at", "start_time", "zone"), _ends(columns)
    booked = _booked(columns)
    status, money = _status(columns), _money(columns)
    what, party, place = columns.text("what"), columns.number("party"), columns.text("place")
    who, traits = columns.identifiers(), columns.traits()
    extra = [(name, columns.text(name)) for name in ("staff", "channel") if columns.has(name)]
    record_id = columns.text("record_id")

    def read(row_no: int, cells: Cells) -> Record:
        try:
            starts_at = starts(cells)
            if starts_at is None:
                raise columns.empty("no_date", "starts_at")
            people = party(cells)
            amount, currency = money(cells)
            facts = dict(traits(cells) or {})
            facts.update((name, text(cells)) for name, text in extra if text(cells))
            return BookingRow(
                row_no, clean_id(record_id(cells)) or content_id(cells), starts_at,
                ends(cells, starts_at), booked(cells, starts_at), what(cells), status(cells),
                int(people) if people is not None else None, amount, currency, place(cells),
                who(cells), facts, facts.get("channel", ""), facts.get("staff", ""),
            )  # fmt: skip
        except RowProblem as problem:
            return rejected(row_no, cells, problem)

    return read


def _ends(columns: Columns) -> Callable[[Cells, datetime], datetime | None]:
    if columns.has("ends_at"):
        given = columns.instant("ends_at", "end_time", "zone")
        return lambda cells, starts_at: given(cells)
    nights, length = columns.number("nights"), columns.raw("duration")

    def ends(cells: Cells, starts_at: datetime) -> datetime | None:
        stay = nights(cells)
        if stay is not None:
            return starts_at + timedelta(days=int(stay))
        minutes = minutes_in(length(cells))
        return starts_at + timedelta(minutes=minutes) if minutes is not None else None

    return ends


def _booked(columns: Columns) -> Callable[[Cells, datetime], datetime | None]:
    if columns.has("booked_at"):
        given = columns.instant("booked_at")
        return lambda cells, starts_at: given(cells)
    ahead = columns.number("lead_days")

    def booked(cells: Cells, starts_at: datetime) -> datetime | None:
        days = ahead(cells)
        return starts_at - timedelta(days=int(days)) if days is not None else None

    return booked


def _status(columns: Columns) -> Callable[[Cells], str]:
    own = dict(
        pair.split("=", 1)
        for pair in columns.mapping.options.get("status", "").split("|")
        if "=" in pair
    )

    def convert(cell: str) -> str:
        return own.get(cell.strip().casefold()) or booking_status(cell)

    raw, memo = columns.raw("status"), Memo(convert)
    has_status = columns.has("status")
    cancelled, missed = columns.raw("cancelled"), columns.raw("no_show")
    otherwise = "kept" if columns.has("no_show") else "booked"

    def status(cells: Cells) -> str:
        state = memo[raw(cells)] if has_status else otherwise
        if has_status and state != "booked":
            return state
        if is_yes(missed(cells)):
            return "no_show"
        return "cancelled" if is_yes(cancelled(cells)) else state

    return status


def _money(columns: Columns) -> Callable[[Cells], tuple[int | None, str]]:
    amount, rate, nights = (
        columns.number("amount"),
        columns.number("rate"),
        columns.number("nights"),
    )
    in_minor = columns.money("amount")
    currency, raw = columns.currency("amount", "rate"), columns.raw("amount")
    stated = columns.has("currency")
    signs = Memo(lambda cell: find_currency(cell, home=columns.context.currency))

    def money(cells: Cells) -> tuple[int | None, str]:
        code = currency(cells) if stated else signs[raw(cells)] or currency(cells)
        if amount(cells) is not None:
            return in_minor(cells, code), code
        stay, one = nights(cells), rate(cells)
        if one is not None and stay is not None:
            return to_minor(one * stay, code), code
        return None, code

    return money
