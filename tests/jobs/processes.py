"""Real processes on the database of the running test, and waiting without sleeping long."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tests.commands import PYTHONPATH
from tests.conftest import ROOT

Answer = TypeVar("Answer")


def database_url() -> str:
    """Address of the database that this test's own connection uses."""
    from django.db import connection

    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite://{name}"
    return f"{os.environ['REGULARS_DATABASE_URL'].rpartition('/')[0]}/{name}"


def start(*command: object, **environment: str) -> subprocess.Popen[bytes]:
    """Start Python with ``command``; the caller ends it."""
    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": PYTHONPATH, **environment},
        stdin=subprocess.DEVNULL,
    )


def eventually(ask: Callable[[], Answer], *, seconds: float = 20.0) -> Answer:
    """Ask until the answer is true; fail after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)
    return answer


def words(path: Path) -> list[str]:
    """The lines of a file; none where it is not there yet."""
    return path.read_text().splitlines() if path.exists() else []


def tree(pid: int) -> list[int]:
    """The process and all that came from it, by /proc."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in below for one in tree(int(child)))]


def lives(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
