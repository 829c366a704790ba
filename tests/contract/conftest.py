from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.world import World


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture(scope="package")
def world(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[World]:
    # This module is read before Django has started.
    from tests.contract.world import standing

    with standing(tmp_path_factory.mktemp("world") / "data", django_db_blocker) as built:
        yield built


@pytest.fixture
def run(
    world: World, db: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run the command line in this process on the world; what it changes is taken back."""
    # The tables are there; every command would look for them again.
    monkeypatch.setattr("regulars.jobs.migrations_due.migrate_if_due", lambda: False)
    from regulars.cli import hoisted
    from regulars.cli.app import run as run_words

    def go(*words: object) -> Ended:
        capsys.readouterr()
        status = run_words(hoisted([str(word) for word in words]))
        told = capsys.readouterr()
        return Ended(status, told.out, told.err)

    return go
