"""Sensors: each reading once, acknowledged when it is on disk, and no device by its name."""

from __future__ import annotations

import ipaddress
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from regulars.identity.models import Link
from regulars.identity.resolving import resolve
from regulars.sources import origins
from regulars.sources.connectors import accounts, listening
from regulars.sources.intake import room
from regulars.sources.models import Event, Identifier, IntakeRecord, Source
from tests import world
from tests.connectors.hooks import refused, told
from tests.connectors.mqtt import broker as brokers
from tests.connectors.mqtt.broker import Broker
from tests.jobs.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)
TOPICS = "shop/#"


@pytest.fixture
def broker() -> Iterator[Broker]:
    with brokers.running(Broker(password="p1")) as found:
        yield found


@pytest.fixture
def owner() -> Any:
    return world.open_shop().owner


@pytest.fixture
def source(owner: Any, broker: Broker) -> Source:
    given = {"broker": f"mqtt://127.0.0.1:{broker.port}", "topics": TOPICS, "user": "regulars"}
    return origins.add(owner, "mqtt", name="Sensors", secret="password=p1", given=given)


def listen(source: Source, is_done: Callable[[], bool]) -> str:
    """Listen until ``is_done``; returns the code of what stands in the way, if anything does."""
    deadline = time.monotonic() + 20
    listening.listen(source.pk, lambda: is_done() or time.monotonic() > deadline)
    assert time.monotonic() < deadline, "it did not come to pass"
    source.refresh_from_db()
    return str((accounts.problem_of(source) or {"code": ""})["code"])


def asked(source: Source, broker: Broker) -> None:
    """Connect once, so that the broker keeps what comes from now on."""
    assert listen(source, lambda: broker.subscribers > 0) == ""
    eventually(lambda: broker.subscribers == 0)


def all_acked(broker: Broker) -> bool:
    return all(not one.sent and not one.waiting for one in broker.sessions.values())


def rows(name: str) -> list[dict[str, Any]]:
    """The events of a name, oldest first, by what they say."""
    return [
        {key: value for key, value in said.items() if key not in ("times", "messageId", "context")}
        for one, _, said in told()
        if one == name
    ]


def test_readings_land_with_their_zones_and_make_nobody(source: Source, broker: Broker) -> None:
    asked(source, broker)
    broker.publish("shop/front/total", "1532", qos=0)
    broker.publish("shop/entrance/count", '{"in": 3, "out": 2}')
    broker.publish("shop/till/queue", '{"queue": 4, "wait_seconds": 180}')
    broker.publish("shop/wifi", '{"zone": "Café", "device": "AA:BB:CC:DD:EE:01", "rssi": -60}')
    broker.publish("shop/back-door/in", "7")
    assert listen(source, lambda: all_acked(broker) and len(broker.acked) == 4) == ""
    counted = rows("Visitors Counted")
    assert (counted[0]["total_in"], counted[0]["zone"]) == (1532, "front")
    assert counted[1:] == [{"in": 3, "out": 2, "zone": "entrance"}, {"in": 7, "zone": "back-door"}]
    assert rows("Queue Measured") == [{"length": 4, "wait_seconds": 180, "zone": "till"}]
    (seen,) = rows("Presence Seen")
    assert seen["zone"] == "Café" and len(seen["presence"]) == 16
    resolve()
    assert not Identifier.objects.exists() and not Link.objects.exists()
    assert not IntakeRecord.objects.exclude(reason="").exists()


def test_nothing_is_acknowledged_before_it_is_on_disk(source: Source, broker: Broker) -> None:
    asked(source, broker)
    behind: list[tuple[int, int]] = []
    broker.on_ack = lambda: behind.append((len(broker.acked), IntakeRecord.objects.count()))
    for _ in range(60):
        broker.publish("shop/entrance/count", '{"in": 1}')
    listen(source, lambda: len(broker.acked) == 60)
    assert len(behind) == 60 and all(acked <= kept for acked, kept in behind)
    assert len(rows("Visitors Counted")) == 60


