"""The till's export files, one per place and year, with the faults that real ones have."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from ..exports.square import (
    CUSTOMERS_HEADER,
    ITEMS_HEADER,
    DirectoryEntry,
    Receipt,
    SoldItem,
    customer_row,
    item_row,
)
from ..exports.tables import write_csv
from ..residents import token
from .guests import Guest
from .newsletter import subscription
from .opening import HIGH_STREET, PLACES, STATION_ROAD, Period, is_open
from .till import Ticket

Row = dict[str, str]

ODD_AMOUNT, ODD_AMOUNT_MINOR = "1.234,50 €", 123_450
_ODD_SALE = SoldItem("BR-BAG", "Baguette", "Bread", 1, 220)
_REPEATED_ROWS = 12
FORMULA_MEMO = "=SUM(1+1)*2"


@dataclass(slots=True)
class TillFaults:
    """The faults as written, for the list of truths."""

    impossible_date: dict[str, Any] = field(default_factory=dict)
    odd_amount: dict[str, Any] = field(default_factory=dict)
    future_date: dict[str, Any] = field(default_factory=dict)
    repeated_lines: dict[str, Any] = field(default_factory=dict)
    overlap: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class TillExport:
    """The files written, how many rows each has, and their faults."""

    rows: dict[Path, int] = field(default_factory=dict)
    faults: TillFaults = field(default_factory=TillFaults)


def write_items(rng: Random, folder: Path, tickets: list[Ticket], period: Period) -> TillExport:
    """Write the items detail files, at least two a place, each of about a year; the station's
    last two both hold the day between them."""
    export, cuts = TillExport(), _cuts(period)
    by_place: dict[str, list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        by_place[ticket.receipt.location].append(ticket)
    for place in PLACES:
        for part, (first, last) in enumerate(_parts(cuts, period, place)):
            chosen = [one for one in by_place[place] if first <= one.receipt.at.date() <= last]
            slug = place.lower().replace(" ", "-")
            path = folder / f"items-{slug}-{first.isoformat()}-{last.isoformat()}.csv"
            rows = _newest_first(chosen)
            is_last = part == len(cuts)
            if place == HIGH_STREET:
                _spoil(rng, export.faults, rows, path.name, last, part == 0, is_last)
            elif is_last:
                twice = _repeat_block(rows, chosen)
                export.faults.repeated_lines = {"file": path.name} | twice
                export.faults.overlap = _overlap(chosen, first, path.name)
            export.rows[path] = write_csv(path, ITEMS_HEADER, rows)
    return export


def _cuts(period: Period) -> list[date]:
    """Return the working days at which one export ends and the next begins."""
    parts = max(2, -(-period.length_days // 366))
    cuts = []
    for part in range(1, parts):
        day = period.share(part / parts)
        while day.weekday() != 2 or not is_open(STATION_ROAD, day):
            day += timedelta(days=1)
        cuts.append(day)
    return cuts


def _parts(cuts: list[date], period: Period, place: str) -> list[tuple[date, date]]:
    starts = [period.first, *(day + timedelta(days=1) for day in cuts)]
    if place == STATION_ROAD:
        starts[-1] = cuts[-1]
    return list(zip(starts, [*cuts, period.last], strict=True))


def _newest_first(tickets: list[Ticket]) -> list[Row]:
    return [item_row(ticket.receipt, item) for ticket in reversed(tickets) for item in ticket.items]


def _spoil(
    rng: Random,
    faults: TillFaults,
    rows: list[Row],
    file: str,
    last: date,
    is_first_file: bool,
    is_last_file: bool,
) -> None:
    """Put High Street's faults where they belong; each stands in a row of its own."""
    if is_first_file:
        row = _odd_row(rng, last, _ODD_SALE)
        row["Date"] = f"31/02/{last.year}"
        rows.insert(len(rows) // 3, row)
        faults.impossible_date = _note(file, row) | {
            "date": row["Date"], "amount_minor": _ODD_SALE.net_minor,
        }  # fmt: skip
    if is_last_file:
        item = SoldItem("", "Wedding cake deposit", "None", 1, 0, kind="Custom Amount")
        row = _odd_row(rng, last, item)
        row["Gross Sales"] = row["Net Sales"] = ODD_AMOUNT
        rows.insert(len(rows) // 2, row)
        faults.odd_amount = _note(file, row) | {
            "text": ODD_AMOUNT, "amount_minor": ODD_AMOUNT_MINOR, "currency": "EUR",
        }  # fmt: skip
        # A till whose clock was set wrong: the sale is real, the day is not.
        ahead = date(last.year + 2, last.month, min(last.day, 28))
        row = _odd_row(rng, ahead, _ODD_SALE)
        rows.insert(len(rows) // 4, row)
        faults.future_date = _note(file, row) | {
            "on": ahead.isoformat(), "amount_minor": _ODD_SALE.net_minor,
        }  # fmt: skip


def _odd_row(rng: Random, day: date, item: SoldItem) -> Row:
    at = datetime.combine(day, time(10, 17, 5))
    receipt = Receipt(token(rng, 22), token(rng, 22), at, HIGH_STREET, employee="Ewa K")
    return item_row(receipt, item)


def _note(file: str, row: Row) -> dict[str, Any]:
    return {"file": file, "transaction_id": row["Transaction ID"], "rows": 1}


def _repeat_block(rows: list[Row], tickets: list[Ticket]) -> dict[str, Any]:
    """Write twelve rows of the middle twice, as a till that lost its connection does."""
    start = len(rows) // 2
    while any(row["Event Type"] == "Refund" for row in rows[start : start + _REPEATED_ROWS]):
        start += 1
    block = [dict(row) for row in rows[start : start + _REPEATED_ROWS]]
    rows[start:start] = block
    transactions = {row["Transaction ID"] for row in block}
    amounts = {
        (ticket.receipt.transaction_id, item.sku): item
        for ticket in tickets
        if ticket.receipt.transaction_id in transactions
        for item in ticket.items
    }
    items = [amounts[row["Transaction ID"], row["SKU"]] for row in block]
    return {
        "rows": len(block),
        "amount_minor": sum(item.net_minor for item in items),
        "gross_minor": sum(item.gross_minor for item in items),
        "discount_minor": -sum(item.discount_minor for item in items),
        "on": block[0]["Date"],
        "transaction_ids": sorted(transactions),
    }


def _overlap(tickets: list[Ticket], day: date, file: str) -> dict[str, Any]:
    twice = [ticket for ticket in tickets if ticket.receipt.at.date() == day]
    return {
        "file": file,
        "on": day.isoformat(),
        "rows": sum(len(ticket.items) for ticket in twice),
        "amount_minor": sum(ticket.net_minor for ticket in twice),
    }


def write_directory(
    path: Path, guests: list[Guest], tickets: list[Ticket], left: frozenset[str]
) -> int:
    """Write the till's customer directory and return how many people it lists."""
    entries = {guest.key: _entry(guest, left) for guest in guests if guest.on_till}
    for ticket in tickets:
        if ticket.guest is not None:
            _count(entries[ticket.guest.key], ticket)
    return write_csv(path, CUSTOMERS_HEADER, map(customer_row, entries.values()))


def _entry(guest: Guest, left: frozenset[str]) -> DirectoryEntry:
    who = guest.resident
    return DirectoryEntry(
        customer_id=guest.square_id,
        first_name=who.first_name,
        last_name=who.last_name,
        email=guest.till_email,
        phone=guest.till_phone,
        memo=FORMULA_MEMO if guest.role == "mistyped_email" else "",
        city=who.city,
        subscription=subscription(guest, left) if guest.till_email else "Unknown",
    )


def _count(entry: DirectoryEntry, ticket: Ticket) -> None:
    entry.spent_minor += ticket.net_minor
    if ticket.receipt.is_refund:
        return
    day = ticket.receipt.at.date()
    entry.visits += 1
    entry.first_visit = min(entry.first_visit or day, day)
    entry.last_visit = max(entry.last_visit or day, day)
