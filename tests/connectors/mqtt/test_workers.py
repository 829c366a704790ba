"""Workers listen by themselves: killed, cut off, paused and told otherwise, nothing is lost."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import world
from tests.connectors.mqtt import broker as brokers
from tests.connectors.mqtt.broker import Broker
from tests.jobs.processes import eventually, start

pytestmark = pytest.mark.slow(seconds=6)
Regulars = Callable[..., subprocess.CompletedProcess[str]]
MAC = "A4:C3:F0:85:AC:2D"


@pytest.fixture
def broker() -> Iterator[Broker]:
    with brokers.running(Broker(password="p1")) as found:
        yield found


@pytest.fixture
def source(regulars: Regulars, broker: Broker) -> int:
    """A source of an open shop, added as its owner does."""
    assert regulars(*world.SETUP, text=f"{world.PASSWORD}\n").returncode == 0
    given = [f"broker=mqtt://127.0.0.1:{broker.port}", "topics=shop/#", "user=regulars"]
    settings = [word for one in given for word in ("--set", one)]
    words = ("sources", "add", "mqtt", "--name", "Sensors", *settings, "--secret-stdin", "--json")
    done = regulars(*words, text="password=p1\n")
    assert done.returncode == 0, done.stderr
    return int(json.loads(done.stdout)["id"])


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start workers; what is left of them ends with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def worker() -> subprocess.Popen[bytes]:
        started.append(start("-m", "regulars.jobs"))
        return started[-1]

    yield worker
    for one in started:
        one.kill()
        one.wait()


def shown(regulars: Regulars, source: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(regulars("sources", "show", source, "--json").stdout)
    return found


def events(regulars: Regulars) -> dict[str, int]:
    found: dict[str, int] = json.loads(regulars("events", "count", "--json").stdout)
    return found


def workers(regulars: Regulars) -> int:
    """How many live."""
    checks = json.loads(regulars("doctor", "--json").stdout)["checks"]
    return next(int(one["detail"]["workers"]) for one in checks if one["name"] == "worker")


def is_acked(broker: Broker) -> bool:
    with broker.lock:
        return all(not one.sent and not one.waiting for one in broker.sessions.values())


def test_killed_workers_lose_and_double_nothing(
    regulars: Regulars, source: int, broker: Broker, begin: Callable[[], subprocess.Popen[bytes]]
) -> None:
    worker = begin()
    eventually(lambda: broker.subscribers)
    for round_ in range(1, 4):
        for _ in range(100):
            broker.publish("shop/door", '{"in": 1}')
        eventually(lambda number=100 * round_ - 60: len(broker.acked) >= number)  # type: ignore[misc]
        worker.kill()
        worker.wait()
        worker = begin()
    eventually(lambda: is_acked(broker) and len(broker.acked) >= 300)
    eventually(lambda: events(regulars) == {"events": 300, "quarantined": 0, "waiting": 0})


def test_two_workers_share_and_each_ends_when_told(
    regulars: Regulars, source: int, broker: Broker, begin: Callable[[], subprocess.Popen[bytes]]
) -> None:
    first = begin()
    eventually(lambda: broker.subscribers)
    second = begin()
    broker.publish("shop/door", "1")
    eventually(lambda: len(broker.acked) == 1)
    eventually(lambda: workers(regulars) == 2)
    # Had both listened, the broker would have cut one off for the other, again and again.
    assert len(broker.versions) == 1
    first.terminate()
    assert first.wait(10) == 0
    broker.publish("shop/door", "1")
    eventually(lambda: len(broker.acked) == 2)
    assert len(broker.versions) == 2
    second.terminate()
    assert second.wait(10) == 0
    eventually(lambda: broker.subscribers == 0)


def test_a_line_comes_back_and_ends_where_nobody_wants_it(
    regulars: Regulars, source: int, broker: Broker, begin: Callable[[], subprocess.Popen[bytes]]
) -> None:
    begin()
    eventually(lambda: broker.subscribers)
    broker.password = "p2"
    broker.drop_lines()
    eventually(lambda: (shown(regulars, source)["problem"] or {}).get("code") == "token_refused")
    broker.publish("shop/door", '{"in": 1}')
    assert regulars("sources", "secret", source, text="password=p2\n").returncode == 0
    eventually(lambda: len(broker.acked) == 1)
    assert shown(regulars, source)["problem"] is None
    regulars("sources", "pause", source)
    eventually(lambda: broker.subscribers == 0)
    broker.publish("shop/door", '{"in": 1}')
    regulars("sources", "resume", source)
    eventually(lambda: len(broker.acked) == 2)
    eventually(lambda: events(regulars)["events"] == 2)


def test_a_broker_that_went_away_is_said_and_found_again(
    regulars: Regulars, source: int, begin: Callable[[], subprocess.Popen[bytes]], broker: Broker
) -> None:
    other = Broker()
    with brokers.running(other):
        address = f"broker=mqtt://127.0.0.1:{other.port}"
        assert regulars("sources", "secret", source, "--set", address, text="").returncode == 0
        other.password = "p1"
        begin()
        eventually(lambda: other.subscribers)
    eventually(lambda: (shown(regulars, source)["problem"] or {}).get("code") == "unreachable")
    other.publish("shop/door", '{"in": 4}')
    with brokers.running(other):
        eventually(lambda: len(other.acked) == 1)
        eventually(lambda: shown(regulars, source)["problem"] is None)
        eventually(lambda: events(regulars)["events"] == 1)


@pytest.mark.sqlite_only
def test_no_byte_of_the_data_folder_names_a_device(
    regulars: Regulars,
    source: int,
    broker: Broker,
    begin: Callable[[], subprocess.Popen[bytes]],
    ready: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    bare, phone = MAC.replace(":", ""), "phone:zaphod-beeblebrox"
    sent = [
        ("shop/wifi", {"device": MAC, "rssi": -60}),
        ("shop/wifi", [MAC, bare.lower()]),
        (f"shop/{bare}/wifi", {"rssi": -60}),
        ("shop/wifi", {"mac": MAC, "zone": f"by {MAC}", "rssi": 1}),
        (f"shop/devices/{phone}", {"id": phone, "rssi": 1}),
        ("shop/wifi", {"device": phone, "in": "x"}),
        ("shop/wifi", {MAC: -60, phone: {"rssi": -4}}),
        ("shop/wifi", f'{{"device": "{MAC}", "rssi"'),
        (f"shop/{phone}", f"{MAC} {phone}"),
        ("shop/wifi", {"device": phone, "rssi": 1, "time": "2026-11-26T10:00:00Z"}),
        (f"shop/{MAC}/count", {"in": phone}),
        (f"shop/{MAC}/total", {"total": 5}),
    ]
    begin()
    eventually(lambda: broker.subscribers)
    for topic, said in sent:
        broker.publish(topic, said if isinstance(said, str) else json.dumps(said))
    eventually(lambda: len(broker.acked) == len(sent))
    eventually(lambda: events(regulars)["waiting"] == 0)
    found = events(regulars)
    assert found["events"] == 7 and found["quarantined"] == 5
    assert regulars("refresh").returncode == 0
    files = [one.read_bytes() for one in ready.rglob("*") if one.is_file()]
    kept = b"".join([*files, *(part.encode() for part in capfd.readouterr())]).lower()
    assert b"presence seen" in kept
    for name in (MAC, bare, MAC.replace(":", "-"), "zaphod"):
        assert name.lower().encode() not in kept, name
