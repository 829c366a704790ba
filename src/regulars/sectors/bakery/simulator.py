"""Writes the bakery's export files and, beside them, the truths planted in them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from regulars.kernel.errors import WrongUse

from .. import truth_path
from ..exports import mailchimp, segment, shopify
from ..exports.google_reviews import Listing, write_takeout
from ..exports.tables import write_csv
from . import truth, truth_people, truth_shelf, truth_wait
from .clicks import clicks_truth, track_clicks
from .guests import Guest, make_guests
from .newsletter import readers
from .opening import HIGH_STREET, Period, opening_truth
from .planted import Changes, missing_day
from .reviews import write_listings
from .till import Sales, sell
from .till_files import TillExport, write_directory, write_items
from .web_shop import WebOrder, customers, take_orders

SHORTEST_DAYS = 200
FEWEST_PEOPLE = 150
MOST_PEOPLE = 10_000


@dataclass(frozen=True, slots=True)
class World:
    """All that happened, before any file is written."""

    period: Period
    guests: list[Guest]
    sales: Sales
    orders: list[WebOrder]
    staying: list[mailchimp.Reader]
    left: list[mailchimp.Reader]
    left_keys: frozenset[str]
    troubled: list[Guest]
    listings: tuple[Listing, ...]
    tracks: list[segment.Track]


def simulate(
    folder: Path, *, seed: int = 7, people: int = 4000, first_day: date, last_day: date
) -> list[Path]:
    """Write vendor-shaped export files into ``folder`` and return the paths to import.

    Equal arguments give equal bytes. ``people`` is the number of known guests (150 to 10,000);
    two tickets in five come from guests without a name. ``first_day`` and ``last_day`` are the
    first and last day of the exports, at least 200 days apart. What was planted stands in
    ``planted.truth.json`` in the same folder, which is not among the returned paths.

    Raises `WrongUse` for a period or a number of people that cannot hold what is planted.
    """
    period = Period(first_day, last_day)
    if period.length_days < SHORTEST_DAYS:
        raise WrongUse(f"The demo bakery needs at least {SHORTEST_DAYS} days.")
    if not FEWEST_PEOPLE <= people <= MOST_PEOPLE:
        raise WrongUse(f"The demo bakery has {FEWEST_PEOPLE} to {MOST_PEOPLE:,} people.")
    rng = Random(seed)  # noqa: S311 - a made-up world, no secret
    world = _happen(rng, people, period)
    folder.mkdir(parents=True, exist_ok=True)
    till = write_items(rng, folder, world.sales.tickets, period)
    rows = dict(till.rows) | _write_others(folder, world)
    planted = {"pack": "bakery", "seed": seed} | _truths(world, till, rows)
    text = json.dumps(planted, ensure_ascii=False, indent=1)
    truth_path(folder).write_text(text + "\n", encoding="utf-8")
    return list(rows)


def _happen(rng: Random, people: int, period: Period) -> World:
    guests = make_guests(rng, people, period)
    sales = sell(rng, guests, period)
    orders = take_orders(rng, guests, period)
    audience = readers(rng, guests, period)
    staying = [reader for _, reader in audience if reader.left_at is None]
    left = [reader for _, reader in audience if reader.left_at is not None]
    left_keys = frozenset(guest.key for guest, reader in audience if reader.left_at is not None)
    troubled = _best(guests, sales, period)
    listings = write_listings(rng, guests, troubled, period)
    tracks = track_clicks(rng, guests, orders, period)
    return World(
        period, guests, sales, orders, staying, left, left_keys, troubled, listings, tracks
    )


def _best(guests: list[Guest], sales: Sales, period: Period) -> list[Guest]:
    """Return the three ordinary guests who spent most at the till within a year, who came within
    the last month and whose name nobody else has."""
    names = Counter(guest.resident.full_name for guest in guests)
    year_ago, month_ago = period.before_last(364), period.before_last(27)
    spent: Counter[str] = Counter()
    lately = set()
    for ticket in sales.tickets:
        guest, day = ticket.guest, ticket.receipt.at.date()
        if guest and not guest.role and day >= year_ago and names[guest.resident.full_name] == 1:
            spent[guest.key] += ticket.net_minor
            if day >= month_ago:
                lately.add(guest.key)
    known = [guest for guest in guests if guest.key in lately]
    return sorted(known, key=lambda guest: (-spent[guest.key], guest.key))[:3]


def _write_others(folder: Path, world: World) -> dict[Path, int]:
    """Write all but the till's items and return the number of rows per file."""
    rows: dict[Path, int] = {}
    path = folder / "square-customers.csv"
    rows[path] = write_directory(path, world.guests, world.sales.tickets, world.left_keys)
    path = folder / "orders_export.csv"
    written = (row for _, order in reversed(world.orders) for row in shopify.order_rows(order))
    rows[path] = write_csv(path, shopify.ORDERS_HEADER, written)
    path = folder / "customers_export.csv"
    shoppers = map(shopify.customer_row, customers(world.orders, world.guests))
    rows[path] = write_csv(path, shopify.CUSTOMERS_HEADER, shoppers)
    path = folder / "subscribed_email_audience_export.csv"
    kept = map(mailchimp.reader_row, world.staying)
    rows[path] = write_csv(path, mailchimp.SUBSCRIBED_HEADER, kept)
    path = folder / "unsubscribed_email_audience_export.csv"
    lost = map(mailchimp.reader_row, world.left)
    rows[path] = write_csv(path, mailchimp.UNSUBSCRIBED_HEADER, lost)
    path = folder / "takeout-google-business-profile.zip"
    rows[path] = write_takeout(path, world.listings, world.period.last)
    path = folder / "segment-tracks.csv"
    rows[path] = write_csv(path, segment.TRACKS_HEADER, map(segment.track_row, world.tracks))
    return rows


