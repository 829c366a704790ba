"""Addresses and numbers that several people have: they join nobody, and are lost to nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.accounts.actors import Actor
from regulars.identity.edges import edges_of
from regulars.identity.models import Holder, Link
from regulars.identity.resolving import resolve
from regulars.identity.rules import MOST_HOLDERS, given_back
from regulars.insights import counter
from regulars.profiles import cards, erasure, merging, person, search
from regulars.profiles.typed import people as written
from regulars.sources import imports, quarantine
from regulars.sources.models import CustomerRecord, Import, QuarantinedRow
from tests import world

PHONE = "+441134960001"
HEADS = {
    "customer_id": "Customer ID", "name": "Name", "email": "E-mail", "phone": "Phone",
    "card": "Card",
}  # fmt: skip


@pytest.fixture
def owner(db: None, data_folder: Path) -> Actor:
    return world.open_shop().owner


def bring(owner: Actor, path: Path, fields: str, *rows: tuple[str, ...]) -> Import:
    names = fields.split()
    world.write(path, [HEADS[name] for name in names], rows)
    changes = {name: HEADS[name] for name in names}
    (run,) = imports.import_file(owner, path, kind="customers", is_confirmed=True, changes=changes)
    resolve()
    cards.rebuild()
    return run


def names() -> list[str]:
    return sorted(hit.name for hit in search.find(PHONE))


def everybody(owner: Actor) -> dict[str, person.Person]:
    numbers = set(Link.objects.values_list("profile_id", flat=True))
    return {page.name: page for page in (person.show(owner, one) for one in sorted(numbers))}


def test_an_office_on_one_address_is_its_people(owner: Actor, tmp_path: Path) -> None:
    staff = "Ann Bell|Ben Orr|Cy Dunn|Dee Fox|Ed Gray|Fay Hill|Gil Iris|Ann Bell".split("|")
    rows = [(name, "office@crumb.test", f"0113 496 01{n:02}") for n, name in enumerate(staff)]
    bring(owner, tmp_path / "a.csv", "name email phone", *rows, ("Hal Jay", "hal@crumb.test", ""))
    found = everybody(owner)
    assert sorted(found) == sorted({*staff, "Hal Jay"})
    assert found["Ben Orr"].phone == "+441134960101"
    assert found["Ben Orr"].email == "office@crumb.test"
    assert [(one.kind, one.value, one.others) for one in found["Ben Orr"].shared] == [
        ("email", "office@crumb.test", 6)
    ]
    assert len(search.find("office@crumb.test")) == 7
    # Told again, it is what it was.
    again = bring(owner, tmp_path / "b.csv", "name email phone", *reversed(rows))
    assert again.landed == 0 and sorted(everybody(owner)) == sorted(found)


def test_a_mended_row_of_an_office_is_a_person(owner: Actor, tmp_path: Path) -> None:
    fields = "name email phone"
    run = bring(
        owner, tmp_path / "a.csv", fields,
        ("Ann Bell", "office@crumb.test", ""), ("Ben Orr", "office@crumb.test", ""),
        ("", "", "n/a"),
    )  # fmt: skip
    [row] = QuarantinedRow.objects.filter(of_import=run)
    quarantine.mend(owner, row.pk, changes={"Name": "Cy Dunn", "E-mail": "office@crumb.test"})
    resolve()
    cards.rebuild()
    assert sorted(everybody(owner)) == ["Ann Bell", "Ben Orr", "Cy Dunn"]


def test_one_address_with_one_name_is_one_person(owner: Actor, tmp_path: Path) -> None:
    bring(
        owner, tmp_path / "a.csv", "name email",
        *[(name, "ann@crumb.test") for name in ("Ann Bell", "Ann Orr", "Bell, Ann")],
    )  # fmt: skip
    [page] = everybody(owner).values()
    assert [one.value for one in page.identifiers] == ["ann@crumb.test"]


@pytest.mark.parametrize("fields", ["name phone", "phone name email"])
def test_a_telephone_that_two_lists_tell_of_two_people_joins_nobody(
    owner: Actor, tmp_path: Path, fields: str
) -> None:
    bring(owner, tmp_path / "a.csv", "name phone", ("Ann Bell", PHONE))
    assert names() == ["Ann Bell"]
    row = {"name": "Ben Orr", "phone": PHONE, "email": "ben@crumb.test"}
    bring(owner, tmp_path / "b.csv", fields, tuple(row[one] for one in fields.split()))
    assert names() == ["Ann Bell", "Ben Orr"]
    assert not Link.objects.filter(identifier__value=PHONE).exists()
    pages = everybody(owner)
    assert pages["Ann Bell"].phone == PHONE and pages["Ann Bell"].shared[0].others == 1
    # A third list of the same Ann does not make a second.
    bring(owner, tmp_path / "c.csv", "phone name", (PHONE, "Bell, Ann"))
    assert len(everybody(owner)) == 2


def test_a_customer_number_and_an_address_of_two_people_are_not_joined(
    owner: Actor, tmp_path: Path
) -> None:
    bring(owner, tmp_path / "a.csv", "customer_id name phone", ("C1", "Ann Bell", PHONE))
    bring(owner, tmp_path / "b.csv", "name email phone", ("Ben Orr", "ben@crumb.test", PHONE))
    assert names() == ["Ann Bell", "Ben Orr"]
    bring(owner, tmp_path / "c.csv", "name email card", ("Cy Dunn", "cy@crumb.test", "L77"))
    bring(owner, tmp_path / "d.csv", "customer_id name card", ("C2", "Cy Dunn", "L77"))
    assert [one.value for one in everybody(owner)["Cy Dunn"].identifiers] == [
        "C2", "cy@crumb.test", "L77"
    ]  # fmt: skip


def test_what_two_people_had_is_theirs_who_are_one(owner: Actor, tmp_path: Path) -> None:
    bring(
        owner, tmp_path / "a.csv", "name email phone",
        ("Ann Bell", "ann@crumb.test", PHONE), ("Ann Bell", "ann@work.test", PHONE),
    )  # fmt: skip
    world.write(
        tmp_path / "s.csv", ("Order", "Date", "Phone", "Item", "Qty", "Price"),
        [(str(n), f"2026-03-0{n}", PHONE, "Loaf", 1, "4.00") for n in (1, 2)],
    )  # fmt: skip
    imports.import_file(
        owner, tmp_path / "s.csv", kind="sales", is_confirmed=True,
        changes={"order_id": "Order", "date": "Date", "phone": "Phone", "item": "Item",
                 "quantity": "Qty", "unit_price": "Price"},
    )  # fmt: skip
    resolve()
    cards.rebuild()
    before = {page.profile_id: page.as_json() for page in _pages(owner)}
    assert [page.totals.orders for page in _pages(owner)] == [0, 0]
    first, second = (hit.profile_id for hit in search.find("ann"))
    merged = merging.merge(owner, first, second, reason="She told us")
    [page] = _pages(owner)
    assert page.totals.orders == 2 and page.shared == []
    assert [one.value for one in page.identifiers] == ["ann@crumb.test", "ann@work.test", PHONE]
    assert resolve().changed == set()
    merging.split(owner, merged.merge_id, reason="A slip")
    assert {page.profile_id: page.as_json() for page in _pages(owner)} == before


def _pages(owner: Actor) -> list[person.Person]:
    numbers = set(Link.objects.values_list("profile_id", flat=True))
    return [person.show(owner, one) for one in sorted(numbers)]


def test_the_counter_and_the_take_out_know_it(owner: Actor, tmp_path: Path) -> None:
    bring(owner, tmp_path / "a.csv", "name phone", ("Ann Bell", PHONE), ("Ben Orr", PHONE))
    assert [row["by"] for row in counter.kept(owner)] == [[PHONE], [PHONE]]
    number = search.find("ann bell")[0].profile_id
    given = erasure.export(owner, number)["tables"]
    assert given["identity_holder"] == [{"kind": "phone", "value": PHONE}]
    erasure.erase(owner, number)
    # It was hers as well; now it is Ben's alone, as is nobody's word but his list's.
    resolve()
    cards.rebuild()
    assert names() == ["Ben Orr"]
    assert not Holder.objects.exists()


def test_somebody_without_any_is_erased(owner: Actor) -> None:
    made = written.add(owner, {"name": "Cy Dunn"})
    assert person.show(owner, made.profile_id).identifiers == []
    erasure.erase(owner, made.profile_id)
    assert not Link.objects.exists()


def test_a_telephone_that_others_have_is_written_down_by_hand(owner: Actor, tmp_path: Path) -> None:
    bring(owner, tmp_path / "a.csv", "name phone", ("Ann Bell", PHONE), ("Ben Orr", PHONE))
    made = written.add(owner, {"name": "Cy Dunn", "phone": PHONE})
    assert made.is_shared and names() == ["Ann Bell", "Ben Orr", "Cy Dunn"]


_PAIRS = st.lists(
    st.tuples(st.integers(1, 12), st.integers(1, 12)).filter(lambda pair: pair[0] < pair[1])
)


@given(_PAIRS, st.sets(st.integers(1, 12)), st.dictionaries(st.integers(1, 12), st.integers(1, 3)))
def test_a_value_is_given_back_or_held_never_both(
    pairs: list[tuple[int, int]], shared: set[int], links: dict[int, int]
) -> None:
    links = {one: person for one, person in links.items() if one not in shared}
    back, holders = given_back(pairs, shared, links)
    assert (back, holders) == given_back(pairs[::-1], shared, links)
    assert not back.keys() & holders.keys() and (back.keys() | holders.keys()) <= shared
    for one, person_id in back.items():
        beside = {other for pair in pairs if one in pair for other in pair} - {one}
        assert beside <= links.keys() | shared
        assert {links[other] for other in beside if other in links} <= {person_id}


def test_what_stands_beside_too_much_is_nobodys() -> None:
    pairs = [(one, 99) for one in range(MOST_HOLDERS + 1)]
    links = {one: one for one, _ in pairs}
    assert given_back(pairs, {99}, links) == ({}, {})


def test_an_office_on_one_address_and_one_telephone_is_its_people(
    owner: Actor, tmp_path: Path
) -> None:
    staff = ("Harriet Lane", "Gregor Samson", "Nadia Okoye", "Xhal Weaton")
    rows = [(name, "office@crumb.test", PHONE) for name in staff]
    bring(owner, tmp_path / "a.csv", "name email phone", *rows)
    found = everybody(owner)
    assert sorted(found) == sorted(staff)
    assert {one.kind for one in found["Nadia Okoye"].shared} == {"email", "phone"}
    # Those who are one after all have both, until they are two again.
    one, *others = (found[name].profile_id for name in staff)
    merges = []
    for other in others:
        merges.append(merging.merge(owner, one, other, reason="She told us"))
        [one] = merges[-1].people
    [page] = everybody(owner).values()
    assert {one.kind for one in page.identifiers} == {"email", "phone"} and page.shared == []
    for merged in merges:
        merging.split(owner, merged.merge_id, reason="A slip")
    assert everybody(owner) == found


def test_a_shop_on_its_own_address_and_telephone_is_forty_people(
    owner: Actor, tmp_path: Path
) -> None:
    first, last = ("Ann Ben Cy Dee Ed Fay Gil Hal".split(), "Bell Orr Dunn Fox Gray".split())
    rows = [(f"{one} {two}", "shop@crumb.test", PHONE) for one in first for two in last]
    bring(owner, tmp_path / "a.csv", "name email phone", *rows)
    assert len(everybody(owner)) == 40 and len(search.find("ann")) == 5


@pytest.mark.parametrize("fields", ["name email", "name phone"])
def test_who_was_erased_from_an_office_does_not_come_back_by_its_address(
    owner: Actor, tmp_path: Path, fields: str
) -> None:
    address = "office@crumb.test" if "email" in fields else PHONE
    bring(owner, tmp_path / "a.csv", fields, ("Ann Bell", address), ("Ben Orr", address))
    erasure.erase(owner, everybody(owner)["Ben Orr"].profile_id)
    run = bring(owner, tmp_path / "b.csv", fields, ("Orr, Ben", address))
    assert run.landed == 0 and sorted(everybody(owner)) == ["Ann Bell"]
    heading = {"email": "E-mail", "phone": "Phone"}[fields.split()[1]]
    world.write(
        tmp_path / "s.csv", ("Order", "Date", "Name", heading, "Item", "Qty", "Price"),
        [("1", "2026-03-01", "Ben Orr", address, "Loaf", 1, "4.00")],
    )  # fmt: skip
    imports.import_file(owner, tmp_path / "s.csv", kind="sales", is_confirmed=True)
    resolve()
    assert sorted(everybody(owner)) == ["Ann Bell"]
    said = [one.traits for one in CustomerRecord.objects.all()]
    assert said and "Orr" not in str(said)
    # The others of the office are who they were.
    assert bring(owner, tmp_path / "c.csv", fields, ("Cy Dunn", address)).landed == 1


def test_what_joins_nobody_is_no_join_to_be_split(owner: Actor, tmp_path: Path) -> None:
    bring(owner, tmp_path / "a.csv", "name email", ("Ann", "o@crumb.test"), ("Ben", "o@crumb.test"))
    ann, ben = sorted(page.profile_id for page in everybody(owner).values())
    merged = merging.merge(owner, ann, ben, reason="She told us")
    [edge] = edges_of(owner, merged.people[0])
    assert edge.id == merged.merge_id
    [page] = everybody(owner).values()
    assert page.email == "o@crumb.test"
