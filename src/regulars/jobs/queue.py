"""The queue: put work in, take it up under a lease, settle it. Never two holders of one job.

Every settling names the attempt it settles, so that a worker whose lease ran out cannot touch
what another one has taken up since.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from regulars.jobs.models import Job
from regulars.jobs.processes import is_dead, machine
from regulars.jobs.registry import kind_of
from regulars.kernel import clock

LEASE_SECONDS = 20.0
_FIRST_PAUSE_SECONDS = 2.0
_LONGEST_PAUSE_SECONDS = 600.0
_BUSY_PAUSE_SECONDS = 1.0

woken = Event()


def enqueue(
    name: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    unique_key: str | None = None,
    run_after: datetime | None = None,
) -> Job:
    """Queue a job, visible once the caller's transaction commits.

    A job of ``unique_key`` that already waits is returned instead, with its own arguments (so the
    key names all of them that matter) and the earlier of the two times. One that runs already
    does not count: what it has read may be older than this call. `LookupError` for an unknown name.
    """
    kind = kind_of(name)
    now = clock.now()
    due = run_after or now
    with transaction.atomic():
        while True:
            # Locked until the caller commits: the worker cannot start it before it sees the change.
            waiting = _waiting(unique_key).select_for_update().first() if unique_key else None
            if waiting is not None:
                if due < waiting.run_after:
                    waiting.run_after = due
                    waiting.save(update_fields=["run_after"])
                break
            try:
                with transaction.atomic():
                    waiting = Job.objects.create(
                        name=name,
                        arguments=dict(arguments or {}),
                        unique_key=unique_key,
                        queued_at=now,
                        run_after=due,
                        max_attempts=kind.max_attempts,
                    )
                break
            except IntegrityError:
                if unique_key is None:
                    raise
        transaction.on_commit(woken.set)
    return waiting


def take(
    worker: str, lease_seconds: float = LEASE_SECONDS, *, without: Collection[str] = ()
) -> Job | None:
    """Take up the job that is due longest, or None. Names in ``without`` are left to others.

    A job whose lease ran out is taken up again, until its attempts are used up. Two jobs of one
    unique key never run side by side.
    """
    # Looking first, without a transaction: an idle poll must not ask for SQLite's write lock.
    while _free(without).exists():
        with transaction.atomic():
            job = _free(without).select_for_update(skip_locked=True).first()
            if job is None:
                return None
            if job.attempts < job.max_attempts:
                return _hold(job, worker, lease_seconds)
            _end(job, failed_at=clock.now(), failure=job.failure or _interrupted(job))
    return None


def renew(job: Job, lease_seconds: float = LEASE_SECONDS) -> bool:
    """Lengthen the lease; False when the job is not this attempt's any more."""
    return bool(_mine(job).update(leased_until=_from_now(lease_seconds)))


def hand_over(job: Job, worker: str, lease_seconds: float = LEASE_SECONDS) -> bool:
    """Give the lease to another holder (a child process); False when it was lost before."""
    changed = _mine(job).update(leased_by=worker, leased_until=_from_now(lease_seconds))
    job.leased_by = worker
    return bool(changed)


def done(job: Job, result: Any = None) -> bool:
    """Settle the job as done; False when it is not this attempt's any more."""
    changes = {"finished_at": clock.now(), "failure": "", "result": result}
    return bool(_mine(job).update(leased_until=None, **changes))


def fail(job: Job, failure: str, *, may_retry: bool = True) -> bool:
    """Note a failure: the job waits twice as long each time, or has failed for good.

    False when it is not this attempt's any more.
    """
    if may_retry and job.attempts < job.max_attempts:
        pause = min(_FIRST_PAUSE_SECONDS * 2 ** (job.attempts - 1), _LONGEST_PAUSE_SECONDS)
        return _put_back(job, run_after=_from_now(pause), failure=failure)
    return bool(_mine(job).update(leased_until=None, failed_at=clock.now(), failure=failure))


def give_back(job: Job, *, pause_seconds: float = 0.0) -> bool:
    """Put a job back that was not tried in earnest (this process stops, or something was busy).

    The attempt is not counted. False when it is not this attempt's any more.
    """
    run_after = _from_now(pause_seconds) if pause_seconds else job.run_after
    return _put_back(job, run_after=run_after, attempts=job.attempts - 1)


def postpone(job: Job) -> bool:
    """Put a job back for a second because what it needs is busy; the attempt is not counted."""
    return give_back(job, pause_seconds=_BUSY_PAUSE_SECONDS)


def free_the_dead() -> int:
    """End the leases of processes of this machine that are gone; returns how many.

    The lease alone would do; this spares the wait after a kill.
    """
    held = _undone().filter(leased_by__startswith=machine(), leased_until__gt=clock.now())
    dead = [job for job in held if is_dead(job.leased_by)]
    return sum(_mine(job).update(leased_until=clock.now()) for job in dead)


def purge(older_than: timedelta) -> int:
    """Delete settled jobs that are older; returns how many."""
    limit = clock.now() - older_than
    return Job.objects.filter(Q(finished_at__lt=limit) | Q(failed_at__lt=limit)).delete()[0]


def _undone() -> QuerySet[Job]:
    return Job.objects.filter(finished_at=None, failed_at=None)


def _waiting(unique_key: str | None) -> QuerySet[Job]:
    return _undone().filter(leased_by="", unique_key=unique_key)


def _mine(job: Job) -> QuerySet[Job]:
    return _undone().filter(pk=job.pk, leased_by=job.leased_by, attempts=job.attempts)


def _free(without: Collection[str]) -> QuerySet[Job]:
    now = clock.now()
    same_key = _undone().filter(unique_key=OuterRef("unique_key")).exclude(leased_by="")
    return (
        _undone()
        .filter(Q(leased_until=None) | Q(leased_until__lte=now), run_after__lte=now)
        .exclude(name__in=without)
        .exclude(Exists(same_key.exclude(pk=OuterRef("pk"))))
        .order_by("run_after", "pk")
    )


def _hold(job: Job, worker: str, lease_seconds: float) -> Job:
    job.leased_by = worker
    job.leased_until = _from_now(lease_seconds)
    job.attempts += 1
    job.started_at = job.started_at or clock.now()
    job.save(update_fields=["leased_by", "leased_until", "attempts", "started_at"])
    return job


def _put_back(job: Job, **changes: Any) -> bool:
    with transaction.atomic():
        mine = _mine(job)
        newer = _waiting(job.unique_key).first() if job.unique_key else None
        if newer is not None:
            # One waiting job of a key: the newer one does this one's work too.
            ended = {"finished_at": clock.now(), "result": {"taken_over_by": newer.pk}}
            return bool(mine.update(leased_until=None, **ended))
        try:
            with transaction.atomic():
                return bool(mine.update(leased_by="", leased_until=None, **changes))
        except IntegrityError:
            # Another one of the key was queued between the look and the change.
            return bool(mine.update(leased_until=clock.now(), **changes))


def _end(job: Job, **changes: Any) -> None:
    Job.objects.filter(pk=job.pk).update(leased_until=None, **changes)


def _interrupted(job: Job) -> str:
    return f"It was interrupted {job.attempts} times before it could end."


def _from_now(seconds: float) -> datetime:
    return clock.now() + timedelta(seconds=seconds)
