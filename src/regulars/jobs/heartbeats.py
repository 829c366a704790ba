"""Processes say that they are alive, so that doctor and restore can ask."""

from __future__ import annotations

from datetime import timedelta

from regulars.jobs.models import Heartbeat
from regulars.jobs.processes import is_dead
from regulars.kernel import clock

EVERY_SECONDS = 5.0
_MISSED_AFTER = timedelta(seconds=4 * EVERY_SECONDS)


def beat(process: str, kind: str) -> None:
    """Say that ``process`` is alive; forget those that have been silent for a day."""
    now = clock.now()
    Heartbeat.objects.update_or_create(process=process, defaults={"kind": kind, "at": now})
    Heartbeat.objects.filter(at__lt=now - timedelta(days=1)).delete()


def stop(process: str) -> None:
    """Say that ``process`` has ended in good order."""
    Heartbeat.objects.filter(process=process).delete()


def living(kind: str) -> list[Heartbeat]:
    """Return the processes of ``kind`` that live, the latest sign first."""
    recent = Heartbeat.objects.filter(kind=kind, at__gt=clock.now() - _MISSED_AFTER)
    return [one for one in recent.order_by("-at") if not is_dead(one.process)]
