from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import commands, world
from tests.commands import Nursery

Regulars = Callable[..., subprocess.CompletedProcess[str]]
TABLES = (
    "order", "orderline", "product", "customerrecord", "event", "identifier", "identifieruse",
    "identifierpair", "quarantinedrow",
)  # fmt: skip
QUESTION = ("metric", "revenue", "orders", "customers", "--json")


def ask(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    url = os.environ.get("REGULARS_DATABASE_URL")
    if url is None:
        with sqlite3.connect(folder / "regulars.sqlite3") as database:
            return database.execute(sql).fetchall()
    import psycopg

    with psycopg.connect(url) as connection:
        return connection.execute(sql.encode()).fetchall()


def facts(folder: Path) -> dict[str, list[str]]:
    """All facts by their content: without row numbers and what the clock wrote into them.

    PostgreSQL gives no number out twice, so an import killed before its first commit leaves a
    gap: imports are told by their order.
    """
    numbers = sorted(row["id"] for row in rows_of(folder, "import"))
    imports = {number: turn for turn, number in enumerate(numbers)}
    people = {row["id"]: (row["kind"], row["value"]) for row in rows_of(folder, "identifier")}
    found = {}
    for name in TABLES:
        rows = rows_of(folder, name)
        for row in rows:
            for column in ("identifier_id", "low_id", "high_id"):
                row[column] = people.get(row.get(column))
            row["of_import_id"] = imports.get(row.get("of_import_id"))
            for column in ("id", "recorded_at"):
                row.pop(column, None)
        found[name] = sorted(map(repr, rows))
    return found


def rows_of(folder: Path, name: str) -> list[dict[str, Any]]:
    from django.apps import apps

    columns = [field.column for field in apps.get_model("sources", name)._meta.concrete_fields]
    found = ask(folder, f"SELECT {', '.join(columns)} FROM sources_{name}")
    return [dict(zip(columns, row, strict=True)) for row in found]


def the_import(folder: Path) -> tuple[int, bool] | None:
    """The import's number and whether it is finished; its batches must be whole."""
    # One statement: a server may still commit the last batch of a client that is dead.
    found = ask(
        folder,
        "SELECT id, finished_at, position, landed, unchanged, quarantined,"
        " (SELECT count(*) FROM sources_orderline),"
        " (SELECT count(*) FROM sources_quarantinedrow) FROM sources_import",
    )
    if not found:
        return None
    ((number, finished_at, position, landed, unchanged, quarantined, lines, held),) = found
    assert position == landed + unchanged + quarantined
    assert (lines, held) == (landed, quarantined)
    return number, finished_at is not None


def answers(regulars: Regulars) -> Any:
    done = regulars(*QUESTION)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["rows"]


pytestmark = pytest.mark.slow(seconds=4)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Filled by the first test: a file of 6,000 lines, and what importing it leads to."""
    folder = tmp_path_factory.mktemp("kills")
    file = world.till_file(folder / "till.csv", orders=2950)
    with file.open("a", encoding="utf-8") as more:
        more.write("T9,31 February,C1,,Bun,1,2.40\n")
    return {"file": file, "shop": folder / "shop"}


@pytest.fixture
def shop(uninterrupted: dict[str, Any], regulars: Regulars, data_folder: Path) -> None:
    """The shop, set up once, then copied."""
    made, kept = uninterrupted["shop"], f"shop_{os.getpid()}"
    here = os.environ.get("REGULARS_DATABASE_URL", "").rpartition("/")[2]
    if made.exists():
        shutil.copytree(made, data_folder, dirs_exist_ok=True)
        if here:
            commands.administer(f'DROP DATABASE "{here}" WITH (FORCE)')
            commands.copy_database(kept, here)
        return
    assert regulars(*world.SETUP, text=world.PASSWORD + "\n").returncode == 0
    shutil.copytree(data_folder, made)
    if here:
        commands.copy_database(here, kept)


def seconds(nursery: Nursery, *words: object) -> float:
    """How long a command takes that starts as the killed ones do."""
    began = time.monotonic()
    assert nursery.start(*words).wait() == 0
    return time.monotonic() - began


def test_an_import_without_a_kill(
    uninterrupted: dict[str, Any],
    regulars: Regulars,
    data_folder: Path,
    shop: None,
    nursery: Nursery,
) -> None:
    uninterrupted["landing"] = seconds(
        nursery, "import", uninterrupted["file"], "--yes", "--no-refresh"
    )
    uninterrupted["facts"] = facts(data_folder)
    uninterrupted["whole"] = uninterrupted["landing"] + seconds(nursery, "refresh")
    uninterrupted["rows"] = answers(regulars)
    assert uninterrupted["rows"][0]["value"] > 0


def test_a_killed_import_resumes_to_the_uninterrupted_state(
    kill_seed: int,
    uninterrupted: dict[str, Any],
    regulars: Regulars,
    data_folder: Path,
    shop: None,
    nursery: Nursery,
) -> None:
    # Most kills come while rows land, every fourth at any moment to the end of the refresh.
    dice, is_whole = random.Random(kill_seed), kill_seed % 4 == 0
    words = ["import", uninterrupted["file"], "--yes", *([] if is_whole else ["--no-refresh"])]
    process = nursery.start(*words)
    share = dice.uniform(0.1, 0.9) if is_whole else dice.uniform(0.4, 1.0)
    deadline = time.monotonic() + uninterrupted["whole" if is_whole else "landing"] * share
    while not process.has_ended() and time.monotonic() < deadline:
        time.sleep(0.002)
    if not process.has_ended():
        os.kill(process.pid, signal.SIGKILL)
    process.wait()
    number, is_finished = the_import(data_folder) or (None, False)
    if number is not None and not is_finished and kill_seed % 8 == 1:
        # What an unfinished import landed is not counted by anybody, nor after a refresh.
        assert regulars("refresh").returncode == 0
        assert all(row["n"] == 0 for row in answers(regulars))
    if is_finished:
        done = regulars("refresh") if is_whole else None
    elif number is not None and is_whole:
        done = regulars("imports", "resume", number)
    else:
        done = regulars(*words)
    assert done is None or done.returncode == 0, done.stderr
    assert the_import(data_folder) is not None
    assert facts(data_folder) == uninterrupted["facts"]
    if is_whole:
        assert answers(regulars) == uninterrupted["rows"]
