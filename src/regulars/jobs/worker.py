"""The worker: takes jobs up until it is told to stop. ``python -m regulars.jobs`` runs one.

Light jobs are done here, one after the other; a heavy one in a child process beside them, one at
a time, so that its memory is given back. Open connections are listened to in threads beside both.
"""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import DatabaseError, close_old_connections, connections

from regulars.jobs import delivering, heartbeats, outbox, ticker
from regulars.jobs.listening import LOOK_SECONDS, Listening
from regulars.jobs.models import Job
from regulars.jobs.performing import Stopping, perform
from regulars.jobs.processes import environment_of_child, identity
from regulars.jobs.queue import fail, free_the_dead, purge, take, woken
from regulars.jobs.registry import followers, kinds

POLL_SECONDS = 0.2
# The supervisor waits 5 s in all: 3 for the work, the rest for giving the leases back.
GRACE_SECONDS = 3.0
_CHILD_GRACE_SECONDS = 1.0
_LISTENING_GRACE_SECONDS = 0.5
_KEPT = timedelta(days=30)
# How long work that follows what comes in rests after it failed.
_PAUSE_SECONDS = 5.0
_log = logging.getLogger(__name__)


class Worker:
    """One process that takes up jobs."""

    def __init__(self) -> None:
        self.name = identity()
        self.is_stopping = False
        self._is_performing = False
        self._stop_at = 0.0
        self._next_beat = 0.0
        self._next_purge = 0.0
        self._next_tick = 0.0
        self._next_look = 0.0
        self._listening = Listening()
        self._pauses: dict[Callable[[], int], float] = {}
        self._child: tuple[Job, subprocess.Popen[bytes]] | None = None
        self._heavy = frozenset(kind.name for kind in kinds() if kind.in_child)

    def run(self) -> None:
        """Work until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGALRM, self._on_alarm)
        while not self.is_stopping:
            try:
                close_old_connections()
                if not self.turn():
                    woken.wait(POLL_SECONDS)
                    woken.clear()
            except Stopping:
                break
            except DatabaseError as error:
                _log.warning("the database does not answer: %s", error)
                connections.close_all()
                time.sleep(1)
        self._close()

    def turn(self) -> bool:
        """Look after the child, say that we live, do one job; returns whether there was one."""
        self._look_after_child()
        self._keep_house()
        followed = self._follow()
        job = take(self.name, without=self._heavy if self._child else ())
        if job is None:
            return followed
        if job.name in self._heavy:
            self._child = (job, _start_child(job))
        else:
            self._perform(job)
        return True

    def _follow(self) -> bool:
        """Let every floor follow what came in; one that fails waits a while, the others go on."""
        is_more = False
        for one in followers():
            if self._pauses.get(one, 0.0) > time.monotonic():
                continue
            try:
                is_more |= one() > 0
            except DatabaseError:
                raise
            except Exception:
                _log.exception("%s.%s failed", one.__module__, one.__name__)
                self._pauses[one] = time.monotonic() + _PAUSE_SECONDS
        return is_more

    def _perform(self, job: Job) -> None:
        self._is_performing = True
        try:
            perform(job)
        finally:
            self._is_performing = False

    def _on_stop(self, *_: object) -> None:
        if not self.is_stopping:
            self.is_stopping = True
            self._stop_at = time.monotonic() + GRACE_SECONDS
            signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS)

    def _on_alarm(self, *_: object) -> None:
        if self._is_performing:
            raise Stopping

    def _keep_house(self) -> None:
        now = time.monotonic()
        if now >= self._next_beat:
            self._next_beat = now + heartbeats.EVERY_SECONDS
            heartbeats.beat(self.name, "worker")
            free_the_dead()
        if now >= self._next_tick:
            self._next_tick = now + ticker.EVERY_SECONDS
            ticker.tick()
            if delivering.is_due():
                outbox.wake()
        if now >= self._next_look:
            self._next_look = now + LOOK_SECONDS
            self._listening.look()
        if now >= self._next_purge:
            self._next_purge = now + 3600
            purge(_KEPT)
            outbox.purge()
            ticker.purge()

    def _look_after_child(self) -> None:
        if self._child is None:
            return
        job, process = self._child
        if process.poll() is not None:
            self._child = None
            _settle_if_killed(job, process.returncode)

    def _close(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        self._listening.end(_LISTENING_GRACE_SECONDS)
        if self._child is not None:
            job, process = self._child
            _end_child(process, self._stop_at - time.monotonic())
            _settle_if_killed(job, process.returncode)
        heartbeats.stop(self.name)
        connections.close_all()


def _start_child(job: Job) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "regulars.jobs.child", str(job.pk), str(job.attempts)]
    return subprocess.Popen(  # noqa: S603
        command, env=environment_of_child(), stdin=subprocess.DEVNULL
    )


def _end_child(process: subprocess.Popen[bytes], grace_seconds: float) -> None:
    try:
        process.wait(max(grace_seconds, 0))
        return
    except subprocess.TimeoutExpired:
        process.terminate()
    try:
        process.wait(_CHILD_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _settle_if_killed(job: Job, status: int) -> None:
    standing = Job.objects.filter(pk=job.pk, attempts=job.attempts).first()
    if standing is None or standing.state != "running":
        return
    how = f"signal {-status}" if status < 0 else f"status {status}"
    fail(standing, f"Its process ended early ({how}).")
