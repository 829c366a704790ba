"""``regulars serve``: one web process and one worker under a small supervisor.

Run as ``python -m regulars.config.serving``; loads neither Django nor anything heavy.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys

from regulars.config.starting import being_prepared
from regulars.config.supervisor import Part, Supervisor, python

HOST, PORT = "127.0.0.1", 8000
_LAST_PORT = 65535
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104


def serve(host: str = HOST, port: int = PORT) -> int:
    """Serve until Ctrl-C or SIGTERM; returns the exit status.

    Prints the address once pages can be served. Port 0 takes any free one. Status 1 with one
    sentence on standard error when the port is taken, the tables cannot be brought up to date, or
    a process keeps crashing.
    """
    if not 0 <= port <= _LAST_PORT:
        _complain(f"{port} is not a port; choose one between 1024 and {_LAST_PORT} with --port.")
        return 1
    try:
        port = _free_port(host, port)
    except OSError as error:
        _complain(_why_not(host, port, error))
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    web = Part("web", python("regulars.config.web_process", host, port))
    worker = Part("worker", python("regulars.jobs"))
    supervisor = Supervisor([web, worker], _complain)
    supervisor.listen()
    with being_prepared():
        web.start()  # It loads its code meanwhile, and waits.
        prepared = subprocess.run(python("regulars.config.preparing"), check=False)  # noqa: S603
        if supervisor.is_stopping or prepared.returncode:
            supervisor.stop()
            return 0 if supervisor.is_stopping else 1
    return supervisor.run(_Announcement(host, port).look)


class _Announcement:
    """Says the address, once the first page can be had."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.is_made = False

    def look(self) -> None:
        if not self.is_made and _is_healthy(self.host, self.port):
            self.is_made = True
            where = _address(self.host, self.port)
            sys.stdout.write(f"Regulars is at {where} (Ctrl-C stops it)\n")
            sys.stdout.flush()


def _free_port(host: str, port: int) -> int:
    """Return ``port``, or a free one for 0; `OSError` when it cannot be had."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        # As the server will ask: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        return int(probe.getsockname()[1])


def _why_not(host: str, port: int, error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return f"{host} is not an address of this machine."
    if isinstance(error, PermissionError):
        return f"Port {port} needs more rights than you have; choose one above 1023 with --port."
    return f"Port {port} on {host} cannot be had ({error.strerror}); choose another with --port."


def _is_healthy(host: str, port: int) -> bool:
    # By hand: an HTTP client would hold more memory than the rest of this process.
    request = b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n"
    try:
        with socket.create_connection((_EVERYWHERE.get(host, host), port), timeout=1) as connection:
            connection.sendall(request)
            return b" 200 " in connection.recv(64)
    except OSError:
        return False


def _address(host: str, port: int) -> str:
    shown = "localhost" if host in _EVERYWHERE else host
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _complain(sentence: str) -> None:
    sys.stderr.write(f"regulars: {sentence}\n")


def main(arguments: list[str] | None = None) -> int:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(prog="regulars serve", description="Serve the pages.")
    parser.add_argument("--host", default=HOST, help=f"address to listen on (default {HOST})")
    parser.add_argument("--port", type=int, default=PORT, help=f"port (default {PORT})")
    chosen = parser.parse_args(arguments)
    return serve(chosen.host, chosen.port)


if __name__ == "__main__":
    sys.exit(main())
