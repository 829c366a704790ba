"""Lists of people of whom no address or number is told: whoever has a name is somebody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regulars.accounts.actors import Actor
from regulars.identity.models import Link, Profile
from regulars.identity.resolving import resolve
from regulars.kernel.errors import WrongUse
from regulars.profiles import cards, erasure, person, search
from regulars.sources import imports, quarantine, rehearsal
from regulars.sources.files.names import by_name
from regulars.sources.models import Import, QuarantinedRow
from tests import world

HEAD = ("Name", "Birthday", "Street", "Town", "Likes", "Phone")
MAP = {"name": "Name", "birthday": "Birthday", "street": "Street", "city": "Town", "phone": "Phone"}
ROWS = [
    ("Ann Bell", "17/05/1990", "", "", "rye", ""),
    ("Ann Bell", "03/02/1961", "", "", "tea", ""),
    ("Ben Orr", "", "Mill Lane 9", "Leeds", "", ""),
    ("Ben Orr", "", "High St 1", "York", "", ""),
    ("Cy", "", "", "", "buns", ""),
    ("Dee Fox", "", "", "Leeds", "", "0113 496 0101"),
]


@pytest.fixture
def owner(db: None, data_folder: Path) -> Actor:
    return world.open_shop().owner


def bring(owner: Actor, path: Path, *rows: tuple[str, ...], **more: Any) -> Import:
    world.write(path, HEAD, rows)
    (run,) = imports.import_file(
        owner, path, kind="customers", is_confirmed=True, changes=MAP | more
    )
    resolve()
    cards.rebuild()
    return run


def counts(run: Import) -> tuple[int, int, int]:
    return (run.landed, run.unchanged, run.quarantined)


def likes(owner: Actor) -> list[tuple[str, str]]:
    pages = [person.show(owner, one) for one in Profile.objects.values_list("pk", flat=True)]
    said = [(page, {one.name: one.value for one in page.traits}) for page in pages]
    return sorted((page.name, traits.get("Likes", "")) for page, traits in said)


def test_whoever_has_a_name_is_somebody_and_namesakes_are_not_one(
    owner: Actor, tmp_path: Path
) -> None:
    run = bring(owner, tmp_path / "a.csv", *ROWS)
    assert counts(run) == (6, 0, 0)
    assert likes(owner) == [
        ("Ann Bell", "rye"), ("Ann Bell", "tea"), ("Ben Orr", ""), ("Ben Orr", ""), ("Cy", "buns"),
        ("Dee Fox", ""),
    ]  # fmt: skip
    [cy] = search.find("cy")
    page = person.show(owner, cy.profile_id)
    assert page.identifiers == [] and page.name == "Cy"
    # Told again, in whatever order and writing, it is what it was.
    again = bring(owner, tmp_path / "b.csv", *reversed(ROWS))
    assert counts(again) == (0, 6, 0) and Profile.objects.count() == 6
    bring(owner, tmp_path / "c.csv", ("BELL, ANN", "1990-05-17", "", "", "oats", ""))
    assert ("BELL, ANN", "oats") in likes(owner) and Profile.objects.count() == 6
    imports.undo(owner, run.pk)


def test_namesakes_of_whom_different_things_are_said_wait_for_a_word(
    owner: Actor, tmp_path: Path
) -> None:
    rows = [("Cy", "", "", "", "buns", ""), ("Cy", "", "", "", "tea", ""),
            ("Di", "", "", "", "rye", ""), ("DÎ", "", "", "", "rye", "")]  # fmt: skip
    path = world.write(tmp_path / "ahead.csv", HEAD, rows)
    [said] = rehearsal.rehearse(owner, path, kind="customers", changes=MAP)
    run = bring(owner, tmp_path / "a.csv", *rows)
    assert counts(run) == (2, 0, 2) == (said["landed"], said["unchanged"], said["quarantined"])
    held = list(QuarantinedRow.objects.order_by("row_no"))
    assert {row.reason for row in held} == {"no_identifier"}
    assert held[0].message.startswith("Several rows have this name")
    quarantine.mend(owner, held[0].pk, changes={})
    with pytest.raises(WrongUse, match="Several rows have this name"):
        quarantine.mend(owner, held[1].pk, changes={"Likes": "coffee"})
    quarantine.mend(owner, held[1].pk, changes={"Phone": "0113 496 0101"})
    resolve()
    cards.rebuild()
    assert likes(owner) == [("Cy", "buns"), ("Cy", "tea"), ("DÎ", "rye")]


@pytest.mark.parametrize(
    "cell", ["", "Guest", "n/a", "Total", "Totals: 5", "Exported on 5 May 2026", "---",
             "Subtotal Leeds", "--- end of list ---", "Walk-in customer", "* asked again",
             "All of these were asked whether they like it"],
)  # fmt: skip
def test_what_is_no_name_is_nobody(owner: Actor, tmp_path: Path, cell: str) -> None:
    run = bring(owner, tmp_path / "a.csv", ROWS[0], (cell, "", "", "", "", ""))
    assert run.landed == 1 and Profile.objects.count() == 1


def test_a_row_without_its_number_among_numbers_is_nobody(owner: Actor, tmp_path: Path) -> None:
    world.write(tmp_path / "a.csv", ("ID", "Name"), [("C1", "Ann"), ("", "Ben")])
    (run,) = imports.import_file(
        owner, tmp_path / "a.csv", kind="customers", is_confirmed=True,
        changes={"customer_id": "ID", "name": "Name"},
    )  # fmt: skip
    assert counts(run) == (1, 0, 1)


def test_who_was_erased_does_not_come_back_by_name(owner: Actor, tmp_path: Path) -> None:
    bring(owner, tmp_path / "a.csv", *ROWS)
    [cy] = search.find("cy")
    erasure.erase(owner, cy.profile_id)
    bring(owner, tmp_path / "b.csv", *ROWS)
    assert search.find("cy") == [] and Profile.objects.count() == 5
    assert not Link.objects.filter(identifier__value__startswith="cy ").exists()


@pytest.mark.parametrize(
    ("traits", "value", "is_bare"),
    [
        ({"name": "Zoë Bell", "birthday": "1990-05-17"}, "bell zoe 1990 05 17", False),
        ({"first_name": "Zoe", "last_name": "Bell", "street": "Mill Lane 9", "postcode": "LS1 1AA"},
         "bell zoe mill lane 9 ls1 1aa", False),
        ({"name": "Zoe", "birthday": "--05-17", "city": "Leeds"}, "zoe 05 17 leeds in crumb", True),
        ({"name": "Zoe"}, "zoe in crumb", True),
    ],
)  # fmt: skip
def test_what_stands_for_a_name(traits: dict[str, str], value: str, is_bare: bool) -> None:
    found = by_name(traits, "crumb")
    assert found is not None and (found.value, found.is_bare) == (value, is_bare)


def test_a_notebook_is_taken_for_a_list_of_customers(owner: Actor, tmp_path: Path) -> None:
    rows = [("Ada Lovelace", "10/12/1955", "rye", "3"), ("Grace Hopper", "09/12/1946", "buns", "")]
    world.write(tmp_path / "nb.csv", ("Name", "Birthday", "Likes", "Table"), rows)
    (run,) = imports.import_file(owner, tmp_path / "nb.csv", is_confirmed=True)
    assert (run.kind, run.landed) == ("customers", 2)
    resolve()
    cards.rebuild()
    [ada] = search.find("ada")
    page = person.show(owner, ada.profile_id)
    assert {one.name: one.value for one in page.traits} == {
        "name": "Ada Lovelace", "birthday": "1955-12-10", "Likes": "rye", "Table": "3",
    }  # fmt: skip
