"""Writes a salon's exports: the Fresha diary and the Square till at the desk."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from ..exports.bookings import FRESHA_HEADER, Treatment, treatment_row
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
from ..small_world import at, begin, rhythm, steady, write_truth

# What is done, its minutes, its price, and the mean days until it is wanted again.
_TREATMENTS = (
    ("CUT-W", "Cut and finish", 60, 4800, 49), ("CUT-M", "Gentlemen's cut", 30, 2600, 31),
    ("COL-F", "Full colour", 120, 9500, 63), ("COL-R", "Root colour", 75, 6200, 42),
    ("BLO-D", "Blow-dry", 45, 3200, 24),
)  # fmt: skip
_EXTRAS = (("RT-SHA", "Shampoo, 250 ml", 1850), ("RT-OIL", "Hair oil", 2400))
PLACE = "Salon"
# Chair → the share of its clients who book the next visit at the desk.
CHAIRS = {"Danielle": 0.7, "Kofi": 0.5, "Marta": 0.2}
MISSED_CHAIR, LATE_HOUR = "Kofi", 17
MISSED_LATE, MISSED, CANCELLED = 0.3, 0.04, 0.07
QUIET = 12
# How far ahead the diary is filled.
_AHEAD = timedelta(days=60)
_QUIET_GAP_DAYS, _QUIET_VISITS, _QUIET_SILENT_GAPS = 28, 12, 5


def simulate(
    folder: Path, *, seed: int = 7, people: int = 400, first_day: date, last_day: date
) -> list[Path]:
    """Write the diary, the till's items and its directory; equal arguments, equal bytes."""
    rng = begin(folder, seed, people, first_day, last_day)
    salon = _Salon(rng, last_day)
    reach = (last_day - first_day).days
    quiet = QUIET if reach > _QUIET_GAP_DAYS * (_QUIET_VISITS + _QUIET_SILENT_GAPS) else 0
    for number, who in enumerate(make_residents(rng, people)):
        # The first residents' names are of other scripts; they live like everybody else.
        is_quiet = 7 <= number < 7 + quiet
        if is_quiet:
            days = steady(rng, last_day, _QUIET_GAP_DAYS, _QUIET_VISITS, _QUIET_SILENT_GAPS)
            salon.live(who, _TREATMENTS[1], days, always_comes=True)
            salon.quiet.append(who.email)
        else:
            treatment = rng.choice(_TREATMENTS)
            days = rhythm(rng, first_day, last_day + _AHEAD, treatment[4], 500)
            salon.live(who, treatment, days)
    return _write(folder, seed, salon)


