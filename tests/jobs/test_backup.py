from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from regulars.jobs import heartbeats, processes, restoring, tables
from regulars.jobs.archive import Manifest, manifest_of, open_archive
from regulars.jobs.backup import backup
from regulars.jobs.leases import hold
from regulars.jobs.models import Job, Lease
from regulars.jobs.queue import enqueue
from regulars.jobs.registry import Kind
from regulars.jobs.restoring import restore, settle_interrupted
from regulars.kernel.errors import Busy, NotAllowed, UnreadableFile, WrongUse
from tests.conftest import ROOT
from tests.jobs.world import fill

_SCRIPT = """
import django, sys
django.setup()
from pathlib import Path
from regulars.jobs.backup import backup
from regulars.jobs import restoring
from regulars.jobs.restoring import restore
from tests.jobs.test_backup import OWNER, silent
restoring.kinds = lambda: ()
restoring.hold_back = lambda: None
restore(OWNER, Path(sys.argv[1]), witness=silent)
backup(OWNER, Path(sys.argv[2]), witness=silent)
"""


class Role:
    def __init__(self, *permissions: str) -> None:
        self.permissions = permissions

    def require(self, permission: str) -> None:
        if permission not in self.permissions:
            raise NotAllowed(permission)


OWNER = Role("backup.make")


def silent(verb: str, subject: str) -> None:
    pass


@pytest.fixture(autouse=True)
def nothing_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a restore queues afterwards would stand in the tables that are compared."""
    monkeypatch.setattr(restoring, "kinds", lambda: ())
    monkeypatch.setattr(restoring, "hold_back", lambda: None)


@pytest.fixture
def folder(transactional_db: Any, tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A data folder with a secret, two kept copies and what is made from them."""
    settings.DATA_FOLDER = tmp_path / "here"
    kept = settings.DATA_FOLDER / "imports" / "1"
    kept.mkdir(parents=True)
    (kept / "sales.csv").write_bytes(bytes(range(256)) * 999)
    (kept.parent / "empty.csv").touch()
    (settings.DATA_FOLDER / "secret.key").write_text("secret one\n")
    (settings.DATA_FOLDER / "mart").mkdir()
    (settings.DATA_FOLDER / "mart" / "orders").write_text("derived")
    yield settings.DATA_FOLDER


@pytest.fixture
def world(folder: Path) -> Path:
    fill()
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


def content(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Every table and kept file as the archive tells them, checksums included."""
    with open_archive(path) as archive:
        said = asdict(manifest_of(archive))
    return said["tables"], said["files"]


def take(target: Path) -> Path:
    return backup(OWNER, target, witness=silent).path


def put_back(source: Path, *, is_confirmed: bool = True) -> Any:
    return restore(OWNER, source, witness=silent, is_confirmed=is_confirmed)


def change_everything(folder: Path) -> None:
    Job.objects.all().delete()
    for number in range(5):
        enqueue("sample.mark", {"path": "/dev/null", "word": str(number)})
    (folder / "secret.key").write_text("secret two\n")
    (folder / "imports" / "later.csv").write_text("not in the backup")
    (folder / "imports" / "1" / "sales.csv").unlink()


def test_every_table_comes_back(world: Path, tmp_path: Path) -> None:
    made = backup(OWNER, tmp_path / "one.zip", witness=silent)
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert made.files == 3
    assert made.tables == len(tables.kept_models())
    files = files_of(world)
    change_everything(world)
    done = put_back(made.path)
    assert (done.rows, done.files) == (made.rows, 3)
    assert content(take(tmp_path / "two.zip")) == content(made.path)
    assert files_of(world) == {name: text for name, text in files.items() if "mart" not in name}


def test_numbers_go_on_where_they_were(world: Path, tmp_path: Path) -> None:
    last = enqueue("sample.mark", {"path": "/dev/null", "word": "last"})
    last_number = last.pk
    last.delete()
    take(tmp_path / "one.zip")
    change_everything(world)
    put_back(tmp_path / "one.zip")
    assert enqueue("sample.busy").pk == last_number + 1


@pytest.mark.parametrize("there", ["sqlite", "same"])
def test_it_moves_between_databases(
    world: Path, tmp_path: Path, blank: Path, settings: Any, there: str
) -> None:
    """Out of this run's database, into SQLite (or another like this), and back."""
    settings.DATA_FOLDER = world
    first, second = take(tmp_path / "one.zip"), tmp_path / "two.zip"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "regulars.config.settings"}
    if there == "sqlite":
        environment.pop("REGULARS_DATABASE_URL", None)
    subprocess.run(
        [sys.executable, "-c", _SCRIPT, first, second], env=environment, cwd=ROOT, check=True
    )
    assert content(second) == content(first)
    change_everything(world)
    put_back(second)
    assert content(take(tmp_path / "three.zip")) == content(first)


