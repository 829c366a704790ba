"""What sensors told of a day: how many came, how long they stayed and queued, by zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from regulars.accounts.models import Member
from regulars.kernel import clock
from regulars.sources import imports, origins, sensed
from regulars.sources.connectors.kept import as_messages
from regulars.sources.connectors.mqtt import mapping
from regulars.sources.connectors.mqtt.mapping import Packet, Setting
from regulars.sources.connectors.mqtt.session import daily, sensor
from regulars.sources.intake.keeping import KEEPER
from regulars.sources.intake.landing import land_waiting
from regulars.sources.models import Import, Source
from regulars.sources.sensed import Hour
from tests import world

pytestmark = pytest.mark.django_db
LONDON = Setting(ZoneInfo("Europe/London"), ["shop/#"], daily, sensor)
DAY = date(2026, 7, 1)
NINE = datetime(2026, 7, 1, 8, tzinfo=UTC)
"""Nine o'clock in London, in summer."""


@pytest.fixture
def people() -> world.People:
    return world.open_shop()


@pytest.fixture
def source(people: world.People) -> Iterator[Source]:
    given = {"broker": "mqtt://127.0.0.1", "topics": "shop/#"}
    with clock.frozen(NINE + timedelta(hours=10)):
        yield origins.add(people.owner, "mqtt", name="Sensors", given=given)


@pytest.fixture
def browser(people: world.People, client: Any) -> Any:
    """The owner's, signed in."""
    client.force_login(
        Member.objects.get(pk=people.owner.member_id),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return client


def tell(source: Source, topic: str, said: Any, minutes: float) -> None:
    at = NINE + timedelta(minutes=minutes)
    found = mapping.tell(Packet(topic, orjson.dumps(said), at), LONDON)
    KEEPER.keep(source.pk, at, list(as_messages(found, at)))
    land_waiting()


def of_day(source: Source, on: date = DAY) -> dict[str, sensed.Zone]:
    return {one.name: one for one in sensed.of_day(source.pk, on, "Europe/London")}


def test_counts_by_the_hour_of_the_shop(source: Source) -> None:
    for minutes, went_in in ((0, 2), (30, 3), (70, 4), (-10 * 60, 50), (16 * 60, 60)):
        tell(source, "shop/door", {"in": went_in, "out": 1}, minutes)
    door = of_day(source)["door"]
    assert door.by_hour == [Hour(9, 5, 2), Hour(10, 4, 1)]
    assert (door.went_in, door.went_out) == (9, 3)
    assert door.busiest is not None and door.busiest.hour == 9


def test_totals_become_differences_whatever_was_told_in_between(source: Source) -> None:
    for minutes, total in ((-600, 90), (0, 100), (10, 107), (70, 3), (80, 5)):
        tell(source, "shop/door/total", total, minutes)
    tell(source, "shop/door/left", {"total_in": 1000, "total_out": 40, "zone": "door"}, 5)
    tell(source, "shop/door/left", {"total_in": 1001, "total_out": 42, "zone": "door"}, 15)
    assert of_day(source)["door"].by_hour == [Hour(9, 18, 2), Hour(10, 5, 0)]


def test_visits_end_where_a_presence_is_silent(source: Source) -> None:
    for minutes in (0, 15, 30, 51, 60):
        tell(source, "shop/yard", {"device": "AA:BB:CC:DD:EE:01", "rssi": -50}, minutes)
    tell(source, "shop/yard", {"device": "AA:BB:CC:DD:EE:02", "rssi": -50}, 10)
    tell(source, "shop/bar", {"device": "AA:BB:CC:DD:EE:02", "rssi": -50}, 12)
    zones = of_day(source)
    assert sorted(zones["yard"].minutes) == [0, 9, 30] and zones["bar"].minutes == [0]
    assert zones["yard"].dwell_minutes == 9 and not zones["yard"].is_counted


def test_queues_and_their_page(source: Source, browser: Any) -> None:
    tell(source, "shop/till", {"queue": 4, "wait_seconds": 180}, 0)
    tell(source, "shop/till", {"queue": 9, "wait_seconds": 300}, 10)
    tell(source, "shop/door", {"in": 12, "out": 3}, 20)
    for minutes in (0, 12):
        tell(source, "shop/yard", ["AA:BB:CC:DD:EE:01", "AA:BB:CC:DD:EE:02"], minutes)
    till = of_day(source)["till"]
    assert (till.longest_queue, till.wait_minutes) == (9, 4)
    page = browser.get(f"/sources/live/{source.pk}").content.decode()
    for said in (
        "12 went in, 3 out.",
        "from 9:00: 12",
        "2 visits; half of them lasted 12 minutes",
        "At most 9 in the queue.",
        "They waited 4 minutes on average.",
        "nobody listens",
    ):
        assert said in page, said
    assert "/v1/hook/" not in page and "AA:BB" not in page
    with clock.frozen(NINE + timedelta(days=1)):
        assert "12 went in, 3 out." in browser.get(f"/sources/live/{source.pk}").content.decode()
    with clock.frozen(NINE + timedelta(days=2)):
        assert "Nothing yet." in browser.get(f"/sources/live/{source.pk}").content.decode()


def test_what_was_taken_back_counts_no_more(people: world.People, source: Source) -> None:
    tell(source, "shop/door", {"in": 2}, 0)
    assert of_day(source)["door"].went_in == 2
    imports.undo(people.owner, Import.objects.get().pk)
    assert of_day(source) == {}