class _Salon:
    """The diary and the till of the salon, as they fill."""

    def __init__(self, rng: Random, last_day: date) -> None:
        self.rng, self.last_day = rng, last_day
        self.diary: list[Treatment] = []
        self.paid: list[tuple[Receipt, list[SoldItem]]] = []
        self.entries: list[DirectoryEntry] = []
        self.quiet: list[str] = []

    def live(
        self,
        who: Resident,
        treatment: tuple[str, str, int, int, int],
        days: list[date],
        *,
        always_comes: bool = False,
    ) -> None:
        """Book one client's visits one after the other; those who came pay at the desk."""
        rng = self.rng
        entry = DirectoryEntry(
            token(rng, 26), who.first_name, who.last_name, who.email, who.phone_as_typed(rng)
        )
        self.entries.append(entry)
        chair = rng.choice(list(CHAIRS))
        before: date | None = None
        for moment in sorted({_slot(rng, day) for day in days}):
            booked_on = moment.date() - timedelta(days=rng.randint(2, 9))
            if before is not None and rng.random() < CHAIRS[chair]:
                booked_on = before
            before = moment.date()
            if booked_on > self.last_day:
                return
            status = "Completed" if always_comes else self._status(chair, moment)
            self.diary.append(_treatment(rng, who, moment, treatment, status, booked_on, chair))
            if status == "Completed":
                self._pay(entry, who, moment, treatment, chair)

    def _status(self, chair: str, moment: datetime) -> str:
        if moment.date() > self.last_day:
            return "Booked"
        is_late = chair == MISSED_CHAIR and moment.hour >= LATE_HOUR
        drawn = self.rng.random()
        if drawn < (MISSED_LATE if is_late else MISSED):
            return "No Show"
        return "Cancelled" if drawn > 1 - CANCELLED else "Completed"

    def _pay(
        self,
        entry: DirectoryEntry,
        who: Resident,
        moment: datetime,
        treatment: tuple[str, str, int, int, int],
        chair: str,
    ) -> None:
        rng = self.rng
        sku, title, minutes, price, _gap = treatment
        items = [SoldItem(sku, title, "Treatments", 1, price, kind="Service")]
        if rng.random() < 0.15:
            extra = rng.choice(_EXTRAS)
            items.append(SoldItem(extra[0], extra[1], "Retail", 1, extra[2]))
        receipt = Receipt(
            transaction_id=token(rng, 22),
            payment_id=token(rng, 22),
            at=moment + timedelta(minutes=minutes),
            location=PLACE,
            customer_id=entry.customer_id,
            customer_name=who.full_name,
            employee=chair,
        )
        self.paid.append((receipt, items))
        entry.visits += 1
        entry.spent_minor += sum(item.net_minor for item in items)
        entry.first_visit = entry.first_visit or receipt.at.date()
        entry.last_visit = receipt.at.date()


def _slot(rng: Random, day: date) -> datetime:
    """Move Sundays and Mondays, when the salon is closed, to the next open day."""
    while day.weekday() in (6, 0):
        day += timedelta(days=1)
    return at(rng, day, range(9, 19)).replace(minute=rng.choice((0, 15, 30, 45)), second=0)


def _treatment(
    rng: Random,
    who: Resident,
    moment: datetime,
    treatment: tuple[str, str, int, int, int],
    status: str,
    booked_on: date,
    chair: str,
) -> Treatment:
    return Treatment(
        reference=f"#{token(rng, 8)}",
        starts_at=moment,
        minutes=treatment[2],
        client=who.full_name,
        email=who.email,
        phone=who.phone_as_typed(rng),
        what=treatment[1],
        price_minor=treatment[3],
        status=status,
        booked_on=booked_on,
        channel=rng.choice(("Desk", "Phone", "Website")),
        staff=chair,
        place=PLACE,
    )


def _write(folder: Path, seed: int, salon: _Salon) -> list[Path]:
    booked = sorted(salon.diary, key=lambda each: (each.starts_at, each.reference))
    paid = sorted(salon.paid, key=lambda each: (each[0].at, each[0].transaction_id))
    diary, till = folder / "fresha-appointments.csv", folder / "items-salon.csv"
    known = folder / "square-customers.csv"
    sold = (item_row(receipt, item) for receipt, items in reversed(paid) for item in items)
    rows = {
        diary: write_csv(diary, FRESHA_HEADER, map(treatment_row, booked)),
        till: write_csv(till, ITEMS_HEADER, sold),
        known: write_csv(known, CUSTOMERS_HEADER, map(customer_row, salon.entries)),
    }
    totals = {
        "revenue_minor": sum(item.net_minor for _, items in paid for item in items),
        "orders": len(paid),
        "bookings": len(booked),
        "bookings_missed": sum(one.status == "No Show" for one in booked),
        "bookings_cancelled": sum(one.status == "Cancelled" for one in booked),
        "people": len(salon.entries),
    }
    truths: dict[str, Any] = {
        "missed": {"staff": MISSED_CHAIR, "from_hour": LATE_HOUR, "share": MISSED_LATE,
                   "elsewhere": MISSED},
        "rebooking": CHAIRS,
        "quiet": {"emails": salon.quiet, "usual_gap_days": _QUIET_GAP_DAYS},
    }  # fmt: skip
    return write_truth(folder, pack="services", seed=seed, rows=rows, totals=totals, truths=truths)
