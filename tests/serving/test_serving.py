from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.jobs.processes import eventually
from tests.serving.server import Server, get

pytestmark = pytest.mark.slow(seconds=3)
WEB, WORKER = "regulars.config.web_process", "regulars.jobs"


def shut_nobody_out(address: str) -> None:
    """Hold far more idle connections than there are threads."""
    port = int(address.rpartition(":")[2])
    with ExitStack() as idle:
        for _ in range(80):
            one = idle.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert one.recv(15).startswith(b"HTTP/1.1 200")
        assert get(f"{address}/healthz")[0] == 200


def test_it_serves_and_stops_cleanly(first_server: Server) -> None:
    server = first_server
    address = server.start()
    status, text = get(f"{address}/healthz")
    assert (status, json.loads(text)) == (200, {"status": "ok"})
    assert len(server.processes()) == 4
    shut_nobody_out(address)
    assert server.stop(signal.SIGINT) == 0
    assert server.survivors() == []
    assert len(server.said) == 1, server.said


def test_a_taken_port_is_said_in_one_sentence(data_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "regulars.config.serving", "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=20,
        )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        f"regulars: Port {port} on 127.0.0.1 cannot be had (Address already in use); "
        "choose another with --port."
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--host", "192.0.2.1"], "cannot be had"),
        (["--host", "no.such.host.invalid"], "is not an address"),
        (["--port", "99999"], "is not a port"),
    ],
)
def test_an_address_that_cannot_be_is_said(
    arguments: list[str], sentence: str, data_folder: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "regulars.config.serving", *arguments],
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_broken_database_is_said_in_one_sentence(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REGULARS_DATABASE_URL", raising=False)
    (data_folder / "regulars.sqlite3").write_bytes(b"this is not a database" * 1000)
    done = subprocess.run(
        [sys.executable, "-m", "regulars.config.serving", "--port", "0"],
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("regulars: The database cannot be used, nothing was started: ")
    assert len(done.stderr.splitlines()) == 1


def test_what_crashes_is_started_again(server: Server) -> None:
    address = server.start()

    def kill(part: str, victim: int) -> None:
        before = server.part(part)
        os.kill(victim, signal.SIGKILL)
        eventually(lambda: server.part(part) not in (None, before))
        eventually(lambda: get(f"{address}/healthz")[0] == 200)

    for part in (WEB, WORKER):
        kill(part, server.part(part) or 0)
    web = server.part(WEB)
    below = Path(f"/proc/{web}/task/{web}/children").read_text().split()
    kill(WEB, int(below[0]))
    assert "ended with signal 9; starting it again" in "".join(server.said)
    assert server.stop(signal.SIGTERM) == 0
    assert server.survivors() == []


def test_a_killed_supervisor_leaves_no_orphans(server: Server) -> None:
    server.start()
    assert len(server.processes()) == 4
    server.stop(signal.SIGKILL)
    eventually(lambda: not server.survivors(), seconds=6)


def test_it_gives_up_on_what_keeps_crashing(
    run_python: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = run_python(
        "import sys, regulars.config.supervisor as s\n"
        "s._PAUSES = (0.01,) * 4\n"
        "lasting = s.Part('lasting', [sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "crashing = s.Part('crashing', [sys.executable, '-c', 'raise SystemExit(3)'])\n"
        "status = s.Supervisor([lasting, crashing], print).run()\n"
        "assert lasting.process.poll() == -15\n"
        "raise SystemExit(status)\n"
    )
    assert done.returncode == 1, done.stderr
    sentences = done.stdout.splitlines()
    assert sentences[:4] == ["The crashing process ended with status 3; starting it again."] * 4
    assert sentences[4].startswith("The crashing process ended 5 times within a minute, last with")


def test_what_will_not_stop_is_killed(
    run_python: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = run_python(
        "import os, signal, sys, regulars.config.supervisor as s\n"
        "s.STOP_SECONDS = 0.3\n"
        "deaf = 'import signal, time; signal.signal(15, signal.SIG_IGN);"
        " print(1, flush=True); time.sleep(60)'\n"
        "part = s.Part('deaf', [sys.executable, '-c', deaf])\n"
        "supervisor = s.Supervisor([part], print)\n"
        "ticks = []\n"
        "def tick():\n"
        "    ticks.append(1)\n"
        "    if len(ticks) == 4: os.kill(os.getpid(), signal.SIGINT)\n"
        "assert supervisor.run(tick) == 0\n"
        "assert part.process.poll() == -9, part.process.poll()\n"
    )
    assert done.returncode == 0, done.stderr


def test_the_supervisor_loads_nothing_large(
    run_python: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = run_python("import regulars.config.serving, sys; print(*sys.modules)")
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "regulars" in loaded
    assert loaded.isdisjoint({"django", "granian", "http", "email", "asyncio", "multiprocessing"})


def test_processes_that_start_together_make_the_tables_once(blank: Path) -> None:
    command = [sys.executable, "-m", "regulars.config.preparing"]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    complaints = [process.communicate(timeout=60)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], complaints
