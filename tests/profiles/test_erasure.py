from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from regulars.accounts.actors import Actor
from regulars.accounts.models import AuditEntry
from regulars.identity.models import Link, Profile
from regulars.insights.models import Score, ScoreRun
from regulars.jobs.models import Job, OutboxMessage
from regulars.jobs.outbox import Letter, put
from regulars.kernel.errors import Busy, NotAllowed, NotFound
from regulars.profiles import erasure
from regulars.profiles.models import Card, Erasure
from regulars.profiles.search import find
from regulars.sources import feed
from regulars.sources.files.records import EventRow
from regulars.sources.models import (
    CustomerRecord,
    Feedback,
    Identifier,
    Import,
    ImportUndo,
    Order,
    QuarantinedRow,
)
from tests.profiles.people import NOON, booking, customer, land, refresh, review, sale

OWNER = Actor("owner", "cli")
MARK = "Quillfeather"
MAIL = ("email", f"zyx.{MARK.lower()}@example.org")
PHONE = ("phone", "+447700955321")
NUMBER = ("customer_id:shop", "ZQX-77123")
# What must not be in any file afterwards.
TRACES = [MARK, MARK.lower(), MARK.upper(), "7700955321", "7700 955321", "ZQX-77123"]

THIRD_PARTY = {
    "admin",
    "auth",
    "contenttypes",
    "sessions",
    "account",
    "mfa",
    "axes",
    "socialaccount",
}


@pytest.fixture(autouse=True)
def no_callbacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "_callbacks", {})


def plant(folder: Path) -> int:
    """A marked person in everything that can hold one, among others; returns their number."""
    others = [
        customer(
            f"o{n}",
            ("customer_id:shop", f"O-{n}"),
            ("email", f"o{n}@example.org"),
            name=f"Other {n}",
            likes=f"tea with {MAIL[1]}" if n == 9 else "tea",
        )
        for n in range(300)
    ]
    marked = customer(
        "m",
        NUMBER,
        MAIL,
        PHONE,
        name=f"Zyx {MARK}",
        street=f"1 {MARK} Lane",
        note=f"{MARK} likes rye",
        consents=[("email", "granted", NOON, f"{MARK} ticked it")],
        events=(("subscribed", NOON),),
    )
    land("customers", [*others[:150], marked, *others[150:]])
    land("customers", [customer("m", NUMBER, MAIL, name=f"Old {MARK}")], source="shop")
    land(
        "sales",
        [
            sale("S1", 500, NUMBER, name=f"Cake for Zyx {MARK}", traits={"name": f"Zyx {MARK}"}),
            sale("S2", 700, MAIL, PHONE),
            sale("S3", 300, ("customer_id:shop", "O-7"), name=f"Gift to {MAIL[1].upper()}"),
            sale(f"{MAIL[1]}@2025-03-01T12:00:00", 250, MAIL),
            sale("S4", -100, NUMBER, at=NOON + timedelta(days=1)),
        ],
    )
    land("reviews", [review("R1", MAIL, text=f"Ask for {MARK}", author=MARK)])
    land("bookings", [booking("B1", PHONE, MAIL, name=f"Zyx {MARK}")])
    page = {"page": f"/hello/{MARK}"}
    land("events", [EventRow(1, "E1", "Product Viewed", NOON, page, (MAIL,))])
    undone = land(
        "customers", [customer("u", MAIL, ("card", f"{MARK.upper()}9"), name=MARK)], source="till"
    )
    ImportUndo.objects.create(retracted=undone)
    kept = folder / "uploads" / "people.csv"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(f"id,name,mail\n1,O,o1@example.org\n2,{MARK},{MAIL[1].upper()}\n")
    free = folder / "uploads" / "others.csv"
    free.write_text("id,mail\n1,o1@example.org\n2,o2@example.org\n")
    run = land(
        "customers",
        [],
        source="web",
        path=str(kept),
        is_kept_copy=True,
        quarantined=2,
        notes=[f"A row of {MAIL[1]} was passed over."],
    )
    land("audience", [], source="mail", path=str(free), is_kept_copy=True)
    cells = {"Name": f"Zyx {MARK}", "Phone": "07700 955321", "Date": "31/31/2025"}
    QuarantinedRow.objects.create(
        digest=1, of_import=run, row_no=1, cells=cells, reason="date", message=f"{MARK}?"
    )
    QuarantinedRow.objects.create(
        digest=1, of_import=run, row_no=2, cells={"Name": "Sam"}, reason="date", message="?"
    )
    AuditEntry.objects.create(face="cli", verb="x", subject=MAIL[1], detail={"to": MAIL[1]})
    Job.objects.create(name="mail", arguments={"to": [MAIL[1]]}, queued_at=NOON, run_after=NOON)
    letter = Letter("sample", "1", "olive@crumb.test", "Numbers", f"Zyx {MARK} waits for an answer")
    put(letter)
    put(replace(letter, occasion="2", text=f"To {MAIL[1]}"))
    put(replace(letter, occasion="3", text="Nobody in particular"))
    refresh()
    number = Link.objects.get(identifier__value=MAIL[1]).profile_id
    Score.objects.create(run=ScoreRun.objects.create(model="x", version="1"), profile_id=number)
    return number


