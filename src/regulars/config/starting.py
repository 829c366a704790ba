"""Lets the web process load its code while the tables are still being made.

Loads nothing but the standard library: the supervisor uses it too.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from regulars.config.folder import data_folder


@contextmanager
def being_prepared() -> Iterator[None]:
    """While inside, `wait_until_prepared` waits in every process on the same data folder."""
    # Let go by the system when the process ends, however it ends.
    with _lock().open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def wait_until_prepared() -> None:
    """Return once nobody on this data folder is inside `being_prepared`."""
    with _lock().open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)


def _lock() -> Path:
    return data_folder() / "starting.lock"
