"""A small MQTT broker on this machine: as much of 3.1.1 and 5.0 as sensors and we need.

Sessions outlive their lines; what was not acknowledged comes again with its number and DUP.
"""

from __future__ import annotations

import socket
import socketserver
import ssl
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import RLock, Thread
from typing import Any

WINDOW = 20
"""How many packets are sent unanswered."""


@dataclass
class Message:
    topic: bytes
    payload: bytes
    qos: int = 1
    is_retained: bool = False


@dataclass
class Session:
    """What the broker keeps of a client, connected or not."""

    filters: set[str] = field(default_factory=set)
    waiting: deque[Message] = field(default_factory=deque)
    sent: dict[int, Message] = field(default_factory=dict)
    line: Any = None
    last: int = 0


@dataclass
class Broker:
    """A broker and what goes wrong with it."""

    password: str = ""
    only_311: bool = False
    refuses_topics: bool = False
    loses_acks: bool = False
    """Acknowledgements do not arrive, as where the line breaks just then."""
    on_ack: Callable[[], None] = lambda: None
    sessions: dict[str, Session] = field(default_factory=dict)
    retained: dict[bytes, Message] = field(default_factory=dict)
    acked: list[Message] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    port: int = 0
    tls: ssl.SSLContext | None = None
    lock: Any = field(default_factory=RLock)

    @property
    def subscribers(self) -> int:
        return sum(1 for one in self.sessions.values() if one.filters and one.line)

    def publish(self, topic: str | bytes, payload: str | bytes, qos: int = 1) -> None:
        """Hand a message to every session that asked for its topic."""
        topic = topic.encode() if isinstance(topic, str) else topic
        payload = payload.encode() if isinstance(payload, str) else payload
        with self.lock:
            for session in self.sessions.values():
                if any(fits(topic, one) for one in session.filters):
                    session.waiting.append(Message(topic, payload, qos))
                    self.send_on(session)

    def retain(self, topic: str, payload: str) -> None:
        """Keep a message for whoever asks for its topic from now on."""
        self.retained[topic.encode()] = Message(topic.encode(), payload.encode(), 1, True)

    def drop_lines(self) -> None:
        """Break every line."""
        with self.lock:
            for session in self.sessions.values():
                hang_up(session)

    def send_on(self, session: Session) -> None:
        while session.line and session.waiting and len(session.sent) < WINDOW:
            message = session.waiting.popleft()
            number = 0
            if message.qos:
                number = session.last = session.last % 65_535 + 1
                session.sent[number] = message
            session.line.deliver(number, message)


def hang_up(session: Session) -> None:
    line, session.line = session.line, None
    if line is not None:
        with suppress(OSError):
            line.request.shutdown(socket.SHUT_RDWR)


def fits(topic: bytes, wanted: str) -> bool:
    levels, asked = topic.split(b"/"), wanted.encode().split(b"/")
    if asked[-1] == b"#":
        levels, asked = levels[: len(asked) - 1], asked[:-1]
    return len(levels) == len(asked) and all(
        one in (b"+", level) for one, level in zip(asked, levels, strict=True)
    )


def sized(content: bytes) -> bytes:
    length, head = len(content), b""
    while True:
        length, digit = divmod(length, 128)
        head += bytes([digit | (0x80 if length else 0)])
        if not length:
            return head + content


def text(value: bytes) -> bytes:
    return len(value).to_bytes(2, "big") + value


