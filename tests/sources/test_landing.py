from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from regulars.sources.landing.confirmations import Numbers, runs_of
from regulars.sources.landing.identifiers import anchor_of
from regulars.sources.landing.versions import STEP, Told, next_version, same_telling

NUMBERS = st.sets(st.one_of(st.integers(1, 300), st.integers(4000, 4200), st.integers(1, 10**9)))


@given(NUMBERS)
def test_row_numbers_are_kept_as_runs(numbers: set[int]) -> None:
    runs = runs_of(numbers)
    kept = Numbers()
    for first, length in zip(runs[::2], runs[1::2], strict=True):
        kept.add_run(first, length)
    assert list(kept) == sorted(numbers)
    assert all(number in kept for number in numbers)
    assert not any(number + 1 in kept for number in numbers if number + 1 not in numbers)


@given(NUMBERS)
def test_single_numbers_and_runs_are_the_same(numbers: set[int]) -> None:
    kept = Numbers()
    for number in numbers:
        kept.add(number)
    assert runs_of(kept) == runs_of(numbers)


def test_file_order_takes_two_numbers() -> None:
    assert runs_of(range(7, 541_916)) == [7, 541_909]


def none(import_id: int, number: int) -> bool:
    return False


def test_the_same_is_looked_for_in_the_live_versions_import() -> None:
    told = [
        Told(STEP, 11, 1, 101), Told(2 * STEP, 12, 1, 102), Told(3 * STEP, 13, 2, 103),
        Told(4 * STEP, 14, 3, 104),
    ]  # fmt: skip
    everybody = frozenset((1, 2, 3))
    assert same_telling(told, 14, everybody, none) is told[3]
    assert same_telling(told, 13, everybody, none) is None
    # With 3 undone, 2 tells last; with both undone, all that 1 told counts.
    assert same_telling(told, 13, frozenset((1, 2)), none) is told[2]
    assert same_telling(told, 11, frozenset((1, 2)), none) is None
    assert same_telling(told, 11, frozenset((1,)), none) is told[0]
    assert same_telling(told, 11, frozenset(), none) is None
    # What the last teller confirmed, it told.
    assert same_telling(told, 12, everybody, lambda run, row: (run, row) == (3, 102)) is told[1]


def test_versions_leave_room_between_them() -> None:
    assert next_version([]) == STEP
    assert next_version([Told(STEP, 1, 1, 1)]) == 2 * STEP
    assert next_version([Told(2 * STEP + 5, 1, 1, 1)]) == 3 * STEP
    below = -(1 << 40)
    assert next_version([], below) == below < 0
    assert next_version([Told(below + 3, 1, 1, 1)], below) == below + STEP


@given(st.permutations([
    ("phone", "+441"), ("card", "L1"), ("email", "b@x.org"), ("email", "a@x.org"),
    ("customer_id:shop", "9"), ("customer_id:shop", "10"),
]))  # fmt: skip
def test_the_anchor_does_not_depend_on_order(named: list[tuple[str, str]]) -> None:
    assert anchor_of(named) == ("customer_id:shop", "10")
    assert anchor_of(one for one in named if "customer" not in one[0]) == ("email", "a@x.org")
    assert anchor_of([]) is None
