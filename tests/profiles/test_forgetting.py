from __future__ import annotations

import io
import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from regulars.accounts.actors import Actor, audit
from regulars.identity.models import Link
from regulars.identity.resolving import resolve
from regulars.jobs import backup, restoring
from regulars.jobs.registry import followers
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from regulars.profiles import cards, erasure, person, search, taking_out
from regulars.profiles.hanging import files, notes
from regulars.profiles.typed import people
from regulars.sources import forgetting, imports, origins
from regulars.sources.models import (
    CustomerRecord,
    Forgotten,
    Identifier,
    IntakeRecord,
    Order,
    QuarantinedRow,
)
from tests import world
from tests.sources.door import knock

HEAD = ("Customer ID", "Name", "E-mail", "Phone")
ROWS = (
    ("C1", "Ada Lovelace", "ada@crumb.test", "+441134960001"),
    ("C2", "Bob Stone", "bob@crumb.test", ""),
)
SALES = ("Order", "Date", "Customer ID", "E-mail", "Item", "Qty", "Price")


@pytest.fixture
def owner(db: None, data_folder: Path, tmp_path: Path) -> Actor:
    shop = world.open_shop().owner
    bring(shop, tmp_path / "people.csv", ROWS)
    return shop


def bring(owner: Actor, path: Path, rows: Any) -> Any:
    world.write(path, HEAD, rows)
    changes = dict(zip(("customer_id", "name", "email", "phone"), HEAD, strict=True))
    [run] = imports.import_file(owner, path, kind="customers", is_confirmed=True, changes=changes)
    resolve()
    cards.rebuild()
    return run


def sell(owner: Actor, path: Path, *rows: tuple[Any, ...]) -> Any:
    world.write(path, SALES, rows)
    [run] = imports.import_file(owner, path, kind="sales", is_confirmed=True)
    resolve()
    cards.rebuild()
    return run


def who(text: str) -> int:
    return search.find(text)[0].profile_id


def is_known(text: str) -> bool:
    return Identifier.objects.filter(value__icontains=text).exists() or bool(search.find(text))


def test_the_next_file_does_not_bring_them_back(owner: Actor, tmp_path: Path) -> None:
    erasure.erase(owner, who("ada@"))
    run = bring(owner, tmp_path / "again.csv", (*ROWS, ("C3", "Cleo", "cleo@crumb.test", "")))
    assert not is_known("ada@crumb") and is_known("cleo@")
    assert (run.landed, run.unchanged) == (1, 2)
    assert any("erased was left out" in str(note) for note in run.notes)
    sold = sell(
        owner, tmp_path / "sales.csv",
        ("1", "2026-03-01", "C1", "ada@crumb.test", "Loaf", 1, "4.00"),
        ("2", "2026-03-01", "C2", "bob@crumb.test", "Loaf", 1, "4.00"),
    )  # fmt: skip
    assert sold.landed == 2
    assert sorted(Order.objects.values_list("identifier", flat=True), key=str)[-1] is None
    assert not is_known("ada@crumb") and not search.find("lovelace")


def test_one_of_their_numbers_is_enough(owner: Actor, tmp_path: Path) -> None:
    erasure.erase(owner, who("ada@"))
    bring(owner, tmp_path / "again.csv", [("C9", "Ada L.", "new@crumb.test", "0113 496 0001")])
    assert not is_known("new@crumb")


def test_a_row_that_cannot_land_does_not_keep_them(owner: Actor, tmp_path: Path) -> None:
    erasure.erase(owner, who("ada@"))
    good = [
        (str(n), f"2026-03-{n}", "C2", "bob@crumb.test", "Loaf", 1, "4.00") for n in range(3, 9)
    ]
    sell(
        owner, tmp_path / "bad.csv", *good,
        ("1", "no day", "C1", "Ada@crumb.test", "Loaf", 1, "4.00"),
        ("2", "no day", "C2", "bob@crumb.test", "Loaf", 1, "4.00"),
    )  # fmt: skip
    assert [row.cells["E-mail"] for row in QuarantinedRow.objects.all()] == ["bob@crumb.test"]


