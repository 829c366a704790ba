"""Any run of merges and splits gives the people that the joins left over give, in any order."""

from __future__ import annotations

import random
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.accounts.actors import Actor
from regulars.accounts.models import Member
from regulars.identity.decisions import standing
from regulars.identity.edges import edges_of
from regulars.identity.models import Decision, Link
from regulars.identity.queries import profiles_of
from regulars.identity.resolving import resolve
from regulars.insights import people as whole
from regulars.jobs.registry import followers
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from regulars.profiles import cards, erasure, merging, person, search
from regulars.sources import imports, origins
from tests import world
from tests.sources import states
from tests.sources.door import knock

PEOPLE = (
    ("C1", "Ada Lovelace", "ada@crumb.test", "+441132960001", "yes", "1"),
    ("C2", "Ada L.", "ada@home.test", "", "unsubscribed", "2"),
    ("C3", "Brahim Ozturk", "brahim@crumb.test", "", "", ""),
    ("", "Chloe Dupont", "chloe@crumb.test", "+441132960003", "yes", "3"),
    ("", "Chloe D.", "chloe@work.test", "+441132960003", "no", "4"),
    ("C6", "Dov Katz", "", "+441132960006", "yes", ""),
)
HEAD = ("Customer ID", "Name", "E-mail", "Phone", "Newsletter", "Loyalty card")
SALES = ("Order", "Date", "Customer ID", "E-mail", "Item", "Qty", "Price")


@pytest.fixture
def owner(db: None, data_folder: Path, tmp_path: Path) -> Actor:
    shop = world.open_shop().owner
    world.write(tmp_path / "people.csv", HEAD, PEOPLE)
    imports.import_file(
        shop, tmp_path / "people.csv", kind="customers", is_confirmed=True,
        changes={"customer_id": HEAD[0], "name": HEAD[1], "email": HEAD[2], "phone": HEAD[3],
                 "consent_email": HEAD[4], "card": HEAD[5]},
    )  # fmt: skip
    sales = [
        (str(n), f"2026-03-{n + 1:02}", one[0], one[2], "Loaf", 1, "4.00")
        for n, one in enumerate(PEOPLE)
        for _ in range(2)
    ]
    world.write(tmp_path / "sales.csv", SALES, sales)
    imports.import_file(shop, tmp_path / "sales.csv", kind="sales", is_confirmed=True)
    resolve()
    cards.rebuild()
    return shop


def who(text: str) -> int:
    return search.find(text)[0].profile_id


def pages(owner: Actor) -> dict[str, Any]:
    """Everybody's page by who they are; numbers of people are part of it."""
    found = {}
    for number in set(Link.objects.values_list("profile_id", flat=True)):
        page = person.show(owner, number)
        identifiers = sorted(one.value for one in page.identifiers)
        said = person.plain(asdict(page))
        for one in said["identifiers"]:
            one.pop("evidence")
        found["|".join(identifiers)] = said
    return found


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(st.tuples(st.booleans(), st.integers(0, 99), st.integers(0, 99)), max_size=12),
    dice=st.randoms(use_true_random=False),
)
def test_any_run_of_merges_and_splits_is_the_joins_left_over(
    owner: Actor, steps: list[tuple[bool, int, int]], dice: random.Random
) -> None:
    with states.scratch():
        for is_merge, first, second in steps:
            step(owner, is_merge, first, second)
        after = pages(owner)
        left = list(standing().filter(word=Decision.TOGETHER).values_list("low_id", "high_id"))
    dice.shuffle(left)
    with states.scratch():
        for pair in left:
            one, other = (profiles_of([end])[end] for end in pair)
            merging.merge(owner, one, other, reason="left over")
        assert pages(owner) == after
        cards.rebuild()
        resolution = resolve()
        assert (resolution.changed, resolution.gone) == (set(), set())
        assert pages(owner) == after


def step(owner: Actor, is_merge: bool, first: int, second: int) -> None:
    numbers = sorted(set(Link.objects.values_list("profile_id", flat=True)))
    if is_merge:
        one, other = numbers[first % len(numbers)], numbers[second % len(numbers)]
        if one == other:
            with pytest.raises(WrongUse, match="already"):
                merging.merge(owner, one, other, reason="twice")
        else:
            merging.merge(owner, one, other, reason="the same")
        return
    made = list(standing().filter(word=Decision.TOGETHER).values_list("pk", flat=True))
    if made:
        merging.split(owner, str(made[first % len(made)]))


