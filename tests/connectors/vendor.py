"""A vendor's server on this machine: it says what it is told to, faults included."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    said: Any


@dataclass
class Says:
    """What is answered."""

    data: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None


Answering = Callable[[Asked], Says]


class Vendor:
    """Answers each request by ``answering``; ``faults`` come first, one a request."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.faults: list[Says] = []
        self.asked: list[Asked] = []
        self.url = ""

    def answer(self, asked: Asked) -> Says:
        self.asked.append(asked)
        return self.faults.pop(0) if self.faults else self.answering(asked)


@contextmanager
def running(answering: Answering) -> Iterator[Vendor]:
    """Serve on a port of its own until the block ends."""
    vendor = Vendor(answering)

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            is_form = headers.get("content-type", "").startswith("application/x-www-form")
            told = dict(parse_qsl(body.decode())) if is_form else json.loads(body or b"null")
            said = vendor.answer(
                Asked(self.command, parts.path, dict(parse_qsl(parts.query)), headers, told)
            )
            raw = json.dumps(said.data).encode() if said.raw is None else said.raw
            raw = b"" if said.status == 304 else raw
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _answer

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    vendor.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield vendor
    finally:
        server.shutdown()
        server.server_close()
