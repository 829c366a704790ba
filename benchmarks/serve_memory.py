"""How soon `regulars serve` answers and what its whole process tree holds in memory.

Prints one JSON object. Memory is the proportional set size: a page shared by n processes counts
1/n in each. ``--settle SECONDS`` waits between the page views and the measurement.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

SECONDS_BAR = 3.0
MEGABYTES_BAR = 400.0
_PAGES = ("/healthz", "/account/login/", "/")
_VIEWS = 10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settle", type=float, default=1.0)
    parser.add_argument("--data", help="an existing data folder (default: a fresh one)")
    parser.add_argument("--json", action="store_true", help="say it in JSON (it always does)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as fresh:
        folder = chosen.data or str(Path(fresh, "data"))
        first = [] if chosen.data else [_run(folder, 0, "first start, tables made")]
        results = [*first, _run(folder, chosen.settle, "start")]
    rows = [row for result in results for row in result]
    report = {"name": "serve_memory", "results": rows, "machine": machine()}
    print(json.dumps(report, indent=1))


def _run(folder: str, settle_seconds: float, what: str) -> list[dict[str, Any]]:
    port = free_port()
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "regulars.config.serving", "--port", str(port)],
        env={**os.environ, "REGULARS_DATA": folder},
        stdout=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        healthy = seconds_until(address + "/healthz", began, process)
        page = seconds_until(address + "/account/login/", began, process)
        for number in range(_VIEWS):
            _status(address + _PAGES[number % len(_PAGES)])
        time.sleep(settle_seconds)
        processes = tree(process.pid)
        held = sum(pss_bytes(pid) for pid in processes) / 1e6
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    return [
        row(f"{what}: /healthz answers", healthy, "s", SECONDS_BAR),
        row(f"{what}: sign-in page", page, "s", SECONDS_BAR),
        row(f"{what}: memory of {len(processes)} processes", held, "MB", MEGABYTES_BAR),
    ]


def row(what: str, value: float, unit: str, bar: float) -> dict[str, Any]:
    """One line of the answer; the bar is an upper limit."""
    return {"what": what, "value": round(value, 2), "unit": unit, "bar": bar, "met": value < bar}


def seconds_until(address: str, began: float, process: subprocess.Popen[bytes]) -> float:
    """Seconds from ``began`` until ``address`` answers 200."""
    while _status(address) != 200:
        if process.poll() is not None or time.monotonic() - began > 60:
            raise SystemExit(f"{address} never answered")
        time.sleep(0.01)
    return time.monotonic() - began


def _status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def free_port() -> int:
    """A port of the loopback that nobody has."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tree(pid: int) -> list[int]:
    """The process and all that came from it, by /proc; one that just ended has nothing below it."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return [pid]
    return [pid, *(one for child in below for one in tree(int(child)))]


def pss_bytes(pid: int) -> int:
    """The process's proportional set size; 0 where it has just ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def machine() -> dict[str, Any]:
    """What this was measured on."""
    return {
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    main()
