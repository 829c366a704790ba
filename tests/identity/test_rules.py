from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from regulars.identity.rules import (
    Bounds,
    Most,
    Word,
    bounds,
    components,
    contradicted,
    joining,
    periods_of,
    shared_values,
)

NUMBERS = st.integers(1, 30)
PAIRS = st.lists(
    st.tuples(NUMBERS, NUMBERS)
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: (min(pair), max(pair)))
)


def sets(found: dict[int, int]) -> set[frozenset[int]]:
    return {
        frozenset(one for one, profile in found.items() if profile == wanted)
        for wanted in found.values()
    }


@given(PAIRS, st.randoms(use_true_random=False))
def test_components_do_not_depend_on_order(pairs: list[tuple[int, int]], dice: object) -> None:
    everybody = list(range(1, 31))
    found = components(everybody, pairs, set())
    shuffled = list(pairs)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert components(reversed(everybody), [*shuffled, *pairs[:3]], set()) == found
    # A person's number is their oldest identifier's, and the sets are as small as pairs allow.
    assert all(profile == min(one) for one in sets(found) for profile in {found[min(one)]})
    for low, high in pairs:
        assert found[low] == found[high]
    assert len(sets(found)) >= 30 - len(set(pairs))


@given(PAIRS, st.sets(NUMBERS))
def test_a_shared_value_belongs_to_nobody(pairs: list[tuple[int, int]], shared: set[int]) -> None:
    found = components(range(1, 31), pairs, shared)
    assert not shared & found.keys()
    without = [pair for pair in pairs if not shared & set(pair)]
    assert found == components(set(range(1, 31)) - shared, without, set())


def test_a_household_phone_is_shared_and_a_customers_second_address_is_not() -> None:
    kinds = {1: "email", 2: "email", 3: "phone", 4: "customer_id:shopify"}
    assert shared_values([(1, 3), (2, 3)], kinds) == {3}
    assert shared_values([(1, 3)], kinds) == set()
    # A vendor's number is one person, however many addresses stand beside it.
    assert shared_values([(1, 4), (2, 4)], kinds) == set()


@given(PAIRS)
def test_what_is_shared_does_not_depend_on_order(pairs: list[tuple[int, int]]) -> None:
    kinds = {number: ("phone", "email", "customer_id:a")[number % 3] for number in range(1, 31)}
    assert shared_values(pairs, kinds) == shared_values(list(reversed(pairs)) + pairs, kinds)


NAMED = ["email", "email", "email", "email", "email", "email", "customer_id:a"]


def test_a_person_has_at_most_so_many_values_of_a_kind_in_a_window() -> None:
    kinds = dict(enumerate(NAMED, 1))
    pairs = [(one, 7) for one in range(1, 7)]
    within = bounds(kinds, most={"email": Most(3, "annually")})
    found = components(range(1, 8), pairs, set(), within=within, kinds=kinds)
    assert sets(found) == {frozenset({1, 2, 3, 7}), *(frozenset({one}) for one in (4, 5, 6))}
    early, late = (periods_of(datetime(year, 3, 1, tzinfo=UTC)) for year in (2025, 2026))
    period = {one: early if one < 4 else late for one in range(1, 7)}
    within = bounds(kinds, most={"email": Most(3, "annually")}, period=period)
    found = components(range(1, 8), pairs, set(), within=within, kinds=kinds)
    assert sets(found) == {frozenset(range(1, 8))}


def test_the_weaker_value_is_demoted_and_an_anonymous_one_overrides_nobody() -> None:
    kinds = {1: "anonymous_id", 2: "email", 3: "email", 4: "customer_id:a", 5: "customer_id:a"}
    pairs = [(1, 4), (1, 5), (2, 4), (3, 5)]
    shared = shared_values(pairs, kinds)
    assert shared == {1}
    assert sets(components(kinds, pairs, shared, kinds=kinds)) == {
        frozenset({2, 4}), frozenset({3, 5}),
    }  # fmt: skip


@given(PAIRS, PAIRS, st.randoms(use_true_random=False))
def test_a_word_joins_first_and_two_kept_apart_are_never_one(
    pairs: list[tuple[int, int]], apart: list[tuple[int, int]], dice: object
) -> None:
    words = [Word(low, high, 2.0) for low, high in pairs[::2]]
    told = [pair for pair in pairs[1::2] if pair not in apart]
    words = [one for one in words if (one.low, one.high) not in apart]
    found = components(range(1, 31), told, set(), together=words, within=Bounds(apart=apart))
    dice.shuffle(told)  # type: ignore[attr-defined]
    dice.shuffle(words)  # type: ignore[attr-defined]
    again = components(range(1, 31), told, set(), together=words, within=Bounds(apart=apart))
    assert again == found
    assert all(found[low] != found[high] for low, high in apart)


def test_names_say_whether_one_address_is_one_person() -> None:
    kinds = {1: "email", 2: "customer_id:a", 3: "customer_id:a"}
    joins = joining([(1, 2), (1, 3)], kinds)
    assert joins == {1: {2, 3}}
    for one, other, is_shared in (
        ("ann bell", "ben bell", True), ("ann bell", "ann orr", False),
        ("ann bell", "bell ann", False), ("a bell", "ann bell", False),
        ("meyer ann", "ann meier", False), ("ann bell", "", False),
    ):  # fmt: skip
        names = {2: [one], 3: [other] if other else []}
        assert bool(contradicted(joins, names)) is is_shared
