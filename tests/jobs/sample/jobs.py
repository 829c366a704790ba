"""Jobs that leave marks in a file, for processes that the tests start."""

from __future__ import annotations

import os
import time
from pathlib import Path

from regulars.jobs.performing import Stopping
from regulars.jobs.registry import job
from regulars.kernel.errors import Busy, WrongUse


def mark(path: str, word: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, f"{word}\n".encode())
    os.close(descriptor)


@job("sample.mark")
def leave_mark(path: str, word: str) -> dict[str, str]:
    mark(path, word)
    return {"word": word}


@job("sample.heavy", in_child=True)
def leave_mark_in_child(path: str, word: str) -> int:
    mark(path, f"{word} {os.getpid()}")
    return os.getpid()


@job("sample.linger")
def linger(path: str, until: str) -> None:
    """Begin, wait for the file ``until``, end."""
    mark(path, f"begin {os.getpid()}")
    try:
        while not Path(until).exists():
            time.sleep(0.01)
    except Stopping:
        mark(path, "stopped")
        raise
    mark(path, "end")


@job("sample.linger_in_child", in_child=True)
def linger_in_child(path: str, until: str) -> None:
    linger(path, until)


@job("sample.fail", max_attempts=3)
def fail_always() -> None:
    raise ValueError("no luck")


@job("sample.refuse")
def refuse() -> None:
    raise WrongUse("Nobody asked for this.")


@job("sample.busy")
def be_busy() -> None:
    raise Busy("Later.")