@pytest.mark.parametrize("version", ["", "3.1.1"])
def test_what_comes_again_lands_once(
    version: str, owner: Any, source: Source, broker: Broker
) -> None:
    origins.give_secret(owner, source.pk, secret="", given={"version": version})
    asked(source, broker)
    for number in range(12):
        broker.publish("shop/entrance/count", f'{{"in": {number % 2}}}')
    broker.loses_acks = True
    assert listen(source, lambda: IntakeRecord.objects.count() == 12) == ""
    assert not broker.acked
    broker.loses_acks = False
    broker.publish("shop/entrance/count", '{"in": 0}')
    assert listen(source, lambda: len(broker.acked) == 13) == ""
    assert [one["in"] for one in rows("Visitors Counted")] == [0, 1] * 6 + [0]
    assert set(broker.versions) == {4 if version else 5}


def test_a_reading_with_its_own_time_that_a_sensor_sends_twice_is_one(
    source: Source, broker: Broker
) -> None:
    asked(source, broker)
    for _ in range(3):
        broker.publish("shop/entrance", '{"in": 2, "time": "2026-11-26T10:00:00"}')
    broker.publish("shop/exit", '{"in": 2, "time": "2026-11-26T10:00:00"}')
    listen(source, lambda: len(broker.acked) == 4)
    assert [one["zone"] for one in rows("Visitors Counted")] == ["entrance", "exit"]


def test_a_wrong_password_is_said_and_another_one_mends_it(
    owner: Any, source: Source, broker: Broker
) -> None:
    origins.give_secret(owner, source.pk, secret="password=old")
    assert listen(source, lambda: False) == "token_refused"
    assert "password" in origins.show(owner, source.pk)["problem"]["sentence"]
    assert [*listening.wanted()] == []
    origins.give_secret(owner, source.pk, secret="password=p1")
    assert [one.name for one in listening.wanted()] == [f"source {source.pk}"]
    asked(source, broker)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"topics": "shop/#/x"}, "topic filter is wrong"),
        ({"broker": "http://127.0.0.1"}, "mqtt://host"),
        ({"broker": "mqtt://192.0.2.0.example"}, "gaierror"),
        ({"broker": "mqtt://8.8.8.8"}, "only mqtts://"),
        ({"broker": "mqtt://127.0.0.1:1"}, "ConnectionRefusedError"),
    ],
)
def test_what_is_set_wrongly_is_said(
    given: dict[str, str], why: str, owner: Any, source: Source
) -> None:
    origins.give_secret(owner, source.pk, secret="", given=given)
    assert listen(source, lambda: False) == "unreachable"
    assert why in origins.show(owner, source.pk)["problem"]["sentence"]


