"""What sensors publish, in the shapes that sensors have; no payload stops another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import ANY
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.sources.connectors.mqtt import mapping, topics
from regulars.sources.connectors.mqtt.mapping import Packet, Setting, Untimed
from regulars.sources.connectors.mqtt.session import daily, sensor

AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
LONDON = Setting(ZoneInfo("Europe/London"), ["#"], daily, sensor)
MAC = "AA:BB:CC:DD:EE:0F"


def tell(topic: str, said: Any, at: datetime = AT) -> list[dict[str, Any]]:
    payload = said if isinstance(said, bytes) else orjson.dumps(said)
    return mapping.tell(Packet(topic, payload, at), LONDON)


def said(topic: str, told: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(one["event"], one["properties"]) for one in tell(topic, told)]


@pytest.mark.parametrize(
    ("topic", "payload", "wanted"),
    [
        ("shop/door/count", {"in": 3, "out": 2}, {"zone": "door", "in": 3, "out": 2}),
        ("shop/door", {"count": "5"}, {"zone": "door", "in": 5}),
        ("shop/door/out", 4, {"zone": "door", "out": 4}),
        ("door", 4.0, {"zone": "door", "in": 4}),
        ("tele/000123AA99FF/SENSOR", {"Location": "Yard", "entries": 1}, {"zone": "Yard", "in": 1}),
        ("shop/door/total", {"value": 9}, {"zone": "door", "total_in": 9, "sensor": ANY}),
        ("shop/door", {"device": "door-1", "in": 3}, {"zone": "door", "in": 3}),
        (f"x/{MAC}/state", {"data": {"in": 1}, "zone": "till"}, {"zone": "till", "in": 1}),
        (f"upstairs/{MAC}/state", {"exits": 1}, {"zone": "upstairs", "out": 1}),
        ("v3/app/devices/door/up", {"uplink_message": {"decoded_payload": {"count_in": 2}}},
         {"zone": "door", "in": 2}),
    ],
)  # fmt: skip
def test_counters(topic: str, payload: Any, wanted: dict[str, Any]) -> None:
    assert said(topic, payload) == [("Visitors Counted", wanted)]


@pytest.mark.parametrize(
    ("topic", "payload", "wanted"),
    [
        ("shop/till/queue", 4, {"zone": "till", "length": 4}),
        ("shop/queue/till/wait", 90.4, {"zone": "till", "wait_seconds": 90}),
        ("shop/till", {"length": 2, "wait_minutes": 1.5},
         {"zone": "till", "length": 2, "wait_seconds": 90}),
        ("shop/till", {"waitSeconds": 61.5}, {"zone": "till", "wait_seconds": 62}),
    ],
)  # fmt: skip
def test_queues(topic: str, payload: Any, wanted: dict[str, Any]) -> None:
    assert said(topic, payload) == [("Queue Measured", wanted)]


@pytest.mark.parametrize(
    ("topic", "payload", "zone"),
    [
        ("wifi/terrace", {"device": MAC, "rssi": -60, "count": 12}, "terrace"),
        ("wifi/terrace/probes", [MAC], "terrace"),
        ("wifi/terrace", {"count": 1, "clients": [MAC]}, "terrace"),
        ("wifi/terrace", MAC.encode(), "terrace"),
        ("terrace/wifi", {"devices": [{"mac": MAC.lower()}]}, "terrace"),
        (f"gateway/terrace/{MAC.replace(':', '')}", {"rssi": -5}, "terrace"),
        (f"espresense/devices/{MAC}/terrace", {"id": MAC, "distance": 1.2}, "terrace"),
        ("wifi/terrace", {"mac": MAC.replace(":", "-"), "zone": f"at {MAC}"}, "terrace"),
    ],
)  # fmt: skip
def test_presences(topic: str, payload: Any, zone: str) -> None:
    ((name, told),) = said(topic, payload)
    assert (name, told["zone"]) == ("Presence Seen", zone)
    assert told["presence"] == daily("2026-11-26", "presence", "aabbccddee0f")


def test_a_device_is_another_one_tomorrow_and_by_the_days_of_the_business() -> None:
    def presence(at: datetime) -> str:
        (one,) = tell("wifi/yard", [MAC], at)
        return str(one["properties"]["presence"])

    summer = datetime(2026, 7, 1, 22, 59, tzinfo=UTC)
    assert presence(summer) != presence(summer + timedelta(minutes=1))
    assert presence(summer + timedelta(minutes=1)) == presence(summer + timedelta(hours=23))


def test_who_has_gone_is_not_seen() -> None:
    assert said("wifi/yard", {"device": MAC, "state": "not_home"}) == []
    assert said("wifi/yard", []) == said("wifi/yard", {"devices": []}) == []


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ({"time": "2026-07-01T10:00:00"}, "2026-07-01T09:00:00.000Z"),
        ({"ts": 1764000000}, "2025-11-24T16:00:00.000Z"),
        ({"timestamp": "1764000000123"}, "2025-11-24T16:00:00.123Z"),
        ({"Time": "2026-11-26T10:00:00+05:00"}, "2026-11-26T05:00:00.000Z"),
        ({"time": "1970-01-01T00:00:12"}, "2026-11-26T09:30:00.000Z"),
        ({"time": "2031-01-01T00:00:12"}, "2026-11-26T09:30:00.000Z"),
        ({"time": "09:30", "ts": 1764000000}, "2025-11-24T16:00:00.000Z"),
        ({"time": "09:30"}, "2026-11-26T09:30:00.000Z"),
    ],
)
def test_times(told: dict[str, Any], at: str) -> None:
    ((one),) = tell("shop/door", {**told, "in": 1})
    assert one["timestamp"] == at


def test_a_retained_reading_needs_its_time() -> None:
    with pytest.raises(Untimed):
        mapping.tell(Packet("shop/door", b"4", AT, is_retained=True), LONDON)


def test_a_good_reading_lands_beside_a_bad_one() -> None:
    good, bad = tell("shop/door", [{"in": 1}, {"in": "x", "mac": MAC}])
    assert good["event"] == "Visitors Counted"
    assert bad["unclear"] == "in is no number"
    assert bad["said"]["shape"] == {"in": "a text of 1", "mac": f"a text of {len(MAC)}"}


_LEAVES = st.none() | st.booleans() | st.integers(-5, 1 << 62) | st.floats() | st.text(max_size=8)
_NAMES = st.sampled_from(
    ["in", "out", "total", "queue", "wait", "device", "devices", "mac", "id", "rssi", "zone",
     "time", "data", "payload", "state", "\x00", "", "IN", "ts"]
)  # fmt: skip
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=5)
)


@settings(max_examples=300, deadline=None)
@given(said=_VALUES, topic=st.text(max_size=20), raw=st.binary(max_size=30), is_raw=st.booleans())
def test_every_payload_ends_in_messages_that_can_be_kept(
    said: Any, topic: str, raw: bytes, is_raw: bool
) -> None:
    try:
        payload = raw if is_raw else orjson.dumps(said)
    except (TypeError, orjson.JSONEncodeError):
        payload = repr(said).encode("utf-8", "replace")
    for _ in range(2):
        found = mapping.tell(Packet(topic, payload, AT), LONDON)
    assert found == mapping.tell(Packet(topic, payload, AT), LONDON)
    assert len({one["messageId"] for one in found}) == len(found)
    orjson.dumps(found)


@pytest.mark.parametrize(
    ("wanted", "is_good"),
    [("a/+/b", True), ("#", True), ("a/#", True), ("a/#/b", False), ("a+/b", False), ("", False)],
)
def test_topic_filters(wanted: str, is_good: bool) -> None:
    assert topics.is_filter(wanted) is is_good
