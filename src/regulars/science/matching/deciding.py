"""Which scored pairs are joined, which are offered to a person, and which are left apart.

A high chance alone joins nobody. A family shares a name, a house and a telephone, and twins a birth
date too; so what speaks against one person stops a join however much agrees, and joining goes from
the surest pair on, never through a pair that somebody would have to look at.

Where the records themselves show that families do not come in them (see `has_families`), a name or
a date that differs while all else agrees is taken for what it is there: an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb

from regulars.science.matching.comparing import COMPARISONS, Comparison
from regulars.science.matching.normalising import COMPARED
from regulars.science.matching.reasons import (
    BELOW_LINE,
    DIFFERENT_BIRTH_DATES,
    DIFFERENT_NAMES,
    FAMILY,
    NAME_ALONE,
    NO_FIRST_NAME,
    NO_NAME,
    SOMEBODY_BETWEEN,
    TOO_MANY,
    TWO_NAMES,
)

# Above the upper line a pair is joined, between the lines it is offered.
JOIN_FROM = 0.9
OFFER_FROM = 0.3
# A person has seldom more records than this; who would get more is looked at.
MOST_TOGETHER = 20
# Two spellings that so many people bear each are two names, not one name and a slip.
BORNE_BY = 5

UNKNOWN = "not known"
Pair = tuple[int, int]
# Families are taken to be there until so many doubles were seen, and so few namesakes of one house
# for each of them, that they cannot be.
FEWEST_DOUBLES = 100
MOST_NAMESAKES = 0.03

_NAMED = ("same", "swapped", "part", "spelt alike", "alike", "swapped alike")
_BESIDE = {
    "birth_date": ("same", "one slip"),
    "email": ("same", "same before the @", "spelt alike"),
    "phone": ("same", "one slip"),
    "street": ("same", "spelt alike", "alike"),
    "postcode": ("same", "one slip"),
}

_ALIKE = ("alike", "a little alike")
# Martin and Martina, Paul and Paula; Maria and Marie.
_ENDING = (
    "l.first <> r.first AND length(least(l.first, r.first)) > 2 "
    "AND length(greatest(l.first, r.first)) - length(least(l.first, r.first)) <= 2 "
    "AND starts_with(greatest(l.first, r.first), least(l.first, r.first)) "
    "OR length(l.first) = length(r.first) AND length(l.first) > 2 AND l.first <> r.first "
    "AND l.first[:-2] = r.first[:-2]"
)

_TWO_PEOPLE = (DIFFERENT_NAMES, TWO_NAMES)
_LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class Match:
    """Two records that may be of one person: numbers in the order given, ``low`` the smaller.

    ``weight`` is the sum of evidence in bits, ``chance`` what it comes to. ``levels`` and
    ``weights`` say for each comparison how alike the records are and what that weighs; ``before``
    is the weight of any two records. ``held_for`` is why a person is to look, or empty: joined.
    """

    low: int
    high: int
    weight: float
    chance: float
    before: float
    levels: dict[str, str]
    weights: dict[str, float]
    held_for: str = ""

    @property
    def is_joined(self) -> bool:
        """Whether the pair is above the upper line and nothing speaks against it."""
        return not self.held_for

    @property
    def is_likely(self) -> bool:
        """Whether it is rather one person than two: what to answer if nothing else is known."""
        return self.chance >= _LIKELY and self.held_for not in _TWO_PEOPLE


@dataclass(frozen=True, slots=True)
class Decided:
    """Every pair above the lower line, the surest first; and record → its group's least number
    when what is joined is joined, of the records in any group."""

    matches: list[Match]
    groups: dict[int, int]


def decide(con: duckdb.DuckDBPyConnection, scored: str, names: Sequence[str]) -> Decided:
    """Decide on the pairs of table ``scored`` (see `linking.score`), compared by ``names``."""
    compared = [one for one in COMPARISONS if one.name in names]
    is_wary = has_families(con)
    pairs = _pairs(con, scored, compared, is_wary=is_wary)
    groups, refused = _joined(pairs, frozenset())
    # Within a group every two records are compared, also those that no key brought together.
    if is_wary and (apart := _contradictions(con, groups, compared)):
        groups, refused = _joined(pairs, apart)
    matches = [
        _held(one, refused[one.low, one.high]) if (one.low, one.high) in refused else one
        for one in pairs
    ]
    return Decided(matches, groups)


def has_families(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether people of one name and one house who are not the same person come in the records.

    They do unless that was disproved: there are addresses, at least ``FEWEST_DOUBLES`` pairs agree
    on names and birth date, and for each of them there are fewer than ``MOST_NAMESAKES`` pairs that
    share last name, street and house but neither first name nor birth date.
    """
    doubles = con.execute(
        "SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM (SELECT count(*) AS n FROM records WHERE "
        "first IS NOT NULL AND last IS NOT NULL AND born IS NOT NULL GROUP BY first, last, born)"
    ).fetchall()[0][0]
    housed = con.execute(
        "SELECT count(*) FROM records WHERE street IS NOT NULL AND house IS NOT NULL"
    ).fetchall()[0][0]
    if min(doubles, housed) < FEWEST_DOUBLES:
        return True
    namesakes = con.execute(
        "SELECT count(*) FROM records l JOIN records r ON l.last = r.last AND l.street = r.street "
        "AND l.house = r.house AND l.unique_id < r.unique_id WHERE jaro_winkler_similarity("
        "l.first, r.first) < 0.7 AND damerau_levenshtein(l.born, r.born) > 2"
    ).fetchall()[0][0]
    return bool(namesakes >= MOST_NAMESAKES * doubles)