def _truths(world: World, till: TillExport, rows: dict[Path, int]) -> dict[str, Any]:
    tickets, period = world.sales.tickets, world.period
    everyone = truth_people.people(world.guests, tickets, world.orders, world.left_keys)
    return {
        "first_day": period.first.isoformat(),
        "last_day": period.last.isoformat(),
        "timezone": "Europe/London",
        "currency": "GBP",
        "files": _expected_per_file(till, rows),
        "totals": _totals(world, till, everyone),
        "faults": _faults(till, period),
        "expected_quarantine": _expected_quarantine(till),
        "profiles": truth_people.expected_profiles(world.guests),
        "identities": truth_people.planted_identities(world.guests),
        "gone_quiet": truth_people.gone_quiet(everyone, period),
        "steady": truth_people.still_here(everyone, period),
        "sell_out": truth_shelf.sell_outs(world.sales, period),
        "sells_on": truth_shelf.sells_on(),
        "wait": truth_wait.wait(world.sales, world.guests, period),
        "pulls": truth_shelf.pulls(tickets),
        "no_pull": truth_shelf.no_pulls(),
        "trends": truth_shelf.trends(tickets, period),
        "place_trends": truth_shelf.place_trends(tickets, period),
        "not_trends": truth_shelf.not_trends(),
        "reviews": truth.reviews(world.listings, world.troubled),
        "clicks": clicks_truth(world.tracks, world.guests),
        "prices": {"coffee_dearer_on": Changes.over(period).coffee_dearer_on.isoformat()},
        "people": everyone,
    } | opening_truth(period)


def _totals(world: World, till: TillExport, everyone: list[dict[str, Any]]) -> dict[str, Any]:
    tickets, faults = world.sales.tickets, till.faults
    by_channel = truth.till_totals(tickets, faults), truth.web_totals(world.orders)
    buyers = [person for person in everyone if person["till_orders"] or person["web_orders"]]
    names = ("revenue_minor", "orders", "goods_lines")
    return {name: sum(channel[name] for channel in by_channel) for name in names} | {
        "till": by_channel[0],
        "web": by_channel[1],
        "revenue_by_month_minor": truth.revenue_by_month(tickets, world.orders, faults),
        "readers": {"subscribed": len(world.staying), "unsubscribed": len(world.left)},
        "people": len(everyone),
        "people_who_bought": len(buyers),
    }


def _faults(till: TillExport, period: Period) -> dict[str, Any]:
    faults = till.faults
    return {
        "impossible_date": faults.impossible_date,
        "odd_amount": faults.odd_amount,
        "future_date": faults.future_date,
        "repeated_lines": faults.repeated_lines,
        "overlap": faults.overlap,
        "missing_day": {"place": HIGH_STREET, "on": missing_day(period).isoformat()},
    }


def _expected_per_file(till: TillExport, rows: dict[Path, int]) -> dict[str, dict[str, int]]:
    """Return per file its rows, and how many cannot land or were in an earlier file already."""
    faults = till.faults
    spoilt = Counter((str(faults.impossible_date["file"]), str(faults.odd_amount["file"])))
    return {
        path.name: {
            "rows": count,
            "quarantined": spoilt[path.name],
            "told_before": faults.overlap["rows"] if path.name == faults.overlap["file"] else 0,
        }
        for path, count in rows.items()
    }


def _expected_quarantine(till: TillExport) -> list[dict[str, Any]]:
    """Return the rows that cannot land as pounds: an impossible day and an amount in euros."""
    faults = till.faults
    return [
        {"reason": "impossible date"} | faults.impossible_date,
        {"reason": "amount in another currency"} | faults.odd_amount,
    ]
