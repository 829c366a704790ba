"""Web and worker are killed at random moments while programs send: every message that was
acknowledged is there once, none twice, and each order with its whole amount."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests import world
from tests.commands import PYTHONPATH
from tests.conftest import ROOT
from tests.jobs.processes import eventually
from tests.sources.test_kill_imports import ask

pytestmark = pytest.mark.slow(seconds=30)
Regulars = Callable[..., subprocess.CompletedProcess[str]]
PRICE = 3.5


def command(*words: str) -> subprocess.Popen[bytes]:
    """Start Python in a session of its own, so that all of it is killed at once."""
    import sys

    return subprocess.Popen(
        [sys.executable, "-m", *words], cwd=ROOT, env={**os.environ, "PYTHONPATH": PYTHONPATH},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip


def end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Shop:
    """The two processes of a served shop, each of which may be killed and begins anew."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.processes = {name: self._begin(name) for name in ("web", "worker")}

    def _begin(self, name: str) -> subprocess.Popen[bytes]:
        if name == "web":
            return command("regulars.config.web_process", "127.0.0.1", str(self.port))
        return command("regulars.jobs")

    def kill(self, name: str) -> None:
        end(self.processes[name])
        self.processes[name] = self._begin(name)

    def is_up(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.2):
            return True
        return False

    def close(self) -> None:
        for process in self.processes.values():
            end(process)


class Sender(threading.Thread):
    """A program with a queue of its own: it sends a batch until somebody says 200, then the next.

    What it sends is numbered through; one message in four is an order of one loaf.
    """

    def __init__(self, name: str, port: int, key: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.label, self.port, self.dice = name, port, random.Random(seed)
        self.authorization = "Basic " + b64encode(f"{key}:".encode()).decode()
        self.over = threading.Event()
        self.acknowledged: list[str] = []
        self.orders: list[str] = []
        self.refused: list[int] = []
        self.line: http.client.HTTPConnection | None = None
        self.number = 0

    def run(self) -> None:
        while not self.over.is_set():
            batch = [self._message() for _ in range(self.dice.choice((1, 1, 5, 20)))]
            body = json.dumps({"batch": batch}).encode()
            while not self._send(body):
                time.sleep(0.02)
            self.acknowledged += [one["messageId"] for one in batch]
            self.orders += [one["properties"]["order_id"] for one in batch
                            if one["event"] == "Order Completed"]  # fmt: skip

    def _message(self) -> dict[str, Any]:
        self.number += 1
        name = f"{self.label}-{self.number}"
        said: dict[str, Any] = {"type": "track", "messageId": name, "userId": f"u{self.number % 7}"}
        if self.number % 4:
            return {**said, "event": "Product Viewed", "properties": {"name": "Loaf"}}
        line = {"product_id": "L", "name": "Loaf", "price": PRICE, "quantity": 2}
        return {**said, "event": "Order Completed",
                "properties": {"order_id": name, "products": [line]}}  # fmt: skip

    def _send(self, body: bytes) -> bool:
        try:
            if self.line is None:
                self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            headers = {"Authorization": self.authorization, "Content-Type": "application/json"}
            self.line.request("POST", "/v1/batch", body, headers)
            answer = self.line.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.line = None
            return False
        if answer.status not in (200, 429, 503):
            self.refused.append(answer.status)
        return answer.status == 200


@pytest.fixture
def key(regulars: Regulars) -> str:
    assert regulars(*world.SETUP, text=f"{world.PASSWORD}\n").returncode == 0
    done = regulars("sources", "add", "segment", "--name", "Till", "--json")
    return str(json.loads(done.stdout)["write_key"])


@pytest.fixture
def shop(key: str) -> Iterator[Shop]:
    served = Shop()
    yield served
    served.close()


def counts(regulars: Regulars) -> dict[str, int]:
    found: dict[str, int] = json.loads(regulars("events", "count", "--json").stdout)
    return found


def landed(folder: Path) -> list[str]:
    """The numbers of all messages that became events, each as often as it did."""
    rows = ask(folder, "SELECT properties FROM sources_event")
    texts = (row[0] if isinstance(row[0], dict) else json.loads(row[0]) for row in rows)
    return sorted(one["messageId"] for one in texts)


def amounts(folder: Path) -> dict[str, int]:
    """Of each order its lines' sum in minor units, by the newest version of each."""
    rows = ask(
        folder,
        "SELECT o.external_id, l.line_key, max(l.version), max(l.amount_minor) FROM "
        "(SELECT DISTINCT order_key, external_id FROM sources_order) o "
        "JOIN sources_orderline l ON l.order_key = o.order_key GROUP BY 1, 2",
    )
    sums: dict[str, int] = {}
    for name, _, _, amount in rows:
        sums[name] = sums.get(name, 0) + amount
    return sums


def test_what_was_acknowledged_is_there_once_whoever_is_killed(
    request: pytest.FixtureRequest, regulars: Regulars, shop: Shop, key: str, data_folder: Path
) -> None:
    kills, dice = request.config.getoption("--kills"), random.Random(11)
    senders = [Sender(f"s{number}", shop.port, key, number) for number in range(3)]
    eventually(shop.is_up)
    for one in senders:
        one.start()
    for _ in range(kills):
        eventually(shop.is_up)
        so_far = sum(len(one.acknowledged) for one in senders)
        eventually(lambda so_far=so_far: sum(len(one.acknowledged) for one in senders) > so_far)  # type: ignore[misc]
        time.sleep(dice.uniform(0.0, 0.4))
        shop.kill(dice.choice(("web", "web", "worker")))
    eventually(shop.is_up)
    for one in senders:
        one.over.set()
    for one in senders:
        one.join(60)
        assert not one.is_alive()
    sent = sorted(name for one in senders for name in one.acknowledged)
    orders = [name for one in senders for name in one.orders]
    assert [one.refused for one in senders] == [[], [], []] and len(sent) > kills
    wanted = {"events": len(sent), "quarantined": 0, "waiting": 0}
    eventually(lambda: counts(regulars) == wanted, seconds=120)
    assert landed(data_folder) == sent
    assert amounts(data_folder) == {name: round(200 * PRICE) for name in orders}
    [(records, digests)] = ask(
        data_folder, "SELECT count(*), count(DISTINCT digest) FROM sources_intakerecord"
    )
    assert (records, digests) == (len(sent), len(sent))
