"""Live intake: messages a second against a bare `executemany`, waits, memory, and how soon a
message is on a person's page.

    python -m benchmarks.intake [--seconds S] [--soak MESSAGES] [--json]

The server is `regulars serve`, the sender another process with connections kept alive and bodies
written beforehand; both run on the same cores. The bare side writes the very rows the door writes,
into a database of the same tables, a thousand a commit. ``--soak`` does none of this: it sends so
many messages and gives the memory at a tenth of them and at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import serve_memory as serving

ROOT = Path(__file__).resolve().parent.parent
Result = dict[str, Any]
_BATCH = 100
_SETUP = (
    "setup --name Bench --country GB --currency GBP --timezone Europe/London --sector bakery "
    "--owner me@example.org --password-stdin"
).split()


def message(number: int, *, event: str = "Product Viewed") -> dict[str, Any]:
    """One message as a website sends it, about 500 bytes."""
    return {
        "type": "track", "event": event, "messageId": f"message-{number:012}",
        "anonymousId": f"visitor-{number % 5000}", "timestamp": "2026-11-20T10:00:00.000Z",
        "properties": {"product_id": f"p{number % 300}", "name": "Rye loaf", "price": 4.2},
        "context": {
            "page": {"path": f"/bread/{number % 300}", "title": "Rye loaf", "referrer": ""},
            "locale": "en-GB", "userAgent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
        },
    }  # fmt: skip


def request(key: str, first: int, count: int) -> bytes:
    """A whole request: a batch of ``count`` messages, or one message by itself."""
    if count == 1:
        path, said = "/v1/t", {"writeKey": key, "sentAt": "2026-11-20T10:00:01Z", **message(first)}
    else:
        batch = [message(first + n) for n in range(count)]
        path, said = "/v1/b", {"writeKey": key, "sentAt": "2026-11-20T10:00:01Z", "batch": batch}
    body = json.dumps(said).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Line:
    """One connection kept alive."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.file = self.socket.makefile("rb")

    def send(self, raw: bytes) -> int:
        """Send one request and return the status of its answer."""
        self.socket.sendall(raw)
        status = int(self.file.readline().split()[1])
        length = 0
        while (line := self.file.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        self.file.read(length)
        return status


def sender() -> None:
    """The other process: ``PORT KEY FIRST COUNT SECONDS LINES [RATE]``, prints counts and waits."""
    port, key, first, count, seconds, lines = sys.argv[2:8]
    rate = float(sys.argv[8]) if len(sys.argv) > 8 else 0.0
    waits: list[float] = []
    taken = [0] * int(lines)
    refused = [0]

    def work(place: int) -> None:
        line, number = Line(int(port)), int(first) + place * 100_000_000
        until = time.monotonic() + float(seconds)
        ready = [request(key, number + n * int(count), int(count)) for n in range(200)]
        turn = 0
        while time.monotonic() < until:
            if turn == len(ready):
                number += turn * int(count)
                ready = [request(key, number + n * int(count), int(count)) for n in range(200)]
                turn = 0
            began = time.monotonic()
            status = line.send(ready[turn])
            waits.append((time.monotonic() - began) * 1000)
            turn += 1
            if status == 200:
                taken[place] += int(count)
            else:
                refused[0] += 1
                time.sleep(0.2)
            if rate:
                time.sleep(max(0.0, began + int(lines) * int(count) / rate - time.monotonic()))

    threads = [threading.Thread(target=work, args=(place,)) for place in range(int(lines))]
    began = time.monotonic()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    waits.sort()
    said = {
        "taken": sum(taken), "seconds": time.monotonic() - began, "refused": refused[0],
        "p50": waits[len(waits) // 2], "p99": waits[int(len(waits) * 0.99)],
    }  # fmt: skip
    print(json.dumps(said))


class Server:
    """`regulars serve` on a folder of its own, with one source."""

    def __init__(self, folder: Path, url: str | None) -> None:
        self.folder, self.environment = folder, {**os.environ, "REGULARS_DATA": str(folder)}
        self.environment.pop("REGULARS_DATABASE_URL", None)
        if url:
            self.environment["REGULARS_DATABASE_URL"] = url
        self.run(*_SETUP, text="a walk along the canal\n")
        self.key = self.run("sources", "add", "web", "--name", "Website")["write_key"]
        self.port = serving.free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "regulars.config.serving", "--port", str(self.port)],
            env=self.environment, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        address = f"http://127.0.0.1:{self.port}/healthz"
        serving.seconds_until(address, time.monotonic(), self.process)

    def run(self, *words: str, text: str = "") -> Any:
        """Run a command; what it answers."""
        command = [sys.executable, "-m", "regulars.cli", "--json", *words]
        done = subprocess.run(
            command, env=self.environment, input=text, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)

    def sent(
        self, first: int, count: int, seconds: float, lines: int, rate: float = 0
    ) -> dict[str, Any]:
        """Let the sender work; what it counted."""
        told = (self.port, self.key, first, count, seconds, lines, rate)
        command = [sys.executable, __file__, "--sender", *map(str, told)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def landed(self) -> float:
        """Seconds until nothing waits any more."""
        began = time.monotonic()
        while self.run("events", "count")["waiting"]:
            time.sleep(0.2)
        return time.monotonic() - began

    def memory(self) -> float:
        """MB of all processes, each page shared counted once."""
        return sum(serving.pss_bytes(pid) for pid in serving.tree(self.process.pid)) / 1e6

    def close(self) -> None:
        """Stop it."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


@contextmanager
def server(url: str | None = None) -> Iterator[Server]:
    """A server that is stopped afterwards."""
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as scratch:
        made = Server(Path(scratch), url)
        try:
            yield made
        finally:
            made.close()


BARE = """
import sys, time
import django; django.setup()
from datetime import UTC, datetime
from django.db import connection, transaction
from benchmarks.intake import message
from regulars.sources.bulk import stamp
from regulars.sources.intake.protocol import messages
from regulars.sources.models import IntakeKey, IntakeRecord
at = datetime.now(UTC)
def part(first):
    return list(messages({"batch": [message(first + n) for n in range(1000)]}, "batch", at))
made = [part(10**11 + k * 1000) for k in range(60)]
rows = [([(1, m.key) for m in part],
         [(1, stamp(at), m.key, m.type, m.body, m.reason, "") for m in part]) for part in made]
is_sqlite = connection.vendor == "sqlite"
def insert(model, names):
    marks = ", ".join(["?" if is_sqlite else "%s"] * len(names))
    return f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) VALUES ({marks})"
into_keys = insert(IntakeKey, ("source_id", "digest"))
into_records = insert(IntakeRecord, ("source_id", "received_at", "digest", "kind", "body", "reason",
                                     "resolution"))
began = time.monotonic()
for keys, records in rows:
    with transaction.atomic(), connection.cursor() as cursor:
        driver = cursor.connection if is_sqlite else cursor.cursor
        driver.executemany(into_keys, keys)
        driver.executemany(into_records, records)
print(60_000 / (time.monotonic() - began))
"""


def bare(made: Server) -> float:
    """Rows a second of the same rows written by nothing but the driver's `executemany`."""
    environment = {
        **made.environment, "DJANGO_SETTINGS_MODULE": "regulars.config.settings",
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    command = [sys.executable, "-c", BARE]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def row(what: str, value: float, unit: str, bar: float | None, *, most: bool = True) -> Result:
    """One line of the answer."""
    met = None if bar is None else (value <= bar if most else value >= bar)
    return {"what": what, "value": round(value, 3), "unit": unit, "bar": bar, "met": met}


def measured(name: str, url: str | None, seconds: float) -> list[Result]:
    """Batches, single messages and the bare side, on one database."""
    with server(url) as made:
        made.sent(0, _BATCH, 1, 2)
        batches = made.sent(10**10, _BATCH, seconds, 4)
        rate = batches["taken"] / batches["seconds"]
        behind = made.landed()
        # One more connection than the server has threads: commits are shared by those that wait.
        single = made.sent(2 * 10**10, 1, seconds, 5)
        ones = single["taken"] / single["seconds"]
        after = made.landed()
        alone = bare(made)
        counted = made.run("events", "count")["events"]
    # PostgreSQL may be a quarter behind.
    share = 1.0 if url is None else 0.75
    lost = batches["taken"] + single["taken"] - counted
    return [
        row(f"{name}: batches of 100, messages kept", rate, "/s", None),
        row(f"{name}: bare executemany of the same rows", alone, "/s", None),
        row(f"{name}: share of the bare side", rate / alone, "", 0.4 * share, most=False),
        row(f"{name}: single messages", ones, "/s", 1500 * share, most=False),
        row(f"{name}: single messages, wait p99", single["p99"], "ms", 60),
        row(
            f"{name}: seconds until the last batch had landed, of {seconds:.0f}", behind, "s", None
        ),
        row(f"{name}: the same for single messages", after, "s", None),
        row(f"{name}: messages taken that are no event", max(lost, 0), "", 0),
    ]


def to_the_page(seconds: float) -> list[Result]:
    """From the 200 to the person's page, while 200 messages a second come in."""
    with server() as made:
        busy = threading.Thread(target=made.sent, args=(10**10, 10, seconds + 5, 2, 200.0))
        busy.start()
        time.sleep(2)
        waits = []
        line = Line(made.port)
        until = time.monotonic() + seconds
        number = 0
        while time.monotonic() < until:
            number += 1
            waits.append(_seen(made, line, number))
        busy.join()
    waits.sort()
    p95 = waits[int(len(waits) * 0.95)] * 1000
    return [row(f"from the 200 to a person who is found, p95 of {len(waits)}", p95, "ms", 1000)]


def _seen(made: Server, line: Line, number: int) -> float:
    import sqlite3

    said = {
        "writeKey": made.key, "userId": f"person-{number}", "messageId": f"seen-{number}",
        "traits": {"name": f"Person Number{number}"},
    }  # fmt: skip
    body = json.dumps(said).encode()
    head = f"POST /v1/i HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    assert line.send(head.encode() + body) == 200
    began = time.monotonic()
    database = sqlite3.connect(made.folder / "regulars.sqlite3")
    question = "SELECT count(*) FROM profiles_card WHERE name = ?"
    while not database.execute(question, (f"Person Number{number}",)).fetchone()[0]:
        time.sleep(0.005)
    database.close()
    return time.monotonic() - began


def soaked(count: int) -> list[Result]:
    """Memory of the whole tree after a tenth of ``count`` messages and after all."""
    with server() as made:
        held = []
        done = 0
        for wanted in (count // 10, count):
            while done < wanted:
                done += made.sent(10**10 + done, _BATCH, 20, 2)["taken"]
                print(f"{done:,} messages, {made.memory():.0f} MB", file=sys.stderr, flush=True)
            made.landed()
            held.append(made.memory())
    return [
        row(f"memory after {count // 10:,} messages", held[0], "MB", 400),
        row(f"memory after {count:,} messages", held[1], "MB", 400),
        row("growth over ten times the messages", held[1] / held[0], "times", 1.1),
    ]


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--sender"]:
        return sender()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--soak", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="say it in JSON (it always does)")
    chosen = parser.parse_args()
    if chosen.soak:
        results = soaked(chosen.soak)
    else:
        results = measured("SQLite", None, chosen.seconds)
        results += on_postgres(chosen.seconds)
        results += to_the_page(chosen.seconds)
    report = {"name": "Live intake", "results": results, "machine": serving.machine()}
    print(json.dumps(report, indent=1))
    return None


def on_postgres(seconds: float) -> list[Result]:
    """The same on a server of its own, where there is one."""
    from tests.postgres import PostgresMissing, start_cluster

    try:
        cluster = start_cluster()
    except PostgresMissing:
        return []
    try:
        parts = urllib.parse.urlsplit(cluster.url())
        return measured("PostgreSQL", parts.geturl(), seconds)
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
