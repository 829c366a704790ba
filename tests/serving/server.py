"""One running `regulars serve`."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

from tests.jobs.processes import eventually, lives, tree


class Server:
    """Starts the server on a free port, reads what it says, asks it for pages."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.said: list[str] = []
        self.seen: set[int] = set()

    def start(self, port: int = 0) -> str:
        """Start it and wait until it prints its address; returns the address."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "regulars.config.serving", "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        return str(eventually(self._address))

    def _listen(self) -> None:
        assert self.process and self.process.stdout
        self.said.extend(self.process.stdout)

    def _address(self) -> str | None:
        assert self.process
        assert self.process.poll() is None, self.said
        found = re.search(r"Regulars is at (http://\S+) ", "".join(self.said))
        return found[1] if found else None

    @property
    def pid(self) -> int:
        """The supervisor's number."""
        assert self.process
        return self.process.pid

    def processes(self) -> list[int]:
        """Every process of the server, the supervisor first."""
        found = tree(self.pid)
        self.seen.update(found)
        return found

    def part(self, module: str) -> int | None:
        """The number of the direct child that runs ``module``."""
        for pid in self.processes()[1:]:
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if module.encode() in words and _parent(pid) == self.pid:
                    return pid
            except OSError:
                continue  # It ended while we looked.
        return None

    def stop(self, number: signal.Signals) -> int:
        """Send a signal to the supervisor; returns its exit status."""
        assert self.process
        self.processes()
        self.process.send_signal(number)
        return self.process.wait(20)

    def survivors(self) -> list[int]:
        """What still lives of all processes that were seen."""
        return [pid for pid in self.seen if lives(pid)]

    def end(self) -> None:
        """End whatever is left."""
        if self.process is None:
            return
        self.processes()
        for pid in self.survivors():
            os.kill(pid, signal.SIGKILL)
        self.process.wait()


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def get(address: str) -> tuple[int, str]:
    """Status and text of one page; 0 where nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""
