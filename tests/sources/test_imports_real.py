from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from regulars.accounts.actors import Actor
from regulars.mart.tables import TABLES
from regulars.sources import feed, imports, rehearsal
from regulars.sources.models import Import, Order, OrderLine
from tests import world
from tests.sources.states import dump

Regulars = Callable[..., subprocess.CompletedProcess[str]]
# Repeats are decided, files told again: what this does to revenue is the same on every database.
HEAD_ROWS = 20_000


@pytest.fixture
def owner(db: None, data_folder: Path) -> Actor:
    return world.open_shop().owner


def brought(owner: Actor, path: Path, **how: Any) -> Import:
    (run,) = imports.import_file(owner, path, is_confirmed=True, **how)
    assert run.position == run.landed + run.unchanged + run.quarantined
    assert run.finished_at is not None
    return run


COLUMNS = [column.name for column in TABLES["orders"].columns]
STATUS, AMOUNT = COLUMNS.index("status"), COLUMNS.index("amount_minor")


def revenue() -> int:
    orders = feed.orders_with_lines(feed.view("Europe/London"))
    return sum(order[AMOUNT] for order, _ in orders if order[STATUS] == "accepted")


def retail(shared_data: Path | None, folder: Path) -> Path:
    if shared_data is None:
        return world.retail_file(folder / "retail.csv")
    path = folder / "retail.csv"
    (real,) = (shared_data / "online_retail").glob("*.csv.gz")
    with gzip.open(real, "rt", encoding="utf-8") as given, path.open("w", encoding="utf-8") as out:
        out.writelines(line for line in islice(given, HEAD_ROWS + 1))
    return path


def expected_revenue(path: Path) -> int:
    """Each line rounded to the penny, half away from zero, as a till does."""
    import csv
    from decimal import ROUND_HALF_UP, Decimal

    with path.open(newline="", encoding="utf-8") as file:
        return sum(
            int((Decimal(row["Quantity"]) * Decimal(row["UnitPrice"]) * 100)
                .quantize(Decimal(1), ROUND_HALF_UP))
            for row in csv.DictReader(file)
        )  # fmt: skip


def repeats_of(path: Path) -> list[int]:
    seen: dict[str, int] = {}
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    for line in lines:
        seen[line] = seen.get(line, 0) + 1
    return [count - 1 for count in seen.values() if count > 1]


def test_online_retail_lands_to_the_penny(
    owner: Actor, shared_data: Path | None, tmp_path: Path
) -> None:
    path = retail(shared_data, tmp_path)
    run = brought(owner, path)
    assert (run.landed, run.quarantined) == (run.position, 0)
    assert revenue() == expected_revenue(path)
    assert run.repeated == sum(repeats_of(path))
    assert not Order.objects.filter(identifier__value__contains=".").exists()


def test_the_same_file_again_changes_no_fact(
    owner: Actor, shared_data: Path | None, tmp_path: Path
) -> None:
    path = retail(shared_data, tmp_path)
    first = brought(owner, path)
    before = dump()
    again = brought(owner, path)
    assert (again.landed, again.unchanged, again.repeated) == (0, first.position, 0)
    assert dump() == before


def test_repeats_are_excluded_and_counted_again(
    owner: Actor, shared_data: Path | None, tmp_path: Path
) -> None:
    run = brought(owner, retail(shared_data, tmp_path))
    whole = revenue()
    repeats = sum(OrderLine.objects.filter(is_repeat=True).values_list("amount_minor", flat=True))
    assert repeats > 0
    imports.exclude_repeats(owner, run.pk)
    assert revenue() == whole - repeats
    imports.exclude_repeats(owner, run.pk)
    imports.include_repeats(owner, run.pk)
    assert revenue() == whole


@pytest.mark.slow(seconds=100)
@pytest.mark.sqlite_only
def test_the_whole_of_online_retail(regulars: Regulars, shared_data: Path | None) -> None:
    if shared_data is None:
        pytest.skip("the real file is not here; its twin is read in the tests above")
    (path,) = (shared_data / "online_retail").glob("*.csv.gz")
    assert regulars(*world.SETUP, text=world.PASSWORD + "\n").returncode == 0
    done = regulars("import", path, "--yes", "--no-refresh", "--json")
    assert done.returncode == 0, done.stderr
    (run,) = json.loads(done.stdout)["imports"]
    assert run["rows_read"] == 541_909 == run["landed"] + run["unchanged"] + run["quarantined"]
    assert run["repeated"] == 5_268
    asked = json.loads(regulars("refresh", "--json").stdout)
    assert asked["as_of"] == "2011-12-09"
    rows = json.loads(regulars("metric", "revenue", "--json").stdout)["rows"]
    assert rows[0]["value"] == 9_747_747.93
    again = json.loads(regulars("import", path, "--no-refresh", "--json").stdout)["imports"][0]
    assert (again["landed"], again["unchanged"]) == (0, 541_909)


BAKERY = (
    ("1", "Bread", "2016-10-30", "09:58:11"),
    ("2", "Scandinavian", "2016-10-30", "10:05:34"),
    ("2", "Scandinavian", "2016-10-30", "10:05:34"),
    ("3", "NONE", "2016-10-30", "10:07:57"),
    ("3", "Coffee", "2016-10-30", "10:07:57"),
)


