"""What a sensor's payload says: its fields by name, its time, counts, queues, devices, its shape.

No sentence that is raised here holds a value: it might name a device.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from regulars.sources.connectors.contract import Json
from regulars.sources.connectors.messages import Unclear
from regulars.sources.connectors.mqtt import topics

_MOST = 1_000_000
_MOST_WAIT_SECONDS = 86_400
_FIRST = datetime(2015, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
_FIRST_MILLISECONDS = 1e11

_TIMES = ("time", "timestamp", "ts", "at", "datetime", "measuredat", "measured", "receivedat")
ZONES = ("zone", "zonename", "location", "area", "room", "place")
_INSIDE = frozenset(
    ("data", "payload", "value", "values", "object", "uplinkmessage", "decodedpayload")
)
_COUNTS = {
    "in": ("in", "ins", "enter", "entered", "entries", "countin", "peoplein", "count", "visitors"),
    "out": ("out", "outs", "exit", "exited", "exits", "countout", "peopleout"),
}
TOTALS = {
    "total_in": ("totalin", "intotal", "total", "totalcount", "cumulative"),
    "total_out": ("totalout", "outtotal"),
}
_LENGTH = ("queue", "queuelength", "length", "waiting", "peoplewaiting")
_WAIT = ("waitseconds", "waitingseconds", "waittime", "waitingtime", "wait")
_WAIT_MINUTES = ("waitminutes", "waitingminutes", "waitmin")
_DEVICES = ("devices", "macs", "clients", "stations", "addresses")
_DEVICE = ("mac", "device", "deviceid", "devicemac", "macaddress", "clientmac", "client", "station",
           "stationmac", "address", "addr")  # fmt: skip
_SIGHTED = ("rssi", "distance", "signal")
_GONE = ("nothome", "away", "left", "gone", "offline", "departed")


def fields_of(said: Any, topic: str, depth: int = 3) -> Json:
    """What a payload says, by names without their signs; what it wraps stands beside the rest."""
    if not isinstance(said, dict):
        return {_meaning(topic): said}
    found: Json = {}
    inside: list[Json] = []
    for name, value in said.items():
        plain = topics.bare(name)
        if plain in _INSIDE and isinstance(value, dict) and depth:
            inside.append(value)
        else:
            found.setdefault(plain, value)
    for one in inside:
        found = {**fields_of(one, topic, depth - 1), **found}
    if "value" in found:
        found.setdefault(_meaning(topic), found.pop("value"))
    return found


def _meaning(topic: str) -> str:
    """What a number by itself is, by the words of its topic."""
    levels = topics.words(topic)
    last = topics.bare(levels[-1]) if levels else ""
    if last in (*_WAIT, *_WAIT_MINUTES):
        return last
    if any("queue" in one for one in levels) or last in _LENGTH:
        return "queue"
    for names in (*TOTALS.values(), *_COUNTS.values()):
        if last in names:
            return last
    return "count"


def own_time(fields: Json, received: datetime, zone: ZoneInfo) -> datetime | None:
    """The reading's own time, or None where it tells none that can be.

    Text in ISO 8601, in the business's zone where it names none; seconds or milliseconds since
    1970. A sensor whose clock was never set does not know the time.
    """
    for name in _TIMES:
        try:
            at = _instant(fields.get(name), zone)
        except (ValueError, OverflowError):
            continue
        if at is not None and _FIRST <= at <= received + _AHEAD:
            return at
    return None


def _instant(value: Any, zone: ZoneInfo) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value).strip()
    if re.fullmatch(r"\d{9,13}(\.\d+)?", text):
        seconds = float(text)
        seconds /= 1000 if seconds > _FIRST_MILLISECONDS else 1
        return datetime.fromtimestamp(seconds, UTC)
    if not isinstance(value, str) or not 10 < len(text) <= 40:
        return None
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def counted(fields: Json) -> Json:
    """What went in and out since the last reading, else the counter's totals as they stand."""
    found = _numbers(fields, _COUNTS)
    return found or _numbers(fields, TOTALS)


