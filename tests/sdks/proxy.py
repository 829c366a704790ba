"""A proxy between an SDK and the server: writes down what goes by, and spoils answers on demand."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlsplit

REFUSE, LOSE = "refuse", "lose"
"""Answer 503 and pass nothing on; or pass it on and answer 429, as if the answer were lost."""
_HOP = {"connection", "content-length", "host", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True)
class Seen:
    """One request as the SDK made it, and what it was answered."""

    method: str
    address: str
    headers: dict[str, str]
    body: bytes
    status: int

    @property
    def path(self) -> str:
        return self.address.partition("?")[0]

    @property
    def said(self) -> Any:
        is_packed = self.headers.get("content-encoding") == "gzip"
        return json.loads(gzip.decompress(self.body) if is_packed else self.body)

    @property
    def content_type(self) -> str:
        return self.headers["content-type"].partition(";")[0]

    @property
    def collects(self) -> bool:
        return self.method == "POST" and not self.path.endswith("/v1/m")


@dataclass
class Proxy:
    """Where it is, what it will do to the next requests that collect, and what it saw."""

    target: str
    faults: list[str] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    address: str = ""
    lock: Lock = field(default_factory=Lock)

    def collected(self) -> list[Seen]:
        """The requests that carried messages, in the order in which they were answered."""
        return [one for one in self.seen if one.collects]

    def take_fault(self) -> str:
        with self.lock:
            return self.faults.pop(0) if self.faults else ""


@contextmanager
def running(target: str, *faults: str) -> Iterator[Proxy]:
    """Run a proxy to ``target`` that spoils the first requests that collect, each in its way."""
    proxy = Proxy(target, list(faults))

    class Handler(_Handler):
        told = proxy

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    proxy.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    told: Proxy
    protocol_version = "HTTP/1.1"

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        seen = Seen(self.command, self.path, _lower(self.headers.items()), body, 0)
        fault = self.told.take_fault() if seen.collects else ""
        # Refused: without its body it is not taken, and the answer has the server's own headers.
        status, headers, answer = self._ask(b"" if fault == REFUSE else body)
        if fault:
            assert fault == REFUSE or status == 200, answer
            status, answer = (503 if fault == REFUSE else 429), b'{"success":false}'
            headers = {**headers, "retry-after": "1"}
        self.told.seen.append(replace(seen, status=status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _ask(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection(urlsplit(self.told.target).netloc, timeout=20)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        try:
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            kept = {name: value for name, value in _lower(answer.getheaders()).items()
                    if name not in _HOP}  # fmt: skip
            return answer.status, kept, answer.read()
        finally:
            connection.close()

    do_GET = do_POST = do_OPTIONS = do_HEAD = _pass_on

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _lower(pairs: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in pairs}
