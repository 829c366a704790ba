"""How well matching finds who is the same person, on a file that says who is."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.sources.files.guessing import words_of
from regulars.sources.files.reading import open_tables
from regulars.sources.files.synonyms import SYNONYMS
from regulars.sources.files.tables import BadRow, Table

# What matching looks at; a house's own number is no field of an import.
_COMPARED = (
    "first_name", "last_name", "name", "birthday", "email", "phone", "street", "city", "postcode",
)  # fmt: skip
_WORDS: dict[str, tuple[str, ...]] = {
    **{name: tuple(SYNONYMS["customers"][name]) for name in _COMPARED},
    "house_number": ("street number", "house number", "house no", "hausnummer", "numero"),
}
_MORE_WORDS = {"address 1": "street", "suburb": "city", "born on": "birthday"}


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares among pairs of records. ``precision``: of those joined, how many are one person;
    ``recall``: of those of one person, how many are joined; ``f1`` is their harmonic mean."""

    precision: float
    recall: float
    f1: float
    pairs: int
    people: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """``automatic`` counts what is joined without asking. ``with_review`` also what is offered,
    each answered as the page suggests; a person who knows her customers does better."""

    records: int
    people_found: int
    true_pairs: int
    automatic: Quality
    with_review: Quality
    offered: int
    compared: tuple[str, ...]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def evaluate(
    paths: Sequence[Path], *, truth: str, truth_pattern: str = "", id_column: str = ""
) -> Evaluation:
    """Match the records of one file, or across two, and hold the outcome against column ``truth``.

    ``truth`` names the person of each record and is used for scoring alone, as is the part of it
    that ``truth_pattern`` finds (its first group, or all of what it finds); a record without one is
    nobody else's. ``id_column`` is not looked at. With two files only pairs across them count.
    `WrongUse` where a column is not there, the pattern is no pattern or finds nothing at all.
    """
    from regulars.science.matching.deciding import grown
    from regulars.science.matching.finding import find

    began = time.perf_counter()
    files = [_read(path, truth, _finder(truth_pattern), id_column) for path in paths]
    people = [person for _, whose in files for person in whose]
    if not any(people):
        raise WrongUse(told("No record says in %(column)s who it is.", column=truth))
    names = [one or f"\0{place}" for place, one in enumerate(people)]
    across = len(files[0][1]) if len(files) > 1 else None
    found = find(*(records for records, _ in files))
    answered = grown((one.low, one.high) for one in found.matches if one.is_joined or one.is_likely)
    automatic = _quality(names, found.groups, across)
    return Evaluation(
        records=len(names),
        people_found=automatic.people,
        true_pairs=_pairs(names, across),
        automatic=automatic,
        with_review=_quality(names, answered, across),
        offered=sum(not one.is_joined for one in found.matches),
        compared=found.compared,
        seconds=round(time.perf_counter() - began, 3),
    )


def _finder(pattern: str) -> Callable[[str], str]:
    try:
        known = re.compile(pattern or r"(?s).+")
    except re.error as error:
        raise WrongUse(
            told("%(pattern)s is no pattern: %(problem)s.", pattern=pattern, problem=str(error))
        ) from None

    def found(text: str) -> str:
        hit = known.search(text.strip())
        return (hit.group(1 if known.groups else 0) or "") if hit else ""

    return found


def _read(
    path: Path, truth: str, whose: Callable[[str], str], id_column: str
) -> tuple[list[dict[str, str]], list[str]]:
    table = open_tables(path)[0]
    known = {name.strip(): place for place, name in enumerate(table.columns)}
    for column in filter(None, (truth, id_column)):
        if column not in known:
            raise WrongUse(
                told(
                    "%(file)s has no column %(column)s. It has: %(columns)s.",
                    file=path.name, column=column, columns=", ".join(known),
                )
            )  # fmt: skip
    wanted = _places(table, {truth, id_column})
    records, people = [], []
    for row in table.rows():
        if isinstance(row, BadRow):
            continue
        cells = row[1]
        records.append({name: cells[at] for name, at in wanted.items() if at < len(cells)})
        people.append(whose(cells[known[truth]]) if known[truth] < len(cells) else "")
    return records, people


def _places(table: Table, hidden: Iterable[str]) -> dict[str, int]:
    """Return what is compared → the place of its column; each column serves once."""
    by_words = {phrase: name for name, phrases in _WORDS.items() for phrase in phrases}
    by_words |= _MORE_WORDS
    found: dict[str, int] = {}
    for place, column in enumerate(table.columns):
        name = by_words.get(words_of(column))
        if name and column.strip() not in hidden:
            found.setdefault(name, place)
    return found


def _quality(people: Sequence[str], groups: dict[int, int], across: int | None) -> Quality:
    of = [groups.get(place, place) for place in range(len(people))]
    joined, true = _pairs(of, across), _pairs(people, across)
    right = _pairs(list(zip(of, people, strict=True)), across)
    precision = right / joined if joined else 1.0
    recall = right / true if true else 1.0
    return Quality(
        round(precision, 6),
        round(recall, 6),
        round(2 * precision * recall / (precision + recall), 6) if precision + recall else 0.0,
        joined,
        len(set(of)),
    )


def _pairs(keys: Sequence[Any], across: int | None) -> int:
    """How many pairs share a key; ``across``: only those of one record before that place."""
    if across is None:
        return sum(count * (count - 1) // 2 for count in Counter(keys).values())
    before, after = Counter(keys[:across]), Counter(keys[across:])
    return sum(count * after[key] for key, count in before.items())
