from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regulars.accounts.actors import Actor
from regulars.kernel.errors import NotFound, WrongUse
from regulars.sources import feed, imports
from regulars.sources.landing import restating
from regulars.sources.landing import run as landing
from regulars.sources.models import Confirmation, Import, OrderLine
from tests import world
from tests.sources.states import dump, live


@pytest.fixture
def owner(db: None, data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Actor:
    monkeypatch.setattr(landing, "BATCH_ROWS", 50)
    monkeypatch.setattr(landing, "TIMES_WITHOUT_ONE_LOCK", 1)
    monkeypatch.setattr(restating, "_TURN", 40)
    return world.open_shop().owner


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return world.till_file(tmp_path / "till.csv", orders=100)


def bring(owner: Actor, path: Path) -> Import:
    (run,) = imports.import_file(owner, path, is_confirmed=True)
    return run


class _Cut(Exception):
    pass


def bring_half(owner: Actor, path: Path) -> Import:
    def cut(share: float, run: Import) -> None:
        if run.position >= 100:
            raise _Cut

    with pytest.raises(_Cut):
        imports.import_file(owner, path, is_confirmed=True, on_progress=cut)
    run = Import.objects.latest("pk")
    assert run.finished_at is None and run.position == 100
    return run


def test_each_teller_keeps_the_facts_until_the_last_is_undone(owner: Actor, file: Path) -> None:
    runs = [bring(owner, file) for _ in range(4)]
    told = live()
    assert told["orders"] and told["people"]
    for run in (runs[0], runs[2], runs[1]):
        imports.undo(owner, run.pk)
        assert live() == told
    imports.undo(owner, runs[3].pk)
    assert not any(live().values())


def test_what_is_undone_while_another_import_was_cut_off(owner: Actor, file: Path) -> None:
    first = bring(owner, file)
    told = live()
    cut = bring_half(owner, file)
    assert Confirmation.objects.filter(of_import=cut).exists()
    imports.undo(owner, first.pk)
    assert not any(live().values())
    done = imports.go_on(owner, cut.pk)
    assert done.position == done.landed + done.unchanged + done.quarantined
    assert live() == told


def test_rows_scattered_over_a_cut_are_repeats_in_every_telling(
    owner: Actor, tmp_path: Path
) -> None:
    rows = [(f"T{n}", "2025-04-03 10:00", "C1", "", "Bun", 1, "2.50") for n in range(120)]
    path = world.write(tmp_path / "scattered.csv", world.LINES_HEADER, [*rows, *rows])
    first = bring(owner, path)
    again = bring(owner, path)
    assert (first.repeated, again.landed, again.unchanged) == (120, 0, 240)
    imports.undo(owner, first.pk)
    found = list(feed.orders_with_lines(feed.view("UTC")))
    assert [len(lines) for _, lines in found] == [2] * 120
    assert OrderLine.objects.filter(of_import=again, is_repeat=True).count() == 120


def test_an_undo_that_was_cut_off_changed_nothing_and_is_done_again(
    owner: Actor, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = bring(owner, file), bring(owner, file)
    told = live()
    real, turns = restating._copy, []

    def full(kept: Any, copies: Any) -> None:
        turns.append(len(copies))
        if len(turns) == 3:
            raise OSError(28, "No space left on device")
        real(kept, copies)

    monkeypatch.setattr(restating, "_copy", full)
    with pytest.raises(OSError, match="No space"):
        imports.undo(owner, first.pk)
    assert live() == told and imports.as_json(imports.get(first.pk))["undone_at"] is None
    monkeypatch.setattr(restating, "_copy", real)
    imports.undo(owner, first.pk)
    assert live() == told and max(turns) <= 40


def test_an_unfinished_import_is_ended_by_its_undo(owner: Actor, file: Path) -> None:
    cut = bring_half(owner, file)
    imports.undo(owner, cut.pk)
    assert not any(live().values())
    with pytest.raises(WrongUse, match="undone already"):
        imports.undo(owner, cut.pk)
    # The file may come again, and is a new import.
    run = bring(owner, file)
    assert run.pk != cut.pk and run.landed == run.position


def test_undoing_the_confirming_import_changes_no_fact(owner: Actor, file: Path) -> None:
    bring(owner, file)
    before = dump()
    again = bring(owner, file)
    assert dump() == before
    imports.undo(owner, again.pk)
    assert dump() == before


def test_there_is_no_import_of_that_number(owner: Actor) -> None:
    with pytest.raises(NotFound):
        imports.undo(owner, 404)
    with pytest.raises(NotFound):
        imports.go_on(owner, 404)


def test_a_file_that_changed_is_not_resumed(owner: Actor, file: Path) -> None:
    cut = bring_half(owner, file)
    file.write_text(file.read_text().replace("Bun", "Bap"))
    with pytest.raises(WrongUse, match="changed"):
        imports.go_on(owner, cut.pk)
    file.unlink()
    with pytest.raises(WrongUse, match="not at its place"):
        imports.go_on(owner, cut.pk)
