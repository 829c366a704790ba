"""Tables that come whole: by address or from a database, told once, read the same way each time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from regulars.accounts import actors
from regulars.accounts.actors import Actor
from regulars.jobs.models import Job
from regulars.kernel import clock
from regulars.kernel.errors import WrongUse
from regulars.profiles import erasure
from regulars.sources import imports, origins, reading_hooks
from regulars.sources.connectors import accounts, pulling, snapshots
from regulars.sources.connectors.table import database
from regulars.sources.models import Import, Source
from tests import postgres, world
from tests.connectors import vendor
from tests.connectors.hooks import NOW, orders
from tests.connectors.vendor import Asked, Says, Vendor

pytestmark = pytest.mark.django_db
HEAD = "number;when;mail;article;pieces;each\n"
FIRST = HEAD + "1;2026-11-20;ada@crumb.test;Loaf;2;3.50\n1;2026-11-20;ada@crumb.test;Bun;1;1.20\n"
MORE = FIRST + "2;2026-11-21;bob@crumb.test;Loaf;1;3.50\n"
MEANS = {"order_id": "number", "date": "when", "email": "mail", "item": "article",
         "quantity": "pieces", "unit_price": "each"}  # fmt: skip


class Place:
    """A file at an address, with or without an ETag, behind a password or not."""

    def __init__(self) -> None:
        self.content: bytes = FIRST.encode()
        self.etag = ""
        self.needs = ""

    def answer(self, asked: Asked) -> Says:
        if self.needs and asked.headers.get("authorization") != self.needs:
            return Says({"error": "who are you"}, 401)
        if asked.path == "/moved.csv":
            return Says(status=302, headers={"Location": "/sales.csv"}, raw=b"")
        if self.etag and asked.headers.get("if-none-match") == self.etag:
            return Says(status=304)
        headers = {"ETag": self.etag} if self.etag else {}
        return Says(raw=self.content, headers=headers)


@pytest.fixture
def owner() -> Actor:
    return world.open_shop().owner


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.fixture
def server(place: Place) -> Iterator[Vendor]:
    with vendor.running(place.answer) as running:
        yield running


def add(owner: Actor, address: str, *, secret: str = "", **given: str) -> Source:
    return origins.add(owner, "table", name="Warehouse", secret=secret,
                       given={"address": address, **given})  # fmt: skip


@pytest.fixture
def source(owner: Actor, server: Vendor) -> Source:
    return add(owner, f"{server.url}/sales.csv")


def decide(source: Source) -> int:
    owner = actors.owner("cli")
    return reading_hooks.decide(owner, source.pk, "sales", MEANS)


def pull(source: Source) -> dict[str, Any]:
    return origins.pull(actors.owner("cli"), source.pk)


def amounts() -> dict[str, int]:
    return {number: sums["goods"] for number, (_, sums) in orders().items()}


def test_the_first_waits_and_the_next_are_read_the_same_way(source: Source, place: Place) -> None:
    assert pull(source)["problem"] is None and amounts() == {}
    assert snapshots.waiting(source) is not None
    assert decide(source) == 2 and amounts() == {"1": 820}
    assert snapshots.waiting(source) is None
    place.content = MORE.encode()
    assert pull(source)["kept"] == 1 and amounts() == {"1": 820, "2": 350}
    assert {run.source_id for run in Import.objects.all()} == {source.pk}
    place.content = MORE.replace("Bun;1;1.20", "Bun;2;1.20").encode()
    pull(source)
    assert amounts() == {"1": 940, "2": 350}
    with pytest.raises(WrongUse):
        decide(source)


def test_what_did_not_change_is_not_read_again(
    source: Source, place: Place, server: Vendor
) -> None:
    pull(source)
    decide(source)
    pull(source)
    count = Import.objects.count()
    for etag in ("", '"v1"', '"v1"'):
        place.etag = etag
        pull(source)
    assert server.asked[-1].headers["if-none-match"] == '"v1"'
    assert Import.objects.count() == count


def test_other_columns_wait_again(source: Source, place: Place) -> None:
    pull(source)
    decide(source)
    place.content = b"nr;on;what;price\n3;2026-11-22;Loaf;3.50\n"
    pull(source)
    assert snapshots.waiting(source) is not None and amounts() == {"1": 820}


def test_a_known_export_is_imported_by_itself(owner: Actor, server: Vendor, place: Place) -> None:
    rows = [{"Name": "#1", "Email": "ada@crumb.test", "Financial Status": "paid",
             "Paid at": "2026-11-20 10:00:00 +0000", "Currency": "GBP", "Subtotal": "3.50",
             "Total": "3.50", "Created at": "2026-11-20 10:00:00 +0000",
             "Lineitem quantity": "1", "Lineitem name": "Loaf",
             "Lineitem price": "3.50"}]  # fmt: skip
    head = ("Name", "Email", "Financial Status", "Paid at", "Currency", "Subtotal", "Shipping",
            "Taxes", "Total", "Discount Amount", "Created at", "Lineitem quantity",
            "Lineitem name", "Lineitem price", "Lineitem sku", "Billing Name", "Phone",
            "Cancelled at", "Refunded Amount")  # fmt: skip
    path = Path(settings.DATA_FOLDER) / "made.csv"
    place.content = world.write_named(path, head, rows).read_bytes()
    pull(add(owner, f"{server.url}/orders.csv"))
    assert amounts() == {"#1": 350}


def test_a_moved_file_is_followed(owner: Actor, server: Vendor) -> None:
    source = add(owner, f"{server.url}/moved.csv")
    assert pull(source)["problem"] is None and snapshots.waiting(source) is not None


def test_parquet_is_read_exactly(owner: Actor, server: Vendor, place: Place) -> None:
    import duckdb

    path = Path(settings.DATA_FOLDER) / "made.parquet"
    with duckdb.connect() as engine:
        engine.execute(
            "COPY (SELECT '7' AS number, DATE '2026-11-20' AS \"when\", 'ada@crumb.test' AS mail, "
            f"'Loaf' AS article, 2 AS pieces, 3.10::DECIMAL(10,2) AS each) TO '{path}'"
        )
    place.content = path.read_bytes()
    source = add(owner, f"{server.url}/sales.parquet")
    pull(source)
    decide(source)
    assert amounts() == {"7": 620}


@pytest.mark.parametrize(
    ("says", "code"),
    [
        (Says({"error": "no"}, 401), accounts.TOKEN),
        (Says({"error": "no"}, 404), accounts.UNREACHABLE),
        (Says({"error": "no"}, 503), accounts.UNREACHABLE),
        (Says(raw=b"<!doctype html><title>Sign in</title>"), accounts.UNREACHABLE),
        (Says(raw=b""), accounts.UNREACHABLE),
        (Says(raw=b"PAR1 no"), accounts.UNREACHABLE),
        (Says(raw=bytes(range(256)) * 9), accounts.UNREACHABLE),
        (Says(status=302, headers={"Location": "http://elsewhere.test/x"}, raw=b""),
         accounts.UNREACHABLE),
    ],
)  # fmt: skip
def test_what_cannot_be_fetched_is_said_and_mended(
    source: Source, server: Vendor, says: Says, code: str
) -> None:
    server.faults = [says]
    problem = pull(source)["problem"]
    assert problem["code"] == code and problem["sentence"]
    if code == accounts.TOKEN:
        origins.give_secret(actors.owner("cli"), source.pk, secret="password=x")
    assert pull(source)["problem"] is None


def test_a_password_is_sent_and_kept_nowhere(
    owner: Actor, server: Vendor, place: Place, data_folder: Path
) -> None:
    place.needs = "Bearer s3cret-w0rd"
    source = add(owner, f"{server.url}/sales.csv", secret="password=s3cret-w0rd")
    assert pull(source)["problem"] is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT settings FROM sources_source WHERE id = %s", [source.pk])
        assert "s3cret-w0rd" not in str(cursor.fetchall())
    assert not any(b"s3cret-w0rd" in path.read_bytes() for path in data_folder.rglob("*")
                   if path.is_file())  # fmt: skip


def test_it_comes_by_its_own_hours(source: Source) -> None:
    with clock.frozen(NOW):
        assert pulling.enqueue_all() == 1
        pull(source)
    Job.objects.all().delete()
    with clock.frozen(NOW + timedelta(hours=23)):
        assert pulling.enqueue_all() == 0
    with clock.frozen(NOW + timedelta(hours=24)):
        assert pulling.enqueue_all() == 1
    origins.give_secret(actors.owner("cli"), source.pk, secret="", given={"hours": "2"})
    with clock.frozen(NOW + timedelta(hours=2)):
        Job.objects.all().delete()
        assert pulling.enqueue_all() == 1


def test_a_pull_that_was_killed_goes_on(
    source: Source, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull(source)
    decide(source)
    place.content = MORE.encode()
    real = imports.go_on

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(imports, "go_on", killed)
    with pytest.raises(KeyboardInterrupt):
        pulling.pull(source.pk)
    monkeypatch.setattr(imports, "go_on", real)
    assert amounts() == {"1": 820}
    pull(source)
    assert amounts() == {"1": 820, "2": 350} and Import.objects.count() == 2


def test_only_the_last_file_is_kept_and_none_that_waits_after_an_erasure(
    source: Source, place: Place, data_folder: Path
) -> None:
    pull(source)
    decide(source)
    for number in range(3, 6):
        place.content += f"{number};2026-11-22;;Bun;1;1.00\n".encode()
        pull(source)
    assert len(list((data_folder / "imports").rglob("*.csv"))) == 1
    place.content = b"a;b\n1;ada@crumb.test\n"
    pull(source)
    assert snapshots.waiting(source) is not None
    from regulars.identity.models import Link
    from regulars.insights.refresh import refresh

    refresh(actors.owner("cli"))
    link = Link.objects.get(identifier__value="ada@crumb.test")
    erasure.erase(actors.owner("cli"), link.profile_id)
    assert snapshots.waiting(source) is None
    assert not any(b"ada@crumb" in path.read_bytes() for path in data_folder.rglob("*.csv"))


# ---- databases ----------------------------------------------------------------------------------


def make_sqlite(path: Path) -> str:
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE sold (number, 'when', mail, article, pieces, each NUMERIC)")
        base.executemany("INSERT INTO sold VALUES (?, ?, ?, ?, ?, ?)", [
            ("1", "2026-11-20", "ada@crumb.test", "Loaf", 2, 3.5),
            ("2", "2026-11-20", None, "Bun; with seeds", 1, 1.2)])  # fmt: skip
    return f"sqlite:///{path}"


def test_a_database_is_asked_for_a_table_or_a_select(owner: Actor, tmp_path: Path) -> None:
    address = make_sqlite(tmp_path / "till.db")
    source = add(owner, address, query="sold")
    pull(source)
    assert decide(source) == 2 and amounts() == {"1": 700, "2": 120}
    with sqlite3.connect(tmp_path / "till.db") as base:
        base.execute("INSERT INTO sold VALUES ('3', '2026-11-21', '', 'Loaf', 1, 3.5)")
    query = 'SELECT number, "when", mail, article, pieces, each FROM sold WHERE number > 2'
    origins.give_secret(owner, source.pk, secret="", given={"query": query})
    pull(source)
    assert amounts() == {"1": 700, "2": 120, "3": 350}


def test_a_database_is_only_read(owner: Actor, tmp_path: Path) -> None:
    path = tmp_path / "till.db"
    source = add(owner, make_sqlite(path), query="WITH x AS (SELECT 1) DELETE FROM sold")
    assert "readonly" in pull(source)["problem"]["sentence"]
    origins.give_secret(owner, source.pk, secret="", given={"query": "nowhere"})
    assert "no such table: nowhere" in pull(source)["problem"]["sentence"]
    origins.give_secret(owner, source.pk, secret="", given={"query": ""})
    assert "Say which table" in pull(source)["problem"]["sentence"]
    with sqlite3.connect(path) as base:
        assert base.execute("SELECT count(*) FROM sold").fetchone() == (2,)


@pytest.mark.parametrize("query", ["", "DELETE FROM sold", "SELECT 1; DROP TABLE sold", "a b",
                                   "PRAGMA writable_schema=1", "sold -- x"])  # fmt: skip
def test_nothing_but_one_select_is_asked(query: str) -> None:
    with pytest.raises(WrongUse):
        database.statement(query)


def test_a_file_of_this_machine_is_given_at_this_machine(owner: Actor, tmp_path: Path) -> None:
    from_afar = Actor(owner.role, "web", owner.member_id, owner.label)
    for address in (f"sqlite:///{tmp_path}/x.db", "file:///etc/passwd", "/etc/passwd"):
        with pytest.raises(WrongUse):
            add(from_afar, address, query="sold")
    source = add(owner, "https://crumb.test/x.csv")
    with pytest.raises(WrongUse):
        origins.give_secret(from_afar, source.pk, secret="", given={"address": "SQLite:///x"})


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, str]]:
    """A PostgreSQL database of somebody else: its address and password."""
    cluster = postgres.start_cluster()
    try:
        yield cluster.url().replace(f":{cluster.password}@", "@"), cluster.password
    finally:
        cluster.stop()


def test_postgresql_is_read_with_a_password_and_not_written(
    owner: Actor, elsewhere: tuple[str, str]
) -> None:
    address, password = elsewhere
    source = add(owner, address, secret="password=wrong", query="SELECT 1")
    assert pull(source)["problem"]["code"] == accounts.TOKEN
    query = (
        "SELECT '1' AS number, TIMESTAMPTZ '2026-11-20 10:00+00' AS when, NULL AS mail, "
        "'Loaf' AS article, 2 AS pieces, 3.50::numeric AS each"
    )
    secret = f"password={password}"
    origins.give_secret(owner, source.pk, secret=secret, given={"query": query})
    assert pull(source)["problem"] is None
    decide(source)
    assert amounts() == {"1": 700}
    query = "WITH x AS (DELETE FROM pg_description RETURNING 1) SELECT * FROM x"
    origins.give_secret(owner, source.pk, secret="", given={"query": query})
    assert pull(source)["problem"]["code"] == accounts.UNREACHABLE


def test_values_are_written_exactly() -> None:
    assert database._text(Decimal("1E+3")) == "1000"
    assert database._text(None) == "" and database._text(b"\x01") == "01"


def test_a_database_without_driver_or_server_says_so(owner: Actor) -> None:
    for address in (
        "oracle://x@127.0.0.1/y",
        "postgresql://x@127.0.0.1:9/y",
        "mysql://x@127.0.0.1/y",
    ):
        source = origins.add(owner, "table", name=address[:20], secret="",
                             given={"address": address, "query": "sold"})  # fmt: skip
        assert pull(source)["problem"]["code"] == accounts.UNREACHABLE