def test_a_merge_has_evidence_and_its_split_gives_everything_back(owner: Actor) -> None:
    before = pages(owner)
    ada, other = who("ada@crumb"), who("ada@home")
    merged = merging.merge(owner, ada, other, reason="Same voice on the phone")
    assert merged.people == [min(ada, other)]
    page = person.show(owner, merged.people[0])
    assert page.totals.orders == 2
    assert [one.state for one in page.allows if one.channel == "email"] == ["withdrawn"]
    assert len(search.find("lovelace")) == len(search.find("ada")) == 1
    [edge] = [one for one in edges_of(owner, merged.people[0]) if one.by == "person"]
    assert (edge.id, edge.reason) == (merged.merge_id, "Same voice on the phone")
    assert edge.stands and edge.at is not None
    parted = merging.split(owner, merged.merge_id, reason="Two sisters")
    assert parted.people == sorted((ada, other))
    assert pages(owner) == before
    [edge] = [one for one in edges_of(owner, ada) if one.by == "person"]
    assert not edge.stands
    with pytest.raises(WrongUse, match="split before"):
        merging.split(owner, merged.merge_id)


def test_the_number_of_who_was_merged_leads_to_whom_they_are_now(owner: Actor, client: Any) -> None:
    ada, brahim = who("ada@crumb"), who("brahim@")
    older, newer = sorted((ada, brahim))
    merged = merging.merge(owner, ada, brahim, reason="told us")
    assert whole.show_by_number(owner, newer)["id"] == older
    client.force_login(
        Member.objects.get(role="owner"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    answer = client.get(f"/people/{newer}")
    assert (answer.status_code, answer["Location"]) == (302, f"/people/{older}")
    merging.split(owner, merged.merge_id)
    assert whole.show_by_number(owner, newer)["id"] == newer
    erasure.erase(owner, newer)
    with pytest.raises(NotFound):
        whole.show_by_number(owner, newer)


def test_a_join_by_rule_is_split_and_merged_again(owner: Actor) -> None:
    ada = who("ada@crumb")
    before = pages(owner)
    told = {(one.one.kind, one.other.kind): one.id for one in edges_of(owner, ada)}
    by_phone = next(key for kinds, key in told.items() if "phone" in kinds)
    parted = merging.split(owner, by_phone, reason="It is the neighbour's telephone")
    assert len(parted.people) == 2
    assert not person.show(owner, ada).phone
    assert resolve().changed == set()
    again = merging.merge(owner, *parted.people, reason="It was hers")
    assert pages(owner) == before
    merging.split(owner, again.merge_id)
    assert len({*profiles_of(Link.objects.values_list("pk", flat=True)).values()}) == 1 + len(
        before
    )


def test_merges_in_a_circle_are_refused_in_plain_words(owner: Actor) -> None:
    ada, brahim, dov = who("ada@crumb"), who("brahim"), who("dov")
    first = merging.merge(owner, ada, brahim, reason="a")
    merging.merge(owner, first.people[0], dov, reason="b")
    for one, other in ((ada, ada), (first.people[0], first.people[0])):
        with pytest.raises(WrongUse, match="already"):
            merging.merge(owner, one, other, reason="c")
    with pytest.raises(NotFound):
        merging.merge(owner, max(brahim, dov), ada, reason="d")


@pytest.mark.parametrize("merge_id", ["", "0", "7", "x", "1-2", "-1", "²", "9" * 30, "1-9" * 9])
def test_what_is_no_merge_is_not_split(owner: Actor, merge_id: str) -> None:
    with pytest.raises(NotFound, match="no merge"):
        merging.split(owner, merge_id)


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 401])
def test_a_merge_needs_a_reason(owner: Actor, reason: str) -> None:
    with pytest.raises(WrongUse):
        merging.merge(owner, who("ada@crumb"), who("brahim"), reason=reason)


def test_a_helper_merges_nobody(owner: Actor) -> None:
    helper = Actor("helper", "page")
    with pytest.raises(NotAllowed):
        merging.merge(helper, who("ada@crumb"), who("brahim"), reason="a")
    with pytest.raises(NotAllowed):
        merging.split(helper, "1")


