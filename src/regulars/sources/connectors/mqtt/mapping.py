"""What sensors publish → visitors counted, queues measured, presences seen, by zone.

A device is told apart by a hash that holds for one day (`Setting.hashed`); its name stands in
nothing that leaves here, and what cannot be read is told by its shape alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from regulars.sources.connectors.contract import Json
from regulars.sources.connectors.messages import Customer, Unclear, text_of, track
from regulars.sources.connectors.mqtt import topics
from regulars.sources.intake.protocol import Refused, read_json

COUNTED, QUEUE, SEEN = "Visitors Counted", "Queue Measured", "Presence Seen"
MOST_BYTES = 262_144
MOST_READINGS = 1_000
"""Readings, or devices, in one payload."""
_MOST = 1_000_000
_MOST_WAIT_SECONDS = 86_400
_FIRST = datetime(2015, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
_FIRST_MILLISECONDS = 1e11

_TIMES = ("time", "timestamp", "ts", "at", "datetime", "measuredat", "measured", "receivedat")
_ZONES = ("zone", "zonename", "location", "area", "room", "place")
_INSIDE = frozenset(("data", "payload", "values", "object", "uplinkmessage", "decodedpayload"))
_COUNTS = {
    "in": ("in", "ins", "enter", "entered", "entries", "countin", "peoplein", "count", "visitors"),
    "out": ("out", "outs", "exit", "exited", "exits", "countout", "peopleout"),
}
_TOTALS = {
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


class Untimed(Exception):
    """A retained reading without a time of its own: nobody knows when it was."""


@dataclass(frozen=True, slots=True)
class Packet:
    """What a broker delivered, and when it first came to us."""

    topic: str
    payload: bytes
    at: datetime
    is_retained: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """The business's own zone, the topic filters, and a hash of texts that holds for one day."""

    zone: ZoneInfo
    filters: list[str]
    hashed: Callable[..., str]
    sensor: Callable[[str], str]

    def day(self, at: datetime) -> str:
        """The business's day of an instant."""
        return at.astimezone(self.zone).date().isoformat()


def tell(packet: Packet, setting: Setting) -> list[Json]:
    """Return the messages of a packet; what is unclear is one that waits in quarantine.

    Raises `Untimed`. The same packet gives the same messages, whenever it is told.
    """
    try:
        said = _read(packet.payload)
    except Unclear as unclear:
        return [_unclear(packet, None, str(unclear), setting, 0)]
    readings = said if isinstance(said, list) else [said]
    if isinstance(said, list) and said and all(isinstance(one, str) for one in said):
        readings = [{"devices": readings}]
    told: list[Json] = []
    for place, one in enumerate(readings):
        try:
            told += _numbered(_reading(one, packet, setting), packet, setting, place)
        except Unclear as unclear:
            told.append(_unclear(packet, one, str(unclear), setting, place))
    return told


def _read(payload: bytes) -> Any:
    if len(payload) > MOST_BYTES:
        raise Unclear("the payload is too long")
    if macs := topics.macs_only(payload.decode("utf-8", "replace")):
        return macs
    try:
        said = read_json(payload)
    except Refused:
        raise Unclear("the payload is neither JSON nor a number") from None
    if isinstance(said, list) and len(said) > MOST_READINGS:
        raise Unclear("the payload lists too much")
    return said


def _numbered(told: Iterator[Json], packet: Packet, setting: Setting, place: int) -> Iterator[Json]:
    for number, one in enumerate(told):
        at = one["timestamp"]
        key = setting.hashed(at[:10], packet.topic, packet.payload, at, f"{place}/{number}")
        yield {**one, "messageId": f"mqtt/{at}/{key}"}


