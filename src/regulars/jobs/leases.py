"""Exclusive work: one process at a time may land an import, write the mart, restore a backup."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event

from django.db import IntegrityError, transaction

from regulars.jobs.models import Lease
from regulars.jobs.processes import identity, is_dead
from regulars.jobs.renewing import renewing
from regulars.kernel import clock
from regulars.kernel.errors import Busy
from regulars.kernel.telling import told

LANDING = "landing"
MART = "mart"
IDENTITY = "identity"
# What a restore holds besides its own right, so that nothing else changes meanwhile.
EXCLUSIVE = (LANDING, MART)
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Held:
    """A lease in hand."""

    name: str
    holder: str
    lost: Event

    def check(self) -> None:
        """Raise `Busy` when the lease ran out and may be another's by now (this machine slept)."""
        if self.lost.is_set():
            raise Busy(
                told(
                    "The right to work on %(name)s was lost while this stood still.",
                    name=repr(self.name),
                )
            )


@contextmanager
def hold(name: str, seconds: float = 30.0, *, wait_seconds: float = 0.0) -> Iterator[Held]:
    """Hold the right to ``name`` alone inside the block, renewed every third of ``seconds``.

    Tries for ``wait_seconds``, then raises `Busy`. A killed holder's right is free at once on its
    own machine, elsewhere after ``seconds``. Enter it outside a transaction: others must see it.
    """
    holder = identity()
    deadline = time.monotonic() + wait_seconds
    while not _acquire(name, holder, seconds):
        if time.monotonic() >= deadline:
            raise Busy(
                told(
                    "Another process is at work on %(name)s. Try again in a moment.",
                    name=repr(name),
                )
            )
        time.sleep(_POLL_SECONDS)
    mine = Lease.objects.filter(name=name, holder=holder)

    def renew() -> bool:
        return bool(mine.update(until=clock.now() + timedelta(seconds=seconds)))

    try:
        with renewing(renew, seconds / 3) as lost:
            yield Held(name, holder, lost)
    finally:
        mine.delete()


def holder_of(name: str) -> str | None:
    """Return who holds ``name`` now, or None."""
    lease = Lease.objects.filter(name=name, until__gt=clock.now()).first()
    return lease.holder if lease and not is_dead(lease.holder) else None


def held() -> list[str]:
    """Return the names that somebody holds now."""
    live = Lease.objects.filter(until__gt=clock.now()).order_by("name")
    return [lease.name for lease in live if not is_dead(lease.holder)]


def _acquire(name: str, holder: str, seconds: float) -> bool:
    now = clock.now()
    until = now + timedelta(seconds=seconds)
    standing = Lease.objects.filter(name=name).first()
    if standing is not None:
        if standing.until > now and not is_dead(standing.holder):
            return False
        # Only the lease that was seen is taken over; a quicker one has changed it by now.
        seen = Lease.objects.filter(name=name, holder=standing.holder, until=standing.until)
        return bool(seen.update(holder=holder, until=until))
    try:
        with transaction.atomic():
            Lease.objects.create(name=name, holder=holder, until=until)
    except IntegrityError:
        return False
    return True
