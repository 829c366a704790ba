"""One writer at a time on this machine, by a lock that ends with its process."""

from __future__ import annotations

import fcntl
import time
from pathlib import Path
from types import TracebackType

from regulars.kernel.errors import Busy
from regulars.kernel.telling import told


class Lease:
    """Holds the file ``path`` locked inside a ``with`` block; raises `Busy` when another has it."""

    def __init__(self, path: Path, wait_seconds: float = 0.0) -> None:
        self._path = path
        self._wait_seconds = wait_seconds

    def __enter__(self) -> Lease:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("w")
        give_up = time.monotonic() + self._wait_seconds
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return self
            except BlockingIOError:
                if time.monotonic() >= give_up:
                    self._file.close()
                    raise Busy(
                        told("The figures are being refreshed already. Try again.")
                    ) from None
                time.sleep(0.02)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
