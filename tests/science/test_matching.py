from __future__ import annotations

import itertools
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks._doubles import doubles
from regulars.science.matching import deciding, linking, reasons
from regulars.science.matching.finding import Found, Record, find
from regulars.science.matching.normalising import COMPARED, birth_date, names, normalise

_HOUSE = {"street": "Lindenweg", "house_number": "4", "postcode": "50667", "city": "Köln"}
_LENA = {"first_name": "Lena", "last_name": "Weber", "birthday": "1990-05-17", **_HOUSE}


def _crowd(count: int = 150) -> list[Record]:
    """People who have nothing to do with those of a test: a business's other customers."""
    records, _ = doubles(count, seed=7)
    return list(records)


def _of(found: Found, low: int, high: int) -> deciding.Match | None:
    return next((one for one in found.matches if (one.low, one.high) == (low, high)), None)


def _together(found: Found, *places: int) -> bool:
    return len({found.groups.get(one, one) for one in places}) == 1


def _find(*own: Record) -> Found:
    return find([*own, *_crowd()])


@pytest.mark.parametrize(
    "again",
    [
        {**_LENA, "last_name": "Wéber", "postcode": ""},
        {**_LENA, "first_name": "Weber", "last_name": "Lena"},
        {**_LENA, "first_name": "Frau Lena", "birthday": "17.05.1990"},
        {**_LENA, "birthday": "1990-05-71"},
        {**_LENA, "street": "Lindenweg 4", "house_number": ""},
    ],
    ids=["accent", "names swapped", "title", "slip in the date", "house in the street"],
)
def test_the_same_person_written_otherwise_is_one(again: Record) -> None:
    assert _together(_find(_LENA, again), 0, 1)


def test_a_name_in_another_script_is_the_same_name() -> None:
    one = {
        "first_name": "Иван",
        "last_name": "Петров",
        "birthday": "1980-02-03",
        "phone": "4930123456",
    }
    other = {**one, "first_name": "Ivan", "last_name": "Petrov"}
    assert _together(_find(one, other), 0, 1)


def test_twins_are_offered_and_not_joined() -> None:
    found = _find(_LENA, {**_LENA, "first_name": "Tom"})
    twins = _of(found, 0, 1)
    assert not _together(found, 0, 1)
    assert twins is not None
    assert twins.held_for == reasons.DIFFERENT_NAMES
    assert not twins.is_likely


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tim", "Tom"),
        ("Lena", "Lina"),
        ("Marie", "Maria"),
        ("Martin", "Martina"),
        ("Paul", "Paula"),
    ],
)
def test_twins_whose_names_are_alike_are_not_joined(one: str, other: str) -> None:
    name, house = one.lower(), {"phone": "+49 221 998877"}
    first = {**_LENA, **house, "first_name": one, "email": f"{name}@t.test"}
    second = {**_LENA, **house, "first_name": other, "email": f"{other.lower()}@t.test"}
    found = _find(first, second)
    assert not _together(found, 0, 1)
    twins = _of(found, 0, 1)
    assert twins is not None and twins.held_for == reasons.TWO_NAMES


def test_a_name_alike_in_one_mailbox_is_one_person() -> None:
    again = {**_LENA, "first_name": "Lina", "email": "lena.weber@t.test"}
    assert _together(_find({**_LENA, "email": "lena.weber@t.test"}, again), 0, 1)


def test_a_family_on_one_telephone_is_left_apart() -> None:
    phone = {"phone": "+49 221 998877"}
    father = {**_LENA, **phone, "first_name": "Karl", "birthday": "1961-01-30"}
    son = {**_LENA, **phone, "first_name": "Jonas", "birthday": "1995-11-02"}
    found = _find({**_LENA, **phone}, father, son)
    assert {_together(found, low, high) for low, high in itertools.combinations(range(3), 2)} == {
        False
    }
    assert not [one for one in found.matches if one.high < 3]


def test_father_and_son_of_one_name_are_offered_and_not_joined() -> None:
    found = _find(_LENA, {**_LENA, "birthday": "1961-11-02"})
    match = _of(found, 0, 1)
    assert match is not None
    assert match.held_for == reasons.DIFFERENT_BIRTH_DATES


def test_an_office_that_shares_a_mailbox_stays_several_people() -> None:
    office = [
        {"first_name": first, "last_name": last, "email": "newsletter@kanzlei.example"}
        for first, last in (("Anna", "Kron"), ("Bernd", "Vogt"), ("Clara", "Ast"), ("Dirk", "Lenz"))
    ]
    found = _find(*office)
    assert len({found.groups.get(one, one) for one in range(4)}) == 4


def test_a_married_name_is_offered() -> None:
    found = _find(_LENA, {**_LENA, "last_name": "Schäfer", "email": ""})
    assert _together(found, 0, 1) or _of(found, 0, 1) is not None


