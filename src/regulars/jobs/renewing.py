"""A thread that keeps a lease alive while its holder works."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from django.db import DatabaseError, connections

_log = logging.getLogger(__name__)


@contextmanager
def renewing(renew: Callable[[], bool], every_seconds: float) -> Iterator[Event]:
    """Call ``renew`` every so often inside the block; yields an event that is set once it says no.

    A database that does not answer is asked again at the next turn: the lease outlasts two turns.
    """
    ended, lost = Event(), Event()

    def keep() -> None:
        try:
            while not ended.wait(every_seconds) and not lost.is_set():
                try:
                    if not renew():
                        lost.set()
                except DatabaseError as error:
                    _log.warning("a lease could not be renewed: %s", error)
                    connections.close_all()
        finally:
            connections.close_all()

    thread = Thread(target=keep, name="lease", daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        ended.set()
        # A renewal that waits for a lock may outlive the block; it then changes nothing.
        thread.join(timeout=2)