def _held(match: Match, why: str) -> Match:
    return Match(
        match.low, match.high, match.weight, match.chance, match.before, match.levels,
        match.weights, why,
    )  # fmt: skip


def _pairs(
    con: duckdb.DuckDBPyConnection, scored: str, compared: list[Comparison], *, is_wary: bool
) -> list[Match]:
    weights = ", ".join(_weight(one) for one in compared)
    con.execute(
        "CREATE OR REPLACE TABLE names AS SELECT first FROM records WHERE first IS NOT NULL "
        f"GROUP BY first HAVING count(*) >= {BORNE_BY}"
    ).fetchall()
    rows = con.execute(
        f"SELECT unique_id_l, unique_id_r, match_weight, match_probability, {weights}, "
        f"{_levels(compared)}, (a.first IS NOT NULL AND b.first IS NOT NULL) OR ({_ENDING}) "
        f"FROM {scored} s JOIN records l ON l.unique_id = s.unique_id_l "
        "JOIN records r ON r.unique_id = s.unique_id_r "
        "LEFT JOIN names a ON a.first = l.first LEFT JOIN names b ON b.first = r.first, "
        f"LATERAL (SELECT {_sides()}) sides "
        f"WHERE match_probability >= {OFFER_FROM} ORDER BY match_weight DESC, unique_id_l, "
        "unique_id_r"
    ).fetchall()
    found = (_match(row, compared, is_wary=is_wary) for row in rows)
    return [one for one in found if one.held_for != FAMILY]


def _match(row: Sequence[object], compared: list[Comparison], *, is_wary: bool) -> Match:
    low, high = sorted((int(row[0]), int(row[1])))  # type: ignore[call-overload]
    weight, chance = float(row[2]), float(row[3])  # type: ignore[arg-type]
    count = len(compared)
    weights = {
        one.name: float(value)  # type: ignore[arg-type]
        for one, value in zip(compared, row[4:], strict=False)
    }
    levels = {one.name: str(value) for one, value in zip(compared, row[4 + count :], strict=False)}
    against = _against(levels, is_two_names=bool(row[-1])) if is_wary else ""
    held = against or _too_little(levels) or (BELOW_LINE if chance < JOIN_FROM else "")
    return Match(low, high, weight, chance, weight - sum(weights.values()), levels, weights, held)


def _against(levels: dict[str, str], *, is_two_names: bool) -> str:
    """Return what speaks for two people of one family, or ``""``."""
    first = levels.get("first_name", UNKNOWN)
    is_same_date, is_same_email = (levels.get(one) == "same" for one in ("birth_date", "email"))
    if first == UNKNOWN and not (is_same_date or is_same_email):
        return NO_FIRST_NAME
    if first == "different":
        return DIFFERENT_NAMES if levels.get("birth_date") in ("same", "one slip") else FAMILY
    # A birth date is no help: Tim and Tom, or Lena and Lina, are twins as well.
    if first in _ALIKE and not is_same_email:
        return TWO_NAMES
    if is_two_names and first in ("spelt alike", *_ALIKE):
        return TWO_NAMES
    if levels.get("birth_date") == "different" and not (is_same_email and first in _NAMED):
        return DIFFERENT_BIRTH_DATES
    return ""