def _numbers(fields: Json, wanted: dict[str, tuple[str, ...]]) -> Json:
    found = {ours: _whole(fields, names, _MOST) for ours, names in wanted.items()}
    return {name: value for name, value in found.items() if value is not None}


def queue(fields: Json) -> Json:
    length = _whole(fields, _LENGTH, _MOST)
    wait = _whole(fields, _WAIT, _MOST_WAIT_SECONDS)
    if wait is None:
        minutes = _number(fields, _WAIT_MINUTES, _MOST_WAIT_SECONDS / 60)
        wait = None if minutes is None else round(minutes * 60)
    found = {"length": length, "wait_seconds": wait}
    return {name: value for name, value in found.items() if value is not None}


def _whole(fields: Json, names: tuple[str, ...], most: float) -> int | None:
    found = _number(fields, names, most)
    if found is not None and names is not _WAIT and found != int(found):
        raise Unclear("a count is no whole number")
    return None if found is None else round(found)


def _number(fields: Json, names: tuple[str, ...], most: float) -> float | None:
    """The number under the first of ``names`` that there is. `Unclear` names the field alone: its
    value might name a device."""
    name = next((one for one in names if fields.get(one) is not None), None)
    if name is None:
        return None
    value = fields[name]
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError
        found = float(value)
    except (ValueError, OverflowError):
        raise Unclear(f"{name} is no number") from None
    if not 0 <= found <= most:
        raise Unclear(f"{name} is out of range")
    return found


def devices_of(fields: Json, topic: str) -> list[str] | None:
    """The names of the devices that were seen; None where it tells of none, not even of nobody."""
    state = topics.bare(text_in(fields, ("state", "status", "presence")))
    for name in _DEVICES:
        if isinstance(listed := fields.get(name), list):
            return [_device(one) for one in listed]
    named = next((fields[name] for name in _DEVICE if fields.get(name)), None)
    if named is None and is_sighting(fields):
        named = fields.get("id") or topics.mac_in(topic) or None
    if named is None:
        return None
    return [] if state in _GONE else [_device(named)]


def is_sighting(fields: Json) -> bool:
    is_listed = any(isinstance(fields.get(name), list) for name in _DEVICES)
    return is_listed or any(name in fields for name in _SIGHTED)


def _device(value: Any) -> str:
    if isinstance(value, dict):
        inner = fields_of(value, "")
        value = next((inner[name] for name in (*_DEVICE, "id") if inner.get(name)), None)
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise Unclear("a device has no name")
    return str(value).strip()[:400]


def text_in(fields: Json, names: tuple[str, ...]) -> str:
    found = next((fields[name] for name in names if isinstance(fields.get(name), str)), "")
    return " ".join(found.replace("\x00", "").split())


def shape(value: Any, depth: int = 3) -> Any:
    """What a payload looks like, without anything in it that might name a device: only what a
    count or a queue would be stands, texts are told by their length, strange names by their place.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if abs(value) < _MOST else "a number"
    if isinstance(value, str):
        return f"a text of {len(value)}"
    if depth == 0:
        return "…"
    if isinstance(value, dict):
        return {_shown(name, place): _value(name, one, depth - 1)
                for place, (name, one) in enumerate(list(value.items())[:20])}  # fmt: skip
    return [shape(one, depth - 1) for one in value[:5]]


def _shown(name: str, place: int) -> str:
    known = topics.bare(name)
    return known if known in _KNOWN else f"field {place + 1}"


def _value(name: str, value: Any, depth: int) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "a number" if is_number and topics.bare(name) not in _MEASURES else shape(value, depth)


_MEASURES = frozenset(
    name
    for names in (_LENGTH, _WAIT, _WAIT_MINUTES, *_COUNTS.values(), *TOTALS.values())
    for name in names
)
_KNOWN = _MEASURES.union(
    _TIMES, ZONES, _INSIDE, _DEVICES, _DEVICE, _SIGHTED, ("id", "state", "status")
)
