"""Writes an inn's exports: its own list of reservations and the restaurant's Square till."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random

from ..exports.bookings import PROPERTY_HEADER, Reservation, reservation_row
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
from ..residents import Resident, make_residents, token
from ..small_world import at, begin, rhythm, write_truth

_MENU = (
    ("ST-SOU", "Soup of the day", "Starters", 750), ("ST-CRB", "Dressed crab", "Starters", 1150),
    ("MA-PIE", "Game pie", "Mains", 1950), ("MA-FSH", "Catch of the day", "Mains", 2250),
    ("MA-VEG", "Barley risotto", "Mains", 1650), ("PU-STP", "Toffee pudding", "Puddings", 850),
    ("DR-ALE", "Pint of ale", "Drinks", 520), ("DR-WIN", "Glass of wine", "Drinks", 690),
)  # fmt: skip
# Where a stay is booked → its weight, the share cancelled, and how many nights there are to draw.
SOURCES = {
    "Booking.com": (45, 0.36, (1, 1, 2, 2)),
    "Airbnb": (12, 0.1, (2, 3, 3)),
    "Website": (25, 0.07, (1, 2, 2, 3, 4)),
    "Phone": (18, 0.05, (1, 2, 3, 3, 4)),
}
_ROOMS = (("Attic room", 9_000), ("Double room", 11_000), ("Garden suite", 16_500))
_NO_SHOWS = 0.02
PLACE = "Restaurant"


def simulate(
    folder: Path, *, seed: int = 7, people: int = 400, first_day: date, last_day: date
) -> list[Path]:
    """Write reservations, the restaurant's items and its directory; equal arguments, equal
    bytes."""
    rng = begin(folder, seed, people, first_day, last_day)
    stays: list[Reservation] = []
    meals: list[tuple[Receipt, list[SoldItem]]] = []
    entries: list[DirectoryEntry] = []
    for who in make_residents(rng, people):
        entry = DirectoryEntry(token(rng, 26), who.first_name, who.last_name, who.email)
        entries.append(entry)
        source = rng.choices(list(SOURCES), [one[0] for one in SOURCES.values()])[0]
        for day in rhythm(rng, first_day, last_day, 120, 700):
            stay = _stay(rng, who, day, source, last_day)
            stays.append(stay)
            if stay.status in ("Checked Out", "Confirmed") and day < last_day:
                meals.append(_meal(rng, who.full_name, entry.customer_id, day))
    for _ in range(people * 5):
        day = first_day + timedelta(days=rng.randrange((last_day - first_day).days + 1))
        meals.append(_meal(rng, "", "", day))
    stays.sort(key=lambda stay: (stay.arrival, stay.number))
    meals.sort(key=lambda meal: (meal[0].at, meal[0].transaction_id))
    return _write(folder, seed, stays, meals, entries)


def _stay(rng: Random, who: Resident, day: date, source: str, last_day: date) -> Reservation:
    _weight, cancelled, nights_drawn = SOURCES[source]
    nights = rng.choice(nights_drawn)
    room, rate = rng.choice(_ROOMS)
    if day.month in (6, 7, 8, 12):
        rate = round(rate * 1.2)
    drawn = rng.random()
    status = "Checked Out" if day + timedelta(days=nights) <= last_day else "Confirmed"
    if drawn < cancelled:
        status = "Cancelled"
    elif drawn > 1 - _NO_SHOWS:
        status = "No Show"
    return Reservation(
        number=f"HI{rng.randint(100_000, 999_999)}{token(rng, 3)}",
        booked_on=day - timedelta(days=rng.randint(2, 90)),
        arrival=day,
        nights=nights,
        adults=rng.choice((1, 2, 2, 2)),
        children=rng.choice((0, 0, 0, 1, 2)) if source == "Airbnb" else rng.choice((0, 0, 0, 0, 1)),
        room=room,
        amount_minor=nights * rate,
        source=source,
        status=status,
        name=who.full_name,
        email=who.email,
        phone=who.phone_as_typed(rng),
    )


def _meal(rng: Random, name: str, square_id: str, day: date) -> tuple[Receipt, list[SoldItem]]:
    picks = {pick[0]: pick for pick in rng.choices(_MENU, k=rng.choice((2, 3, 3, 4)))}
    pieces = rng.choice((1, 2, 2))
    items = [
        SoldItem(sku, title, category, pieces, pieces * price)
        for sku, title, category, price in picks.values()
    ]
    moment = at(rng, day, range(18, 22) if rng.random() < 0.7 else range(12, 15))
    receipt = Receipt(token(rng, 22), token(rng, 22), moment, PLACE, square_id, name)
    return receipt, items


def _write(
    folder: Path,
    seed: int,
    stays: list[Reservation],
    meals: list[tuple[Receipt, list[SoldItem]]],
    entries: list[DirectoryEntry],
) -> list[Path]:
    known = folder / "square-customers.csv"
    reserved, eaten = folder / "inn-reservations.csv", folder / "items-restaurant.csv"
    sold = (item_row(receipt, item) for receipt, items in reversed(meals) for item in items)
    rows = {
        reserved: write_csv(reserved, PROPERTY_HEADER, map(reservation_row, stays)),
        eaten: write_csv(eaten, ITEMS_HEADER, sold),
        known: write_csv(known, CUSTOMERS_HEADER, map(customer_row, entries)),
    }
    kept = [stay for stay in stays if stay.status in ("Checked Out", "Confirmed")]
    booked_minor = sum(stay.amount_minor for stay in kept)
    direct = sum(stay.amount_minor for stay in kept if stay.source in ("Website", "Phone"))
    totals = {
        "revenue_minor": sum(item.net_minor for _, items in meals for item in items),
        "orders": len(meals),
        "bookings": len(stays),
        "bookings_cancelled": sum(stay.status == "Cancelled" for stay in stays),
        "bookings_minor": booked_minor,
        "nights": sum(stay.nights for stay in kept),
        "people": len(entries),
    }
    truths = {
        "cancelled": {source: share for source, (_weight, share, _nights) in SOURCES.items()},
        "direct_share": direct / booked_minor,
        "longest_by": "Phone",
    }
    return write_truth(
        folder, pack="hospitality", seed=seed, rows=rows, totals=totals, truths=truths
    )
