"""What those who live together spent and think, as one."""

from __future__ import annotations

import pytest

from regulars.accounts.actors import Actor
from regulars.identity.models import Link
from regulars.profiles import household, merging, person
from regulars.profiles.hanging import relations
from regulars.profiles.typed import people
from tests.profiles.people import business, customer, land, refresh, review, sale

pytestmark = pytest.mark.django_db
OWNER = Actor("owner", "cli")
ANN, BEN = ("email", "ann@example.org"), ("email", "ben@example.org")


@pytest.fixture
def pair() -> tuple[int, int]:
    land("customers", [customer("1", ANN, name="Ann Moore"), customer("2", BEN, name="Ben Moore")])
    land("sales", [sale("S1", 500, ANN), sale("S2", 250, BEN), sale("S3", -100, BEN)])
    land("reviews", [review("R1", BEN, text="Fine rye", author="Ben")])
    refresh()
    first, other = (Link.objects.get(identifier__value=one[1]).profile_id for one in (ANN, BEN))
    return first, other


def test_two_who_live_together_are_summed(pair: tuple[int, int]) -> None:
    ann, ben = pair
    assert household.of(OWNER, ann) is None
    tie = relations.relate(OWNER, ann, kind="household", other=ben)
    together = household.of(OWNER, ann)
    assert together is not None
    assert [(one.profile_id, one.name) for one in together.members] == [
        (ann, "Ann Moore"), (ben, "Ben Moore"),
    ]  # fmt: skip
    assert together.totals.spent_minor == {"GBP": 650}
    assert (together.totals.orders, together.totals.returns, together.totals.feedback) == (2, 1, 1)
    assert [one.text for one in together.feedback] == ["Fine rye"]
    # Each page still says what is that person's alone.
    assert person.show(OWNER, ann).totals.spent_minor == {"GBP": 500}
    relations.end(OWNER, tie)
    assert household.of(OWNER, ann) is None


def test_whoever_is_merged_is_counted_once(pair: tuple[int, int]) -> None:
    ann, ben = pair
    relations.relate(OWNER, ann, kind="household", other=ben)
    kid = people.add(OWNER, {"name": "Kit Moore"}).profile_id
    relations.relate(OWNER, ben, kind="household", other=kid)
    before = household.of(OWNER, kid)
    assert before is not None and len(before.members) == 3
    done = merging.merge(OWNER, ann, ben, reason="The same")
    after = household.of(OWNER, kid)
    assert after is not None and len(after.members) == 2 and after.totals == before.totals
    merging.split(OWNER, done.merge_id)
    assert household.of(OWNER, kid) == before


def test_money_is_for_those_who_may_see_it(pair: tuple[int, int]) -> None:
    ann, ben = pair
    relations.relate(OWNER, ann, kind="household", other=ben)
    seen = household.of(Actor("helper", "page"), ann)
    assert seen is not None and seen.totals.spent_minor is None and seen.totals.orders == 2


def test_it_ends_somewhere() -> None:
    business()
    numbers = [people.add(OWNER, {"name": f"Resident {n}"}).profile_id for n in range(25)]
    for one in numbers[1:]:
        relations.relate(OWNER, numbers[0], kind="household", other=one)
    together = household.of(OWNER, numbers[7])
    assert together is not None and len(together.members) == household.MOST
    relations.relate(OWNER, numbers[1], kind="friend", other=numbers[2])
    assert household.of(OWNER, numbers[1]) is not None