def certificate(folder: Path) -> Path:
    """A certificate of this machine by itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now, here = datetime.now(UTC), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "broker.pem"
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_an_encrypted_broker_is_believed_only_with_its_certificate(
    owner: Any, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = certificate(tmp_path)
    sealed = Broker(password="p1", tls=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    assert sealed.tls is not None
    sealed.tls.load_cert_chain(path)
    with brokers.running(sealed):
        address = {"broker": f"mqtts://127.0.0.1:{sealed.port}"}
        origins.give_secret(owner, source.pk, secret="", given=address)
        assert listen(source, lambda: False) == "unreachable"
        assert not sealed.versions
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        asked(source, sealed)
        for _ in range(50):
            sealed.publish("shop/door", "1")
        listen(source, lambda: len(sealed.acked) == 50)
    assert len(rows("Visitors Counted")) == 50


def test_a_broker_that_refuses_a_topic_or_the_version_is_said(
    owner: Any, source: Source, broker: Broker
) -> None:
    broker.refuses_topics = True
    assert listen(source, lambda: False) == "unreachable"
    broker.refuses_topics, broker.only_311 = False, True
    accounts.clear_problem(source.pk)
    assert listen(source, lambda: False) == "unreachable"
    assert "3.1.1" in origins.show(owner, source.pk)["problem"]["sentence"]
    origins.give_secret(owner, source.pk, secret="", given={"version": "3.1.1"})
    asked(source, broker)


def test_while_there_is_no_room_nothing_is_acknowledged_and_nothing_is_lost(
    source: Source, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(source, broker)
    broker.publish("shop/entrance", "1")
    monkeypatch.setattr(room, "MOST_WAITING", -1)
    room.forget()
    until = time.monotonic() + 0.6
    listen(source, lambda: time.monotonic() > until)
    assert not broker.acked and not IntakeRecord.objects.exists()
    monkeypatch.undo()
    room.forget()
    listen(source, lambda: len(broker.acked) == 1)
    assert rows("Visitors Counted") == [{"in": 1, "zone": "entrance"}]


def test_readings_that_a_broker_had_kept_land_only_with_their_time(
    source: Source, broker: Broker
) -> None:
    broker.retain("shop/entrance", '{"in": 5}')
    broker.retain("shop/exit", '{"in": 6, "ts": 1764000000}')
    for times in (1, 2):
        listen(source, lambda times=times: len(broker.acked) == 2 * times)  # type: ignore[misc]
    assert [one["in"] for one in rows("Visitors Counted")] == [6]
    assert refused() == {"retained": 2}


def test_other_topics_take_the_place_of_those_before(
    owner: Any, source: Source, broker: Broker
) -> None:
    asked(source, broker)
    origins.give_secret(owner, source.pk, secret="", given={"topics": "shop/+/count, till/#"})
    (session,) = broker.sessions.values()
    listen(source, lambda: session.filters == {"shop/+/count", "till/#"})
    broker.publish("shop/wifi", '{"device": "x", "rssi": 1}')
    broker.publish("till/1", '{"queue": 1}')
    listen(source, lambda: len(broker.acked) == 1)
    assert rows("Queue Measured") == [{"length": 1, "zone": "1"}]
    assert Event.objects.count() == 1


HOSTILE: list[bytes] = [
    b"", b"\xff\xfe", b"{", b"[", b"null", b"true", b'"hello"', b"NaN", b"-1", b"1e400", b"{}",
    b"[[[]]]", b"[" * 100_000, b'{"in": -3}', b'{"in": 1e300}', b'{"in": true}', b'{"in": "many"}',
    b'{"in": [1]}', b'{"device": {}, "rssi": 1}', b'{"devices": [1.5]}', b'{"devices": [null]}',
    b'{"queue": 2.5}', b'{"wait_seconds": 1e9}', b"x" * 300_000, b"[" + b"1," * 2000 + b"1]",
]  # fmt: skip
ODD: list[bytes] = [
    b'{"in": 5, "time": 9e99}', b'{"in": 5, "ts": "0000-00-00T00:00:00"}',
    b'{"zone": "\\u0000\\ud800", "in": 5}', b'{"time": [], "in": "5"}', b"\xef\xbb\xbf5",
]  # fmt: skip


def test_hostile_payloads_wait_in_quarantine_and_stop_nothing(
    source: Source, broker: Broker
) -> None:
    asked(source, broker)
    for payload in (*HOSTILE, *ODD):
        broker.publish("shop/entrance", payload)
    broker.publish(b"shop/\xff\xfe", "5")
    assert listen(source, lambda: len(broker.acked) == len(HOSTILE) + len(ODD) + 1) == ""
    assert [one["in"] for one in rows("Visitors Counted")] == [5] * (len(ODD) + 1)
    held = IntakeRecord.objects.filter(reason="not_understood")
    assert held.count() == len(HOSTILE) == IntakeRecord.objects.exclude(reason="").count()
    assert all('"topic":"shop/#"' in one.body for one in held)
