"""The lead score: sums of points with a sentence each, the same for the same facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kernel import clock
from regulars.profiles.models import Lead
from regulars.profiles.pipeline import facts, leads, moving, stages
from regulars.profiles.pipeline.leads import Told
from regulars.profiles.pipeline.scoring import Facts, score
from tests import world

PLAIN = Facts(
    days_since_contact=0, has_step=True, step_in_days=1, source="Fair", source_won=0,
    source_closed=0, won=0, closed=0, value_minor=None, median_value_minor=None, days_in_stage=0,
    median_days_in_stage=None, is_customer=None,
)  # fmt: skip
TOLD = replace(PLAIN, won=30, closed=60, source_won=9, source_closed=10, value_minor=500,
               median_value_minor=500, median_days_in_stage=4.0, is_customer=True)  # fmt: skip


def points(given: Facts) -> dict[str, int]:
    return {one.name: one.points for one in score(given).parts}


def test_points_of_a_young_business_are_priors_and_say_so() -> None:
    found = score(PLAIN)
    assert found.is_prior and found.points == 20 + 15 + 8 + 2 + 10 + 0
    assert "Too few leads are closed (0) to tell sources apart." in [
        one.sentence for one in found.parts
    ]
    assert points(replace(TOLD, closed=19))["source"] == 8
    assert points(replace(TOLD, closed=20, won=10))["source"] != 8


def test_every_part_has_its_steps() -> None:
    assert [points(replace(TOLD, days_since_contact=n))["contact"] for n in (2, 3, 8, 15, 31)] == [
        20, 15, 10, 5, 0,
    ]  # fmt: skip
    steps = [(False, None), (True, None), (True, -1), (True, 0)]
    assert [
        points(replace(TOLD, has_step=has, step_in_days=days))["next_step"] for has, days in steps
    ] == [0, 5, 5, 15]
    assert [points(replace(TOLD, value_minor=n))["value"] for n in (500, 250, 249, None)] == [
        10, 7, 4, 2,
    ]  # fmt: skip
    assert [points(replace(TOLD, days_in_stage=n))["stage_age"] for n in (4, 8, 16, 17)] == [
        20, 10, 5, 0,
    ]  # fmt: skip
    assert [points(replace(TOLD, is_customer=one))["customer"] for one in (True, False, None)] == [
        10, 5, 0,
    ]  # fmt: skip


def test_a_source_is_drawn_to_the_whole_while_it_is_small() -> None:
    # (9 + 10 · ½) / 20 of 25 points; without its own leads, the overall half.
    assert points(TOLD)["source"] == 18
    assert points(replace(TOLD, source_won=0, source_closed=0))["source"] == 13
    assert points(replace(TOLD, source_won=1, source_closed=1))["source"] == 14
    large = replace(TOLD, won=300, closed=600, source_won=90, source_closed=100)
    assert points(large)["source"] == 22


def test_money_is_not_told_to_whoever_may_not_see_it() -> None:
    shown = {one.name: one for one in score(replace(TOLD, shows_money=False)).parts}
    assert "worth" not in shown["value"].sentence and shown["value"].points == 10


whole = st.integers(min_value=0, max_value=10**6)


@given(
    st.builds(
        Facts, days_since_contact=whole, has_step=st.booleans(),
        step_in_days=st.none() | st.integers(-1000, 1000), source=st.text(max_size=5),
        source_won=st.just(0), source_closed=whole, won=st.just(0), closed=whole,
        value_minor=st.none() | whole, median_value_minor=st.none() | whole,
        days_in_stage=st.floats(0, 1e5), median_days_in_stage=st.none() | st.floats(0, 1e5),
        is_customer=st.none() | st.booleans(),
    )
)  # fmt: skip
def test_it_is_a_sum_within_bounds_and_the_same_again(given_facts: Facts) -> None:
    # Won leads are a part of closed ones.
    told = replace(given_facts, won=given_facts.closed // 2)
    found = score(told)
    assert found == score(told)
    assert found.points == sum(one.points for one in found.parts) <= 100
    assert all(0 <= one.points <= one.most and one.sentence for one in found.parts)
    assert sum(one.most for one in found.parts) == 100


@pytest.mark.django_db
def test_facts_come_from_the_business_own_past() -> None:
    people = world.open_shop()
    by_name = {one.name: one.pk for one in stages.of(stages.listing(people.owner)[0])}
    start = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
    for n in range(24):
        is_fair = n < 8
        with clock.frozen(start):
            said = Told(title=f"L{n}", source="Fair" if is_fair else "Web", value_minor=100 * n)
            lead = leads.add(people.owner, said)
        with clock.frozen(start + timedelta(days=4)):
            ends = "Won" if is_fair else "Lost"
            moving.move(people.owner, lead.pk, by_name[ends], "No answer")
    with clock.frozen(start + timedelta(days=10)):
        lead = leads.add(people.owner, Told(title="Now", source="Fair", value_minor=350))
    with clock.frozen(start + timedelta(days=16)):
        found = facts.facts_of(leads.get(lead.pk), None)
        assert (found.won, found.closed, found.source_won, found.source_closed) == (8, 24, 8, 8)
        assert found.median_value_minor == 350 and found.median_days_in_stage == 4.0
        assert found.days_since_contact == 6 and found.days_in_stage == 6.0
        leads.touch(people.helper, lead.pk, "Called")
        assert facts.facts_of(leads.get(lead.pk), None).days_since_contact == 0
        shown = facts.show(people.owner, lead.pk)["score"]
    # 20 contact, 0 step, 25·(8+10·⅓)/18 ≈ 16, 10 value, 10 stage, 0 customer.
    assert {one["name"]: one["points"] for one in shown["parts"]} == {
        "contact": 20, "next_step": 0, "source": 16, "value": 10, "stage_age": 10, "customer": 0,
    }  # fmt: skip
    assert shown["points"] == 56 and not shown["is_prior"]
    assert Lead.objects.count() == 25
