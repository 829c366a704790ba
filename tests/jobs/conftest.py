from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.jobs.processes import database_url, start


@pytest.fixture(scope="session", autouse=True)
def sample_jobs() -> None:
    """Declare the sample jobs in this process too."""
    # Later than this file: it is read before the settings are chosen.
    from tests.jobs.sample import jobs

    assert jobs.job


@pytest.fixture
def start_worker(transactional_db: Any) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start workers, in processes of their own, on this test's database."""
    started: list[subprocess.Popen[bytes]] = []

    def begin() -> subprocess.Popen[bytes]:
        worker = start(
            *("-m", "regulars.jobs"),
            DJANGO_SETTINGS_MODULE="tests.jobs.sample_settings",
            REGULARS_DATABASE_URL=database_url(),
        )
        started.append(worker)
        return worker

    yield begin
    for worker in started:
        worker.kill()
        worker.wait()
