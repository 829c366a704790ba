"""A small business whose data has one fault of each kind, landed through the front door."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from regulars.kernel.errors import NotAllowed

FIRST = date(2025, 9, 1)
DAYS = 91
LAST = FIRST + timedelta(days=DAYS - 1)
MISSING = {date(2025, 10, 14), date(2025, 10, 15)}
HEAD = "order_id,date,email,phone,product,category,quantity,unit_price,currency,shop"


def till() -> list[str]:
    """Ten sales a day from nine to five, Sundays closed; every second one by somebody known."""
    chance = Random(3)
    lines: list[str] = []
    number = 0
    for step in range(DAYS):
        day = FIRST + timedelta(days=step)
        if day.weekday() == 6 or day in MISSING:
            continue
        for turn in range(10):
            number += 1
            minute = 540 + 48 * turn + chance.randrange(40)
            who = f"guest{number % 40}@example.org" if turn % 2 else ""
            product = ("Cake", "") if number % 4 == 0 else ("Loaf", "Bread")
            lines.append(f"{number},{day} {minute // 60:02}:{minute % 60:02},{who},,"
                         f"{','.join(product)},1,5.00,GBP,Shop")  # fmt: skip
    lines += [lines[0], lines[0]]
    lines.append(f"9001,{LAST} 10:00,not an address,12,Loaf,Bread,1,5.00,GBP,Shop")
    lines.append(f"9002,{LAST} 10:00,n/a,,Loaf,Bread,1,5.00,GBP,Shop")
    lines.append(f"9003,{LAST} 10:00,,,Loaf,Bread,1,5.00,EUR,Shop")
    lines.append(f"9004,{LAST + timedelta(days=300)} 10:00,,,Loaf,Bread,1,8.00,GBP,Shop")
    lines.append("9005,someday,,,Loaf,Bread,1,5.00,GBP,Shop")
    lines.append("9006,whenever,,,Loaf,Bread,1,5.00,GBP,Shop")
    return lines


@pytest.fixture(scope="module")
def found(opened: Any) -> Any:
    from regulars.insights import quality, refresh
    from regulars.sources import imports

    with opened(LAST + timedelta(days=40)) as (owner, folder):
        path = folder / "till.csv"
        path.write_text("\n".join([HEAD, *till(), ""]), encoding="utf-8")
        imports.import_file(owner, path, is_confirmed=True)
        bare = folder / "tickets.csv"
        bare.write_text(f"order_id,date,product\nT1,{LAST},Loaf\nT2,{LAST},Loaf\n", "utf-8")
        imports.import_file(owner, bare, kind="sales", is_confirmed=True)
        refresh.refresh(owner)
        yield {one["key"]: one for one in quality.quality(owner)["checks"]}


def test_what_makes_figures_wrong_is_to_be_mended(found: dict[str, Any]) -> None:
    assert {key for key, one in found.items() if one["state"] == "mend"} == {"waiting", "future"}
    assert found["waiting"]["count"] == 2
    assert found["waiting"]["cost"] == pytest.approx(10, abs=0.1)
    assert found["waiting"]["cost_low"] == 0
    assert found["waiting"]["cost"] < found["waiting"]["cost_high"]
    assert found["waiting"]["rows"][0]["note"] == "bad_date"
    assert (found["future"]["count"], found["future"]["cost"]) == (1, 8.0)


def test_repeats_count_until_somebody_decides(found: dict[str, Any], db: None) -> None:
    from regulars.accounts import actors
    from regulars.insights import quality
    from regulars.sources import imports

    assert (found["repeats"]["count"], found["repeats"]["cost"]) == (2, 10.0)
    owner = actors.owner("cli")
    imports.include_repeats(owner, int(found["repeats"]["action_path"].rpartition("/")[2]))
    after = {one["key"]: one for one in quality.quality(owner)["checks"]}
    assert after["repeats"]["state"] == "good"


def test_days_that_are_missing_are_found_by_the_opening_hours(found: dict[str, Any]) -> None:
    gaps = found["gaps"]
    assert (gaps["count"], gaps["state"]) == (2, "look")
    assert gaps["rows"][0]["what"] == "Shop"
    assert gaps["rows"][0]["note"] == "14 Oct 2025 to 15 Oct 2025"
    assert gaps["cost"] == 100.0


def test_counts_are_those_of_the_files(found: dict[str, Any]) -> None:
    assert (found["unusable"]["count"], found["unusable"]["state"]) == (2, "good")
    assert found["unpriced"]["count"] == 2
    assert (found["other_money"]["count"], found["other_money"]["rows"][0]["what"]) == (1, "EUR")
    # Loaf has its category in one file and none in the other.
    assert found["category"]["count"] == 2 and found["category"]["rows"][0]["what"] == "Cake"
    assert found["category"]["share"] == pytest.approx(0.25, abs=0.02)
    assert (found["unreached"]["count"], found["unreached"]["of"]) == (0, 20)
    assert found["unfinished"]["state"] == "good"
    assert found["unverified"]["state"] == "unknown"
    assert found["freshness"]["state"] == "look"


def test_orders_of_nobody_stand_by_place_and_month_with_intervals(found: dict[str, Any]) -> None:
    rows = {one["what"]: one for one in found["anonymous"]["rows"]}
    assert rows["Shop"]["share"] == pytest.approx(0.5, abs=0.01)
    assert rows["Shop"]["low"] < 0.5 < rows["Shop"]["high"]
    assert "2025-10" in rows


def test_every_check_says_what_depends_on_it_and_what_mends_it(found: dict[str, Any]) -> None:
    for one in found.values():
        assert one["title"] and one["sentence"] and one["matters"]
        if one["state"] in ("mend", "look"):
            assert one["action_label"] and one["action_path"].startswith("/")


def test_a_helper_does_not_see_it(found: dict[str, Any], db: None) -> None:
    from regulars.accounts.actors import Actor
    from regulars.insights import quality

    with pytest.raises(NotAllowed):
        quality.quality(Actor("helper", "page"))