class Reader:
    """The fields of one packet, one after the other."""

    def __init__(self, content: bytes) -> None:
        self.rest = content

    def take(self, count: int) -> bytes:
        found, self.rest = self.rest[:count], self.rest[count:]
        return found

    def number(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def text(self) -> bytes:
        return self.take(self.number())

    def skip_properties(self) -> None:
        length, shift = 0, 0
        while True:
            digit = self.take(1)[0]
            length |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                break
        self.take(length)


@contextmanager
def running(broker: Broker) -> Iterator[Broker]:
    """Serve until the block ends; on the same port again where it had one before."""

    class Line(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True
        session: Session | None = None
        version = 4

        def handle(self) -> None:
            with suppress(OSError, IndexError, ValueError):
                while head := self.rfile.read(1):
                    length, shift = 0, 0
                    while True:
                        digit = self.rfile.read(1)[0]
                        length |= (digit & 0x7F) << shift
                        shift += 7
                        if not digit & 0x80:
                            break
                    with broker.lock:
                        if not self.answer(head[0] >> 4, Reader(self.rfile.read(length))):
                            break
            with broker.lock:
                if self.session is not None and self.session.line is self:
                    self.session.line = None

        def say(self, head: int, content: bytes = b"") -> None:
            with suppress(OSError):
                self.wfile.write(bytes([head]) + sized(content))

        def answer(self, kind: int, said: Reader) -> bool:
            if kind == 1:
                return self.connect(said)
            if kind == 8:
                self.subscribe(said)
            elif kind == 10:
                self.unsubscribe(said)
            elif kind == 4:
                self.acknowledge(said.number())
            elif kind == 12:
                self.say(0xD0)
            return kind != 14

        def connect(self, said: Reader) -> bool:
            said.text()
            self.version, flags = said.take(2)
            broker.versions.append(self.version)
            said.take(2)
            if self.version == 5:
                said.skip_properties()
            name = said.text().decode()
            if flags & 0x80:
                said.text()
            password = said.text().decode() if flags & 0x40 else ""
            if self.version == 5 and broker.only_311:
                self.say(0x20, b"\x00\x01")
                return False
            nothing = b"\x00" if self.version == 5 else b""
            if password != broker.password:
                self.say(0x20, b"\x00" + (b"\x86" if nothing else b"\x04") + nothing)
                return False
            if flags & 2:
                broker.sessions.pop(name, None)
            stood = broker.sessions.get(name)
            self.session = broker.sessions.setdefault(name, Session())
            hang_up(self.session)
            self.say(0x20, bytes([stood is not None, 0]) + nothing)
            self.session.line = self
            for number, message in self.session.sent.items():
                self.deliver(number, message, again=True)
            broker.send_on(self.session)
            return True

        def subscribe(self, said: Reader) -> None:
            assert self.session is not None
            number = said.take(2)
            if self.version == 5:
                said.skip_properties()
            codes = b""
            while said.rest:
                wanted = said.text().decode()
                codes += b"\x80" if broker.refuses_topics else bytes([said.rest[0] & 3])
                said.take(1)
                self.session.filters.add(wanted)
                kept = [one for topic, one in broker.retained.items() if fits(topic, wanted)]
                self.session.waiting.extend(kept)
            self.say(0x90, number + (b"\x00" if self.version == 5 else b"") + codes)
            broker.send_on(self.session)

        def unsubscribe(self, said: Reader) -> None:
            assert self.session is not None
            number = said.take(2)
            if self.version == 5:
                said.skip_properties()
            count = 0
            while said.rest:
                self.session.filters.discard(said.text().decode())
                count += 1
            self.say(0xB0, number + (b"\x00" + b"\x00" * count if self.version == 5 else b""))

        def acknowledge(self, number: int) -> None:
            if broker.loses_acks or self.session is None:
                return
            message = self.session.sent.pop(number, None)
            if message is not None:
                broker.acked.append(message)
                broker.on_ack()
                broker.send_on(self.session)

        def deliver(self, number: int, message: Message, *, again: bool = False) -> None:
            flags = message.qos << 1 | message.is_retained | (8 if again else 0)
            head = text(message.topic) + (number.to_bytes(2, "big") if message.qos else b"")
            nothing = b"\x00" if self.version == 5 else b""
            self.say(0x30 | flags, head + nothing + message.payload)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True
        block_on_close = False

        def finish_request(self, request: Any, client_address: Any) -> None:
            # In the connection's own thread, where a handshake that fails harms nobody else.
            with suppress(OSError):
                if broker.tls is not None:
                    request = broker.tls.wrap_socket(request, server_side=True)
                super().finish_request(request, client_address)

    with Server(("127.0.0.1", broker.port), Line) as server:
        broker.port = server.server_address[1]
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield broker
        finally:
            server.shutdown()
            broker.drop_lines()
