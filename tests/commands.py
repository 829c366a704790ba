"""Commands that a test starts: on a folder and a database of its own, in processes of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests import forking

_ROOT = Path(__file__).resolve().parents[1]
# What a process imports that a test starts: this checkout, wherever the package was installed from.
PYTHONPATH = os.pathsep.join((str(_ROOT / "src"), str(_ROOT)))
_FORKING = str(Path(forking.__file__))


class Nursery(NamedTuple):
    """A process that forks into commands, and a `regulars` for shells that asks it to."""

    address: str
    programs: Path

    def run(self, words: list[str], *, text: str, folder: Path) -> subprocess.CompletedProcess[str]:
        """Run ``words`` as `subprocess.run` would, with ``text`` as its standard input."""
        with ExitStack() as files:
            streams = [files.enter_context(tempfile.TemporaryFile("w+")) for _ in range(3)]
            streams[0].write(text)
            streams[0].seek(0)
            opened = [one.fileno() for one in streams]
            status = forking.start(self.address, words, opened, folder=folder).wait()
            for one in streams:
                one.seek(0)
            _, said, complained = (one.read() for one in streams)
        return subprocess.CompletedProcess(words, status, said, complained)

    def start(self, *words: object) -> forking.Fork:
        """Begin ``words`` here, silently; the caller waits for it or kills it."""
        with Path(os.devnull).open("r+") as nowhere:
            return forking.start(self.address, [*map(str, words)], [nowhere.fileno()] * 3)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Commands at a third of their price: what they load is loaded once, then forked."""
    # A short path: a Unix socket's address holds 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="regulars-fork-", dir="/tmp"))
    address = str(folder / "door")
    shim = folder / "regulars"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S -E "{_FORKING}" call {address} "$@"\n')
    shim.chmod(0o755)
    mother = subprocess.Popen(
        [sys.executable, _FORKING, "serve", address],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert mother.stdin and mother.stdout
    assert mother.stdout.readline() == "ready\n"
    yield Nursery(address, folder)
    mother.communicate(timeout=30)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with all tables and no row, to be copied: a file, or a name on the server."""
    folder = tmp_path_factory.mktemp("empty")
    environment = {**os.environ, "REGULARS_DATA": str(folder)}
    url = os.environ.get("REGULARS_DATABASE_URL")
    name = str(folder / "regulars.sqlite3")
    if url is not None:
        name = f"empty_{os.getpid()}"
        copy_database("template1", name)
        environment["REGULARS_DATABASE_URL"] = f"{url.rpartition('/')[0]}/{name}"
    command = [sys.executable, "-m", "regulars.config.preparing"]
    subprocess.run(command, env=environment, check=True)
    return name


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Path:
    """A fresh data folder: this process's settings and every command the test starts use it.

    On PostgreSQL, commands have a database of the test's own; `blank` or `ready` makes it.
    """
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    settings.DATA_FOLDER = folder
    monkeypatch.setenv("REGULARS_DATA", str(folder))
    url = os.environ.get("REGULARS_DATABASE_URL")
    if url is not None:
        name = f"command_{os.getpid()}_{abs(hash(str(tmp_path)))}"
        monkeypatch.setenv("REGULARS_DATABASE_URL", f"{url.rpartition('/')[0]}/{name}")
    return folder


@pytest.fixture
def blank(data_folder: Path) -> Iterator[Path]:
    """The data folder where a command finds no tables yet, as at its very first start."""
    yield from _with_database(data_folder, template=None)


@pytest.fixture
def ready(empty: str, data_folder: Path) -> Iterator[Path]:
    """The data folder where a command finds tables without rows: making them takes two seconds."""
    yield from _with_database(data_folder, template=empty)


def _with_database(folder: Path, template: str | None) -> Iterator[Path]:
    url = os.environ.get("REGULARS_DATABASE_URL")
    if url is None:
        if template is not None:
            shutil.copy(template, folder / "regulars.sqlite3")
        yield folder
        return
    copy_database(template or "template1", url.rpartition("/")[2])
    yield folder
    administer(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')


def copy_database(template: str, name: str) -> None:
    """Make the PostgreSQL database ``name`` like ``template``, which nobody may be using."""
    administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def administer(statement: str) -> None:
    """Run one statement beside all transactions, where databases are made and dropped."""
    import psycopg

    server = os.environ["REGULARS_DATABASE_URL"].rpartition("/")[0]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture
def regulars(ready: Path, nursery: Nursery) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line in a process of its own on the test's data folder."""

    def run(*arguments: object, text: str = "") -> subprocess.CompletedProcess[str]:
        return nursery.run([*map(str, arguments)], text=text, folder=ready.parent)

    return run
