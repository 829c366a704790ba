"""Imports: Online Retail from file to scores, how long others wait meanwhile, and flat memory."""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("REGULARS_SHARED_DATA") or ROOT.parent / "shared" / "data")
RETAIL = SHARED / "online_retail" / "online_retail_uci_from_spark_guide.csv.gz"
HEADER = "InvoiceNo StockCode Description Quantity InvoiceDate UnitPrice CustomerID Country".split()
WRITE_EVERY_SECONDS = 0.02

Result = dict[str, Any]


def entry(what: str, value: float | None, unit: str, bar: float | None, *, most: bool) -> Result:
    """One line of the answer; ``most``: the bar is an upper limit."""
    met = None if value is None or bar is None else (value <= bar if most else value >= bar)
    return {"what": what, "value": value, "unit": unit, "bar": bar, "met": met}


def write_sales(path: Path, lines: int, seed: int = 5) -> None:
    """Write a file of Online Retail's shape: about 20 lines an invoice, a quarter of nobody's."""
    rng = random.Random(seed)
    at = datetime(2024, 1, 1, 9)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        written, invoice = 0, 500_000
        while written < lines:
            invoice += 1
            at += timedelta(seconds=rng.randint(30, 900))
            customer = f"{rng.randint(12_000, 60_000)}.0" if rng.random() > 0.25 else ""
            for _ in range(min(rng.randint(1, 40), lines - written)):
                number = rng.randint(10_000, 13_999)
                row = (f"{invoice}", f"{number}A", f"ARTICLE {number}", rng.randint(1, 12))
                when, price = f"{at:%Y-%m-%d %H:%M:%S}", f"{rng.randint(1, 2000) / 100}"
                out.writerow((*row, when, price, customer, "France"))
                written += 1


class World:
    """A data folder of its own with a business set up."""

    def __init__(self, url: str | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="regulars-bench-"))
        self.environment = {**os.environ, "REGULARS_DATA": str(self.folder)}
        self.environment.pop("REGULARS_DATABASE_URL", None)
        if url:
            self.environment["REGULARS_DATABASE_URL"] = url
        words = "--name Bench --country GB --currency GBP --timezone Europe/London --sector retail"
        self.run("setup", *words.split(), "--owner", "me@example.org", "--password-stdin")

    def run(self, *words: str) -> tuple[dict[str, Any], float, float]:
        """Run a command; its JSON, seconds of wall clock, and its peak of memory in MB."""
        with tempfile.TemporaryFile("w+") as out:
            began = time.monotonic()
            process = subprocess.Popen(
                [sys.executable, "-m", "regulars.cli", "--json", *words],
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=out,
                text=True,
            )
            assert process.stdin is not None
            process.stdin.write("correct horse battery staple\n")
            process.stdin.close()
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.monotonic() - began
            out.seek(0)
            answer = json.loads(out.read())
        if status:
            raise RuntimeError(f"regulars {' '.join(words)}: {answer}")
        return answer, seconds, usage.ru_maxrss / 1024

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


class Neighbour:
    """Another writer: commits one row every 20 ms and notes how long each commit took."""

    def __init__(self, database: Path) -> None:
        self.waits: list[float] = []
        self._stop = threading.Event()
        self._database = database
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> Neighbour:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _write(self) -> None:
        link = sqlite3.connect(self._database, timeout=20, isolation_level=None)
        link.execute("PRAGMA synchronous=FULL")
        sql = (
            "INSERT INTO accounts_auditentry (at, face, verb, subject, detail) "
            "VALUES (datetime('now'), 'bench', 'wait', '', '{}')"
        )
        while not self._stop.wait(WRITE_EVERY_SECONDS):
            began = time.monotonic()
            link.execute("BEGIN IMMEDIATE")
            link.execute(sql)
            link.execute("COMMIT")
            self.waits.append((time.monotonic() - began) * 1000)
        link.close()

    def quantile(self, share: float) -> float:
        """The wait in ms that ``share`` of the commits stayed below."""
        return statistics.quantiles(self.waits, n=1000)[round(share * 1000) - 1]


