"""Lists and figures follow what somebody did: a file that landed, two people who are one."""

from __future__ import annotations

from datetime import datetime, timedelta

from regulars.accounts.actors import Actor
from regulars.jobs.models import Job
from regulars.jobs.queue import enqueue
from regulars.kernel import clock

REFRESH = "insights.refresh"
# Whoever answers one doubt answers the next: one refresh does for all.
_PAUSE = timedelta(seconds=10)


def follow(member_id: int | None, *, run_after: datetime | None = None) -> Job:
    """Queue a refresh on a member's behalf (``None``: the owner's); one that waits already does."""
    return enqueue(REFRESH, {"member_id": member_id}, unique_key=REFRESH, run_after=run_after)


def soon(actor: Actor) -> None:
    """Queue a refresh for a few seconds from now, if none waits."""
    follow(actor.member_id, run_after=clock.now() + _PAUSE)
