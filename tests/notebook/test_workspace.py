from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from regulars import Workspace
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from regulars.mart.tables import TABLES
from tests.contract.world import PASSWORD, REGULARS, World, address, write_sales


def test_figures_are_the_command_lines(here: Workspace) -> None:
    from regulars.accounts import actors
    from regulars.insights import figures

    table = here.metric("revenue", "orders", by="month", from_="2025-02-01", to=date(2025, 4, 30))
    assert table.schema.names == ["month", "metric", "value", "low", "high", "unit", "n"]
    answer = figures.ask(
        actors.owner("cli"),
        metrics=["revenue", "orders"],
        by=["month"],
        first=date(2025, 2, 1),
        last=date(2025, 4, 30),
    )
    assert table.select(["value", "n"]).to_pylist() == [
        {"value": row["value"], "n": row["n"]} for row in answer["rows"]
    ]


def test_types_do_not_depend_on_the_answer(here: Workspace) -> None:
    full = here.metric("revenue", by=["week", "product"], where={"channel": "web"}, compare=False)
    none = here.metric("revenue", by=["week", "product"], where={"channel": ["smoke"]})
    assert none.num_rows == 0
    assert full.schema == none.schema
    assert full.schema.field("week").type == pa.date32()
    assert here.people().schema == here.people(segment="lost").schema


def test_a_comparison_has_its_columns(here: Workspace) -> None:
    table = here.metric("orders", from_="2025-11-03", to="2025-11-30", compare=True)
    [row] = table.to_pylist()
    assert row["difference"] == row["value"] - row["before"]


def test_people_and_who_has_gone_quiet(here: Workspace) -> None:
    assert here.people().num_rows == len(REGULARS)
    assert here.people(quiet=True).column("email").to_pylist() == [address("Eve Quiet")]
    assert here.people(search="lovel").column("name").to_pylist() == ["Ada Lovelace"]
    assert pc.sum(here.segments().column("count")).as_py() == len(REGULARS)


def test_orders_beside_their_person(here: Workspace, world: World) -> None:
    person = world.person("Ada Lovelace")
    orders = here.orders()
    hers = here.orders(person=person, from_="2025-03-01", to="2025-03-31")
    assert hers.schema == orders.schema
    assert set(hers.column("profile_id").to_pylist()) == {person}
    assert orders.column("profile_id").null_count == 60
    assert here.orders(person=10**12).num_rows == 0
    accepted = orders.filter(pc.equal(orders.column("status"), "accepted"))
    [revenue] = here.metric("revenue").column("value").to_pylist()
    assert pc.sum(accepted.column("amount_minor")).as_py() == round(revenue * 100)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_of_the_mart_opens(name: str, here: Workspace) -> None:
    from regulars.mart.contracts import arrow_schema

    assert here.table(name).schema.names == arrow_schema(TABLES[name]).names


def test_sql_answers_one_question(here: Workspace) -> None:
    found = here.sql("SELECT count(*) AS n FROM Orders -- whole")
    assert found.to_pylist() == [{"n": here.orders().num_rows}]
    assert here.sql("WITH x AS (SELECT 1 AS a) SELECT a FROM x;").to_pylist() == [{"a": 1}]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "DELETE FROM orders",
        "SELECT 1; SELECT 2",
        "SELECT 1); COPY (SELECT 1) TO 'x.csv'; SELECT (1",
        "COPY (SELECT 1) TO 'x.csv'",
        "ATTACH 'other.db'",
        "SET threads = 1",
        "INSTALL httpfs",
        "SELECT * FROM read_csv('{world}/sales.csv')",
        "SELECT * FROM nowhere",
        "SELEKT",
    ],
)
def test_sql_reads_the_mart_and_nothing_else(text: str, here: Workspace, world: World) -> None:
    with pytest.raises(WrongUse):
        here.sql(text.format(world=world.folder))


def test_imports_and_the_pages(here: Workspace, world: World) -> None:
    imports = here.imports()
    assert set(imports.column("kind").to_pylist()) == {"sales", "customers"}
    assert imports.schema.field("started_at").type == pa.timestamp("us", tz="UTC")
    assert here.today()["business"] == "Crumb"
    person = world.person("Ada Lovelace")
    assert here.show(person)["name"] == "Ada Lovelace"
    with pytest.raises(NotFound):
        here.show(10**9)
    assert here.metrics().num_rows > 10


def test_the_same_file_again(here: Workspace, tmp_path: Path) -> None:
    [run] = here.import_file(write_sales(tmp_path / "sales.csv"), refresh=False)
    assert run["landed"] == 0


def test_it_shows_itself_in_one_line(here: Workspace, world: World) -> None:
    shown = here._repr_html_()
    assert "Crumb" in shown
    assert "2025-11-30" in shown
    assert len(shown) < 400


def test_a_member_sees_what_their_role_carries(world: World, db: None) -> None:
    helper = Workspace(member="helper@crumb.test")
    assert helper.people().column("spent").null_count == len(REGULARS)
    for question in (helper.metric, helper.orders, helper.today, helper.imports):
        with pytest.raises(NotAllowed):
            question("revenue") if question == helper.metric else question()
    with pytest.raises(NotAllowed):
        helper.sql("SELECT 1")
    with pytest.raises(NotFound):
        Workspace(member="nobody@crumb.test")


def test_wrong_questions(here: Workspace) -> None:
    for ask in (
        lambda: here.metric(),
        lambda: here.metric("reveneu"),
        lambda: here.metric("revenue", from_="yesterday"),
        lambda: here.table("everything"),
        lambda: here.people(segment="kings"),
    ):
        with pytest.raises(WrongUse):
            ask()


def test_one_process_opens_one_folder(here: Workspace, tmp_path: Path, world: World) -> None:
    assert Workspace(world.folder).folder == world.folder
    with pytest.raises(WrongUse, match="start another"):
        Workspace(tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


_IN_A_LOOP = """
import asyncio, sys
from regulars import Workspace

async def cell():
    here = Workspace(sys.argv[1])
    [run] = here.import_file(sys.argv[2], confirm=True)
    return run["rows_read"], here.metric("orders").column("value").to_pylist()

print(asyncio.run(cell()))
"""


@pytest.mark.slow
@pytest.mark.sqlite_only
def test_it_works_where_an_event_loop_runs(regulars: object, tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    words = [
        "--name",
        "Crumb",
        "--country",
        "GB",
        "--currency",
        "GBP",
        "--timezone",
        "Europe/London",
    ]
    program = Path(sys.executable).with_name("regulars")
    environment = {"REGULARS_DATA": str(folder), "PATH": str(program.parent)}
    setup = [program, "setup", *words, "--owner", "me@example.org", "--password-stdin"]
    subprocess.run(setup, input=PASSWORD, text=True, env=environment, check=True)
    sales = write_sales(tmp_path / "sales.csv")
    done = subprocess.run(
        [sys.executable, "-c", _IN_A_LOOP, folder, sales],
        env={"PATH": str(program.parent)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("(") and ", [" in done.stdout
