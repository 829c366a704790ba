"""A throw-away PostgreSQL 15 cluster for one test run."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

_DEBIAN_BINARIES = Path("/usr/lib/postgresql/15/bin")
_ADVICE = "PostgreSQL 15 is not installed; on Debian: apt-get install postgresql-15"


class PostgresMissing(RuntimeError):
    """The server's binaries are not on this machine."""


@dataclass(frozen=True)
class Cluster:
    """A running server: where it answers and how to end it."""

    folder: Path
    binaries: Path
    port: int
    password: str

    def url(self, database: str = "regulars") -> str:
        """Address of ``database``, as REGULARS_DATABASE_URL wants it."""
        return f"postgres://regulars:{self.password}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        """End the server and remove its files; safe to call twice."""
        if not self.folder.exists():
            return
        _run(
            self.binaries / "pg_ctl",
            "stop",
            "-D",
            self.folder / "data",
            "-m",
            "immediate",
            check=False,
        )
        shutil.rmtree(self.folder, ignore_errors=True)


def start_cluster() -> Cluster:
    """Make and start a cluster that forgets durability for speed.

    Raises PostgresMissing where there is no server to start.
    """
    binaries = _binaries()
    # A short path: a Unix socket's address holds 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="regulars-pg-", dir="/tmp"))
    cluster = Cluster(folder, binaries, _free_port(), secrets.token_hex(16))
    word = folder / "password"
    word.write_text(cluster.password)
    _give_to_server(folder)
    try:
        _run(
            binaries / "initdb",
            *("-D", folder / "data", "-U", "regulars", "--pwfile", word),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        )
        _run(
            binaries / "pg_ctl",
            *("start", "-w", "-D", folder / "data", "-l", folder / "log", "-o", _options(cluster)),
        )
        _create_database(cluster)
    except BaseException:
        cluster.stop()
        raise
    return cluster


def _options(cluster: Cluster) -> str:
    wanted = {
        "listen_addresses": "127.0.0.1",
        "port": cluster.port,
        "unix_socket_directories": cluster.folder,
        "max_connections": 200,
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
    }
    return " ".join(f"-c {name}={value}" for name, value in wanted.items())


def _create_database(cluster: Cluster) -> None:
    import psycopg

    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE regulars")


def _binaries() -> Path:
    if (_DEBIAN_BINARIES / "initdb").exists():
        return _DEBIAN_BINARIES
    found = shutil.which("initdb")
    if found is None:
        raise PostgresMissing(_ADVICE)
    return Path(found).resolve().parent


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _server_account() -> str | None:
    """PostgreSQL refuses to run as root, so root lends it another account."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"


def _give_to_server(folder: Path) -> None:
    account = _server_account()
    if account is not None:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, user=account)


def _run(program: Path, *arguments: object, check: bool = True) -> None:
    account = _server_account()
    prefix = ["runuser", "-u", account, "--"] if account else []
    done = subprocess.run(
        [*prefix, str(program), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        # pg_ctl leaves the server holding its output: a pipe would never close.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        check=False,
    )
    if check and done.returncode:
        raise RuntimeError(f"{program.name} ended with status {done.returncode}")
