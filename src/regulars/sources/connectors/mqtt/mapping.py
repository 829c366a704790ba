"""What sensors publish → visitors counted, queues measured, presences seen, by zone.

A device is told apart by a hash that holds for one day (`Setting.hashed`); its name stands in
nothing that leaves here, and what cannot be read is told by its shape alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from regulars.sources.connectors.contract import Json
from regulars.sources.connectors.messages import Customer, Unclear, text_of, track
from regulars.sources.connectors.mqtt import payloads, topics
from regulars.sources.intake.protocol import Refused, read_json

COUNTED, QUEUE, SEEN = "Visitors Counted", "Queue Measured", "Presence Seen"
MOST_BYTES = 262_144
MOST_READINGS = 1_000
"""Readings, or devices, in one payload."""


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
    """The business's own time zone, the topic filters, ``hashed(day, *texts)``, which says nothing
    of another day's, and ``sensor(topic)``, a name for where a counter's totals come from."""

    timezone: ZoneInfo
    filters: list[str]
    hashed: Callable[..., str]
    sensor: Callable[[str], str]

    def day(self, at: datetime) -> str:
        """The business's day of an instant."""
        return at.astimezone(self.timezone).date().isoformat()


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


def unforeseen(packet: Packet, setting: Setting, why: str) -> Json:
    """A packet that could not be told for a reason that nobody foresaw, for quarantine."""
    return _unclear(packet, None, why, setting, 0)


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
    fields = payloads.fields_of(said, packet.topic)
    at = payloads.own_time(fields, packet.at, setting.timezone)
    if at is None and packet.is_retained:
        raise Untimed
    at = at or packet.at
    told = payloads.text_in(fields, payloads.ZONES)
    devices = payloads.devices_of(fields, packet.topic)
    if not devices or not payloads.is_sighting(fields):
        # A program that hears a device counts what it heard of it, too: that is nobody's visit.
        counted, queue = payloads.counted(fields), payloads.queue(fields)
        zone = {"zone": topics.zone_of(packet.topic, told, ())}
        if counted and counted.keys() <= payloads.TOTALS.keys():
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
    names = [topics.bare(one) or one for one in devices]
    for presence in dict.fromkeys(
        setting.hashed(setting.day(at), "presence", name) for name in names
    ):
        yield track(SEEN, text_of(at), Customer(), {**zone, "presence": presence})


def _unclear(packet: Packet, said: Any, why: str, setting: Setting, place: int) -> Json:
    key = setting.hashed(setting.day(packet.at), packet.topic, packet.payload, text_of(packet.at),
                         f"unclear {place}")  # fmt: skip
    return {
        "messageId": f"unclear/{key}",
        "unclear": why,
        "said": {
            "topic": topics.filter_of(packet.topic, setting.filters),
            "bytes": len(packet.payload),
            "shape": payloads.shape(said),
        },
    }
