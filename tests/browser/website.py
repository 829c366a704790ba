"""A small website of another origin that tells a real server what happens on it."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)
# A browser that a test drives says so; a visitor's does not.
AS_A_PERSON = "Object.defineProperty(Navigator.prototype, 'webdriver', {get: () => false})"


class Website:
    """Pages by path; ``collector`` is where Regulars is, ``database`` where it keeps things."""

    def __init__(self, collector: str, key: str, database: Path) -> None:
        self.collector, self.key, self.database = collector, key, database
        self.pages: dict[str, str] = {}
        self.slow: dict[str, float] = {}
        self.tab: Any = None
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                found = site.pages.get(path)
                time.sleep(site.slow.get(path, 0))
                body = (found or "").encode()
                self.send_response(204 if found is None else 200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def put(self, path: str, body: str = "", *, head: str = "", **settings: str) -> str:
        """Lay a page with the snippet in it; returns its address."""
        said = " ".join(f'data-{name}="{value}"' for name, value in settings.items())
        script = (
            f'<script src="{self.collector}/regulars.js" data-key="{self.key}" {said}></script>'
        )
        title = path.strip("/").title() or "Home"
        self.pages[path] = (
            f"<!doctype html><html lang=en><title>{title}</title>{head}{script}<body>{body}"
        )
        return self.address + path

    def told(self, event: str, *, where: str = "") -> list[dict[str, Any]]:
        """Every message of one event (or type) that the server keeps, as received, in order."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT body FROM sources_intakerecord ORDER BY id").fetchall()
        found = [json.loads(body) for (body,) in rows]
        return sorted(
            (one for one in found
             if event in (one.get("event"), one["type"]) and where in json.dumps(one)),
            key=lambda one: one["originalTimestamp"],
        )  # fmt: skip

    def wait_for(self, event: str, count: int = 1, *, where: str = "") -> list[dict[str, Any]]:
        """The same, once there are ``count`` of them."""

        def enough() -> list[dict[str, Any]] | None:
            found = self.told(event, where=where)
            return found if len(found) >= count else None

        found: list[dict[str, Any]] = self.until(enough)
        return found

    def until(self, ask: Callable[[], Any]) -> Any:
        """Ask until the answer is true. The driver hears of requests while the tab waits."""
        for _ in range(400):
            if answer := ask():
                return answer
            self.tab.wait_for_timeout(25)
        raise AssertionError("it did not come to pass")

    def landed(self, message_id: str) -> list[tuple[int | None, dict[str, Any]]]:
        """Whom each event of a message hangs off, and its properties."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            rows = database.execute(
                "SELECT identifier_id, properties FROM sources_event WHERE properties LIKE ?",
                [f"%{message_id}%"],
            ).fetchall()
        return [(who, json.loads(text)) for who, text in rows]
