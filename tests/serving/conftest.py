from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.serving.server import Server


@pytest.fixture
def server(ready: Path) -> Iterator[Server]:
    """`regulars serve` on a fresh data folder, in a process of its own, not yet started."""
    begun = Server()
    yield begun
    begun.end()


@pytest.fixture
def first_server(blank: Path) -> Iterator[Server]:
    """The same where there is no table yet."""
    begun = Server()
    yield begun
    begun.end()


@pytest.fixture
def run_python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run Python on a piece of text and wait for it."""
    import sys

    def run(text: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", text], capture_output=True, text=True, timeout=30, check=False
        )

    return run
