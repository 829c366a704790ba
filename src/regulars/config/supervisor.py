"""Starts processes, starts them anew when they crash, and ends them together.

Loads nothing but the standard library: it stays resident for as long as the server runs.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from regulars.jobs.processes import environment_of_child

STOP_SECONDS = 4.5
_PAUSES = (0.5, 1.0, 2.0, 4.0)
_CRASHES_TO_GIVE_UP = len(_PAUSES) + 1
_CRASH_WINDOW_SECONDS = 60.0
_TICK_SECONDS = 0.2


@dataclass
class Part:
    """One process to keep alive, and what is known of its crashes."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    start_at: float = 0.0
    crashes: deque[float] = field(default_factory=deque)

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C in a terminal reaches the supervisor alone."""
        self.process = subprocess.Popen(  # noqa: S603
            list(self.command),
            env=environment_of_child(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def note_crash(self, now: float) -> None:
        """Remember that it ended unasked, and when to try again."""
        self.process = None
        while self.crashes and self.crashes[0] < now - _CRASH_WINDOW_SECONDS:
            self.crashes.popleft()
        self.crashes.append(now)
        self.start_at = now + _PAUSES[min(len(self.crashes), len(_PAUSES)) - 1]

    def signal_group(self, number: signal.Signals) -> None:
        """Send ``number`` to everything in its session."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


class Supervisor:
    """Keeps ``parts`` running until SIGINT, SIGTERM or SIGHUP, or until one keeps crashing."""

    def __init__(self, parts: Sequence[Part], say: Callable[[str], None]) -> None:
        self.parts = parts
        self.say = say
        self.is_stopping = False
        self._pipe = os.pipe()
        for end in self._pipe:
            os.set_blocking(end, False)

    def run(self, on_tick: Callable[[], None] = lambda: None) -> int:
        """Run to the end; returns the exit status. ``on_tick`` is called five times a second."""
        self.listen()
        try:
            while not self.is_stopping:
                for part in self.parts:
                    if not self._look_after(part):
                        return 1
                on_tick()
                self._wait(_TICK_SECONDS)
            return 0
        finally:
            self.stop()

    def listen(self) -> None:
        """Take signals as a wish to stop; SIGCHLD only cuts a wait short."""
        signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _on_stop(self, *_: object) -> None:
        self.is_stopping = True

    def _look_after(self, part: Part) -> bool:
        now = time.monotonic()
        if part.process is None:
            if now >= part.start_at:
                part.start()
            return True
        status = part.process.poll()
        if status is None:
            return True
        # What it may have left behind in its session goes with it.
        part.signal_group(signal.SIGKILL)
        part.note_crash(now)
        if len(part.crashes) >= _CRASHES_TO_GIVE_UP:
            self.say(
                f"The {part.name} process ended {len(part.crashes)} times within a minute, last "
                f"with {_in_words(status)}. Giving up; its last words are above."
            )
            return False
        self.say(f"The {part.name} process ended with {_in_words(status)}; starting it again.")
        return True

    def stop(self) -> None:
        """End every part, in kindness for `STOP_SECONDS`, then by force."""
        deadline = time.monotonic() + STOP_SECONDS
        for part in self.parts:
            if part.process is not None:
                part.process.terminate()
        for part in self.parts:
            if part.process is not None:
                with suppress(subprocess.TimeoutExpired):
                    part.process.wait(max(deadline - time.monotonic(), 0))
                part.signal_group(signal.SIGKILL)
                part.process.wait()

    def _wait(self, seconds: float) -> None:
        if select.select([self._pipe[0]], [], [], seconds)[0]:
            os.read(self._pipe[0], 4096)


def _in_words(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"status {status}"


def python(module: str, *arguments: object) -> list[str]:
    """Return the command that runs ``module`` in the same Python."""
    return [sys.executable, "-m", module, *map(str, arguments)]
