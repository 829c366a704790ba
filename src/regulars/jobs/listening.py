"""Listens where somebody sends over an open connection: a thread for each, beside a worker's jobs.

Of several workers one listens to a connection, under a lease. One that breaks is opened again after
a pause that grows; one that is wanted in another way, or no more, ends first.
"""

from __future__ import annotations

import logging
import time
from threading import Event, Thread

from django.db import DatabaseError, close_old_connections, connections

from regulars.jobs import leases
from regulars.jobs.registry import Wanted, wanted_connections
from regulars.kernel.errors import Busy

LOOK_SECONDS = 1.0
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0
_BUSY_SECONDS = 5.0
# A connection that stood so long worked: the next pause is a short one again.
_LASTED_SECONDS = 30.0
_LEASE_SECONDS = 30.0
_log = logging.getLogger(__name__)


class Listening:
    """The connections of one worker."""

    def __init__(self) -> None:
        self._connections: dict[str, _Connection] = {}

    def look(self) -> None:
        """Begin what is wanted, end what is not."""
        try:
            wanted = {one.name: one for one in wanted_connections()}
        except DatabaseError:
            raise
        except Exception:
            _log.exception("it cannot be told what to listen to")
            return
        for name, connection in list(self._connections.items()):
            if wanted.get(name) is None or wanted[name].mark != connection.wanted.mark:
                connection.over.set()
            if not connection.thread.is_alive():
                del self._connections[name]
        for name, one in wanted.items():
            # One that is wanted in another way begins once the one before it has ended.
            if name not in self._connections:
                self._connections[name] = _Connection(one)

    def end(self, grace_seconds: float) -> None:
        """End all; waits for them so long at most. What they had not kept comes again."""
        deadline = time.monotonic() + grace_seconds
        for connection in self._connections.values():
            connection.over.set()
        for connection in self._connections.values():
            connection.thread.join(max(deadline - time.monotonic(), 0))


class _Connection:
    """One connection's thread."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.over = Event()
        self.thread = Thread(target=self._run, name=wanted.name, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        try:
            while not self.over.is_set():
                began = time.monotonic()
                close_old_connections()
                is_busy = not self._listen()
                if time.monotonic() - began > _LASTED_SECONDS:
                    pause = _FIRST_PAUSE_SECONDS
                self.over.wait(_BUSY_SECONDS if is_busy else pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        finally:
            connections.close_all()

    def _listen(self) -> bool:
        """Listen until the connection breaks or shall end; False where another worker listens."""
        try:
            with leases.hold(f"listening:{self.wanted.name}", _LEASE_SECONDS) as held:
                self.wanted.listen(lambda: self.over.is_set() or held.lost.is_set())
        except Busy:
            return False
        except DatabaseError as error:
            _log.warning("%s: the database does not answer: %s", self.wanted.name, type(error))
            connections.close_all()
        except Exception as error:
            # Its words, and those of what led to it, may hold what must not be kept.
            _log.error("%s failed: %s", self.wanted.name, type(error).__name__)
        return True
