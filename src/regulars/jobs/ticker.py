"""The ticker: queues work that comes round, once per occasion, whoever looks first.

A floor declares what comes round and asks its own tables when. The worker looks every few seconds;
each occasion is one row, written together with its job, so that neither a second worker nor a
restart makes it happen twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from regulars.jobs.models import Job, Tick
from regulars.jobs.queue import enqueue
from regulars.jobs.registry import discover
from regulars.kernel import clock

EVERY_SECONDS = 20.0
KEPT = timedelta(days=400)
LATE, RESTORED = "late", "restored"
_WEEK = timedelta(days=7)
# How many missed weeks are told apart; more say nothing more.
_WEEKS_BACK = 8
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Weekly:
    """Every week on ``weekday`` (0 is Monday) at ``hour`` o'clock in ``zone``.

    ``since`` is when that was decided: occasions before it never were.
    """

    weekday: int
    hour: int
    zone: str
    since: datetime

    def on(self, day: date) -> datetime:
        """The instant of that hour on ``day``, in UTC.

        An hour that the clocks leave out begins when they are put forward; of one that comes
        twice the first counts.
        """
        return datetime.combine(day, time(self.hour), ZoneInfo(self.zone)).astimezone(UTC)

    def before(self, now: datetime) -> Iterator[datetime]:
        """Yield the occasions up to ``now``, the latest first, back to ``since``."""
        today = clock.today_of(now, self.zone)
        day = today - timedelta(days=(today.weekday() - self.weekday) % 7)
        for _week in range(_WEEKS_BACK):
            due = self.on(day)
            if due < self.since:
                return
            if due <= now:
                yield due
            day -= _WEEK


@dataclass(frozen=True, slots=True)
class Every:
    """Every so many minutes of UTC since midnight of 1970, after ``since``.

    Only the last occasion counts: of several that were missed, the earlier would do nothing.
    """

    minutes: int
    since: datetime

    def before(self, now: datetime) -> Iterator[datetime]:
        """Yield the latest occasion up to ``now``, unless it was not after ``since``."""
        length = self.minutes * 60
        due = datetime.fromtimestamp(now.timestamp() // length * length, UTC)
        if due > self.since:
            yield due


class Rhythm(Protocol):
    """Says which occasions there were, the latest first."""

    def before(self, now: datetime) -> Iterator[datetime]:
        """Yield the occasions up to ``now``."""
        ...


@dataclass(frozen=True, slots=True)
class Schedule:
    """Work that comes round. ``times`` is asked at every look; ``patience`` is how late an occasion
    may still be kept."""

    job: str
    times: Callable[[], Iterable[Rhythm]]
    patience: timedelta


_schedules: dict[str, Schedule] = {}


def schedule(
    job: str, *, times: Callable[[], Iterable[Rhythm]], patience: timedelta = timedelta(days=2)
) -> None:
    """Declare that the job ``job`` comes round; it is called with ``due_at`` (ISO, UTC)."""
    if job in _schedules:
        raise ValueError(f"schedule {job!r} is declared twice")
    _schedules[job] = Schedule(job, times, patience)


def tick() -> int:
    """Queue what has come round since the last look; returns how many jobs.

    An occasion that is later than its patience is passed over, and its row says so.
    """
    count = 0
    for one in _known():
        for due in _new_occasions(one):
            is_late = clock.now() - due > one.patience
            count += _note(one, due, LATE if is_late else "")
    return count


def pass_over_restored() -> None:
    """Let what has come round before a restore be: it may have happened before the backup was put
    back, and the backup cannot know. Inside the restore's transaction."""
    for one in _known():
        for due in _new_occasions(one):
            _note(one, due, RESTORED)
        undone = Job.objects.filter(name=one.job, finished_at=None, failed_at=None)
        undone.update(finished_at=clock.now(), result={"passed_over": RESTORED}, leased_until=None)


def passed_over(job: str, within: timedelta) -> Tick | None:
    """The latest occasion of ``job``, if it was passed over and is not longer ago than that."""
    latest = Tick.objects.filter(schedule=job).order_by("-due_at").first()
    is_recent = latest is not None and clock.now() - latest.at <= within
    return latest if latest is not None and is_recent and latest.passed_over else None


def purge() -> int:
    """Forget occasions of long ago; returns how many."""
    return Tick.objects.filter(due_at__lt=clock.now() - KEPT).delete()[0]


def _known() -> list[Schedule]:
    discover()
    return list(_schedules.values())


def _new_occasions(one: Schedule) -> list[datetime]:
    """Occasions that nobody has noted, the earliest first."""
    found: set[datetime] = set()
    for rhythm in set(one.times()):
        for due in rhythm.before(clock.now()):
            if Tick.objects.filter(schedule=one.job, due_at=due).exists():
                break
            found.add(due)
    return sorted(found)


def _note(one: Schedule, due: datetime, passed_over: str) -> bool:
    """Write the occasion's row, and its job with it; False where another was quicker."""
    try:
        with transaction.atomic():
            Tick.objects.create(
                schedule=one.job, due_at=due, at=clock.now(), passed_over=passed_over
            )
            if not passed_over:
                enqueue(one.job, {"due_at": due.isoformat()})
    except IntegrityError:
        return False
    if passed_over:
        _log.warning("%s of %s was passed over (%s)", one.job, due.isoformat(), passed_over)
    return not passed_over
