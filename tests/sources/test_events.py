"""Clicks and visits: what visitors did lands as events, known or not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from regulars.accounts.actors import Actor
from regulars.sources import feed, imports
from regulars.sources.files.plan import Head, MapContext
from regulars.sources.files.propose import propose
from regulars.sources.files.records import EventRow, Rejected
from regulars.sources.models import Event, Identifier
from tests import world
from tests.sources.states import live
from tests.sources.test_shapes_sales import read

TRACK = {
    "id": "ajs-1", "received_at": "2025-04-03 10:00:00.640", "sent_at": "2025-04-03 10:00:00.000",
    "anonymous_id": "5c1b", "user_id": "9001", "event": "product_viewed",
    "event_text": "Product Viewed", "context_page_path": "/products/rye?token=abc#top",
    "context_page_title": "Rye loaf", "context_campaign_name": "spring", "context_ip": "1.2.3.4",
    "context_traits_email": "Ada@Crumb.test", "sku": "RYE", "uuid_ts": "2025-04-03 11:00:00",
}  # fmt: skip
COLUMNS = tuple(TRACK)


@pytest.fixture
def owner(db: None, data_folder: Path) -> Actor:
    return world.open_shop().owner


def file_of(folder: Path, *rows: dict[str, Any], name: str = "tracks.csv") -> Path:
    return world.write_named(folder / name, COLUMNS, [TRACK | row for row in rows])


def test_a_track_is_an_event_of_its_visitor() -> None:
    [known, stranger] = read(TRACK, TRACK | {"user_id": "", "context_traits_email": ""})
    assert known == EventRow(
        1, "ajs-1", "Product Viewed", datetime(2025, 4, 3, 10, tzinfo=UTC),
        {"page": "/products/rye", "title": "Rye loaf", "campaign": "spring", "sku": "RYE"},
        (("customer_id:segment", "9001"), ("email", "ada@crumb.test")),
    )  # fmt: skip
    assert stranger.identifiers == ()


def test_an_event_table_without_names_in_words() -> None:
    row = {name: TRACK[name] for name in TRACK if name != "event_text"}
    [told] = read(row | {"timestamp": "2025-04-03T09:59:59Z"})
    assert told.name == "product_viewed"
    assert told.happened_at == datetime(2025, 4, 3, 9, 59, 59, tzinfo=UTC)


def test_rows_without_a_day_or_a_name_are_held() -> None:
    rows = read(TRACK | {"sent_at": ""}, TRACK | {"event_text": ""}, TRACK | {"sent_at": "soon"})
    assert [row.reason for row in rows if isinstance(row, Rejected)] == [
        "no_date", "no_event", "bad_date",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "row", "fields"),
    [
        (
            "Timestamp,Email,Url,Action",
            ["2025-04-03 10:00", "a@b.example", "https://x.example/rye", "click"],
            {"date": "Timestamp", "email": "Email", "page": "Url", "what": "Action"},
        ),
        (
            "Datum,E-Mail,Ereignis,Seite,Kampagne",
            ["3.4.2025", "a@b.example", "geklickt", "/brot", "Ostern"],
            {"date": "Datum", "email": "E-Mail", "what": "Ereignis", "page": "Seite",
            "campaign": "Kampagne"},
        ),
    ],
)  # fmt: skip
def test_an_unknown_file_of_clicks_is_proposed_as_such(
    header: str, row: list[str], fields: dict[str, str]
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    columns = header.split(",")
    context = MapContext("GBP", "Europe/London", "GB", now)
    proposal = propose(columns, Head(columns, [row, row]).sample, None, context)
    assert (proposal.mapping.kind, proposal.mapping.fields) == ("events", fields)
    assert proposal.missing == ()


def test_clicks_land_once_and_can_be_undone(owner: Actor, tmp_path: Path) -> None:
    before = live()
    path = file_of(
        tmp_path, {}, {"id": "ajs-2", "user_id": "", "context_traits_email": ""}, {"id": "ajs-3"},
        {"id": "ajs-4", "sent_at": "yesterday"},
    )  # fmt: skip
    (run,) = imports.import_file(owner, path)
    assert (run.kind, run.landed, run.quarantined) == ("events", 3, 1)
    assert sorted(Event.objects.values_list("identifier__value", flat=True), key=str) == [
        "9001", "9001", None,
    ]  # fmt: skip
    assert Identifier.objects.filter(value="ada@crumb.test").exists()
    rows = list(feed.events(feed.view("Europe/London")))
    assert {row[2] for row in rows} == {"Product Viewed"}
    assert {json.loads(row[5])["page"] for row in rows} == {"/products/rye"}
    (again,) = imports.import_file(owner, path)
    assert (again.landed, again.unchanged, again.quarantined) == (0, 3, 1)
    told = live()
    imports.undo(owner, again.pk)
    assert live() == told
    imports.undo(owner, run.pk)
    assert live() == before


def test_a_changed_event_is_a_new_version(owner: Actor, tmp_path: Path) -> None:
    (first,) = imports.import_file(owner, file_of(tmp_path, {}))
    path = file_of(tmp_path, {"context_page_title": "Rye"}, name="more.csv")
    (second,) = imports.import_file(owner, path)
    assert (first.landed, second.landed, Event.objects.count()) == (1, 1, 2)
    [row] = feed.events(feed.view("Europe/London"))
    assert json.loads(row[5])["title"] == "Rye"


def test_events_without_numbers_are_told_apart_by_their_content(
    owner: Actor, tmp_path: Path
) -> None:
    text = "Timestamp,Email,Url,Action\n" + 2 * (
        "2025-04-03 10:00,ada@crumb.test,https://x.example/rye,click\n"
    )
    path = tmp_path / "clicks.csv"
    path.write_text(text, "utf-8")
    (run,) = imports.import_file(owner, path, is_confirmed=True)
    (again,) = imports.import_file(owner, path)
    assert (run.kind, run.landed, again.unchanged) == ("events", 2, 2)
