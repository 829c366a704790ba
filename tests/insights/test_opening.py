"""Hours as seen in sales, read from the mart of a small world."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from regulars.kernel.errors import NotAllowed, WrongUse

FIRST = date(2025, 9, 1)  # a Monday
DAYS = 84
LAST = FIRST + timedelta(days=DAYS - 1)
_HEAD = "order_id,date,email,product,quantity,unit_price,shop,channel"


def moments(chance: Random, day: date, opens: int, closes: int) -> list[datetime]:
    """Sales all through the day, the first and last within minutes of the door."""
    inside = [opens + chance.randrange(10), closes - 1 - chance.randrange(10)]
    inside += [chance.randrange(opens, closes) for _ in range(12)]
    midnight = datetime.combine(day, time())
    return [midnight + timedelta(minutes=minute) for minute in inside]


def town(chance: Random) -> list[tuple[datetime, str, str]]:
    """A shop (closed on Mondays, shorter on Sundays), a bar past midnight, a stall seen thrice, a
    kiosk that never shuts, and a web shop."""
    sold: list[tuple[datetime, str, str]] = []
    for step in range(DAYS):
        day = FIRST + timedelta(days=step)
        if day.weekday():
            hours = (9 * 60, 13 * 60) if day.weekday() == 6 else (7 * 60 + 30, 17 * 60)
            sold += [(at, "Shop", "till") for at in moments(chance, day, *hours)]
        if day.weekday() in (4, 5):
            sold += [(at, "Bar", "till") for at in moments(chance, day, 18 * 60, 26 * 60)]
        midnight = datetime.combine(day, time())
        sold += [(midnight + timedelta(hours=hour, minutes=7), "Kiosk", "till")
                 for hour in range(24)]  # fmt: skip
        sold.append((midnight + timedelta(hours=3), "", "web"))
    for step in (5, 12, 19):
        day = FIRST + timedelta(days=step)
        sold += [(at, "Stall", "till") for at in moments(chance, day, 600, 700)]
    # Somebody rang up a loaf at three at night, once.
    sold.append((datetime(2025, 10, 7, 3, 5), "Shop", "till"))
    return sold


def write(path: Path, sold: list[tuple[datetime, str, str]]) -> Path:
    lines = [f"{number},{at:%Y-%m-%d %H:%M},,Loaf,1,2.50,{place},{channel}"
             for number, (at, place, channel) in enumerate(sorted(sold))]  # fmt: skip
    path.write_text("\n".join([_HEAD, *lines, ""]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def actor(opened: Any) -> Any:
    from regulars.insights import refresh
    from regulars.sources import imports

    with opened(LAST + timedelta(days=1)) as (owner, folder):
        imports.import_file(owner, write(folder / "till.csv", town(Random(5))), is_confirmed=True)
        refresh.refresh(owner)
        yield owner


def week(place: str) -> list[str]:
    from regulars.insights import opening

    def said(day: Any) -> str:
        if day.is_open is None:
            return "?"
        return f"{day.opens:%H:%M}-{day.closes:%H:%M}" if day.is_open else "closed"

    return [said(day) for day in opening.hours(place).days]


def test_places_are_listed_as_they_are_named(actor: Any, db: None) -> None:
    from regulars.insights import opening

    assert opening.places() == ["Bar", "Kiosk", "Shop", "Stall"]


def test_hours_are_seen_in_sales_summer_time_or_not(actor: Any, db: None) -> None:
    assert week("Shop") == ["closed", *["07:30-17:00"] * 5, "09:00-13:00"]


def test_what_is_sold_after_midnight_belongs_to_the_evening(actor: Any, db: None) -> None:
    from regulars.insights import opening

    found = opening.hours("Bar")
    assert week("Bar") == [*["closed"] * 4, "18:00-02:00", "18:00-02:00", "closed"]
    assert found.on(4).closes_minute == 26 * 60
    assert 2 * 60 < found.day_starts_minute < 18 * 60


@pytest.mark.parametrize(
    ("place", "why"),
    [("Stall", "takes 6 such days"), ("Kiosk", "every hour"), ("Nowhere", "No sale or visit")],
)
def test_hours_that_cannot_be_seen_say_why(place: str, why: str, actor: Any, db: None) -> None:
    from regulars.insights import opening

    found = opening.hours(place)
    assert why in found.why
    assert {day.origin for day in found.days} <= {"unknown", "seen"}
    assert all(day.is_open is not True for day in found.days)


def test_what_the_owner_sets_outranks_what_is_seen_until_it_is_forgotten(
    actor: Any, db: None
) -> None:
    from regulars.accounts import opening as settings
    from regulars.accounts.models import AuditEntry
    from regulars.accounts.opening import Times
    from regulars.insights import opening

    settings.set_hours(actor, place="Shop", days={0: Times(time(8), time(12)), 6: Times()})
    found = opening.hours("Shop")
    assert [found.on(day).origin for day in (0, 1, 6)] == ["set", "seen", "set"]
    assert (found.on(0).opens, found.on(0).closes_minute, found.on(6).is_open) == (
        time(8), 720, False)  # fmt: skip
    assert found.on(0).set_by == "olive@crumb.test"
    settings.set_hours(actor, place="Shop", days={0: None, 6: None})
    assert week("Shop")[0] == "closed" and week("Shop")[6] == "09:00-13:00"
    told = AuditEntry.objects.filter(verb="hours.set").order_by("pk")
    assert [row.detail["days"] for row in told] == [
        {"0": "08:00-12:00", "6": "closed"},
        {"0": "as seen in sales", "6": "as seen in sales"},
    ]
    settings.set_hours(actor, place="Pop-up", days={5: Times(time(20), time(1))})
    assert opening.places()[-1] == "Pop-up"
    assert opening.hours("Pop-up").on(5).closes_minute == 25 * 60


def test_only_owner_and_manager_set_hours_and_only_whole_ones(actor: Any, db: None) -> None:
    from regulars.accounts import opening as settings
    from regulars.accounts.actors import Actor
    from regulars.accounts.opening import Times

    for role in ("helper", "analyst"):
        with pytest.raises(NotAllowed):
            settings.set_hours(Actor(role, "page"), place="Shop", days={})
    wrong: tuple[dict[int, Times | None], ...] = (
        {0: Times(time(8), None)}, {0: Times(time(8), time(8))}, {7: Times()},
    )  # fmt: skip
    for days in wrong:
        with pytest.raises(WrongUse):
            settings.set_hours(actor, place="Shop", days=days)
    with pytest.raises(WrongUse, match="one line"):
        settings.set_hours(actor, place="Sh\nop", days={})
