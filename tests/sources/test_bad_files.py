from __future__ import annotations

import gzip
import json
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regulars.accounts.actors import Actor
from regulars.kernel.errors import NoRoom, RegularsError, UnreadableFile, WrongUse
from regulars.sources import feed, imports, quarantine
from regulars.sources.files.reading import open_tables
from regulars.sources.landing import run as landing
from regulars.sources.models import Import, Order, OrderLine, QuarantinedRow
from tests import world

Regulars = Callable[..., subprocess.CompletedProcess[str]]
HEADER = "Order,Date,Customer,Item,Qty,Price\n"
GOOD = "1,2025-04-03 10:00,ada@crumb.test,Bun,1,2.50\n"


@pytest.fixture
def owner(db: None, data_folder: Path) -> Actor:
    return world.open_shop().owner


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sales.csv", HEADER + "\n" * 30_000_000)
    return path


def cut_gz(path: Path) -> Path:
    dice = random.Random(2)
    rows = "".join(
        f"{n},2025-04-03 10:00,{dice.random()}@crumb.test,Bun,{dice.randrange(1, 9)},2.50\n"
        for n in range(4000)
    )
    whole = gzip.compress((HEADER + rows).encode())
    path.write_bytes(whole[: len(whole) * 2 // 3])
    return path


def raw(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


UNREADABLE: dict[str, Callable[[Path], Path]] = {
    "empty.csv": lambda path: raw(path, b""),
    "blank.csv": lambda path: raw(path, b"\n\n  \n"),
    "noise.csv": lambda path: raw(path, random.Random(1).randbytes(9000)),
    "picture.png": lambda path: raw(path, b"\x89PNG\r\n\x1a\n" + bytes(500)),
    "half.xlsx": lambda path: raw(path, b"PK\x03\x04" + bytes(300)),
    "bomb.zip": bomb,
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_refused_in_one_sentence(
    owner: Actor, tmp_path: Path, name: str
) -> None:
    with pytest.raises(RegularsError) as caught:
        imports.import_file(owner, UNREADABLE[name](tmp_path / name), is_confirmed=True)
    message = caught.value.message
    assert caught.value.exit_status in (1, 2) and message.endswith(".") and "\n" not in message
    assert not Order.objects.exists()
    assert not [run for run in Import.objects.all() if run.finished_at]


def test_an_archive_that_breaks_off_lands_what_stands_before_the_break(
    owner: Actor, tmp_path: Path
) -> None:
    path = cut_gz(tmp_path / "sales.csv.gz")
    with pytest.raises(UnreadableFile, match=r"rows, landed as import \d+"):
        imports.import_file(owner, path, is_confirmed=True)
    run = Import.objects.get()
    # Not only whole batches: every row before the break.
    assert run.landed == Order.objects.count() == run.position - run.quarantined
    assert run.quarantined <= 1
    assert run.position % landing.BATCH_ROWS and run.finished_at and run.notes
    assert len(list(feed.orders_with_lines(feed.view("UTC")))) == run.landed


def test_a_header_only(owner: Actor, tmp_path: Path) -> None:
    path = text(tmp_path / "none.csv", HEADER)
    for is_confirmed in (False, True):
        with pytest.raises(RegularsError, match="has a header and no rows below it"):
            imports.import_file(owner, path, is_confirmed=is_confirmed)
    assert not Import.objects.exists()


@pytest.mark.parametrize("name", ["order.eml", "order.txt", "order"])
def test_a_mail_is_no_table(name: str, owner: Actor, tmp_path: Path) -> None:
    mail = (
        "Return-Path: <till@example.org>\nReceived: from a, by b;\n Tue, 4 Mar 2025\n"
        "Subject: Orders, March\nFrom: till@example.org\n\nOrder,Date,Price\n1,2025-03-01,2.50\n"
    )
    with pytest.raises(RegularsError, match="is a mail, not a table"):
        imports.import_file(owner, text(tmp_path / name, mail), is_confirmed=True)
    # Names with colons alone make no mail.
    table = "Date: from,Subject: what\n" + "2025-03-01,2.50\n" * 5
    assert open_tables(text(tmp_path / "till.csv", table))


def test_a_file_without_a_header_is_proposed_by_place(owner: Actor, tmp_path: Path) -> None:
    rows = "".join(f"{n},2025-04-{n:02},Bun,1,2.50\n" for n in range(1, 20))
    path = text(tmp_path / "bare.csv", rows)
    with pytest.raises(WrongUse) as caught:
        imports.import_file(owner, path)
    (proposal,) = caught.value.detail["proposals"]  # type: ignore[misc]
    assert proposal["columns"][0] == "column_1" and not Import.objects.exists()
    (run,) = imports.import_file(owner, path, is_confirmed=True)
    assert run.position == 19


def test_a_header_told_twice(owner: Actor, tmp_path: Path) -> None:
    # A column name twice, and the header again in the middle, where two exports were joined.
    header = "Order,Date,Item,Price,Note,Note\n"
    first = "".join(f"{n},2025-04-03,Bun,2.50,a,b\n" for n in range(1, 20))
    path = text(tmp_path / "twice.csv", f"{header}{first}{header}20,2025-04-04,Bun,2.50,,\n")
    (table,) = open_tables(path)
    assert len(set(table.columns)) == len(table.columns)
    (run,) = imports.import_file(owner, path, is_confirmed=True)
    assert (run.position, run.landed, run.quarantined) == (21, 20, 1)
    assert Order.objects.count() == 20


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig", "utf-8"])
def test_any_encoding_a_till_may_write(owner: Actor, tmp_path: Path, encoding: str) -> None:
    rows = "".join(f"{n},2025-04-03 10:00,,Crème brûlée,1,£2.50\n" for n in range(1, 30))
    path = text(tmp_path / "cafe.csv", HEADER + rows, encoding)
    (run,) = imports.import_file(owner, path, is_confirmed=True)
    assert (run.landed, run.quarantined) == (29, 0)
    assert set(OrderLine.objects.values_list("name", "amount_minor")) == {("Crème brûlée", 250)}


@pytest.mark.parametrize(
    ("cell", "minor"),
    [("(12.00)", -1200), ("-$0.95", -95), ("£1,234.50", 123450), ("12.00-", -1200)],
)
def test_amounts_as_people_write_them(owner: Actor, tmp_path: Path, cell: str, minor: int) -> None:
    sign = "$" if "$" in cell else "£"
    rows = "".join(f"{n},2025-04-03,Bun,{sign}1.00\n" for n in range(2, 40))
    path = text(tmp_path / "odd.csv", f'Order,Date,Item,Amount\n1,2025-04-03,Bun,"{cell}"\n{rows}')
    imports.import_file(owner, path, is_confirmed=True)
    assert OrderLine.objects.get(row_no=1).amount_minor == minor


def test_decimal_commas(owner: Actor, tmp_path: Path) -> None:
    rows = "".join(f"{n};03.04.2025;Torte;2,50 €\n" for n in range(2, 40))
    first = "1;03.04.2025;Torte;1.234,50 €\n"
    path = text(tmp_path / "de.csv", f"Order;Date;Item;Amount\n{first}{rows}")
    imports.import_file(owner, path, is_confirmed=True)
    assert OrderLine.objects.get(row_no=1).amount_minor == 123_450
    assert OrderLine.objects.get(row_no=2).amount_minor == 250
    assert set(Order.objects.values_list("currency", flat=True)) == {"EUR"}


def test_impossible_dates_wait_in_quarantine(owner: Actor, tmp_path: Path) -> None:
    rows = "2,2025-02-31,,Bun,1,2.50\n3,0000-00-00,,Bun,1,2.50\n4,tomorrow,,Bun,1,2.50\n"
    path = text(tmp_path / "dates.csv", HEADER + GOOD * 20 + rows)
    (run,) = imports.import_file(owner, path, is_confirmed=True)
    assert (run.position, run.landed, run.quarantined) == (23, 20, 3)
    held = list(quarantine.waiting(run.pk))
    assert [row.row_no for row in held] == [21, 22, 23] and all(row.message for row in held)


def test_formulas_are_text(owner: Actor, tmp_path: Path) -> None:
    cell = '"=HYPERLINK(""http://x"",""y"")"'
    path = text(tmp_path / "f.csv", HEADER + GOOD + f"2,2025-04-03 10:00,,{cell},1,2.50\n")
    (run,) = imports.import_file(owner, path, is_confirmed=True)
    assert run.landed == 2
    assert OrderLine.objects.get(row_no=2).name.lstrip("'").startswith("=HYPERLINK")


def test_signs_no_database_takes_are_replaced(owner: Actor, tmp_path: Path) -> None:
    long = "x" * 5000
    rows = (
        f"{long},2025-04-03 10:00,ada@crumb.test,{long},1,2.50\n"
        "7,2025-04-03 10:00,bo\x00b@crumb.test,Bu\x00n,1,2.50\n"
        f"8,2025-99-03 10:00,,N\x00,1,{long}\n"
    )
    path = text(tmp_path / "long.csv", HEADER + GOOD + rows)
    (run,) = imports.import_file(owner, path, is_confirmed=True)
    assert run.position == 4 == run.landed + run.quarantined
    assert not any("\x00" in str(row.cells) for row in QuarantinedRow.objects.all())


def test_long_places_and_channels(owner: Actor, tmp_path: Path) -> None:
    header = "Order,Date,Item,Amount,Place,Channel,Status\n"
    row = f"1,2025-04-03,Bun,2.50,{'p' * 300},{'c' * 300},paid\n"
    (run,) = imports.import_file(
        owner, text(tmp_path / "wide.csv", header + row), is_confirmed=True,
        changes={"place": "Place", "channel": "Channel"},
    )  # fmt: skip
    assert run.landed == 1


def test_a_full_disk_is_said_before_anything_begins(
    owner: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 9_000_000))
    with pytest.raises(NoRoom, match="Nothing was begun") as caught:
        imports.import_file(owner, text(tmp_path / "a.csv", HEADER + GOOD), is_confirmed=True)
    assert caught.value.exit_status == 1
    assert not Import.objects.exists()


def test_ten_gigabytes_are_refused_only_where_there_is_no_room(
    owner: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = text(tmp_path / "huge.csv", HEADER + GOOD * 120_000)
    with path.open("r+b") as file:
        file.truncate(10 * 10**9)
    usage = {"free": 20 * 10**9}
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, usage["free"])
    )
    with pytest.raises(NoRoom):
        imports.check_room(open_tables(path)[0].size_bytes)
    usage["free"] = 200 * 10**9
    imports.check_room(open_tables(path)[0].size_bytes)


def test_a_spreadsheet_above_200_mb_is_refused_with_advice(owner: Actor, tmp_path: Path) -> None:
    path = tmp_path / "big.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/media/photo.bmp", "w") as photo:
            for _ in range(200):
                photo.write(bytes(10**6))
    with pytest.raises(UnreadableFile, match="CSV"):
        imports.import_file(owner, path, is_confirmed=True)


def test_a_disk_that_fills_up_in_the_middle_loses_nothing(
    owner: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = world.till_file(tmp_path / "till.csv", orders=1500)
    real, calls = landing.quarantine_rows, []

    def full(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return real(*arguments)

    monkeypatch.setattr(landing, "quarantine_rows", full)
    monkeypatch.setattr(landing, "TIMES_WITHOUT_ONE_LOCK", 1)
    with pytest.raises(OSError, match="No space"):
        imports.import_file(owner, path, is_confirmed=True)
    cut = Import.objects.get()
    assert cut.position == cut.landed == OrderLine.objects.count() > 0
    assert list(feed.orders_with_lines(feed.view("UTC"))) == []
    (run,) = imports.import_file(owner, path)
    assert (run.pk, run.finished_at is not None) == (cut.pk, True)
    assert run.position == run.landed == OrderLine.objects.count()


def order_count(folder: Path) -> int:
    with sqlite3.connect(folder / "regulars.sqlite3") as database:
        return int(database.execute("SELECT count(*) FROM sources_order").fetchone()[0])


@pytest.mark.sqlite_only
def test_a_disk_that_is_full_for_the_command(
    regulars: Regulars, data_folder: Path, tmp_path: Path
) -> None:
    assert regulars(*world.SETUP, text=world.PASSWORD + "\n").returncode == 0
    path = world.till_file(tmp_path / "till.csv", orders=3000)
    taken = max(one.stat().st_size for one in data_folder.glob("regulars.sqlite3*"))

    def limit() -> None:
        room = taken + 400_000
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    program = Path(sys.executable).with_name("regulars")
    done = subprocess.run(
        [program, "import", path, "--yes"], preexec_fn=limit, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr.strip().splitlines()) == 1
    again = regulars("import", path, "--yes")
    assert again.returncode == 0, again.stderr
    assert order_count(data_folder) == 3000


def test_what_landed_of_a_broken_off_file_is_told_and_counted(
    regulars: Regulars, tmp_path: Path
) -> None:
    words = "--country GB --currency GBP --timezone Europe/London --owner o@crumb.test"
    done = regulars(
        "setup", "--name", "Crumb", *words.split(), "--password-stdin", text="seven quiet loaves\n"
    )
    assert done.returncode == 0, done.stderr
    lines = ["order_id,date,email,item,quantity,unit_price"]
    lines += [f"{n},2025-04-01,p{n}@crumb.test,Bun {n},1,2.50" for n in range(4000)]
    whole = gzip.compress("\n".join(lines).encode())
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(whole[: len(whole) * 2 // 3])
    done = regulars("import", path, "--yes", "--json")
    assert done.returncode == 1
    [run] = json.loads(done.stdout)["imports"]
    assert run["rows_read"] == run["landed"] + run["quarantined"] > 1000
    figures = json.loads(regulars("metric", "revenue", "--json").stdout)
    assert figures["rows"][0]["value"] == run["landed"] * 2.5
