"""One connection to a broker (MQTT 5.0 and 3.1.1, OASIS).

The broker keeps a session for us, and hears that it may forget a message once that is on disk. What
was on disk already when the connection broke comes again with its packet number: the numbers of
what was kept last stand in the connection's place, so that it is the same message then, of the same
time.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import orjson

from regulars.kernel import clock
from regulars.sources.connectors.contract import (
    Account,
    Connection,
    Json,
    TokenRefused,
    Unreachable,
)
from regulars.sources.connectors.mqtt import mapping, topics
from regulars.sources.connectors.mqtt.mapping import Packet, Setting
from regulars.sources.secrets import keyed_hash

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessage

MOST_REMEMBERED = 500
"""Packets that may come again after the connection broke: more than brokers send unanswered."""
_MOST_AT_ONCE = 100
_MOST_PACKET_BYTES = 1_048_576
_SESSION_SECONDS = 30 * 86_400
_KEEPALIVE_SECONDS = 30
_ANSWER_SECONDS = 15.0
_TURN_SECONDS = 0.2
# Reason codes of 5.0; paho puts those of 3.1.1 into the same words. Bad user name or password, not
# authorised, banned.
_REFUSED = (0x86, 0x87, 0x8A)
_OTHER_VERSION = 0x84
_FAILED = 0x80


class Session:
    """From CONNECT to the end of one connection. Raises `TokenRefused` and `Unreachable`."""

    def __init__(self, account: Account, connection: Connection) -> None:
        self.account, self.connection = account, connection
        self.filters = re.split(r"[\s,]+", account.settings.get("topics", "").strip())
        bad = next((one for one in self.filters if not topics.is_filter(one)), None)
        if bad is not None:
            raise Unreachable("a topic filter is wrong")
        self.setting = Setting(ZoneInfo(connection.timezone), self.filters, daily, sensor)
        place: Json = orjson.loads(connection.place) if connection.place else {}
        self.known: dict[int, tuple[str, int]] = {
            mid: (digest, at) for mid, digest, at in place.get("seen", ())
        }
        self.asked: list[str] = place.get("topics", [])
        self.waiting: list[MQTTMessage] = []
        self.answer: Any = None
        self.granted: list[Any] | None = None
        self.last_at = datetime.fromtimestamp(0, UTC)

    def run(self) -> None:
        client = self._client()
        try:
            self._open(client)
            self._ask(client)
            self.connection.works()
            while not self.connection.is_over():
                is_broken = not self._gather(client)
                if self.waiting:
                    self._take(client)
                if is_broken:
                    raise Unreachable("the connection broke")
        finally:
            client.disconnect()

    def _client(self) -> Client:
        from paho.mqtt.client import Client, MQTTv5, MQTTv311
        from paho.mqtt.enums import CallbackAPIVersion

        is_five = self.account.settings.get("version", "") != "3.1.1"
        name = f"regulars-{keyed_hash('mqtt client', str(self.account.source_id), size=6)}"
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=name,
            clean_session=None if is_five else False,
            protocol=MQTTv5 if is_five else MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.connect_timeout = _ANSWER_SECONDS
        if user := self.account.settings.get("user", ""):
            client.username_pw_set(user, self.account.secrets.get("password") or None)

        def on_connect(_: Any, __: Any, flags: Any, reason: Any, ___: Any) -> None:
            self.answer = reason

        def on_subscribe(_: Any, __: Any, mid: int, reasons: list[Any], ___: Any) -> None:
            self.granted = reasons

        def on_message(_: Any, __: Any, message: MQTTMessage) -> None:
            self.waiting.append(message)

        client.on_connect, client.on_subscribe = on_connect, on_subscribe
        client.on_message = on_message
        return client

    def _open(self, client: Client) -> None:
        """Connect; raises where the broker does not let us in."""
        host, port, is_sealed = address_of(self.account.settings.get("broker", ""))
        if is_sealed:
            client.tls_set_context(ssl.create_default_context())
        try:
            if not is_sealed and not _is_near(host, port):
                raise Unreachable("beyond this network only mqtts:// is spoken")
            client.connect(host, port, _KEEPALIVE_SECONDS, **_session_of(client))
        except (OSError, ValueError) as error:
            raise Unreachable(type(error).__name__) from None
        self._wait(client, lambda: self.answer is not None)
        code = self.answer.value
        if code in _REFUSED:
            raise TokenRefused
        if code == _OTHER_VERSION:
            raise Unreachable("it speaks another version of MQTT: set version to 3.1.1")
        if self.answer.is_failure:
            raise Unreachable(str(self.answer))

    def _ask(self, client: Client) -> None:
        """Ask for the topics, and give back those asked for before. What is asked for is on disk
        first: the broker would go on to send what nobody gives back."""
        left = [one for one in self.asked if one not in self.filters]
        if not set(self.filters) <= set(self.asked):
            self.asked = [*left, *self.filters]
            self.connection.keep((), self._place())
        if left:
            client.unsubscribe(left)
        client.subscribe([(one, 1) for one in self.filters])
        self._wait(client, lambda: self.granted is not None)
        if any(one.value >= _FAILED for one in self.granted or ()):
            raise Unreachable("it refuses a topic filter")
        self.asked = self.filters
        if left:
            self.connection.keep((), self._place())

    def _wait(self, client: Client, is_there: Callable[[], bool]) -> None:
        until = time.monotonic() + _ANSWER_SECONDS
        while not is_there():
            # What is refused ends the connection in the same turn.
            status = client.loop(_TURN_SECONDS)
            if is_there():
                return
            if status != 0 or time.monotonic() > until:
                raise Unreachable("the connection broke" if status else "no answer")

    def _gather(self, client: Client) -> bool:
        """Read what the broker sent, up to `_MOST_AT_ONCE`; whether the connection holds."""
        pause = _TURN_SECONDS
        while len(self.waiting) < _MOST_AT_ONCE:
            before = len(self.waiting)
            if client.loop(pause) != 0:
                return False
            if len(self.waiting) == before:
                break
            pause = 0.0
        return True

    def _take(self, client: Client) -> None:
        said: list[Json] = []
        for message in self.waiting:
            said += self._told(message)
        self.connection.keep(said, self._place())
        for message in self.waiting:
            if message.qos:
                client.ack(message.mid, message.qos)
        self.waiting = []

    def _place(self) -> str:
        seen = [(mid, digest, at) for mid, (digest, at) in self.known.items()]
        return orjson.dumps({"topics": self.asked, "seen": seen}).decode()

    def _told(self, message: MQTTMessage) -> list[Json]:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        at = self._first_came(message, topic)
        packet = Packet(topic, bytes(message.payload), at, message.retain)
        try:
            return mapping.tell(packet, self.setting)
        except mapping.Untimed:
            self.connection.turn_away("retained")
            return []
        except Exception as error:
            # One payload must not stop all that come after it; its words may name a device.
            return [mapping.unforeseen(packet, self.setting, type(error).__name__)]

    def _first_came(self, message: MQTTMessage, topic: str) -> datetime:
        """When the broker first sent a packet; of two packets never the same."""
        known = self.known.pop(message.mid, None) if message.qos else None
        if known and message.dup:
            at = datetime.fromtimestamp(known[1] / 1000, UTC)
            if known[0] != _digest(message, topic, at):
                known = None
        if not known or not message.dup:
            # Messages bear milliseconds.
            now = clock.now().astimezone(UTC)
            now -= timedelta(microseconds=now.microsecond % 1000)
            at = self.last_at = max(now, self.last_at + timedelta(milliseconds=1))
        if message.qos:
            self.known[message.mid] = (_digest(message, topic, at), round(at.timestamp() * 1000))
            while len(self.known) > MOST_REMEMBERED:
                self.known.pop(next(iter(self.known)))
        return at


def _digest(message: MQTTMessage, topic: str, at: datetime) -> str:
    return daily(f"{at:%Y-%m-%d}", "packet", topic, bytes(message.payload))


def _session_of(client: Client) -> dict[str, Any]:
    """What CONNECT of 5.0 says: the session outlives the connection, and nothing large comes."""
    from paho.mqtt.client import MQTTv5
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    if client.protocol != MQTTv5:
        return {}
    wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    wishes.SessionExpiryInterval = _SESSION_SECONDS
    wishes.ReceiveMaximum = _MOST_AT_ONCE
    wishes.MaximumPacketSize = _MOST_PACKET_BYTES
    return {"clean_start": False, "properties": wishes}


def address_of(text: str) -> tuple[str, int, bool]:
    """Host, port, and whether the connection is encrypted; `Unreachable` for what is no address."""
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in ("mqtt", "mqtts") or not host:
        raise Unreachable("the address is not of the form mqtt://host or mqtts://host")
    is_sealed = parts.scheme == "mqtts"
    return host, port or (8883 if is_sealed else 1883), is_sealed


def _is_near(host: str, port: int) -> bool:
    """Whether a host is this machine or stands in its own network: a password goes to it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    return all(one.is_private or one.is_link_local for one in addresses)


def daily(day: str, *parts: str | bytes) -> str:
    """A hash that holds for ``day``: with another day's nobody can tell that it is the same."""
    return keyed_hash(f"mqtt {day}", *parts)


def sensor(topic: str) -> str:
    return keyed_hash("mqtt sensor", topic, size=4)