def test_a_name_alone_joins_nobody() -> None:
    found = _find(
        {"first_name": "Zita", "last_name": "Quast"}, {"first_name": "Zita", "last_name": "Quast"}
    )
    assert not _together(found, 0, 1)


def test_a_slip_joins_no_two_who_contradict_each_other_through_a_third() -> None:
    # The one between bears no first name: it may be either twin, and joins neither of them.
    nobody = {
        name: value for name, value in _LENA.items() if name not in ("first_name", "birthday")
    }
    found = _find(_LENA, {**_LENA, "first_name": "Tom"}, nobody)
    assert not _together(found, 0, 1)


def test_large_groups_are_cut() -> None:
    pairs = [(place, place + 1) for place in range(3 * deciding.MOST_TOGETHER)]
    groups = deciding.grown(pairs)
    sizes = [list(groups.values()).count(one) for one in set(groups.values())]
    assert max(sizes) <= deciding.MOST_TOGETHER


def test_quality_holds_on_a_generated_world() -> None:
    records, whose = doubles(3_000, seed=3)
    found = find(records)
    joined = [one for one in found.matches if one.is_joined]
    right = sum(whose[one.low] == whose[one.high] for one in joined)
    assert right / len(joined) >= 0.99
    assert len(joined) > 400


def test_the_same_records_give_the_same_answer() -> None:
    records, _ = doubles(600, seed=5)
    first, second = find(records), find(records)
    assert first.groups == second.groups
    assert [one.levels for one in first.matches] == [one.levels for one in second.matches]


def test_pairs_across_two_files_alone() -> None:
    records, _ = doubles(400, seed=9)
    found = find(records[:200], records[200:])
    assert {(one.low < 200, one.high < 200) for one in found.matches} <= {(True, False)}


@pytest.mark.parametrize(
    "tables",
    [[[]], [[_LENA]], [[], [_LENA]], [[{}, {}]], [[{"phone": "x"}, {"birthday": "soon"}]]],
    ids=["none", "one", "an empty file", "empty records", "nonsense"],
)
def test_too_little_to_compare_finds_nothing(tables: list[list[Record]]) -> None:
    assert find(*tables).matches == []


@pytest.mark.parametrize("count", [3, 40, 600])
def test_every_chance_is_filled_in_and_nothing_scores_untrained(
    count: int, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [normalise(one) for one in [_LENA, _LENA, *_crowd(count)]]
    with linking.opened([rows]) as con:
        model = linking.train(con, is_across=False)
        with caplog.at_level(logging.WARNING):
            linking.score(con, model)
    levels = [
        level
        for one in model.settings["comparisons"]
        for level in one["comparison_levels"]
        if not level.get("is_null_level")
    ]
    assert all(0 < level["m_probability"] < 1 for level in levels)
    assert all(0 < level["u_probability"] < 1 for level in levels)
    assert "not" not in caplog.text


def test_evidence_adds_up_to_the_weight() -> None:
    found = _find(_LENA, {**_LENA, "last_name": "Webber"})
    match = _of(found, 0, 1)
    assert match is not None
    assert match.before + sum(match.weights.values()) == pytest.approx(match.weight)
    assert set(match.levels) == set(match.weights) == set(found.compared)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("1990-05-17", "19900517"),
        ("17.05.1990", "19900517"),
        ("5/17/1990", "19900517"),
        ("19900517", "19900517"),
        ("1990-05-17T00:00:00Z", "19900517"),
        ("17.5.90", None),
        ("", None),
        ("soon", None),
    ],
)
def test_birth_dates(text: str, digits: str | None) -> None:
    assert birth_date(text) == digits


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        ("Lena Weber", ("lena", "weber")),
        ("Weber, Lena", ("lena", "weber")),
        ("Dr. Lena Maria Weber", ("lena maria", "weber")),
        ("Weber", ("", "weber")),
        ("Dr", ("", "dr")),
        ("李小龙", ("", "lixiaolong")),
    ],
)
def test_whole_names(whole: str, parts: tuple[str, str]) -> None:
    first, last = names("", "", whole)
    assert (first, last.replace(" ", "")) == parts or f"{first}{last}".replace(" ", "") == parts[1]


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            (
                "first_name",
                "last_name",
                "name",
                "birthday",
                "email",
                "phone",
                "street",
                "house_number",
                "city",
                "postcode",
            )
        ),
        st.text(max_size=30),
    )
)
def test_normalising_takes_anything(record: dict[str, str]) -> None:
    found = normalise(record)
    assert len(found) == len(COMPARED)
    assert all(
        one is None or (one and one.isascii()) for one in found if one is None or "@" not in one
    )
