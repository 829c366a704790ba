"""Finds, in one file or across two, the records that are of one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.science.matching import linking
from regulars.science.matching.deciding import Match, decide
from regulars.science.matching.normalising import normalise

Record = Mapping[str, object]
# With fewer there is nothing to compare.
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Found:
    """Pairs above the lower line, the surest first; record → group of what was joined; and by what
    records were compared."""

    matches: list[Match]
    groups: dict[int, int]
    compared: tuple[str, ...] = ()


def find(*tables: Sequence[Record]) -> Found:
    """Find the records of one person within one table, or across two.

    A record maps names of `normalising.GIVEN` to text. Records are numbered from 0 through all
    tables. Nothing but the records is looked at: there are no labels, and a model is trained anew.
    The same records in the same order give the same answer.
    """
    rows = [[normalise(one) for one in table] for table in tables]
    if sum(len(table) for table in rows) < _FEWEST or not all(rows):
        return Found([], {})
    with linking.opened(rows) as con:
        model = linking.train(con, is_across=len(rows) > 1)
        if not model.compared:
            return Found([], {})
        decided = decide(con, linking.score(con, model), model.compared)
    return Found(decided.matches, decided.groups, model.compared)
