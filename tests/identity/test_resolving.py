from __future__ import annotations

from pathlib import Path

import pytest

from regulars.accounts.actors import Actor
from regulars.identity.models import Link, Profile
from regulars.identity.queries import identifiers_of, profiles_of
from regulars.identity.resolving import resolve
from regulars.kernel.errors import NotFound
from regulars.sources import imports
from regulars.sources.models import Identifier, Import
from tests import world

HEADER = ("Customer ID", "Name", "E-mail", "Phone", "Loyalty card")


@pytest.fixture
def owner(db: None, data_folder: Path) -> Actor:
    return world.open_shop().owner


def bring(owner: Actor, path: Path, *rows: tuple[str, str, str, str, str]) -> Import:
    world.write(path, HEADER, rows)
    (run,) = imports.import_file(
        owner, path, kind="customers", is_confirmed=True,
        changes={"customer_id": "Customer ID", "name": "Name", "email": "E-mail",
                 "phone": "Phone", "card": "Loyalty card"},
    )  # fmt: skip
    resolve()
    return run


def people() -> set[frozenset[str]]:
    """Who is who: addresses, phones and numbers of each person."""
    found: dict[int, set[str]] = {}
    for profile, value in Link.objects.values_list("profile_id", "identifier__value"):
        found.setdefault(profile, set()).add(value)
    assert set(found) == set(Profile.objects.values_list("pk", flat=True))
    return {frozenset(values) for values in found.values()}


def test_a_trio_told_in_two_files_is_one_person_and_splits_again(
    owner: Actor, tmp_path: Path
) -> None:
    bring(owner, tmp_path / "a.csv", ("C1", "Ada", "ada@crumb.test", "", ""))
    bring(owner, tmp_path / "b.csv", ("C2", "Ada", "bob@crumb.test", "", ""))
    apart = people()
    numbers = dict(Link.objects.values_list("identifier_id", "profile_id"))
    joined = bring(
        owner, tmp_path / "c.csv",
        ("C1", "Ada", "ada@crumb.test", "", ""), ("C1", "Ada", "bob@crumb.test", "", ""),
    )  # fmt: skip
    assert people() == {frozenset({"C1", "C2", "ada@crumb.test", "bob@crumb.test"})}
    imports.undo(owner, joined.pk)
    resolve()
    assert people() == apart == {
        frozenset({"C1", "ada@crumb.test"}), frozenset({"C2", "bob@crumb.test"})
    }  # fmt: skip
    assert dict(Link.objects.values_list("identifier_id", "profile_id")) == numbers


def test_a_household_phone_does_not_make_two_people_one(owner: Actor, tmp_path: Path) -> None:
    run = bring(
        owner, tmp_path / "a.csv",
        ("", "Ada", "ada@crumb.test", "020 7946 0111", ""),
        ("", "Bob", "bob@crumb.test", "+44 20 7946 0111", ""),
    )  # fmt: skip
    assert people() == {frozenset({"ada@crumb.test"}), frozenset({"bob@crumb.test"})}
    assert Identifier.objects.filter(kind="phone").count() == 1
    # Without Bob's row the phone is Ada's own.
    imports.undo(owner, run.pk)
    bring(owner, tmp_path / "b.csv", ("", "Ada", "ada@crumb.test", "020 7946 0111", ""))
    assert people() == {frozenset({"ada@crumb.test", "+442079460111"})}


@pytest.mark.parametrize(
    ("email", "phone", "number"),
    [
        ("none@none.com", "", ""), ("noreply@crumb.test", "", "guest"), ("", "0000000000", "0"),
        ("n/a", "1111111111", "Walk-in"), ("test@test.com", "000", "-"),
    ],
)  # fmt: skip
def test_blocked_values_never_link(
    owner: Actor, tmp_path: Path, email: str, phone: str, number: str
) -> None:
    bring(
        owner, tmp_path / "a.csv",
        (number, "Ada", email, phone, "L-81"), (number, "Bob", email, phone, "L-92"),
    )  # fmt: skip
    # A card is lent: beside it stands the name.
    assert people() == {frozenset({"L81", "ada L81"}), frozenset({"L92", "bob L92"})}


def test_nobody_has_an_unknown_number(owner: Actor, tmp_path: Path) -> None:
    bring(owner, tmp_path / "a.csv", ("C1", "Ada", "ada@crumb.test", "", ""))
    (profile,) = Profile.objects.values_list("pk", flat=True)
    mine = identifiers_of(profile)
    assert profiles_of(mine) == dict.fromkeys(mine, profile)
    with pytest.raises(NotFound):
        identifiers_of(profile + 1000)


def test_resolving_twice_changes_nothing(owner: Actor, tmp_path: Path) -> None:
    bring(
        owner, tmp_path / "a.csv",
        *((f"C{n}", f"P{n}", f"p{n % 7}@crumb.test", f"+4479460{n % 5:05}", "") for n in range(40)),
    )  # fmt: skip
    before = list(Link.objects.order_by("pk").values_list())
    again = resolve()
    assert (again.changed, again.gone) == (set(), set())
    assert list(Link.objects.order_by("pk").values_list()) == before
