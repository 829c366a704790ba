from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from regulars.kernel import clock
from regulars.kernel.errors import Busy
from regulars.mart import files, manifest
from regulars.mart.contracts import arrow_schema
from regulars.mart.engine import Engine
from regulars.mart.scopes import AnyOf, Condition, Scope
from regulars.mart.tables import TABLES
from regulars.mart.writer import MartWriter

TODAY = date(2024, 6, 1)


def batch(table: str, rows: list[dict[str, Any]]) -> pa.RecordBatch:
    blank = {"string": "", "bool": False, "double": 0.0, "date": date(2024, 1, 1),
             "timestamp": datetime(2024, 1, 1, tzinfo=UTC)}  # fmt: skip
    columns = TABLES[table].columns
    full = [
        {c.name: row.get(c.name, None if c.nullable else blank.get(c.type, 0)) for c in columns}
        for row in rows
    ]
    return pa.RecordBatch.from_pylist(full, schema=arrow_schema(TABLES[table]))


def orders(keys: range | list[int], text: str = "a", person: int | None = None) -> pa.RecordBatch:
    rows = [
        {
            "order_key": key,
            "external_id": f"{text}-{key}",
            "identifier_id": key % 7 if person is None else person,
            "local_on": date(2024, 1, 1) + timedelta(days=key % 90),
            "status": "accepted",
            "amount_minor": key,
        }
        for key in keys
    ]
    return batch("orders", rows)


def content(folder: Path) -> list[tuple[Any, ...]]:
    sql = "SELECT order_key, external_id, identifier_id, local_on, amount_minor FROM orders"
    return sorted(Engine(folder).run(sql).rows)


def logged(folder: Path) -> set[int]:
    generation = manifest.read(folder).generation
    table = DeltaTable(folder / generation / "orders").to_pyarrow_table()
    return set(table["order_key"].to_pylist())


def parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("g*/*/part-*.parquet"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with MartWriter(tmp_path) as writer:
        writer.append("orders", [orders(range(100)), orders(range(100, 150))])
        writer.publish(today=TODAY, cursor={"seen": 1})
    return tmp_path


def test_nothing_shows_before_publish(folder: Path) -> None:
    with MartWriter(folder) as writer:
        writer.append("orders", [orders([900])])
        assert len(content(folder)) == 150
        writer.publish(today=TODAY)
        assert len(content(folder)) == 151
    assert manifest.read(folder).cursor == {"seen": 1}


def test_what_was_not_published_is_cleared_away(folder: Path) -> None:
    before = parts(folder)
    with MartWriter(folder) as writer:
        writer.append("orders", [orders([900])])
    assert parts(folder) == before
    stray = before[0].with_name("part-dead.parquet")
    stray.write_bytes(b"half a file")
    with MartWriter(folder):
        assert parts(folder) == before


def test_append_replace_and_rebuild_end_the_same(folder: Path, tmp_path_factory: Any) -> None:
    with MartWriter(folder) as writer:
        assert writer.replace("orders", iter([3, 4, 777]), [orders([3, 777], "b")]) == 2
        writer.publish(today=TODAY)
    replaced = content(folder)
    with MartWriter(folder) as writer:
        writer.compact(everything=True)
        writer.publish(today=TODAY)
    assert content(folder) == replaced
    keys = [key for key in range(150) if key not in (3, 4)]
    with MartWriter(folder) as writer:
        writer.rebuild()
        assert content(folder) == replaced
        writer.append("orders", [orders(keys), orders([3, 777], "b")])
        writer.publish(today=TODAY)
    assert content(folder) == replaced
    assert logged(folder) == {row[0] for row in replaced}
    assert manifest.read(folder).generation == "g1"
    with MartWriter(folder) as writer:
        writer.vacuum(keep_seconds=0)
    assert not (folder / "g0").exists() and content(folder) == replaced


def test_replace_rewrites_only_files_that_hold_the_keys(folder: Path) -> None:
    with MartWriter(folder) as writer:
        writer.append("orders", [orders(range(1000, 1100))])
        first, second = writer.publish(today=TODAY).tables["orders"]
        writer.replace("orders", [1001], [orders([1001], "b")])
        after = writer.publish(today=TODAY).tables["orders"]
    assert first in after and second not in after
    assert len(content(folder)) == 250


def test_replace_by_another_column_keeps_rows_without_it(folder: Path) -> None:
    with MartWriter(folder) as writer:
        nobody = orders([5000]).to_pylist()[0] | {"identifier_id": None}
        writer.append("orders", [batch("orders", [nobody])])
        writer.replace("orders", range(7), [], column="identifier_id")
        writer.publish(today=TODAY)
    assert [row[0] for row in content(folder)] == [5000]


def test_random_changes_equal_a_dictionary(tmp_path: Path) -> None:
    rng = random.Random(5)
    held: dict[int, str] = {}
    for step in range(8):
        with MartWriter(tmp_path) as writer:
            for _ in range(rng.randint(1, 3)):
                keys = rng.sample(range(60), rng.randint(1, 20))
                kept = keys[: rng.randint(0, len(keys))]
                writer.replace("orders", keys, [orders(kept, f"s{step}")] if kept else [])
                for key in keys:
                    held.pop(key, None)
                held |= {key: f"s{step}-{key}" for key in kept}
            if rng.random() < 0.5:
                writer.compact(everything=rng.random() < 0.5)
            writer.publish(today=TODAY)
        assert {row[0]: row[1] for row in content(tmp_path)} == held
        assert logged(tmp_path) == set(held)


def test_compact_sorts_and_leaves_large_files(folder: Path, monkeypatch: Any) -> None:
    with MartWriter(folder) as writer:
        for start in range(200, 1200, 200):
            writer.append("orders", [orders(range(start, start + 50))])
        writer.publish(today=TODAY)
        assert writer.compact() == 6
        [only] = writer.publish(today=TODAY).tables["orders"]
        assert writer.compact() == 0
    days = duckdb.sql(f"SELECT local_on FROM read_parquet('{folder / only}')").fetchall()
    assert days == sorted(days) and len(days) == 400


def test_large_tables_are_cut_into_files_and_groups(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(files, "ROWS_PER_GROUP", 100)
    monkeypatch.setattr(files, "ROWS_PER_FILE", 300)
    with MartWriter(tmp_path) as writer:
        assert writer.append("orders", (orders(range(n, n + 70)) for n in range(0, 700, 70))) == 700
        found = writer.publish(today=TODAY).tables["orders"]
    assert len(found) == 3
    assert [row[0] for row in content(tmp_path)] == list(range(700))


def test_vacuum_keeps_an_hour(folder: Path) -> None:
    with clock.frozen(datetime(2024, 6, 1, 12, tzinfo=UTC)), MartWriter(folder) as writer:
        writer.replace("orders", [1], [])
        writer.publish(today=TODAY)
        assert writer.vacuum() == 0 and len(parts(folder)) == 2
    with clock.frozen(datetime(2024, 6, 1, 13, 1, tzinfo=UTC)), MartWriter(folder) as writer:
        assert writer.vacuum() == 1 and len(parts(folder)) == 1


def test_one_writer_at_a_time(folder: Path) -> None:
    with MartWriter(folder):
        with pytest.raises(Busy), MartWriter(folder):
            pass
        with pytest.raises(Busy), MartWriter(folder, wait_seconds=0.05):
            pass
    with MartWriter(folder):
        pass


def test_a_log_ahead_of_the_manifest_is_led_back(folder: Path) -> None:
    pointer = (folder / manifest.POINTER).read_bytes()
    with MartWriter(folder) as writer:
        writer.append("orders", [orders([900])])
        writer.publish(today=TODAY)
    (folder / manifest.POINTER).write_bytes(pointer)
    with MartWriter(folder) as writer:
        assert logged(folder) == set(range(150))
        writer.append("orders", [orders([901])])
        writer.publish(today=TODAY)
    assert logged(folder) == {*range(150), 901}


def marked(folder: Path, marker: bytes) -> list[str]:
    """Files that hold the marker, in their bytes or in their unpacked columns."""
    found = [p for p in folder.rglob("*") if p.is_file() and marker in p.read_bytes()]
    for path in folder.rglob("*.parquet"):
        if marker.decode() in str(pq.read_table(path).to_pylist()):
            found.append(path)
    return [str(path) for path in found]


def test_erasure_leaves_no_byte(folder: Path) -> None:
    person = {"identifier_id": 77, "profile_id": 7, "value": "MARKER@example.org"}
    with MartWriter(folder) as writer:
        owners = [person, person | {"identifier_id": 78}]
        writer.append("identifiers", [batch("identifiers", owners)])
        people = [{"profile_id": 7, "name": "MARKER"}, {"profile_id": 8, "name": "Bea"}]
        writer.append("profiles", [batch("profiles", people)])
        writer.append("orders", [orders([7000], "MARKER", person=77)])
        review = {"feedback_key": 1, "identifier_id": 78, "text": "MARKER was here"}
        writer.append("feedback", [batch("feedback", [review])])
        writer.publish(today=TODAY)
        writer.replace("orders", [7000], [orders([7000, 7001], "MARKER again", person=77)])
        writer.publish(today=TODAY)
        writer.compact(everything=True)
        writer.publish(today=TODAY)
        assert len(marked(folder, b"MARKER")) > 3
        writer.rebuild()
        for name, rows in _everything(folder).items():
            writer.append(name, [rows])
        writer.publish(today=TODAY, cursor={"seen": 2})
    before = content(folder)
    anonymous = orders([7000], "kept").to_pylist()[0] | {"identifier_id": None}
    with MartWriter(folder) as writer:
        put_back = {"orders": [batch("orders", [anonymous])]}
        assert writer.erase({77, 78}, {7}, put_back=put_back) >= 4
    assert marked(folder, b"MARKER") == []
    kept = [row for row in before if row[2] != 77]
    assert [row for row in content(folder) if row[0] != 7000] == kept
    assert manifest.read(folder).cursor == {"seen": 2}
    assert Engine(folder).run("SELECT name FROM profiles").rows == [("Bea",)]
    with MartWriter(folder) as writer:
        writer.append("orders", [orders([1])])
        with pytest.raises(ValueError, match="publish"):
            writer.erase({1}, {1})


def _everything(folder: Path) -> dict[str, pa.Table]:
    engine = Engine(folder)
    return {name: engine.arrow(f"SELECT * FROM {name}") for name in TABLES}


def test_no_statistics_of_values_in_the_log(folder: Path) -> None:
    for path in folder.rglob("_delta_log/*.json"):
        for line in path.read_text().splitlines():
            add = json.loads(line).get("add")
            assert add is None or set(json.loads(add["stats"])) == {"numRecords"}


def test_readers_during_switches_see_one_version(folder: Path) -> None:
    """Orders and lines are written with one and the same number; no reader sees two numbers."""
    seen: set[int] = set()
    wrong: list[Any] = []
    done = threading.Event()
    engine = Engine(folder)
    sql = (
        "SELECT (SELECT min(amount_minor) FROM orders), (SELECT max(amount_minor) FROM orders),"
        " (SELECT min(amount_minor) FROM order_lines), (SELECT max(amount_minor) FROM order_lines)"
    )

    def write(number: int) -> None:
        with MartWriter(folder) as writer:
            writer.rebuild()
            for table, key in (("orders", "order_key"), ("order_lines", "line_key")):
                rows = [{key: n, "amount_minor": number} for n in range(50)]
                writer.append(table, [batch(table, rows)])
            writer.publish(today=TODAY)
            writer.vacuum(keep_seconds=0)

    def read() -> None:
        while not done.is_set():
            [row] = engine.run(sql).rows
            if len(set(row)) > 1:
                wrong.append(row)
            seen.add(row[0])

    write(1)
    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(2, 8):
        write(number)
    done.set()
    for reader in readers:
        reader.join()
    assert not wrong and len(seen) > 1


def test_a_snapshot_stays_on_its_version(folder: Path) -> None:
    engine = Engine(folder)
    page = engine.snapshot()
    with MartWriter(folder) as writer:
        writer.append("orders", [orders([900])])
        writer.publish(today=TODAY)
    assert page.run("SELECT count(*) FROM orders").rows == [(150,)]
    assert engine.run("SELECT count(*) FROM orders").rows == [(151,)]
    with MartWriter(folder) as writer:
        writer.erase({0, 1, 2, 3, 4, 5, 6}, set())
    assert page.run("SELECT count(*) FROM orders").rows == [(0,)]


def test_scopes_bind_values_and_refuse_unknown_columns(folder: Path) -> None:
    engine = Engine(folder)

    def count(*conditions: Condition | AnyOf) -> int:
        found = engine.run("SELECT count(*) FROM chosen", {"chosen": Scope("orders", conditions)})
        return int(found.rows[0][0])

    assert count(Condition("external_id", "=", "a-1' OR true --")) == 0
    assert count(Condition("order_key", "in", (1, 2, 900))) == 2
    assert count(Condition("order_key", "in", ())) == 0
    either = AnyOf((Condition("order_key", "=", 1), Condition("external_id", "=", "a-2")))
    assert count(either, Condition("order_key", "<", 2)) == 1
    with pytest.raises(ValueError):
        count(Condition("order_key) OR (1", "=", 1))
    with pytest.raises(ValueError):
        count(Condition("order_key", "= 1 OR", 1))


def test_an_engine_reads_the_mart_and_nothing_else(folder: Path) -> None:
    for sql in ("SELECT * FROM read_csv('/etc/hostname')", "COPY (SELECT 1) TO '/tmp/x.csv'"):
        with pytest.raises(duckdb.Error):
            Engine(folder).run(sql)


def test_all_contracts_make_tables(tmp_path: Path) -> None:
    with MartWriter(tmp_path) as writer:
        writer.publish(today=TODAY)
        assert not writer.is_outdated
    engine = Engine(tmp_path)
    for name, table in TABLES.items():
        found = engine.arrow(f"SELECT * FROM {name}")
        assert found.schema.names == [column.name for column in table.columns]
        assert found.num_rows == 0
        assert DeltaTable(tmp_path / "g0" / name).to_pyarrow_table().num_rows == 0


def test_contract_change_asks_for_a_rebuild(folder: Path) -> None:
    raw = json.loads((folder / manifest.POINTER).read_text())
    (folder / manifest.POINTER).write_text(json.dumps(raw | {"contract": "older"}))
    with MartWriter(folder) as writer:
        assert writer.is_outdated


def test_a_failing_stream_leaves_the_mart_as_it_was(folder: Path) -> None:
    def broken() -> Iterator[pa.RecordBatch]:
        yield orders([900])
        raise RuntimeError("the source broke off")

    with pytest.raises(RuntimeError), MartWriter(folder) as writer:
        writer.append("orders", broken())
    assert len(content(folder)) == 150 and len(parts(folder)) == 1
