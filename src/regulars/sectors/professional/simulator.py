"""Writes an accountant's exports: Stripe payments and HubSpot contacts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from ..exports.office import (
    HUBSPOT_HEADER,
    STRIPE_HEADER,
    Contact,
    Payment,
    contact_row,
    payment_row,
)
from ..exports.tables import write_csv
from ..residents import Resident, make_residents
from ..small_world import at, begin, rhythm, steady, write_truth

# What is billed, its price, and the mean days until it is billed again.
_WORK = (
    ("Monthly bookkeeping", 14_000, 30), ("Payroll", 6_500, 30), ("VAT return", 18_000, 91),
    ("Year-end accounts", 95_000, 365), ("Advice, by the hour", 9_000, 120),
)  # fmt: skip
QUIET = 10
_QUIET_GAP_DAYS, _QUIET_VISITS, _QUIET_SILENT_GAPS = 30, 14, 4
# Since the bank changed its checks, more cards are refused.
FAILED, FAILED_LATELY, LATELY_DAYS = 0.02, 0.16, 56
_SOURCES = ("Referral", "Website", "Phone", "Event")
_TRADES = ("Joinery", "Florist", "Garage", "Studio", "Bistro", "Builders", "Nursery")


def simulate(
    folder: Path, *, seed: int = 7, people: int = 400, first_day: date, last_day: date
) -> list[Path]:
    """Write payments and contacts, a quarter of them leads; equal arguments, equal bytes."""
    rng = begin(folder, seed, people, first_day, last_day)
    payments: list[Payment] = []
    contacts: list[Contact] = []
    quiet: list[str] = []
    reach = (last_day - first_day).days
    most = QUIET if reach > _QUIET_GAP_DAYS * (_QUIET_VISITS + _QUIET_SILENT_GAPS) else 0
    for number, who in enumerate(make_residents(rng, people)):
        # The first residents' names are of other scripts; they live like everybody else.
        is_quiet = 7 <= number < 7 + most
        is_client = is_quiet or rng.random() < 0.75
        contacts.append(_contact(rng, who, 101 + number, is_client, first_day, last_day))
        if is_quiet:
            days = steady(rng, last_day, _QUIET_GAP_DAYS, _QUIET_VISITS, _QUIET_SILENT_GAPS)
            payments += _payments(rng, who, _WORK[0], days, last_day, always_pays=True)
            quiet.append(who.email)
        elif is_client:
            work = rng.choice(_WORK)
            days = rhythm(rng, first_day, last_day, work[2], 900)
            payments += _payments(rng, who, work, days, last_day)
    payments.sort(key=lambda payment: (payment.at, payment.payment_id))
    truths = {
        "failed": {
            "usual": FAILED,
            "lately": FAILED_LATELY,
            "since": (last_day - timedelta(days=LATELY_DAYS - 1)).isoformat(),
        },
        "quiet": {"emails": quiet, "usual_gap_days": _QUIET_GAP_DAYS},
    }
    return _write(folder, seed, payments, contacts, truths)


def _letters(rng: Random, count: int) -> str:
    return "".join(
        rng.choices("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=count)
    )


def _contact(
    rng: Random, who: Resident, number: int, is_client: bool, first_day: date, last_day: date
) -> Contact:
    created_at = at(rng, first_day - timedelta(days=rng.randint(0, 400)), range(8, 18))
    span = (last_day - first_day).days
    changed_at = at(rng, first_day + timedelta(days=rng.randrange(span)), range(8, 18))
    return Contact(
        record_id=str(number),
        first_name=who.first_name,
        last_name=who.last_name,
        email=who.email,
        phone=who.phone_as_typed(rng) if rng.random() < 0.7 else "",
        company=f"{who.last_name} {rng.choice(_TRADES)}" if rng.random() < 0.6 else "",
        stage="customer" if is_client else "lead",
        source=rng.choice(_SOURCES),
        created_at=created_at,
        changed_at=changed_at,
    )


def _payments(
    rng: Random,
    who: Resident,
    work: tuple[str, int, int],
    days: list[date],
    last_day: date,
    *,
    always_pays: bool = False,
) -> list[Payment]:
    description, price, _gap = work
    customer_id = f"cus_{_letters(rng, 14)}"
    payments = []
    for day in days:
        amount = round(price * rng.uniform(0.8, 1.4) / 500) * 500
        moment = datetime.combine(day, at(rng, day, range(8, 18)).time(), UTC)
        is_late = (last_day - day).days < LATELY_DAYS
        is_paid = always_pays or rng.random() > (FAILED_LATELY if is_late else FAILED)
        refunded = amount if is_paid and rng.random() < 0.01 else 0
        payments.append(
            Payment(
                payment_id=f"ch_{_letters(rng, 24)}",
                at=moment,
                amount_minor=amount,
                description=description,
                customer_id=customer_id,
                email=who.email,
                refunded_minor=refunded,
                is_paid=is_paid,
            )
        )
    return payments


def _write(
    folder: Path,
    seed: int,
    payments: list[Payment],
    contacts: list[Contact],
    truths: Mapping[str, object],
) -> list[Path]:
    paid, known = folder / "unified_payments.csv", folder / "hubspot-contacts.csv"
    rows = {
        paid: write_csv(paid, STRIPE_HEADER, map(payment_row, reversed(payments))),
        known: write_csv(known, HUBSPOT_HEADER, map(contact_row, contacts)),
    }
    kept = [payment for payment in payments if payment.is_paid]
    totals = {
        "revenue_minor": sum(payment.amount_minor - payment.refunded_minor for payment in kept),
        "refund_minor": sum(payment.refunded_minor for payment in kept),
        "orders": sum(payment.amount_minor > payment.refunded_minor for payment in kept),
        "payments_in_file": len(payments),
        "payments_failed": len(payments) - len(kept),
        "people": len(contacts),
    }
    return write_truth(
        folder, pack="professional", seed=seed, rows=rows, totals=totals, truths=truths
    )