def revenue() -> int:
    seen = feed.view("UTC")
    return sum(order[13] for order, _ in feed.orders_with_lines(seen))


def rows_naming() -> list[str]:
    """Every table and column in which a trace still stands."""
    found = []
    for model in apps.get_models():
        for row in model._default_manager.values():
            text = json.dumps(row, default=str, ensure_ascii=False)
            found += [f"{model.__name__}: {trace}" for trace in TRACES if trace in text]
    return found


# In a process of its own: closing SQLite's files gives up the locks of the process that reads them.
_READ = """
import json, sys
from pathlib import Path
traces, folders = json.loads(sys.argv[1])
files = [one for folder in folders for one in sorted(Path(folder).rglob("*")) if one.is_file()]
found = [f"{one.name}: {trace}" for one in files for trace in traces
         if trace.encode() in one.read_bytes()]
print(json.dumps(found))
"""


def files_naming(*folders: Path) -> list[str]:
    asked = json.dumps([list(TRACES), [str(folder) for folder in folders]])
    told = subprocess.run(
        [sys.executable, "-c", _READ, asked], capture_output=True, text=True, check=True
    )
    found: list[str] = json.loads(told.stdout)
    return found


@pytest.mark.django_db(transaction=True)
def test_nothing_of_an_erased_person_is_left(data_folder: Path) -> None:
    number = plant(data_folder)
    before, orders = revenue(), Order.objects.count()
    told: list[Any] = []
    erasure.on_erased(lambda *ids: told.append(ids))
    assert rows_naming()
    on_disk = (
        Path(connection.settings_dict["NAME"]).parent
        if connection.vendor == "sqlite"
        else data_folder
    )
    assert files_naming(on_disk, data_folder)
    receipt = erasure.erase(OWNER, number, why=f"{MAIL[1]} asked")
    assert rows_naming() == []
    assert receipt.is_mart_done
    assert receipt.is_log_emptied
    assert files_naming(on_disk, data_folder) == []
    assert (data_folder / "uploads" / "others.csv").exists()
    assert revenue() == before
    assert Order.objects.count() == orders
    assert Feedback.objects.get().rating == 5
    assert OutboxMessage.objects.get().text == "Nobody in particular"
    assert Identifier.objects.filter(value="o7@example.org").exists()
    assert [hit for text in ("quill", MAIL[1], "955321") for hit in find(text)] == []
    assert not Profile.objects.filter(pk=number).exists()
    assert told[0][1] == frozenset({number})
    assert Erasure.objects.get().pending is None
    refresh()
    assert rows_naming() == []


@pytest.mark.django_db
def test_the_counts_of_an_import_still_add_up(data_folder: Path) -> None:
    number = plant(data_folder)
    rows = QuarantinedRow.objects.count()
    erasure.erase(OWNER, number)
    assert QuarantinedRow.objects.count() == rows
    assert QuarantinedRow.objects.get(row_no=1).resolution == "erased"
    assert QuarantinedRow.objects.get(row_no=2).cells == {"Name": "Sam"}
    assert CustomerRecord.objects.filter(identifier__value="O-1").exists()
    assert Import.objects.filter(path="", is_kept_copy=False, source__namespace="web").exists()


