from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from regulars.identity.rules import components, shared_values

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
