"""A full disk, a locked database, a clock that goes back: whatever was acknowledged is there once,
whatever was not comes again."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from regulars.accounts.actors import Actor
from regulars.jobs.ticker import tick
from regulars.kernel import clock
from regulars.sources import origins
from regulars.sources.intake import ageing, keeping, rhythm, room
from regulars.sources.intake.landing import land_waiting
from regulars.sources.models import Event, IntakeRecord, Source
from tests import world
from tests.connectors.hooks import orders
from tests.sources.door import knock

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


@pytest.fixture
def owner() -> Actor:
    return world.open_shop().owner


@pytest.fixture
def source(owner: Actor) -> Source:
    return origins.add(owner, "segment", name="Till")


def message(name: str, **changes: Any) -> dict[str, Any]:
    line = {"product_id": "L", "name": "Loaf", "price": 3.5, "quantity": 2}
    return {"type": "track", "event": "Order Completed", "messageId": name, "userId": "u1",
            "properties": {"order_id": name, "products": [line]}, **changes}  # fmt: skip


def send(source: Source, *names: str, size: int = 0) -> int:
    batch = [message(name, context={"page": {"title": "x" * size}}) for name in names]
    return knock("/v1/batch", {"batch": batch}, key=str(source.write_key)).status


def land() -> int:
    count = 0
    while turn := land_waiting():
        count += turn
    return count


def told() -> list[str]:
    return sorted(one.properties["messageId"] for one in Event.objects.all())


# ---- the disk -----------------------------------------------------------------------------------


@contextmanager
def no_more_pages() -> Iterator[None]:
    """SQLite's file may not grow: what it says then is what it says of a full disk."""
    with connection.cursor() as cursor:
        # What other tests left is room.
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            yield
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")


@pytest.mark.sqlite_only
@pytest.mark.django_db(transaction=True)
def test_on_a_full_disk_nothing_is_acknowledged_and_nothing_lost(source: Source) -> None:
    assert send(source, "a", "b") == 200
    taken = ["a", "b"]
    with no_more_pages():
        answers = [send(source, f"c{number}", size=20_000) for number in range(40)]
        assert set(answers) <= {200, 503} and 503 in answers
        refused = [f"c{number}" for number, one in enumerate(answers) if one == 503]
        taken += [f"c{number}" for number, one in enumerate(answers) if one == 200]
        # Until not even a short one fits: then little or nothing lands, as there is room.
        while send(source, f"d{len(taken)}") == 200:
            taken.append(f"d{len(taken)}")
        with suppress(OperationalError):
            land()
    assert all(send(source, name, size=20_000) == 200 for name in refused)
    land()
    assert told() == sorted(orders()) == sorted([*taken, *refused])


@pytest.mark.django_db
def test_before_the_disk_is_full_senders_wait_and_the_page_says_so(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert send(source, "a") == 200
    monkeypatch.setattr(room, "_least_free", lambda total: 2**62)
    answer = knock("/v1/track", message("b"), key=str(source.write_key))
    assert answer.status == 503 and int(answer.headers["Retry-After"]) > 0
    full = room.state().full
    assert full is not None and full.reason == "disk_full"
    assert land() == 1, "what was taken is read all the same"
    monkeypatch.undo()
    assert send(source, "b") == 200
    land()
    assert told() == ["a", "b"]


# ---- the database -------------------------------------------------------------------------------


@contextmanager
def somebody_else_holds_it() -> Iterator[None]:
    """Another program holds the database for longer than anybody waits."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        with closing(sqlite3.connect(name, isolation_level=None)) as other:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout = 100")
            other.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                other.execute("ROLLBACK")
                with connection.cursor() as cursor:
                    cursor.execute("PRAGMA busy_timeout = 20000")
        return
    import psycopg

    url = f"{os.environ['REGULARS_DATABASE_URL'].rpartition('/')[0]}"
    with psycopg.connect(f"{url}/{connection.settings_dict['NAME']}") as other_one:
        other_one.execute("LOCK TABLE sources_intakekey IN ACCESS EXCLUSIVE MODE")
        yield
        other_one.rollback()


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_locked_nothing_is_acknowledged_and_nothing_lost(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LONGEST_WAIT_MS", 200)
    assert send(source, "a") == 200
    with somebody_else_holds_it():
        answer = knock("/v1/track", message("b"), key=str(source.write_key))
        assert answer.status == 503 and "Retry-After" in answer.headers
        if connection.vendor == "sqlite":
            with pytest.raises(OperationalError, match="locked"):
                land()
    assert send(source, "b") == 200 and send(source, "b") == 200
    land()
    assert told() == ["a", "b"] and sorted(orders()) == ["a", "b"]
    assert IntakeRecord.objects.count() == 2


# ---- the clock ----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=3), timedelta(days=40)])
def test_a_clock_that_goes_back_skips_and_doubles_nothing(
    owner: Actor, source: Source, back: timedelta
) -> None:
    with clock.frozen(NOW):
        assert send(source, "a", "b") == 200
        land()
        assert send(source, "c") == 200
        tick()
    with clock.frozen(NOW - back):
        assert send(source, "c", "d") == 200
        land()
        tick()
        assert send(source, "a", "e") == 200
        land()
        ageing.purge()
        rhythm.rhythm(source.pk)
        assert len(rhythm.days(source.pk, "Europe/London")) == rhythm.DAYS
        assert origins.show(owner, source.pk)["read"] == 5
    with clock.frozen(NOW + timedelta(minutes=1)):
        assert send(source, "f") == 200
        land()
        ageing.purge()
        assert told() == list("abcdef") and sorted(orders()) == list("abcdef")
        assert origins.count(owner) == {"events": 6, "quarantined": 0, "waiting": 0}
