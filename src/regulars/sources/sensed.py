"""What sensors told of one day, zone by zone: how many came, how long they stayed, how long they
queued. Nobody is known by it: a presence is a hash that holds for that day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from statistics import mean, median
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max

from regulars.sources.following import STREAM
from regulars.sources.live import standing_ids
from regulars.sources.models import Event, Import

COUNTED, QUEUE, SEEN = "Visitors Counted", "Queue Measured", "Presence Seen"
GAP = timedelta(minutes=20)
"""Between two sightings of one presence: beyond it, another visit begins."""
# Clocks that go before ours, and batches that landed beside each other.
_SLACK = timedelta(hours=1)
Reading = tuple[str, datetime, dict[str, Any]]


@dataclass(slots=True)
class Hour:
    """Who went in and out within one local hour, 0 to 23."""

    hour: int
    went_in: int = 0
    went_out: int = 0


@dataclass(slots=True)
class Zone:
    """One zone's day. ``minutes`` are those of each visit, from its first sighting to its last;
    ``lengths`` and ``waits`` (seconds) what was measured of its queue."""

    name: str
    hours: dict[int, Hour] = field(default_factory=dict)
    minutes: list[float] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)
    is_counted: bool = False

    @property
    def went_in(self) -> int:
        return sum(one.went_in for one in self.hours.values())

    @property
    def went_out(self) -> int:
        return sum(one.went_out for one in self.hours.values())

    @property
    def by_hour(self) -> list[Hour]:
        """The hours in which anybody was counted, in their order."""
        return [one for _, one in sorted(self.hours.items()) if one.went_in or one.went_out]

    @property
    def busiest(self) -> Hour | None:
        """The hour in which most went in, the earliest of several; None where nobody did."""
        found = max(self.hours.values(), key=lambda one: (one.went_in, -one.hour), default=None)
        return found if found and found.went_in else None

    @property
    def visits(self) -> int:
        return len(self.minutes)

    @property
    def dwell_minutes(self) -> float | None:
        """What half of the visits lasted at least; None without any."""
        return median(self.minutes) if self.minutes else None

    @property
    def longest_queue(self) -> int | None:
        return max(self.lengths, default=None)

    @property
    def wait_minutes(self) -> float | None:
        """The mean of the waits that were measured."""
        return mean(self.waits) / 60 if self.waits else None


def of_day(source_id: int, on: date, timezone: str) -> list[Zone]:
    """Return what a source's sensors told of the local day ``on``, by zone and in their order."""
    here = ZoneInfo(timezone)
    begins = datetime.combine(on, time(), here)
    ends = datetime.combine(on + timedelta(days=1), time(), here)
    zones: dict[str, Zone] = {}

    def zone(said: dict[str, Any]) -> Zone:
        name = str(said.get("zone") or "")
        return zones.setdefault(name, Zone(name))

    totals: dict[tuple[str, str, str], list[tuple[datetime, int]]] = defaultdict(list)
    seen: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    # A counter that only tells its total is read from where it stood the evening before.
    for name, at, said in _readings(source_id, begins - timedelta(days=1), ends):
        for total in ("total_in", "total_out"):
            if total in said:
                sensor = str(said.get("sensor") or "")
                totals[str(said.get("zone") or ""), sensor, total].append((at, int(said[total])))
        if at < begins:
            continue
        if name == SEEN:
            seen[zone(said).name, str(said.get("presence"))].append(at)
        elif name == QUEUE:
            zone(said).lengths += [int(said["length"])] if "length" in said else []
            zone(said).waits += [int(said["wait_seconds"])] if "wait_seconds" in said else []
        else:
            _count(zone(said), at.astimezone(here).hour, said.get("in", 0), said.get("out", 0))
    for (name, _, total), stood in totals.items():
        for at, more in _differences(stood):
            if at >= begins:
                counted = (more, 0) if total == "total_in" else (0, more)
                _count(zone({"zone": name}), at.astimezone(here).hour, *counted)
    for (name, _), sightings in seen.items():
        zones[name].minutes += visits(sightings)
    return [zones[name] for name in sorted(zones)]


def visits(sightings: Iterable[datetime]) -> list[float]:
    """Return the minutes of each visit, from its first sighting to its last; a silence of more than
    `GAP` parts two. A device that was seen once stayed 0 minutes as far as anybody knows."""
    found: list[list[datetime]] = []
    for at in sorted(sightings):
        if found and at - found[-1][-1] <= GAP:
            found[-1].append(at)
        else:
            found.append([at])
    return [(one[-1] - one[0]).total_seconds() / 60 for one in found]


def _count(zone: Zone, hour: int, went_in: Any, went_out: Any) -> None:
    zone.is_counted = True
    counted = zone.hours.setdefault(hour, Hour(hour))
    counted.went_in += int(went_in)
    counted.went_out += int(went_out)


def _differences(stood: list[tuple[datetime, int]]) -> Iterator[tuple[datetime, int]]:
    """What a counter's total grew by, each time it was told. Where it fell it began anew at 0."""
    for (_, before), (at, now) in pairwise(sorted(stood)):
        yield at, now - before if now >= before else now


def _readings(source_id: int, begins: datetime, ends: datetime) -> Iterator[Reading]:
    streams = Import.objects.filter(source_id=source_id, kind=STREAM, pk__in=standing_ids())
    found = Event.objects.filter(
        pk__gt=_last_before(begins - _SLACK),
        of_import_id__in=list(streams.values_list("pk", flat=True)),
        name__in=(COUNTED, QUEUE, SEEN),
        happened_at__gte=begins,
        happened_at__lt=ends,
    )
    yield from found.order_by().values_list("name", "happened_at", "properties").iterator()


def _last_before(at: datetime) -> int:
    """The number of an event before which all were recorded before ``at``: numbers follow the time
    of recording, and months of readings need not be looked at."""
    low, high = 0, Event.objects.aggregate(last=Max("pk"))["last"] or 0
    while low < high:
        middle = (low + high) // 2
        rows = Event.objects.filter(pk__gt=middle).order_by("pk")
        row = rows.values_list("pk", "recorded_at").first()
        if row is None or row[1] >= at:
            high = middle
        else:
            low = row[0]
    return low