@pytest.mark.django_db
def test_everything_known_is_given_out(data_folder: Path) -> None:
    number = plant(data_folder)
    given = json.loads(json.dumps(erasure.export(OWNER, number)))
    tables = given["tables"]
    assert {row["value"] for row in tables["sources_identifier"]} >= {MAIL[1], PHONE[1], NUMBER[1]}
    assert {row["external_id"] for row in tables["sources_order"]} >= {"S1", "S2", "S4"}
    assert "S3" not in json.dumps(tables)
    for table in (
        "sources_customerrecord",
        "sources_orderline",
        "sources_feedback",
        "sources_booking",
        "sources_event",
        "sources_quarantinedrow",
        "sources_import",
        "profiles_card",
        "insights_score",
        "identity_link",
        "jobs_job",
        "jobs_outboxmessage",
        "accounts_auditentry",
    ):
        assert tables[table], table
    assert AuditEntry.objects.filter(verb="people.export").exists()


@pytest.mark.django_db
def test_who_may(data_folder: Path) -> None:
    number = plant(data_folder)
    for role in ("manager", "helper", "analyst"):
        with pytest.raises(NotAllowed):
            erasure.erase(Actor(role, "api"), number)
    for role in ("helper", "analyst"):
        with pytest.raises(NotAllowed):
            erasure.export(Actor(role, "api"), number)
    with pytest.raises(NotFound):
        erasure.erase(OWNER, 10**9)


@pytest.mark.django_db
def test_a_value_of_two_people_stays(data_folder: Path) -> None:
    shared = ("phone", "+441904123456")
    land(
        "customers",
        [
            customer("1", ("email", "a@x.org"), shared, name="A"),
            customer("2", ("email", "b@x.org"), shared, name="B"),
        ],
    )
    refresh()
    number = Link.objects.get(identifier__value="a@x.org").profile_id
    erasure.erase(OWNER, number)
    assert Identifier.objects.filter(value=shared[1]).exists()
    refresh()
    assert Card.objects.get().phone == shared[1]


@pytest.mark.django_db
def test_a_cut_off_erasure_goes_on(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number = plant(data_folder)
    real = erasure.handlers()
    broken = next(one for one in real if one.table == "sources_customerrecord")

    def fail(*_: object) -> int:
        raise KeyboardInterrupt

    cut = type(broken)(broken.table, broken.export, fail, broken.kept)
    monkeypatch.setattr(
        erasure, "handlers", lambda: tuple(cut if one is broken else one for one in real)
    )
    with pytest.raises(KeyboardInterrupt):
        erasure.erase(OWNER, number)
    refresh()
    monkeypatch.setattr(erasure, "handlers", lambda: real)
    assert len(erasure.resume()) == 1
    assert rows_naming() == []
    assert erasure.resume() == []


@pytest.mark.django_db
def test_the_mart_is_told_again_until_it_could(data_folder: Path) -> None:
    number, answers = plant(data_folder), [Busy("locked"), None]

    def mart(*_: object) -> None:
        answer = answers.pop(0)
        if answer:
            raise answer

    erasure.on_erased(mart)
    receipt = erasure.erase(OWNER, number)
    assert not receipt.is_mart_done
    assert Erasure.objects.get().pending
    assert [one.is_mart_done for one in erasure.resume()] == [True]


@pytest.mark.django_db
def test_the_same_file_does_not_bring_sales_back(data_folder: Path) -> None:
    rows = [sale("S1", 500, NUMBER), sale("S2", 700, MAIL)]
    land("sales", rows)
    refresh()
    erasure.erase(OWNER, Link.objects.get(identifier__value=MAIL[1]).profile_id)
    before = revenue()
    land("sales", rows)
    refresh()
    assert revenue() == before == 1200


def holds_words(model: type[models.Model]) -> bool:
    texts = (
        models.CharField,
        models.TextField,
        models.JSONField,
        models.BinaryField,
        models.FileField,
    )
    return any(isinstance(field, texts) for field in model._meta.get_fields())


def test_every_table_with_words_has_a_handler_or_a_reason() -> None:
    from importlib import import_module

    from regulars.config.collection import FLOORS

    reasons: dict[str, str] = {}
    for floor in FLOORS:
        reasons |= import_module(f"regulars.{floor}.privacy").NOT_PERSONAL
    handled = {one.table for one in erasure.handlers()}
    wordy = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if holds_words(model) and model._meta.app_label not in THIRD_PARTY
    }
    assert wordy - handled - reasons.keys() == set()
    assert handled & reasons.keys() == set()
    assert all(len(reason) > 10 for reason in reasons.values())


def test_two_handlers_for_a_table_are_refused() -> None:
    one = erasure.handlers()[0]
    erasure.register([one])
    with pytest.raises(ValueError, match="two privacy handlers"):
        erasure.register([type(one)(one.table, one.export, one.erase, one.kept)])
