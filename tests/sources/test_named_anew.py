"""A customer told again with one more address or number: counted as landed, and undone exactly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regulars.accounts.actors import Actor
from regulars.identity.models import Link
from regulars.identity.resolving import resolve
from regulars.sources import imports, rehearsal
from regulars.sources.landing import run as landing
from regulars.sources.models import Import
from tests import world
from tests.connectors.hooks import standing

pytestmark = pytest.mark.django_db
HEAD = ("Customer ID", "Name", "E-mail", "Phone")
ROWS = [
    ("c1", "Ada Lovelace", "ada@crumb.test", "07700 900001"),
    ("c2", "Bo Dupont", "bo@crumb.test", "07700 900002"),
    ("c3", "Cy Twombly", "cy@crumb.test", ""),
    ("", "Di Marsh", "di@crumb.test", ""),
]
AGAIN = [
    ("c1", "Ada Lovelace", "ada@crumb.test", "07700 900001"),
    ("c2", "Bo Dupont", "bo@mill.test", "07700 900002"),
    ("c2", "Bo Dupont", "bo@mill.test", "07700 900002"),
    ("c3", "Cy Twombly", "cy@crumb.test", "07700 900003"),
    ("", "Di Marsh", "di@crumb.test", ""),
    ("c5", "Eve New", "eve@crumb.test", ""),
    ("", "Nobody", "", ""),
]


@pytest.fixture
def owner() -> Actor:
    return world.open_shop().owner


def counts(run: Any) -> tuple[int, int, int]:
    return (run.landed, run.unchanged, run.quarantined)


def people_of(value: str) -> set[str]:
    resolve()
    one = Link.objects.get(identifier__value=value).profile_id
    links = Link.objects.filter(profile_id=one)
    return set(links.values_list("identifier__value", flat=True))


def told(owner: Actor, path: Path) -> Import:
    [run] = imports.import_file(owner, path, kind="customers", is_confirmed=True)
    return run


@pytest.mark.parametrize("rows_at_once", [1, 2, 1000])
def test_a_row_that_brings_an_address_has_landed(
    owner: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    monkeypatch.setattr(landing, "BATCH_ROWS", rows_at_once)
    first = told(owner, world.write(tmp_path / "first.csv", HEAD, ROWS))
    assert counts(first) == (4, 0, 0)
    before = standing()
    path = world.write(tmp_path / "again.csv", HEAD, AGAIN)
    [said] = rehearsal.rehearse(owner, path, kind="customers")
    second = told(owner, path)
    # One address, one number and one person came; who said nothing new, said nothing new.
    assert counts(second) == (3, 3, 1) == (said["landed"], said["unchanged"], said["quarantined"])
    assert sum(counts(second)) == second.position == len(AGAIN)
    assert {"bo@crumb.test", "bo@mill.test"} < people_of("c2")
    third = told(owner, world.write(tmp_path / "third.csv", HEAD, [*ROWS, *AGAIN]))
    assert counts(third) == (0, 10, 1)
    imports.undo(owner, third.pk)
    imports.undo(owner, second.pk)
    assert standing() == before
    assert "bo@mill.test" not in people_of("c2")


def test_what_an_undone_file_brought_is_brought_anew(owner: Actor, tmp_path: Path) -> None:
    told(owner, world.write(tmp_path / "first.csv", HEAD, ROWS))
    second = told(owner, world.write(tmp_path / "again.csv", HEAD, AGAIN))
    imports.undo(owner, second.pk)
    third = told(owner, world.write(tmp_path / "third.csv", HEAD, AGAIN))
    assert counts(third) == (3, 3, 1)
