"""Which process this is, whether another one still lives, and following one's parent into the end.

Loads neither Django nor anything else that is large: the supervisor uses it too.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import signal
import socket
import sys
import threading
import time
from functools import cache
from hashlib import blake2b
from pathlib import Path

PARENT = "REGULARS_PARENT"
_PR_SET_PDEATHSIG = 1


def identity() -> str:
    """Return a new name for a holder of leases in this process: machine, process, start, chance.

    At most 60 characters. The start tells a process from a later one with the same number.
    """
    pid = os.getpid()
    return f"{machine()}:{pid}:{_started(pid) or 0}:{secrets.token_hex(4)}"


@cache
def machine() -> str:
    """Return a short name of this machine, this boot and this space of process numbers.

    Two containers on one host count as two machines, since each numbers its own processes.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        space = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        boot, space = "", 0
    text = f"{socket.gethostname()}\0{boot}\0{space}"
    return blake2b(text.encode(), digest_size=8).hexdigest()


def is_dead(holder: str) -> bool:
    """Whether ``holder`` (an `identity`) has ended; False when that cannot be known."""
    parts = holder.split(":")
    if len(parts) != 4 or parts[0] != machine() or parts[2] == "0":
        return False
    return _started(int(parts[1])) != int(parts[2])


def _started(pid: int) -> int | None:
    """Clock ticks from boot to the start of process ``pid``; None when it is gone or a zombie."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    # The name stands in brackets and may hold anything; state is field 3, start time field 22.
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])


def follow_parent(stop: signal.Signals = signal.SIGTERM, *, grace_seconds: float = 4.0) -> None:
    """End this process when the process that started it (named in ``REGULARS_PARENT``) ends.

    Linux sends ``stop`` at that moment. A thread looks every second as well: it covers other
    systems, and kills this process when it has not ended ``grace_seconds`` after ``stop``.
    """
    expected = int(os.environ.get(PARENT) or 0)
    if not expected:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(stop), 0, 0, 0)
    watch = threading.Thread(
        target=_watch, args=(expected, stop, grace_seconds), name="parent", daemon=True
    )
    watch.start()


def _watch(expected: int, stop: signal.Signals, grace_seconds: float) -> None:
    while os.getppid() == expected:
        time.sleep(1)
    os.kill(os.getpid(), stop)
    time.sleep(grace_seconds)
    os.kill(os.getpid(), signal.SIGKILL)


def environment_of_child() -> dict[str, str]:
    """Return the environment for a process that shall follow this one into the end."""
    return {**os.environ, PARENT: str(os.getpid())}