def test_the_database_is_read_at_one_moment(world: Path, tmp_path: Path) -> None:
    with tables.snapshot():
        before = list(tables.read(Job))
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("DELETE FROM jobs_job")
        if not other.get_autocommit():
            other.commit()
        other.close()
        assert list(tables.read(Job)) == before
    assert list(tables.read(Job)) == []


def test_the_witness_is_asked_on_both_ways(world: Path, tmp_path: Path) -> None:
    said: list[tuple[str, str]] = []
    target = tmp_path / "one.zip"
    backup(OWNER, target, witness=lambda *words: said.append(words))
    restore(OWNER, target, witness=lambda *words: said.append(words), is_confirmed=True)
    assert said == [("backup.make", "one.zip"), ("backup.restore", "one.zip")]


def test_only_who_may_does_it(world: Path, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        backup(Role(), tmp_path / "one.zip", witness=silent)
    with pytest.raises(NotAllowed):
        restore(Role(), take(tmp_path / "two.zip"), witness=silent, is_confirmed=True)


def test_a_backup_overwrites_nothing(world: Path, tmp_path: Path) -> None:
    take(tmp_path / "one.zip")
    with pytest.raises(WrongUse, match="exists already"):
        take(tmp_path / "one.zip")
    with pytest.raises(WrongUse, match="no folder"):
        take(tmp_path / "nowhere" / "one.zip")


def test_a_restore_over_a_business_wants_a_yes(world: Path, tmp_path: Path) -> None:
    take(tmp_path / "one.zip")
    with pytest.raises(WrongUse, match="--yes"):
        put_back(tmp_path / "one.zip", is_confirmed=False)
    with transaction.atomic():
        tables.clear(tables.kept_models())
    put_back(tmp_path / "one.zip", is_confirmed=False)


def rewritten(source: Path, target: Path, change: Any) -> Path:
    """A copy of the archive with its members as ``change(name, content)`` gives them."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if (text := change(name, old.read(name))) is not None:
                new.writestr(name, text)
    return target


def spoil_checksum(name: str, text: bytes) -> bytes:
    return text.replace(b"sample", b"simple") if name == "tables/jobs.job.jsonl" else text


def lose_member(name: str, text: bytes) -> bytes | None:
    return None if name == "files/imports/1/sales.csv" else text


def climb_out(name: str, text: bytes) -> bytes:
    return (
        text.replace(b'"imports/empty.csv"', b'"../empty.csv"') if name == "manifest.json" else text
    )


def lose_manifest(name: str, text: bytes) -> bytes | None:
    return None if name == "manifest.json" else text


@pytest.mark.parametrize("change", [spoil_checksum, lose_member, climb_out, lose_manifest])
def test_a_damaged_backup_changes_nothing(world: Path, tmp_path: Path, change: Any) -> None:
    enqueue("sample.busy")
    damaged = rewritten(take(tmp_path / "one.zip"), tmp_path / "damaged.zip", change)
    files, rows = files_of(world), Job.objects.count()
    with pytest.raises(UnreadableFile):
        put_back(damaged)
    assert (files_of(world), Job.objects.count()) == (files, rows)


@pytest.mark.parametrize("cut", [0, 100, -100])
def test_a_cut_backup_is_refused(world: Path, tmp_path: Path, cut: int) -> None:
    whole = take(tmp_path / "one.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[:cut])
    with pytest.raises(UnreadableFile, match="no backup"):
        put_back(tmp_path / "cut.zip")
    with pytest.raises(UnreadableFile, match="no backup"):
        put_back(tmp_path / "missing.zip")


def test_rows_the_database_refuses_change_nothing(world: Path, tmp_path: Path) -> None:
    source = take(tmp_path / "one.zip")
    with open_archive(source) as archive:
        manifest = manifest_of(archive)
    label = next(name for name, one in manifest.tables.items() if name.endswith("importundo"))
    dangling = json.dumps([99, 987654, "2026-01-01T00:00:00+00:00", None, "why"]).encode() + b"\n"

    def point_nowhere(name: str, text: bytes) -> bytes:
        if name == f"tables/{label}.jsonl":
            return dangling
        if name == "manifest.json":
            said = json.loads(text)
            names = said["tables"][label]["columns"]
            assert names == ["id", "retracted_id", "at", "member_id", "why"]
            said["tables"][label]["sha256"] = sha256(dangling).hexdigest()
            return json.dumps(said).encode()
        return text

    before = content(source), files_of(world)
    with pytest.raises(UnreadableFile, match="did not take"):
        put_back(rewritten(source, tmp_path / "dangling.zip", point_nowhere))
    assert (content(take(tmp_path / "two.zip")), files_of(world)) == before


def test_another_versions_tables_are_refused(world: Path, tmp_path: Path) -> None:
    def older(name: str, text: bytes) -> bytes:
        return text.replace(b'"jobs.0001_initial"', b'"jobs.0000_before"')

    with pytest.raises(WrongUse, match="that version, then upgrade"):
        put_back(rewritten(take(tmp_path / "one.zip"), tmp_path / "old.zip", older))


def test_nobody_may_be_at_work(world: Path, tmp_path: Path) -> None:
    take(tmp_path / "one.zip")
    with hold("landing"), pytest.raises(Busy, match="landing"):
        put_back(tmp_path / "one.zip")
    heartbeats.beat(processes.identity(), "worker")
    with pytest.raises(Busy, match="Stop it"):
        put_back(tmp_path / "one.zip")


class Killed(BaseException):
    pass


@pytest.mark.parametrize("moment", ["before the commit", "after the commit", "between the files"])
def test_a_restore_that_is_cut_off_is_whole_or_nothing(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    source = take(tmp_path / "one.zip")
    wanted = content(source)
    change_everything(world)
    standing = content(take(tmp_path / "standing.zip"))
    move = restoring._move

    def die(*_: object) -> None:
        raise Killed

    def die_at_the_second(new: Path, place: Path, old: Path) -> None:
        if place.name == "secret.key":
            raise Killed
        move(new, place, old)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        if moment == "between the files":
            patch.setattr(restoring, "_move", die_at_the_second)
        else:
            # A kill runs no clean-up: the files are left as they wait.
            patch.setattr(restoring, "_settle", die)
        witness = die if moment == "before the commit" else silent
        restore(OWNER, source, witness=witness, is_confirmed=True)
    assert (world / "restoring").exists()
    settle_interrupted()
    assert not (world / "restoring").exists()
    assert not Lease.objects.exists()
    expected = standing if moment == "before the commit" else wanted
    assert content(take(tmp_path / "after.zip")) == expected


def test_what_is_derived_is_remade(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(tmp_path / "one.zip")
    remake = Kind("sample.busy", print, True, 5, {})
    monkeypatch.setattr(restoring, "kinds", lambda: (remake,))
    assert put_back(tmp_path / "one.zip").queued == ("sample.busy",)
    assert Job.objects.filter(name="sample.busy", unique_key="sample.busy after restore").exists()
    assert not (world / "mart").exists()


def test_a_manifest_counts_its_rows() -> None:
    assert Manifest(1, "0", "now", "sqlite", []).rows == 0
