"""One small named world: a shop, the people who work there, and the files its programs export.

The shop is Crumb & Co in Leeds. Olive owns it, Max manages it, Hana helps, Ana looks at figures;
Sly does not belong. Files are written in the vendors' own shapes with made-up rows.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from regulars.accounts import actors
from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.accounts.models import Member, Role

OPENED = datetime(2025, 3, 3, 9, 0)
PASSWORD = "a walk along the canal"


@dataclass(frozen=True, slots=True)
class People:
    """Who asks: the four roles, and somebody whose role carries nothing."""

    owner: Actor
    manager: Actor
    helper: Actor
    analyst: Actor
    stranger: Actor


def open_shop(*, password: str | None = None, **changes: str) -> People:
    """Set the shop up with everybody who works there; making a password costs 0.3 s each."""
    told = {
        "name": "Crumb & Co", "country": "GB", "currency": "GBP", "timezone": "Europe/London",
        "sector": "bakery", **changes,
    }  # fmt: skip
    businesses.set_up(owner_email="olive@crumb.test", password=password, face="cli", **told)
    for name, role in (("max", Role.MANAGER), ("hana", Role.HELPER), ("ana", Role.ANALYST)):
        Member.objects.create_user(f"{name}@crumb.test", password, role=role)
    names = ("olive", "max", "hana", "ana")
    named = [actors.by_email(f"{name}@crumb.test", "cli") for name in names]
    return People(*named, Actor("stranger", "cli"))


SETUP = (
    "setup", "--name", "Crumb & Co", "--country", "GB", "--currency", "GBP",
    "--timezone", "Europe/London", "--sector", "bakery", "--owner", "olive@crumb.test",
    "--password-stdin",
)  # fmt: skip


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """Write a CSV file as spreadsheets do."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def write_named(path: Path, header: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Path:
    """Write rows by column name; what a row does not name is empty."""
    return write(path, header, ([row.get(name, "") for name in header] for row in rows))


LINES_HEADER = ("Order", "Date", "Customer", "E-mail", "Item", "Qty", "Price")


def till_file(path: Path, *, orders: int = 300, seed: int = 1, first: int = 0) -> Path:
    """A till's lines with returns, guests and repeated lines: about twice ``orders`` rows."""
    dice = random.Random(seed)
    rows: list[tuple[object, ...]] = []
    for number in range(first, first + orders):
        at = OPENED + timedelta(hours=3 * number)
        guest = dice.random() < 0.3
        person = dice.randrange(1, 80)
        who = ("", "") if guest else (f"C{person}", f"guest{person}@crumb.test")
        for _ in range(dice.randrange(1, 4)):
            item = dice.choice(("Sourdough", "Rye", "Bun", "Flat white", "Croissant"))
            quantity = -1 if dice.random() < 0.03 else dice.randrange(1, 4)
            price = dice.choice(("2.40", "3.15"))
            row = (f"T{number}", at.isoformat(" "), *who, item, quantity, price)
            rows.append(row)
            if dice.random() < 0.03:
                rows.append(row)
    return write(path, LINES_HEADER, rows)


RETAIL_HEADER = (
    "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID",
    "Country",
)  # fmt: skip


def retail_file(path: Path, *, invoices: int = 400, seed: int = 5) -> Path:
    """A twin of Online Retail: cancellations, guests, ids like ``17850.0``, repeats, free goods."""
    dice = random.Random(seed)
    rows: list[tuple[object, ...]] = []
    for number in range(invoices):
        at = datetime(2010, 12, 1, 8, 26) + timedelta(minutes=47 * number)
        cancelled = dice.random() < 0.1
        customer = "" if dice.random() < 0.25 else f"{17000 + dice.randrange(90)}.0"
        for _ in range(dice.randrange(1, 6)):
            stock = dice.choice(("85123A", "POST", "22423", "D", "84879", "M"))
            quantity = dice.randrange(1, 25) * (-1 if cancelled else 1)
            price = dice.choice(("2.55", "0.0", "4.95", "0.001", "18.0"))
            row = (
                f"{'C' if cancelled else ''}{536365 + number}", stock, f"GOODS {stock}", quantity,
                at.isoformat(" "), price, customer, "United Kingdom",
            )  # fmt: skip
            rows.append(row)
            if dice.random() < 0.02:
                rows.append(row)
    return write(path, RETAIL_HEADER, rows)