def _reading(said: Any, packet: Packet, setting: Setting) -> Iterator[Json]:
    fields = _fields(said, packet.topic)
    at = own_time(fields, packet.at, setting.zone)
    if at is None and packet.is_retained:
        raise Untimed
    at = at or packet.at
    told = _text(fields, _ZONES)
    devices = _devices(fields, packet.topic)
    if not devices or not _is_sighting(fields):
        # A program that hears a device counts what it heard of it, too: that is nobody's visit.
        counted, queue = _counted(fields), _queue(fields)
        zone = {"zone": topics.zone_of(packet.topic, told, ())}
        if counted and counted.keys() <= _TOTALS.keys():
            counted["sensor"] = setting.sensor(packet.topic)
        if counted:
            yield track(COUNTED, text_of(at), Customer(), {**zone, **counted})
        if queue:
            yield track(QUEUE, text_of(at), Customer(), {**zone, **queue})
        if counted or queue:
            return
    if devices is None:
        raise Unclear("it tells of no count, no queue and no device")
    if len(devices) > MOST_READINGS:
        raise Unclear("the payload lists too much")
    zone = {"zone": topics.zone_of(packet.topic, told, tuple(devices))}
    for one in devices:
        presence = setting.hashed(setting.day(at), "presence", topics.bare(one) or one)
        yield track(SEEN, text_of(at), Customer(), {**zone, "presence": presence})


def _fields(said: Any, topic: str, depth: int = 3) -> Json:
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
        found = {**_fields(one, topic, depth - 1), **found}
    return found


def _meaning(topic: str) -> str:
    """What a number by itself is, by the words of its topic."""
    levels = topics.words(topic)
    last = topics.bare(levels[-1]) if levels else ""
    if last in (*_WAIT, *_WAIT_MINUTES):
        return last
    if any("queue" in one for one in levels) or last in _LENGTH:
        return "queue"
    for names in (*_TOTALS.values(), *_COUNTS.values()):
        if last in names:
            return last
    return "count"


def own_time(fields: Json, received: datetime, zone: ZoneInfo) -> datetime | None:
    """The reading's own time, or None where it tells none that can be.

    Text in ISO 8601, in the business's zone where it names none; seconds or milliseconds since
    1970. A sensor whose clock was never set does not know the time.
    """
    value = next((fields[name] for name in _TIMES if name in fields), None)
    try:
        at = _instant(value, zone)
    except (ValueError, OverflowError):
        return None
    return at if at is not None and _FIRST <= at <= received + _AHEAD else None


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


def _counted(fields: Json) -> Json:
    """What went in and out since the last reading, else the counter's totals as they stand."""
    found = _numbers(fields, _COUNTS)
    return found or _numbers(fields, _TOTALS)


def _numbers(fields: Json, wanted: dict[str, tuple[str, ...]]) -> Json:
    found = {ours: _whole(fields, names, _MOST) for ours, names in wanted.items()}
    return {name: value for name, value in found.items() if value is not None}


def _queue(fields: Json) -> Json:
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


def _devices(fields: Json, topic: str) -> list[str] | None:
    """The names of the devices that were seen; None where it tells of none, not even of nobody."""
    state = topics.bare(_text(fields, ("state", "status", "presence")))
    for name in _DEVICES:
        if isinstance(listed := fields.get(name), list):
            return [_device(one) for one in listed]
    named = next((fields[name] for name in _DEVICE if fields.get(name)), None)
    if named is None and _is_sighting(fields):
        named = fields.get("id") or topics.mac_in(topic) or None
    if named is None:
        return None
    return [] if state in _GONE else [_device(named)]


def _is_sighting(fields: Json) -> bool:
    return any(name in fields for name in _SIGHTED)


def _device(value: Any) -> str:
    if isinstance(value, dict):
        inner = _fields(value, "")
        value = next((inner[name] for name in (*_DEVICE, "id") if inner.get(name)), None)
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise Unclear("a device has no name")
    return str(value).strip()[:400]


def _text(fields: Json, names: tuple[str, ...]) -> str:
    found = next((fields[name] for name in names if isinstance(fields.get(name), str)), "")
    return " ".join(found.replace("\x00", "").split())


def _unclear(packet: Packet, said: Any, why: str, setting: Setting, place: int) -> Json:
    key = setting.hashed(setting.day(packet.at), packet.topic, packet.payload, text_of(packet.at),
                         f"unclear {place}")  # fmt: skip
    return {
        "messageId": f"unclear/{key}",
        "unclear": why,
        "said": {
            "topic": topics.filter_of(packet.topic, setting.filters),
            "bytes": len(packet.payload),
            "shape": shape(said),
        },
    }


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
    for names in (_LENGTH, _WAIT, _WAIT_MINUTES, *_COUNTS.values(), *_TOTALS.values())
    for name in names
)
_KNOWN = _MEASURES.union(
    _TIMES, _ZONES, _INSIDE, _DEVICES, _DEVICE, _SIGHTED, ("id", "state", "status")
)
