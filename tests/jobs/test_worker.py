from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from regulars.jobs import heartbeats
from regulars.jobs.models import Heartbeat, Job
from regulars.jobs.queue import enqueue
from regulars.kernel import clock
from tests.jobs.processes import eventually, lives, words

StartWorker = Callable[[], subprocess.Popen[bytes]]


def settled(job: Job) -> bool:
    job.refresh_from_db()
    return job.state in ("done", "failed")


def pid_of(mark: str) -> int:
    return int(mark.split()[1])


def test_two_workers_do_each_job_once(start_worker: StartWorker, tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    start_worker(), start_worker()
    eventually(lambda: len(heartbeats.living("worker")) == 2)
    jobs = [
        enqueue("sample.mark", {"path": str(marks), "word": str(number)}) for number in range(30)
    ]
    eventually(lambda: all(settled(job) for job in jobs))
    assert sorted(words(marks), key=int) == [str(number) for number in range(30)]
    assert {job.attempts for job in jobs} == {1}


def test_a_killed_workers_job_is_done_once_more(start_worker: StartWorker, tmp_path: Path) -> None:
    marks, gate = tmp_path / "marks", tmp_path / "gate"
    job = enqueue("sample.linger", {"path": str(marks), "until": str(gate)})
    victim = start_worker()
    eventually(lambda: words(marks))
    victim.kill()
    victim.wait()
    start_worker()
    eventually(lambda: len(words(marks)) == 2)
    gate.touch()
    eventually(lambda: settled(job))
    assert [word.split()[0] for word in words(marks)] == ["begin", "begin", "end"]
    assert (job.state, job.attempts) == ("done", 2)


def test_a_worker_lost_elsewhere_is_followed_after_the_lease(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    marks = tmp_path / "marks"
    job = enqueue("sample.mark", {"path": str(marks), "word": "late"})
    until = clock.now() + timedelta(seconds=3)
    Job.objects.update(leased_by="elsewhere:1:1:1", leased_until=until, attempts=1)
    start_worker()
    eventually(lambda: settled(job))
    assert clock.now() >= until
    assert (words(marks), job.attempts) == (["late"], 2)


def test_heavy_work_is_done_by_a_process_that_ends(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    marks = tmp_path / "marks"
    worker = start_worker()
    job = enqueue("sample.heavy", {"path": str(marks), "word": "heavy"})
    eventually(lambda: settled(job))
    assert job.result == pid_of(words(marks)[0]) != worker.pid
    eventually(lambda: not lives(job.result))


def test_light_work_goes_on_beside_heavy(start_worker: StartWorker, tmp_path: Path) -> None:
    marks, gate = tmp_path / "marks", tmp_path / "gate"
    arguments = {"path": str(marks), "until": str(gate)}
    heavy = enqueue("sample.linger_in_child", arguments)
    next_heavy = enqueue("sample.linger_in_child", arguments)
    start_worker()
    eventually(lambda: words(marks))
    light = enqueue("sample.mark", {"path": str(marks), "word": "light"})
    eventually(lambda: settled(light))
    assert not settled(heavy)
    next_heavy.refresh_from_db()
    assert next_heavy.state == "waiting"
    gate.touch()
    eventually(lambda: settled(heavy) and settled(next_heavy))


def test_a_killed_child_is_tried_again(start_worker: StartWorker, tmp_path: Path) -> None:
    marks, gate = tmp_path / "marks", tmp_path / "gate"
    arguments = {"path": str(marks), "until": str(gate)}
    job = enqueue("sample.linger_in_child", arguments)
    start_worker()
    os.kill(pid_of(eventually(lambda: words(marks))[0]), signal.SIGKILL)
    eventually(lambda: Job.objects.exclude(failure="").exists())
    job.refresh_from_db()
    assert job.failure == "Its process ended early (signal 9)."
    gate.touch()
    eventually(lambda: settled(job))
    assert (job.state, job.attempts) == ("done", 2)


def test_a_killed_worker_takes_its_child_along(start_worker: StartWorker, tmp_path: Path) -> None:
    marks, gate = tmp_path / "marks", tmp_path / "gate"
    job = enqueue("sample.linger_in_child", {"path": str(marks), "until": str(gate)})
    victim = start_worker()
    child = pid_of(eventually(lambda: words(marks))[0])
    victim.kill()
    victim.wait()
    eventually(lambda: not lives(child))
    job.refresh_from_db()
    assert job.state != "done"
    assert "stopped" in words(marks)


def test_a_worker_that_is_told_to_stop_gives_its_job_back(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    marks, gate = tmp_path / "marks", tmp_path / "gate"
    light = enqueue("sample.linger", {"path": str(marks), "until": str(gate)})
    worker = start_worker()
    eventually(lambda: words(marks))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    light.refresh_from_db()
    assert (words(marks)[-1], light.state, light.attempts) == ("stopped", "waiting", 0)
    assert not Heartbeat.objects.exists()


def test_a_worker_lets_its_job_end_first(start_worker: StartWorker, tmp_path: Path) -> None:
    marks, gate = tmp_path / "marks", tmp_path / "gate"
    arguments = {"path": str(marks), "until": str(gate)}
    jobs = [enqueue("sample.linger_in_child", arguments), enqueue("sample.linger", arguments)]
    worker = start_worker()
    eventually(lambda: len(words(marks)) == 2)
    worker.send_signal(signal.SIGINT)
    gate.touch()
    assert worker.wait(10) == 0
    assert all(settled(job) and job.state == "done" for job in jobs)
