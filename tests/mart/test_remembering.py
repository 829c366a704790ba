from __future__ import annotations

import contextlib
import threading
from datetime import date, timedelta
from pathlib import Path

from regulars.insights.ask import ask
from regulars.mart.engine import MOST_HELD, Engine, Snapshot
from regulars.mart.remembering import Remembered
from tests.insights.metric_worlds import START, lay, named_world


def test_the_least_recently_used_is_forgotten_first() -> None:
    kept = Remembered(most_rows=12)
    for name in "abc":
        kept.find(name, lambda name=name: [name, name])  # type: ignore[misc]
    assert kept.find("a", list) == ["a", "a"]
    for name in "de":
        kept.find(name, lambda name=name: [name, name])  # type: ignore[misc]
    assert kept.find("a", list) == ["a", "a"]
    assert kept.find("b", list) == []
    assert len(kept) <= 4


def test_an_answer_too_large_is_not_kept() -> None:
    kept = Remembered(most_rows=12)
    assert len(kept.find("large", lambda: [0] * 9)) == 9
    assert len(kept) == 0


def test_what_two_threads_want_at_once_is_found_once() -> None:
    kept, found, begun = Remembered(), [], threading.Event()

    def slow() -> int:
        found.append(1)
        begun.wait(5)
        return 7

    threads = [threading.Thread(target=kept.find, args=("key", slow)) for _ in range(4)]
    for one in threads:
        one.start()
    begun.set()
    for one in threads:
        one.join()
    assert found == [1]
    assert kept.find("key", slow) == 7


def test_a_failure_is_not_remembered() -> None:
    kept = Remembered()
    with contextlib.suppress(ZeroDivisionError):
        kept.find("key", lambda: 1 // 0)
    assert kept.find("key", lambda: 7) == 7


def test_first_purchases_are_found_once_a_version_and_follow_it(tmp_path: Path) -> None:
    engine = Engine(lay(tmp_path / "mart", named_world()))
    first, last = START, START + timedelta(days=60)

    def held() -> int:
        cursor = engine.cursor()
        sql = "SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'held_%'"
        return int(cursor.execute(sql).fetchall()[0][0])

    def new(until: date) -> int:
        fresh = Snapshot(engine, engine.snapshot().manifest)
        return int(ask(fresh, ["new_customers"], first, until, currency="GBP").rows[0]["value"])

    counts = [new(last), new(first)]
    assert held() == 1
    assert counts[0] > counts[1]
    for step in range(MOST_HELD + 2):
        ask(engine, ["new_customers"], first, last, currency=f"XX{step}")
    assert held() == MOST_HELD
    assert new(last) == counts[0]