def test_a_message_does_not_bring_them_back_and_is_emptied(owner: Actor) -> None:
    source = origins.add(owner, "web", name="Website")
    erasure.erase(owner, who("ada@"))
    for address in ("ada@crumb.test", "bob@crumb.test"):
        said = {"type": "identify", "anonymousId": address[:3], "traits": {"email": address}}
        assert knock("/v1/b", {"batch": [said]}, key=str(source.write_key)).status == 200
    while any(one() for one in followers()):
        pass
    assert not is_known("ada@crumb") and is_known("bob@")
    bodies = list(IntakeRecord.objects.order_by("pk").values_list("body", flat=True))
    assert "ada@" not in bodies[0] and "bob@" in bodies[1]


def test_nothing_stays_but_keyed_hashes(owner: Actor, data_folder: Path) -> None:
    receipt = erasure.erase(owner, who("ada@"))
    hashes = set(Forgotten.objects.values_list("hash", flat=True))
    assert len(hashes) == 3
    line = json.loads((data_folder / forgetting.FILE).read_text())
    assert set(line["hashes"]) == hashes and line["erasure"] == receipt.erasure_id
    kept = (data_folder / forgetting.FILE).read_text()
    assert not any(said in kept.lower() for said in ("ada@", "lovelace", "crumb.test", "1134960"))
    assert stat.S_IMODE((data_folder / forgetting.FILE).stat().st_mode) == 0o600


def test_the_owner_lets_them_come_back(owner: Actor, tmp_path: Path) -> None:
    erasure.erase(owner, who("ada@"))
    with pytest.raises(WrongUse, match="were erased"):
        people.add(owner, {"name": "Ada", "email": "ada@crumb.test"})
    with pytest.raises(NotAllowed):
        forgetting.welcome_back(Actor("manager", "page"), "ada@crumb.test")
    for text in ("bob@crumb.test", "", "nonsense", "\x00"):
        with pytest.raises(NotFound):
            forgetting.welcome_back(owner, text)
    assert forgetting.welcome_back(owner, "0113 496 0001") == 3
    bring(owner, tmp_path / "again.csv", ROWS)
    assert is_known("ada@crumb")
    erasure.erase(owner, who("ada@"))
    bring(owner, tmp_path / "third.csv", ROWS)
    assert not is_known("ada@crumb")


@pytest.mark.django_db(transaction=True)
def test_a_restore_of_an_older_backup_erases_them_again(data_folder: Path, tmp_path: Path) -> None:
    owner = world.open_shop().owner
    bring(owner, tmp_path / "people.csv", ROWS)
    notes.write(owner, who("ada@"), "Likes rye")
    saved = tmp_path / "saved.zip"

    def witness(*said: Any) -> None:
        audit(owner, *said)

    backup.backup(owner, saved, witness=witness)
    erasure.erase(owner, who("ada@"))
    assert erasure.forget_again() == 0
    restoring.restore(owner, saved, witness=witness, is_confirmed=True)
    assert is_known("ada@crumb")
    assert erasure.forget_again() == 1
    assert not is_known("ada@crumb") and is_known("bob@")
    assert not CustomerRecord.objects.filter(traits__icontains="Lovelace").exists()
    bring(owner, tmp_path / "again.csv", ROWS)
    assert not is_known("ada@crumb")
    assert erasure.forget_again() == 0


def test_they_take_away_pages_json_and_files(owner: Actor, tmp_path: Path) -> None:
    ada = who("ada@")
    notes.write(owner, ada, "Likes <script>rye</script>")
    files.keep(owner, ada, name="plan.txt", chunks=[b"table four"])
    out = tmp_path / "ada.zip"
    taken = taking_out.write(owner, ada, out)
    assert taken.size_bytes == out.stat().st_size and taken.rows > 5
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as archive:
        page = archive.read("index.html").decode()
        told = json.loads(archive.read("data.json"))
        assert archive.read(next(n for n in archive.namelist() if "plan.txt" in n)) == b"table four"
    assert "Likes &lt;script&gt;rye" in page and "<script" not in page
    assert "Names, addresses and numbers as the search shows them" in page and "%(" not in page
    assert told["profile_id"] == ada
    for name in ("ada.html", "ada.json"):
        assert b"ada@crumb.test" in (
            taking_out.write(owner, ada, tmp_path / name) and (tmp_path / name).read_bytes()
        )
    for path in (tmp_path, tmp_path / "ada.pdf", tmp_path / "none" / "ada.zip"):
        with pytest.raises(WrongUse):
            taking_out.write(owner, ada, path)
    with pytest.raises(NotAllowed):
        taking_out.write(Actor("helper", "page"), ada, out)
    assert not list(tmp_path.glob(".taking-out-*"))
    assert person.show(owner, ada).name and Link.objects.exists()
