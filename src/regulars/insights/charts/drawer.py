"""The way to the drawing process: started when first needed, asked one order at a time."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from regulars.kernel.errors import RegularsError
from regulars.kernel.telling import told

SECONDS = 20.0
# By its path, not its name: the packages around it would bring Django along.
PROGRAM = Path(__file__).with_name("drawing.py")


class NotDrawn(RegularsError):
    """A chart could not be drawn; its table still holds the figures."""

    http_status = 503
    code = "not_drawn"


class Drawer:
    """One drawing process and the lock before it.

    A process that has ended, for want of work or by an accident, is replaced at the next order; one
    that takes too long is killed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def warm(self) -> None:
        """Start the process unless it runs; it gets ready while others work."""
        if self._lock.acquire(blocking=False):
            try:
                self._running()
            finally:
                self._lock.release()

    def ask(self, order: dict[str, Any], *, seconds: float = SECONDS) -> bytes:
        """Return what the process makes of ``order`` within ``seconds``; raises `NotDrawn`."""
        line = json.dumps(order, separators=(",", ":")).encode() + b"\n"
        until = time.monotonic() + seconds
        if not self._lock.acquire(timeout=seconds):
            raise NotDrawn(told("Too many charts are being drawn at once. Load the page again."))
        try:
            try:
                return self._told(self._running(), line, until)
            except (BrokenPipeError, EOFError):
                # It ended for want of work just now, or fell over: once more, with a new one.
                self.stop()
                return self._told(self._running(), line, until)
        except (OSError, EOFError, TimeoutError) as error:
            self.stop()
            raise NotDrawn(_failed()) from error
        finally:
            self._lock.release()

    def stop(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(BrokenPipeError):
                        pipe.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.stop()
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
                [sys.executable, "-P", str(PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                # Days are days: no zone may shift one.
                env={**os.environ, "TZ": "UTC"},
            )
        return self._process

    def _told(self, process: subprocess.Popen[bytes], line: bytes, until: float) -> bytes:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(line)
        head, _newline, rest = _read(process.stdout.fileno(), b"", None, until).partition(b"\n")
        answer = json.loads(head)
        content = _read(process.stdout.fileno(), rest, answer["size"], until)
        if not answer["ok"]:
            raise NotDrawn(
                _failed(),
                detail={"reason": content.decode("utf-8", "replace")[:500]},
            )
        return content


def _failed() -> str:
    return told("This chart could not be drawn just now. Its table holds the same figures.")


def _read(pipe: int, held: bytes, size: int | None, until: float) -> bytes:
    """Read ``size`` bytes (None: at least to the end of a line), ``held`` ones included."""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while (b"\n" not in held) if size is None else (len(held) < size):
            if not selector.select(max(0.0, until - time.monotonic())):
                raise TimeoutError
            part = os.read(pipe, 1 << 16)
            if not part:
                raise EOFError
            held += part
    return held


DRAWER = Drawer()