def tickets() -> tuple[int, int]:
    found = list(feed.orders_with_lines(feed.view("Europe/London")))
    return len(found), [line[4] for _, own in found for line in own].count("Coffee")


def test_both_exports_of_a_bakery_tell_the_same_tickets(
    owner: Actor, shared_data: Path | None, tmp_path: Path
) -> None:
    # One file dates to the second and has lines without an article, the other to the minute.
    if shared_data is None:
        first = world.write(
            tmp_path / "a.csv", ("Date", "Time", "Transaction", "Item"),
            [(day, time, ticket, item) for ticket, item, day, time in BAKERY],
        )  # fmt: skip
        second = world.write(
            tmp_path / "b.csv", ("Transaction", "Item", "date_time"),
            [(t, i, f"{d[8:]}-{d[5:7]}-{d[:4]} {m[:5]}") for t, i, d, m in BAKERY if i != "NONE"],
        )  # fmt: skip
        expected = [(3, 1), (3, 1)]
    else:
        folder = shared_data / "bread_basket"
        first, second = folder / "BreadBasket_DMS.csv", folder / "bread basket.csv"
        expected = [(9_531, 5_471), (9_465, 5_471)]
    for path, told in zip((first, second), expected, strict=True):
        run = brought(owner, path)
        assert tickets() == told
        imports.undo(owner, run.pk)
    assert tickets() == (0, 0)


def test_a_corrected_time_does_not_sell_twice(owner: Actor, tmp_path: Path) -> None:
    header = ("Order", "Date", "Item", "Qty", "Price")
    row = ("7", "2025-04-03 10:15:21", "Bun", 1, "2.50")
    first = world.write(tmp_path / "1.csv", header, [row])
    second = world.write(tmp_path / "2.csv", header, [("7", "2025-04-03 10:15", *row[2:])])
    brought(owner, first)
    later = brought(owner, second)
    assert (later.landed, revenue()) == (1, 250)
    ((order, lines),) = feed.orders_with_lines(feed.view("Europe/London"))
    assert (str(order[COLUMNS.index("local_on")]), len(lines)) == ("2025-04-03", 1)


@pytest.mark.parametrize(
    ("file", "rows", "orders"),
    [
        ("takeaway_orders/restaurant-1-orders.csv.gz", 74_818, 13_397),
        ("cdnow/CDNOW_sample.txt", 6_919, 6_696),
        ("cdnow/CDNOW_master.txt", 69_659, 67_591),
    ],
)
@pytest.mark.slow
@pytest.mark.sqlite_only
def test_other_real_sales(
    owner: Actor, shared_data: Path | None, file: str, rows: int, orders: int
) -> None:
    if shared_data is None:
        pytest.skip("the real files are not here")
    run = brought(owner, shared_data / file)
    assert (run.position, run.landed, run.quarantined) == (rows, rows, 0)
    assert Order.objects.count() == orders


@pytest.mark.slow
@pytest.mark.sqlite_only
def test_hotel_bookings(owner: Actor, shared_data: Path | None) -> None:
    from regulars.sources.models import Booking

    if shared_data is None:
        pytest.skip("the real file is not here")
    run = brought(owner, shared_data / "hotel_bookings" / "hotel_bookings.csv.gz")
    assert (run.position, run.landed) == (119_390, 119_390)
    cancelled = Booking.objects.filter(status__in=("cancelled", "no_show")).count()
    assert round(100 * cancelled / 119_390, 2) == 37.04


def test_a_salon_without_dates_is_refused_with_what_is_missing(
    owner: Actor, shared_data: Path | None, tmp_path: Path
) -> None:
    from regulars.kernel.errors import WrongUse

    path = tmp_path / "salon.csv"
    if shared_data is None:
        world.write(path, ("book_tod", "last_category", "noshow"), [("morning", "COLOR", 0)])
    else:
        (real,) = (shared_data / "hair_salon_no_show").glob("*.csv")
        shutil.copy(real, path)
    with pytest.raises(WrongUse, match="starts_at"):
        imports.import_file(owner, path, kind="bookings", is_confirmed=True)
    assert not Import.objects.exists()


def test_a_rehearsal_tells_what_the_import_then_does(
    owner: Actor, shared_data: Path | None, tmp_path: Path
) -> None:
    path = retail(shared_data, tmp_path)
    short = tmp_path / "short.csv"
    short.write_text("".join(path.open(encoding="utf-8").readlines()[:1500]), encoding="utf-8")
    with short.open("a", encoding="utf-8") as file:
        file.write("1,A,B,many,2011-02-30 10:00,x,,\n")
    names = ("rows_read", "landed", "unchanged", "quarantined", "repeated", "reasons")
    for _ in range(2):
        (told,) = rehearsal.rehearse(owner, short)
        before = dump()
        done = imports.as_json(brought(owner, short))
        assert [told[name] for name in names] == [done[name] for name in names]
    assert (done["landed"], done["quarantined"]) == (0, 1)
    assert {name: rows for name, rows in dump().items() if "quarantined" not in name} == {
        name: rows for name, rows in before.items() if "quarantined" not in name
    }
