"""A small business with named people, built through the front door."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.test import override_settings
from django.utils import translation

from regulars.accounts import actors, keys
from regulars.accounts.business import set_up
from regulars.accounts.models import Member
from regulars.insights import refresh, shares
from regulars.insights.charts import keep
from regulars.insights.dashboard.desk import open_desk
from regulars.insights.dashboard.picture import picture
from regulars.insights.dashboard.series import series
from regulars.insights.dashboard.state import State
from regulars.profiles import search
from regulars.sources import imports
from tests import rows

PASSWORD = "a long and quiet street"
OWNER = "olive@crumb.test"
ROLES = ("manager", "helper", "analyst")
# Name → days between visits; one bought until the end of June only. A shop's rhythm is known from
# twenty people on.
REGULARS = {
    "Ada Lovelace": 4,
    "Brahim Ozturk": 7,
    '=HYPERLINK("evil")': 7,
    "Chloe Dupont": 9,
    "Dov Katz": 12,
    "Eve Quiet": 6,
    **{f"Neighbour {letter}": 11 + place for place, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUV")},
}
_FIRST, _LAST = date(2025, 1, 1), date(2025, 11, 30)
_SALES_HEAD = "order_id,date,email,phone,product,sku,quantity,unit_price,shop,channel"
_PEOPLE_HEAD = "email,name,phone,accepts_marketing"


@dataclass(frozen=True)
class World:
    """Where it lies, and what opens it: role → API key."""

    folder: Path
    keys: dict[str, str]
    sales: Path

    def person(self, name: str) -> int:
        return search.find(name)[0].profile_id

    def share(self) -> str:
        """The token of a link to the dashboard, made by the owner."""
        return shares.make(actors.owner("page"), state=State(), days=7, is_rolling=False)[1]

    def chart(self) -> str:
        """The digest of the dashboard's chart."""
        with translation.override("en"):
            desk = open_desk(actors.owner("page"), State())
            assert desk is not None
            return keep(picture(desk, series(desk)))


def address(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalpha()) + "@example.org"


def write_sales(path: Path) -> Path:
    """Regulars at their rhythm, guests, a return, one line twice, and a row that cannot land."""
    chance = random.Random(11)
    lines = [_SALES_HEAD]
    number = 1000
    for place, (name, gap) in enumerate(REGULARS.items()):
        day, end = _FIRST + timedelta(place), date(2025, 6, 30) if "Quiet" in name else _LAST
        while day <= end:
            number += 1
            lines.append(_line(number, day, address(name), f"+4477009000{place:02}", chance))
            day += timedelta(days=max(1, round(chance.gauss(gap, 1))))
    for step in range(60):
        number += 1
        lines.append(_line(number, _FIRST + timedelta(days=5 * step), "", "", chance))
    lines.append(
        f"{number + 1},2025-11-29 10:00,{address('Ada Lovelace')},,Loaf,L1,-1,2.50,Market,till"
    )
    lines.append(lines[1])
    lines.append(f"{number + 2},someday,nobody@example.org,,Loaf,L1,1,2.50,Market,till")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _line(number: int, day: date, email: str, phone: str, chance: random.Random) -> str:
    product, sku, price = chance.choice((("Loaf", "L1", "2.50"), ("Bun", "B1", "1.20")))
    shop, channel = chance.choice((("High Street", "till"), ("Market", "till"), ("", "web")))
    at = f"{day} {chance.randrange(8, 17):02}:{chance.randrange(60):02}"
    quantity = chance.choice(("1", "2", "3"))
    cells = (str(number), at, email, phone, product, sku, quantity, price, shop, channel)
    return ",".join(cells)


def write_people(path: Path) -> Path:
    lines = [
        ",".join(
            [address(name), '"' + name.replace('"', '""') + '"', f"+4477009000{place:02}", "yes"]
        )
        for place, name in enumerate(REGULARS)
    ]
    path.write_text("\n".join([_PEOPLE_HEAD, *lines]) + "\n", encoding="utf-8")
    return path


def build(folder: Path) -> World:
    folder.mkdir(parents=True, exist_ok=True)
    set_up(
        name="Crumb", country="GB", currency="GBP", timezone="Europe/London", sector="bakery",
        owner_email=OWNER, password=PASSWORD, face="cli",
    )  # fmt: skip
    for role in ROLES:
        Member.objects.create_user(f"{role}@crumb.test", PASSWORD, role=role)
    owner = actors.owner("cli")
    sales, people = folder / "sales.csv", folder / "people.csv"
    imports.import_file(owner, write_sales(sales), is_confirmed=True)
    imports.import_file(owner, write_people(people), kind="customers", is_confirmed=True)
    refresh.refresh(owner)
    made = {role: keys.make(owner, name=role, role=role)[1] for role in ROLES}
    return World(folder, made, sales)


# What this process built: the world, a copy of its folder, and what puts its rows back.
_BUILT: list[tuple[World, Path, Callable[[], None]]] = []


def _first(folder: Path) -> World:
    world = build(folder)
    copy = Path(os.environ["REGULARS_TEST_FOLDER"], f"world-{os.getpid()}")
    shutil.copytree(folder, copy)
    _BUILT.append((world, copy, rows.keep()))
    return world


def _again(folder: Path) -> World:
    [(world, copy, put_back)] = _BUILT
    shutil.copytree(copy, folder)
    put_back()
    return replace(world, folder=folder, sales=folder / world.sales.name)


@contextmanager
def standing(folder: Path, blocker: Any) -> Iterator[World]:
    """The world in the test's database, and an empty database afterwards."""
    with override_settings(DATA_FOLDER=folder), blocker.unblock():
        try:
            yield _again(folder) if _BUILT else _first(folder)
        finally:
            call_command("flush", interactive=False, verbosity=0)
