"""A real mail server on the loopback that does as it is told."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

OK = "250 Taken"
# Ways to end without an answer: before the text of the message, or with it in hand.
HANG_UP_EARLY, HANG_UP_LATE = "hang up early", "hang up late"


class Postbox:
    """Keeps what arrives. ``answers`` are given to the next messages, `OK` to all after them."""

    def __init__(self) -> None:
        self.arrived: list[EmailMessage] = []
        self.answers: list[str] = []
        self.on_data: Callable[[], None] = lambda: None
        self.on_recipient: Callable[[], None] = lambda: None
        self.port = 0

    def next(self) -> str:
        return self.answers.pop(0) if self.answers else OK

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.on_recipient()
        if self.answers and self.answers[0] == HANG_UP_EARLY:
            self.next()
            server.transport.abort()  # type: ignore[union-attr]
            return OK
        if self.answers and self.answers[0].startswith("RCPT "):
            return self.next().removeprefix("RCPT ")
        envelope.rcpt_tos.append(address)
        return OK

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.on_data()
        said = self.next()
        if said in (OK, HANG_UP_LATE):
            content = envelope.content
            assert isinstance(content, bytes)
            read: Any = message_from_bytes(content, policy=policy.default)
            self.arrived.append(read)
        if said == HANG_UP_LATE:
            server.transport.abort()  # type: ignore[union-attr]
        return said


def only_olive(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    is_right = (data.login, data.password) == (b"olive", b"p@ss:word")
    return AuthResult(success=is_right, handled=False)


@contextmanager
def serving(**options: Any) -> Iterator[Postbox]:
    """Serve on a free port inside the block."""
    postbox = Postbox()
    controller = Controller(postbox, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    postbox.port = controller.port
    try:
        yield postbox
    finally:
        controller.stop()


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
