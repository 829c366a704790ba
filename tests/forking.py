"""Commands without the second that a program takes to load: a process that has the libraries forks.

`python forking.py serve SOCKET` loads what every command needs and nothing that reads settings.
For each caller it forks a process that takes over the caller's folder, environment and streams and
runs the program's own `main`. `python forking.py call SOCKET WORDS…` is such a caller, a command
in the eyes of a shell; its own start is all that is left to wait for.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
from pathlib import Path


class Fork:
    """A command that runs in a fork."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self.pid = int.from_bytes(line.recv(4), "big")

    def wait(self) -> int:
        """How it ends; as `subprocess` says it where it is killed."""
        with self._line as line:
            ended = line.recv(16)
        return int(ended) if ended else -signal.SIGKILL

    def has_ended(self) -> bool:
        """Whether there is nothing left to wait for."""
        return bool(select.select([self._line], [], [], 0)[0])


def start(
    address: str, words: list[str], streams: list[int], *, folder: Path | None = None
) -> Fork:
    """Begin ``words`` in a fork on the open files ``streams``."""
    told = {"words": words, "folder": str(folder or Path.cwd()), "environment": dict(os.environ)}
    body = json.dumps(told).encode()
    line = socket.socket(socket.AF_UNIX)
    line.connect(address)
    socket.send_fds(line, [len(body).to_bytes(4, "big")], streams)
    line.sendall(body)
    return Fork(line)


def serve(address: str) -> None:
    """Fork for each caller until standard input ends."""
    _load()
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen()
        print("ready", flush=True)
        while True:
            able, _, _ = select.select([door, sys.stdin], [], [])
            if sys.stdin in able:
                return _bury()
            line, _ = door.accept()
            if os.fork() == 0:
                door.close()
                _become(line)
            line.close()
            _bury()


def _bury() -> None:
    """Take note of the forks that have ended, so that their time is counted with this process's."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _load() -> None:
    """What needs no settings: the libraries, and the words of the command line."""
    import importlib

    for name in (
        "deltalake duckdb ibis numpy pandas phonenumbers.data pyarrow.fs pyarrow.parquet pydantic "
        "rich.progress scipy.optimize scipy.special typer._adapters "
        "django.contrib.auth.hashers django.core.management django.core.paginator django.db.models "
        "django.db.backends.postgresql.base django.db.backends.sqlite3.base django.forms "
        "django.db.migrations.executor django.http django.template django.urls "
        "regulars.cli.app"
    ).split():
        importlib.import_module(name)


def _become(line: socket.socket) -> None:
    status = 1
    try:
        head, streams, _, _ = socket.recv_fds(line, 4, 3)
        with line.makefile("rb") as given:
            told = json.loads(given.read(int.from_bytes(head, "big")))
        line.send(os.getpid().to_bytes(4, "big"))
        for own, theirs in enumerate(streams):
            os.dup2(theirs, own)
            os.close(theirs)
        status = _run(told)
    finally:
        line.send(str(status).encode())
        os._exit(status)


def _run(told: dict) -> int:
    os.chdir(told["folder"])
    os.environ.clear()
    os.environ.update(told["environment"])
    sys.argv = ["regulars", *told["words"]]
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        number = getattr(sys, name).fileno()
        setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
    from regulars.cli import main

    try:
        main()
        return 0
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        sys.exit(start(sys.argv[2], sys.argv[3:], [0, 1, 2]).wait())
