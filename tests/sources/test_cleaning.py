"""What looks wrong is found, put right by a person in bulk, and brought back exactly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.accounts.actors import Actor
from regulars.identity.models import Link
from regulars.identity.resolving import resolve
from regulars.jobs.performing import drain
from regulars.kernel.errors import NotAllowed, WrongUse
from regulars.profiles import cards
from regulars.profiles.models import Card
from regulars.sources import imports
from regulars.sources.cleaning import correcting, domains, finding
from regulars.sources.cleaning.kinds import AGE, EMAIL, KINDS, NAME, ORDER
from regulars.sources.models import Doubt, Import, Order
from tests import world
from tests.connectors.hooks import orders, standing

pytestmark = pytest.mark.django_db
CUSTOMERS = ("Customer ID", "First name", "Last name", "E-mail", "Birthday")
SALES = ("Order", "Date", "Customer", "E-mail", "Item", "Qty", "Price")
PEOPLE = [
    *(("", "Ada", "Lovelace", f"ada{n}@gmail.com", f"19{60 + n}-03-04") for n in range(6)),
    *(("", "Bob", "Marley", f"bob{n}@crumb.test", "") for n in range(6)),
    ("c1", "Lovelace", "Ada", "c1@gmail.com", "1988-05-06"),
    ("c2", "Cy", "Twombly", "cy@gmial.com", "2029-01-01"),
    ("c3", "Dee", "Old", "dee@hotmail.con", "1901-02-03"),
]
SOLD = [
    ("1", "2026-03-02", "", "cy@gmial.com", "Loaf", 1, "4.00"),
    ("2", "2026-03-03", "", "tester@crumb.test", "Loaf", 2, "4.00"),
    ("3", "2026-03-04", "", "", "TEST", 1, "1.00"),
    ("4", "2026-03-05", "", "bob1@crumb.test", "Loaf", 1, "4.00"),
]
ANOTHER = ("9", "2026-03-09", "", "", "Bun", 1, "2.00")


@pytest.fixture
def owner() -> Actor:
    return world.open_shop().owner


def told(owner: Actor, folder: Path, people: Any = PEOPLE, sold: Any = SOLD) -> list[Import]:
    folder.mkdir(exist_ok=True)
    people_file = world.write(folder / "people.csv", CUSTOMERS, people)
    sales_file = world.write(folder / "sales.csv", SALES, sold)
    [one] = imports.import_file(owner, people_file, kind="customers", is_confirmed=True)
    [other] = imports.import_file(owner, sales_file, kind="sales", is_confirmed=True)
    return [one, other]


def found() -> dict[str, set[tuple[str, str, str]]]:
    finding.look()
    by_kind: dict[str, set[tuple[str, str, str]]] = {}
    for one in finding.open_doubts():
        by_kind.setdefault(one.kind, set()).add((one.before, one.after, one.reason))
    return by_kind


def address_of(email: str) -> str:
    """The address under which the person is listed who has ``email`` too."""
    cards.rebuild(None, resolve().gone)
    link = Link.objects.get(identifier__kind="email", identifier__value=email)
    return Card.objects.get(profile_id=link.profile_id).email


WANTED = {
    EMAIL: {("cy@gmial.com", "cy@gmail.com", "one_slip"),
            ("dee@hotmail.con", "dee@hotmail.com", "ending")},
    NAME: {("Lovelace | Ada", "Ada | Lovelace", "names_elsewhere")},
    ORDER: {("2", "", "test_address"), ("3", "", "test_article")},
    AGE: {("2029-01-01", "", "in_future"), ("1901-02-03", "", "too_old")},
}  # fmt: skip


def test_what_cannot_be_meant_is_found_with_its_reason(owner: Actor, tmp_path: Path) -> None:
    told(owner, tmp_path)
    assert found() == WANTED
    assert found() == WANTED and Doubt.objects.count() == 7, "looking again finds nothing new"


def test_a_birthday_that_no_calendar_has_is_found_and_one_without_a_year_is_not(
    owner: Actor, tmp_path: Path
) -> None:
    days = ("29/02/1993", "1991-02-30", "31 Feb 1990", "17/05/1990", "05/17", "--05-17",
            "0000-05-17", "1990", "in May", "",
            *(f"{n}/05/1990" for n in range(2, 31)))  # fmt: skip
    people = [(f"c{n}", "Eve", "Leap", f"eve{n}@crumb.test", day) for n, day in enumerate(days)]
    told(owner, tmp_path, people, [ANOTHER])
    assert found() == {AGE: {(day, "", "no_day") for day in days[:3]}}
    before = standing()
    run = correcting.put_right(owner, AGE)
    assert run.landed == 3 and found() == {}
    imports.undo(owner, run.pk)
    assert standing() == before and len(found()[AGE]) == 3


def test_an_import_looks_by_itself(owner: Actor, tmp_path: Path) -> None:
    told(owner, tmp_path)
    drain()
    assert finding.open_doubts().count() == 7


def test_all_is_put_right_and_every_undo_brings_back_what_stood(
    owner: Actor, tmp_path: Path
) -> None:
    told(owner, tmp_path)
    before = standing()
    found()
    runs = [correcting.put_right(owner, kind) for kind in KINDS]
    assert [run.landed for run in runs] == [2, 1, 2, 2]
    assert found() == {}
    assert {number: status for number, (status, _) in orders().items()} == {
        "1": "accepted", "2": "cancelled", "3": "cancelled", "4": "accepted"}  # fmt: skip
    assert "Ada Lovelace" in str(
        [one for one in standing()["people"] if "c1@gmail.com" in str(one)]
    )
    for run in reversed(runs):
        imports.undo(owner, run.pk)
    assert standing() == before
    assert found() == WANTED


def test_the_person_of_a_mended_address_is_written_to_there(owner: Actor, tmp_path: Path) -> None:
    told(owner, tmp_path)
    found()
    run = correcting.put_right(owner, EMAIL)
    assert address_of("cy@gmial.com") == "cy@gmail.com"
    imports.undo(owner, run.pk)
    assert address_of("cy@gmial.com") == "cy@gmial.com"
    assert not Link.objects.filter(identifier__value="cy@gmail.com").exists()


def test_the_same_file_again_does_not_bring_the_mistake_back(owner: Actor, tmp_path: Path) -> None:
    told(owner, tmp_path)
    found()
    runs = [correcting.put_right(owner, kind) for kind in (NAME, ORDER, AGE)]
    mended = standing()
    again = told(owner, tmp_path / "again", PEOPLE, [*SOLD, ANOTHER])
    assert sum(run.landed for run in again) == 1
    assert len(orders()) == 5 and orders()["2"][0] == "cancelled"
    assert found() == {EMAIL: WANTED[EMAIL]}
    imports.undo(owner, again[1].pk)
    imports.undo(owner, again[0].pk)
    assert standing() == mended
    for run in runs:
        imports.undo(owner, run.pk)
    assert {status for status, _ in orders().values()} == {"accepted"}


def test_another_telling_stands_above_and_is_doubted_anew(owner: Actor, tmp_path: Path) -> None:
    told(owner, tmp_path)
    found()
    run = correcting.put_right(owner, ORDER)
    changed = [("2", "2026-03-03", "", "test@crumb.test", "Loaf", 2, "4.00")]
    told(owner, tmp_path / "more", PEOPLE, changed)
    assert orders()["2"][0] == "accepted" and orders()["3"][0] == "cancelled"
    assert found()[ORDER] == {("2", "", "test_address")}
    correcting.put_right(owner, ORDER)
    imports.undo(owner, run.pk)
    assert orders()["2"][0] == "cancelled" and orders()["3"][0] == "accepted"


@pytest.mark.parametrize("is_told_twice", [False, True])
def test_a_correction_goes_with_what_it_corrects(
    owner: Actor, tmp_path: Path, is_told_twice: bool
) -> None:
    people, sales = told(owner, tmp_path)
    found()
    for kind in KINDS:
        correcting.put_right(owner, kind)
    if is_told_twice:
        # The second telling keeps the facts when the first is undone, and what corrects them.
        one, other = told(owner, tmp_path / "b", [*PEOPLE, ("x", "Ed", "New", "ed@crumb.test", "")],
                          [*SOLD, ANOTHER])  # fmt: skip
        people_before = len(standing()["people"])
        imports.undo(owner, people.pk)
        imports.undo(owner, sales.pk)
        assert orders()["2"][0] == "cancelled"
        assert len(standing()["people"]) == people_before
        assert found() == {}
        people, sales = one, other
    imports.undo(owner, people.pk)
    imports.undo(owner, sales.pk)
    assert not any(standing().values())
    resolve()
    assert not Link.objects.exists() and found() == {}


def test_what_is_left_as_it_is_does_not_come_again(owner: Actor, tmp_path: Path) -> None:
    told(owner, tmp_path)
    found()
    chosen = finding.open_doubts().get(before="cy@gmial.com").pk
    assert correcting.leave(owner, EMAIL, [chosen]) == 1
    assert found()[EMAIL] == WANTED[EMAIL] - {("cy@gmial.com", "cy@gmail.com", "one_slip")}
    assert correcting.put_right(owner, EMAIL).landed == 1
    with pytest.raises(WrongUse):
        correcting.put_right(owner, EMAIL)


def test_a_part_is_chosen_and_what_changed_meanwhile_is_left_alone(
    owner: Actor, tmp_path: Path
) -> None:
    told(owner, tmp_path)
    found()
    one, other = finding.open_doubts().filter(kind=ORDER).order_by("before")
    assert correcting.put_right(owner, ORDER, [one.pk]).landed == 1
    assert orders()["3"][0] == "accepted"
    imports.undo(owner, Import.objects.get(kind="sales").pk)
    with pytest.raises(WrongUse):
        correcting.put_right(owner, ORDER, [other.pk])
    assert not Order.objects.filter(status="cancelled").exists()


def test_who_may_and_what_there_is_not(owner: Actor, tmp_path: Path) -> None:
    told(owner, tmp_path)
    found()
    for role in ("helper", "analyst", "stranger"):
        actor = Actor(role, "cli")
        for do in (correcting.put_right, correcting.leave):
            with pytest.raises(NotAllowed):
                do(actor, EMAIL)
        with pytest.raises(NotAllowed):
            correcting.listed(actor)
    with pytest.raises(WrongUse):
        correcting.put_right(owner, "colour")
    shown = correcting.listed(owner)
    assert shown["open"] == 7
    assert {one["kind"]: one["worth_minor"] for one in shown["kinds"]}[ORDER] == 900


@pytest.mark.parametrize(
    ("said", "meant"),
    [("gmial.com", "gmail.com"), ("gmai.com", "gmail.com"), ("gmaill.com", "gmail.com"),
     ("hotmial.com", "hotmail.com"), ("gmail.con", "gmail.com"), ("outlok.com", "outlook.com"),
     ("t-onlin.de", "t-online.de"), ("wanado.fr", "wanadoo.fr"), ("crumb.con", "crumb.com"),
     ("gmail.com", None), ("ymail.com", None), ("gmail.de", None), ("gmx.at", None),
     ("crumb.test", None), ("me.co", None), ("mail.de", None), ("big-customer.com", None)],
)  # fmt: skip
def test_domains_with_a_slip(said: str, meant: str | None) -> None:
    got = domains.corrected(said, {said: 1})
    assert (got[0] if got else None) == meant


def test_a_domain_that_many_use_is_meant_and_what_a_rare_neighbour_means() -> None:
    assert domains.corrected("gmial.com", {"gmial.com": 20}) is None
    counts = {"bigschool.org": 40, "bigschol.org": 1}
    assert domains.corrected("bigschol.org", counts) == ("bigschool.org", "one_slip")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(domains.KNOWN)))
def test_known_domains_are_never_doubted(domain: str) -> None:
    assert domains.corrected(domain, dict.fromkeys(domains.KNOWN, 1000) | {domain: 1}) is None
