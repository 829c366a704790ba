"""One real server for all SDKs, a look into its books, and a website of another origin."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import free_port
from tests.commands import PYTHONPATH
from tests.sdks import npm
from tests.sdks.story import LONG_AGO, ORDER, TASTED, Sdk, check, is_complete

SENDERS = Path(__file__).resolve().parent / "senders"
PATIENCE = 30


class Shop:
    """A running server, and what it has kept."""

    def __init__(self, address: str, books: subprocess.Popen[str]) -> None:
        self.address = address
        self._books = books

    def ask(self, verb: str, argument: Any) -> Any:
        """Ask the process that reads the server's database."""
        assert self._books.stdin and self._books.stdout
        self._books.stdin.write(json.dumps([verb, argument]) + "\n")
        self._books.stdin.flush()
        return json.loads(self._books.stdout.readline())

    def await_story(self, source_id: int, sdk: Sdk, people: list[str]) -> None:
        """Wait until everything has come in, then check it; and that nothing comes after."""
        deadline = time.monotonic() + PATIENCE
        while not is_complete(sdk, people, told := self.ask("told", source_id)):
            if time.monotonic() > deadline:
                break  # The check says what is missing.
            time.sleep(0.05)
        check(sdk, people, told)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Shop]:
    """`regulars serve` on a fresh data folder."""
    folder = tmp_path_factory.mktemp("sdks") / "data"
    folder.mkdir()
    environment = {**os.environ, "REGULARS_DATA": str(folder), "PYTHONPATH": PYTHONPATH}
    environment.pop("REGULARS_DATABASE_URL", None)
    books = subprocess.Popen(
        [sys.executable, "-m", "tests.sdks.books"], env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert books.stdout is not None
    assert books.stdout.readline() == '"open"\n'
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "regulars.config.serving", "--port", str(port)],
        env=environment, text=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        assert "Regulars is at" in server.stdout.readline()
        yield Shop(f"http://127.0.0.1:{port}", books)
    finally:
        books.kill()
        books.wait()
        server.send_signal(signal.SIGTERM)
        server.wait(20)


@pytest.fixture
def source(shop: Shop, request: pytest.FixtureRequest) -> dict[str, Any]:
    """A source of its own for each test."""
    added: dict[str, Any] = shop.ask("add", request.node.name)
    return added


@pytest.fixture(scope="session")
def modules() -> Path:
    """The folder in which the SDKs of npm lie."""
    return npm.folder()


@pytest.fixture
def story(source: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """What an SDK is told to tell of one person, and where."""

    def make(address: str, person: str, **options: Any) -> dict[str, Any]:
        return {
            "address": address, "key": source["write_key"], "person": person, "order": ORDER,
            "tasted": TASTED, "long_ago": LONG_AGO, "options": options,
        }  # fmt: skip

    return make


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def website(modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a static website with the SDKs in it: another origin than the server's."""
    root = tmp_path_factory.mktemp("website")
    (root / "node_modules").symlink_to(modules / "node_modules")
    for file in SENDERS.glob("*_browser.*"):
        (root / file.name).symlink_to(file)
    handler = functools.partial(_Quiet, directory=str(root))
    handler.extensions_map = {**_Quiet.extensions_map, ".mjs": "text/javascript"}  # type: ignore[attr-defined]
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
