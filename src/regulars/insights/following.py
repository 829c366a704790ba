"""Lists and figures follow what somebody said of people: that two are one, or are not."""

from __future__ import annotations

from datetime import timedelta

from regulars.accounts.actors import Actor
from regulars.jobs.queue import enqueue
from regulars.kernel import clock

REFRESH = "insights.refresh"
# Whoever answers one doubt answers the next: one refresh does for all.
_PAUSE = timedelta(seconds=10)


def soon(actor: Actor) -> None:
    """Queue a refresh for a few seconds from now, if none waits."""
    enqueue(
        REFRESH,
        {"member_id": actor.member_id},
        unique_key=REFRESH,
        run_after=clock.now() + _PAUSE,
    )
