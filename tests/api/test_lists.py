from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import urlsplit

import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.sources.models import Import
from tests.api.conftest import Ask
from tests.contract.world import REGULARS, World, address


def all_pages(ask: Ask, path: str, name: str, limit: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = ask("manager", f"{path}limit={limit}{cursor}").json()
        assert len(page[name]) <= limit
        rows += page[name]
        if page["next_cursor"] is None:
            return rows
        cursor = f"&cursor={page['next_cursor']}"


@pytest.mark.parametrize(
    ("path", "name"), [("people?", "people"), ("orders?", "orders"), ("imports?", "imports")]
)
def test_pages_add_up_to_the_whole(path: str, name: str, world: World, ask: Ask) -> None:
    whole = ask("manager", f"{path}limit=1000").json()[name]
    limit = 1 if name == "imports" else 2 if name == "people" else 37
    assert all_pages(ask, path, name, limit) == whole
    assert len({row["id"] for row in whole}) == len(whole) > 1


def test_orders_are_newest_first_and_add_up(world: World, ask: Ask) -> None:
    orders = ask("analyst", "orders?limit=1000").json()["orders"]
    instants = [one["happened_at"] for one in orders]
    assert instants == sorted(instants, reverse=True)
    accepted = [one for one in orders if one["status"] == "accepted"]
    revenue = ask("analyst", "metrics/revenue").json()["rows"][0]
    assert round(sum(one["amount"] for one in accepted), 2) == revenue["value"]
    assert len(accepted) == revenue["n"]


def test_orders_are_filtered(world: World, ask: Ask) -> None:
    person = world.person("Chloe Dupont")
    orders = ask("analyst", "orders?limit=1000").json()["orders"]
    for query, keeps in {
        "from=2025-03-01&to=2025-03-31": lambda one: (
            "2025-03-01" <= one["local_on"] <= "2025-03-31"
        ),
        "place=Market": lambda one: one["place"] == "Market",
        "channel=web": lambda one: one["channel"] == "web",
        f"person={person}": lambda one: one["person"] == person,
        f"person={person}&channel=till": lambda one: (
            one["person"] == person and one["channel"] == "till"
        ),
    }.items():
        found = ask("analyst", f"orders?limit=1000&{query}").json()["orders"]
        assert found == [one for one in orders if keeps(one)], query
        assert found
    assert ask("analyst", "orders?person=123456789").json()["orders"] == []
    assert sum(one["person"] is None for one in orders) == 60


def test_people_are_filtered_and_found(world: World, ask: Ask) -> None:
    people = ask("manager", "people").json()["people"]
    quiet = ask("manager", "people?quiet=true").json()["people"]
    assert [one["email"] for one in quiet] == [address("Eve Quiet")]
    assert len(ask("manager", "people?quiet=false").json()["people"]) == len(people) - 1
    segment = people[0]["segment"]
    held = [one for one in people if one["segment"] == segment]
    assert ask("manager", f"people?segment={segment}").json()["people"] == held
    assert ask("manager", f"segments/{segment}/people").json()["people"] == held
    found = ask("manager", "people?q=lovel").json()["people"]
    assert [one["name"] for one in found] == ["Ada Lovelace"]
    assert ask("manager", "people?q=lovel&quiet=true").status_code == 422


def test_segments_count_everybody(world: World, ask: Ask) -> None:
    segments = ask("manager", "segments").json()["segments"]
    assert sum(one["count"] for one in segments) == len(REGULARS)


def test_a_table_that_a_spreadsheet_opens_runs_nothing(world: World, ask: Ask) -> None:
    answer = ask("manager", "people", headers={"accept": "text/csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert {row["name"] for row in rows} >= {"Ada Lovelace", '\'=HYPERLINK("evil")'}
    assert all(row["phone"].startswith("+44") for row in rows)


def test_csv_and_parquet_hold_what_json_holds(world: World, ask: Ask) -> None:
    orders = ask("analyst", "orders?limit=100").json()["orders"]
    table = pq.read_table(io.BytesIO(ask("analyst", "orders?limit=100&format=parquet").content))
    assert table.column("id").to_pylist() == [one["id"] for one in orders]
    assert table.column("amount").to_pylist() == [one["amount"] for one in orders]
    assert str(table.schema.field("happened_at").type) == "timestamp[us, tz=UTC]"
    assert str(table.schema.field("local_on").type) == "date32[day]"
    rows = list(
        csv.reader(io.StringIO(ask("analyst", "orders?limit=100&format=csv").content.decode()))
    )
    assert rows[0] == table.schema.names
    assert len(rows) == 101


def test_an_empty_table_keeps_its_columns(world: World, ask: Ask) -> None:
    answer = ask("analyst", "orders?place=Nowhere&format=parquet")
    table = pq.read_table(io.BytesIO(answer.content))
    assert table.num_rows == 0
    assert str(table.schema.field("amount").type) == "double"


def test_a_table_names_its_next_page(world: World, ask: Ask) -> None:
    answer = ask("analyst", "orders?limit=40&format=csv&place=Market")
    link = answer["Link"]
    assert link.endswith('; rel="next"')
    url = urlsplit(link[1 : link.index(">")])
    second = ask("analyst", f"orders?{url.query}")
    cursor = ask("analyst", "orders?limit=40&place=Market").json()["next_cursor"]
    expected = ask("analyst", f"orders?limit=40&place=Market&cursor={cursor}&format=csv")
    assert second.content == expected.content


def test_a_form_that_we_do_not_write_is_refused(world: World, ask: Ask) -> None:
    answer = ask("analyst", "orders", headers={"accept": "image/png"})
    assert answer.status_code == 406
    assert ask("analyst", "orders?format=xlsx").status_code == 422


@pytest.mark.parametrize("path", ["people", "orders", "imports"])
def test_a_longer_page_asks_no_more_of_the_database(path: str, world: World, ask: Ask) -> None:
    ask("manager", f"{path}?limit=1")
    counts = []
    for limit in (1, 2):
        with CaptureQueriesContext(connection) as queries:
            assert len(ask("manager", f"{path}?limit={limit}").json()[path]) == limit
        counts.append(len(queries))
    assert counts[0] == counts[1] < 12


def test_quarantine_is_listed_with_its_cells(world: World, ask: Ask) -> None:
    run = Import.objects.get(kind="sales")
    page = ask("analyst", f"imports/{run.pk}/quarantine").json()
    assert [row["cells"]["date"] for row in page["quarantine"]] == ["someday"]
    assert ask("analyst", f"imports/{run.pk}/quarantine?reason=other").json()["quarantine"] == []
    assert ask("analyst", "imports/999/quarantine").status_code == 404


@pytest.mark.parametrize("cursor", ["x", "1", "1.x", "9" * 30 + ".1", "1." + "9" * 30, "-1.5.2"])
@pytest.mark.parametrize("path", ["orders", "people", "imports"])
def test_a_foreign_cursor_is_refused(path: str, cursor: str, world: World, ask: Ask) -> None:
    answer = ask("manager", f"{path}?cursor={cursor}")
    assert answer.status_code == (200 if (path, cursor) == ("imports", "1") else 422)


def test_writing_somebody_known_down_says_what_it_replaced(world: World, ask: Ask) -> None:
    ada = world.person("Ada Lovelace")
    for name, was in (("Ada Byron", "Ada Lovelace"), ("Ada Lovelace", "Ada Byron")):
        said = {"email": address("Ada Lovelace"), "traits": {"name": name}}
        answer = ask("helper", "people", "post", data=said, content_type="application/json")
        assert answer.json() == {"id": ada, "was_known": True, "replaced": {"name": was}}
    again = ask("helper", "people", "post", data=said, content_type="application/json")
    assert again.json()["replaced"] == {}