def online_retail() -> list[Result]:
    """From file to refreshed mart and scores, with another writer at work all the while."""
    scratch = Path(tempfile.mkdtemp(prefix="regulars-bench-files-"))
    source, name = RETAIL, "Online Retail"
    if not RETAIL.is_file():
        source, name = scratch / "sales.csv", "541,909 lines of Online Retail's shape"
        write_sales(source, 541_909)
    world = World()
    with Neighbour(world.folder / "regulars.sqlite3") as neighbour:
        answer, seconds, peak = world.run("import", str(source), "--yes")
    done = answer["imports"][0]
    rate = done["landed"] / done["seconds"]
    again, seconds_again, _ = world.run("import", str(source), "--yes", "--no-refresh")
    results = [
        entry(f"{name}: file to refreshed mart and scores", seconds, "s", 60, most=True),
        entry(f"{name}: peak memory of that process", peak, "MB", 700, most=True),
        entry(f"{name}: landing on SQLite", rate, "lines/s", 25_000, most=False),
        entry("another writer meanwhile, p50", neighbour.quantile(0.5), "ms", None, most=True),
        entry("another writer meanwhile, p99", neighbour.quantile(0.99), "ms", 60, most=True),
        entry(f"{name}: the same file again", seconds_again, "s", None, most=True),
        entry(f"{name}: rows changed by it", again["imports"][0]["landed"], "rows", 0, most=True),
    ]
    if source == RETAIL:
        asked, _, _ = world.run("metric", "revenue")
        off = abs(asked["rows"][0]["value"] - 9_747_747.93)
        results.append(entry("Online Retail: revenue off by", round(off, 2), "GBP", 0, most=True))
    world.close()
    shutil.rmtree(scratch)
    return results


def on_postgres() -> list[Result]:
    """Landing on a throw-away PostgreSQL with its usual durability for commits left off."""
    from tests.postgres import PostgresMissing, start_cluster

    try:
        cluster = start_cluster()
    except PostgresMissing:
        return [entry("landing on PostgreSQL", None, "lines/s", 20_000, most=False)]
    scratch = Path(tempfile.mkdtemp(prefix="regulars-bench-files-"))
    try:
        source = RETAIL
        if not source.is_file():
            source = scratch / "sales.csv"
            write_sales(source, 541_909)
        world = World(cluster.url())
        answer, seconds, peak = world.run("import", str(source), "--yes")
        done = answer["imports"][0]
        rate = done["landed"] / done["seconds"]
        world.close()
    finally:
        cluster.stop()
        shutil.rmtree(scratch)
    return [
        entry("landing on PostgreSQL", rate, "lines/s", 20_000, most=False),
        entry("PostgreSQL: file to refreshed mart and scores", seconds, "s", 60, most=True),
        entry("PostgreSQL: peak memory of that process", peak, "MB", 700, most=True),
    ]


def flat_memory(lines: int) -> list[Result]:
    """Landing half a million lines and ten times as many: the peak must not grow."""
    scratch = Path(tempfile.mkdtemp(prefix="regulars-bench-files-"))
    peaks, rates = [], []
    for count in (lines // 10, lines):
        path = scratch / "sales.csv"
        write_sales(path, count)
        world = World()
        answer, _, peak = world.run("import", str(path), "--yes", "--no-refresh")
        peaks.append(peak)
        rates.append(count / answer["imports"][0]["seconds"])
        world.close()
    shutil.rmtree(scratch)
    growth = peaks[1] / peaks[0]
    return [
        entry(f"landing {lines // 10:,} lines: peak memory", peaks[0], "MB", 700, most=True),
        entry(f"landing {lines:,} lines: peak memory", peaks[1], "MB", 700, most=True),
        entry("growth of the peak, ten times the lines", growth, "times", 1.25, most=True),
        entry(f"landing {lines:,} lines: rate", rates[1], "lines/s", 25_000, most=False),
    ]


def main() -> None:
    """Measure and print as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--lines", type=int, default=5_000_000)
    chosen = parser.parse_args()
    results = [*online_retail(), *on_postgres(), *flat_memory(chosen.lines)]
    machine = {"cores": os.cpu_count(), "python": sys.version.split()[0]}
    answer = {"name": "Importing files", "results": results, "machine": machine}
    print(json.dumps(answer, indent=None if chosen.json else 1))


if __name__ == "__main__":
    main()