def test_splitting_after_one_of_them_was_erased_says_so(owner: Actor) -> None:
    merged = merging.merge(owner, who("ada@crumb"), who("ada@home"), reason="Mary Secret said so")
    erasure.erase(owner, merged.people[0])
    with pytest.raises(NotFound, match="no merge"):
        merging.split(owner, merged.merge_id)
    assert not Decision.objects.exists()


def test_what_comes_in_meanwhile_goes_to_the_merged_person_and_back(owner: Actor) -> None:
    source = origins.add(owner, "web", name="Website")
    merged = merging.merge(owner, who("ada@crumb"), who("ada@home"), reason="the same")
    for address in ("ada@crumb.test", "ada@home.test"):
        event = {"type": "track", "event": "Tasting", "context": {"traits": {"email": address}}}
        said = {"type": "identify", "anonymousId": address[:7], "traits": {"email": address}}
        event["anonymousId"] = address[:7]
        knock("/v1/b", {"batch": [said, event]}, key=str(source.write_key))
    while any(one() for one in followers()):
        pass
    assert person.show(owner, merged.people[0]).totals.events == 4
    parted = merging.split(owner, merged.merge_id)
    assert [person.show(owner, one).totals.events for one in parted.people] == [2, 2]


def test_an_undone_import_leaves_a_merge_idle_and_brings_it_back(
    owner: Actor, tmp_path: Path
) -> None:
    world.write(tmp_path / "more.csv", HEAD, [("C9", "Zoe", "zoe@crumb.test", "", "", "")])
    changes = {"customer_id": HEAD[0], "name": HEAD[1], "email": HEAD[2]}
    [run] = imports.import_file(
        owner, tmp_path / "more.csv", kind="customers", is_confirmed=True, changes=changes
    )
    resolve()
    cards.rebuild()
    merged = merging.merge(owner, who("zoe"), who("brahim"), reason="the same")
    imports.undo(owner, run.pk)
    resolve()
    assert len(person.show(owner, who("brahim")).identifiers) == 2
    imports.import_file(
        owner, tmp_path / "more.csv", kind="customers", is_confirmed=True, changes=changes
    )
    resolve()
    assert len(person.show(owner, who("brahim")).identifiers) == 4
    assert merged.merge_id in {one.id for one in edges_of(owner, who("brahim"))}


def spoiled(owner: Actor, path: Path, rows: list[tuple[str, ...]]) -> list[set[str]]:
    """Bring rows, and say who is who of them."""
    world.write(path, HEAD, rows)
    changes = dict(
        zip(("customer_id", "name", "email", "phone", "consent_email", "card"), HEAD, strict=True)
    )
    imports.import_file(owner, path, kind="customers", is_confirmed=True, changes=changes)
    resolve()
    found: dict[int, set[str]] = {}
    values = {value for row in rows for value in row}
    for number, value in Link.objects.values_list("profile_id", "identifier__value"):
        if value in values:
            found.setdefault(number, set()).add(value)
    return sorted(found.values(), key=sorted)


def told(*names: str, email: str = "", phone: str = "", card: str = "") -> list[tuple[str, ...]]:
    return [(f"K{place}", name, email, phone, "", card) for place, name in enumerate(names)]


@pytest.mark.parametrize(
    ("rows", "people"),
    [
        (told("Ann Bell", "Ben Bell", "Cat Bell", phone="+441132961111"), [{"K0"}, {"K1"}, {"K2"}]),
        (told("Ann Bell", "Ben Orr", "Cat Moss", email="we@law.test"), [{"K0"}, {"K1"}, {"K2"}]),
        (told("Ann Bell", "Ben Bell", card="L-7001"), [{"K0"}, {"K1"}]),
        (told("Ann Bell", "Ann Bell", "Ben Orr", email="test@test.com"), [{"K0"}, {"K1"}, {"K2"}]),
        (told("Ann Bell", "Ann Orr", email="ann@bell.test"), [{"K0", "K1", "ann@bell.test"}]),
        (told("Юлия Иванова", "Yuliya Ivanova", email="y@p.test"), [{"K0", "K1", "y@p.test"}]),
    ],
    ids=["a family on one phone", "an office's address", "two people with one card",
         "test@test.com", "a name that changed", "a name in two scripts"],
)  # fmt: skip
def test_the_right_people_at_the_end(
    owner: Actor, tmp_path: Path, rows: list[tuple[str, ...]], people: list[set[str]]
) -> None:
    assert spoiled(owner, tmp_path / "spoiled.csv", rows) == people