def _too_little(levels: dict[str, str]) -> str:
    """Return what is missing for a join, or ``""``: a name, and something beside it."""
    is_named = any(levels.get(one) in _NAMED for one in ("first_name", "last_name"))
    if not is_named and levels.get("birth_date") != "same":
        return NO_NAME
    if not any(levels.get(name) in good for name, good in _BESIDE.items()):
        return NAME_ALONE
    return ""


def _sides() -> str:
    return ", ".join(f"l.{one} AS {one}_l, r.{one} AS {one}_r" for one in COMPARED)


def _levels(compared: Iterable[Comparison]) -> str:
    return ", ".join(_level_of(one) for one in compared)


def _level_of(one: Comparison) -> str:
    *better, worst = one.levels
    cases = " ".join(f"WHEN {level.holds} THEN '{level.name}'" for level in better)
    return f"CASE WHEN {one.is_unknown} THEN '{UNKNOWN}' {cases} ELSE '{worst.name}' END"


def _weight(one: Comparison) -> str:
    rare = f" + coalesce(mw_tf_adj_{one.name}, 0)" if any(at.rarity for at in one.levels) else ""
    return f"mw_{one.name}{rare}"


def grown(pairs: Iterable[Pair]) -> dict[int, int]:
    """Return record → its group's least number when ``pairs`` are joined from the first to the
    last, none into more than ``MOST_TOGETHER`` records. Records in no pair are left out."""
    return _grown(pairs, frozenset())[0]


def _joined(
    matches: Iterable[Match], apart: frozenset[Pair]
) -> tuple[dict[int, int], dict[Pair, str]]:
    return _grown(((one.low, one.high) for one in matches if one.is_joined), apart)


def _grown(pairs: Iterable[Pair], apart: frozenset[Pair]) -> tuple[dict[int, int], dict[Pair, str]]:
    """Join from the first pair on; returns record → group and the pairs not to be joined."""
    root: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    refused: dict[Pair, str] = {}
    for pair in pairs:
        first, second = (root.get(one, one) for one in pair)
        if first == second:
            continue
        low, high = sorted((first, second))
        here, there = members.get(low, [low]), members.get(high, [high])
        if len(here) + len(there) > MOST_TOGETHER:
            refused[pair] = TOO_MANY
        elif apart and any((min(a, b), max(a, b)) in apart for a in here for b in there):
            refused[pair] = SOMEBODY_BETWEEN
        else:
            members[low] = here + there
            members.pop(high, None)
            root |= dict.fromkeys(members[low], low)
    return root, refused


def _contradictions(
    con: duckdb.DuckDBPyConnection, groups: dict[int, int], compared: list[Comparison]
) -> frozenset[Pair]:
    """Pairs within groups of three and more of which something speaks against one person."""
    sizes: dict[int, int] = {}
    for group in groups.values():
        sizes[group] = sizes.get(group, 0) + 1
    rows = [(one, group) for one, group in groups.items() if sizes[group] > 2]
    at = {one.name: _level_of(one) for one in compared}
    mailbox = f" AND {at['email']} <> 'same'" if "email" in at else ""
    bad = [f"{at['first_name']} = 'different'"] if "first_name" in at else []
    if bad and mailbox:
        bad += [f"({at['first_name']} IN {_ALIKE}{mailbox})"]
    bad += [f"({at['birth_date']} = 'different'{mailbox})"] if "birth_date" in at else []
    if not rows or not bad:
        return frozenset()
    con.execute("CREATE OR REPLACE TABLE grouped (unique_id BIGINT, of_group BIGINT)").fetchall()
    con.executemany("INSERT INTO grouped VALUES (?, ?)", rows)
    found = con.execute(
        "SELECT a.unique_id, b.unique_id FROM grouped a JOIN grouped b ON a.of_group = b.of_group "
        "AND a.unique_id < b.unique_id JOIN records l ON l.unique_id = a.unique_id JOIN records r "
        f"ON r.unique_id = b.unique_id, LATERAL (SELECT {_sides()}) sides WHERE {' OR '.join(bad)}"
    ).fetchall()
    return frozenset((int(low), int(high)) for low, high in found)
