"""Identifiers of a batch: their numbers, which import used them, which stood together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from regulars.sources.bulk import fetch_by_keys, insert_missing
from regulars.sources.files.identifiers import KIND_PRIORITY, NAME
from regulars.sources.landing.confirmations import Retold
from regulars.sources.models import Identifier, IdentifierPair, IdentifierUse

Named = tuple[str, str]

# Beyond this many remembered values the book starts afresh: memory stays flat.
_REMEMBERED = 80_000


def anchor_of(identifiers: Iterable[Named]) -> Named | None:
    """Return the identifier a fact hangs off: the first by kind priority, then by value."""
    ranked = sorted(identifiers, key=lambda named: (_rank(named[0]), named))
    return ranked[0] if ranked else None


def _rank(kind: str) -> int:
    family = kind.split(":", 1)[0]
    return KIND_PRIORITY.index(family) if family in KIND_PRIORITY else len(KIND_PRIORITY)


def pairs_in(group: Iterable[Named]) -> Iterator[tuple[Named, Named]]:
    """Yield what stands together in one record: its anchor with every other value, and beside a
    name in a list the anchor that it would have without the name."""
    left = list(group)
    while (anchor := anchor_of(left)) is not None:
        left = [one for one in left if one != anchor]
        yield from ((anchor, other) for other in left)
        if anchor[0] != NAME:
            return


def pairs_of(groups: Iterable[tuple[Named, ...]]) -> set[tuple[Named, Named]]:
    """Everything that stands together in any of the groups; see `pairs_in`."""
    return {pair for group in groups if len(group) > 1 for pair in pairs_in(group)}


def unsaid_pairs(
    pairs: set[tuple[Named, Named]], standing: frozenset[int]
) -> set[tuple[Named, Named]]:
    """Those of ``pairs`` that no standing import tells of."""
    numbers = _stored({named for pair in pairs for named in pair})
    known = {
        pair: (min(low, high), max(low, high))
        for pair in pairs
        if (low := numbers.get(pair[0])) and (high := numbers.get(pair[1]))
    }
    ordered = sorted(set(known.values()))
    said = _standing_rows(IdentifierPair, ("low_id", "high_id"), ordered, standing)
    return {pair for pair in pairs if known.get(pair) not in said}


class IdentifierBook:
    """Remembers the numbers of identifiers for one import."""

    def __init__(self, import_id: int) -> None:
        self.import_id = import_id
        self._numbers: dict[Named, int] = {}
        self._paired: set[tuple[Named, Named]] = set()
        self._retold: set[Named] = set()
        self._retold_pairs: set[tuple[Named, Named]] = set()

    def write(self, groups: Iterable[tuple[Named, ...]]) -> None:
        """Inside the batch's transaction: make sure that every identifier of ``groups`` exists,
        that the import is noted as using it, and that those of one group are paired."""
        groups = [group for group in groups if group]
        fresh = {named for group in groups for named in group if named not in self._numbers}
        if len(self._numbers) + len(fresh) > _REMEMBERED:
            self.forget()
            fresh = {named for group in groups for named in group}
        if fresh:
            self._number(fresh)
        self._pair(groups)

    def retell(self, groups: Iterable[tuple[Named, ...]], standing: frozenset[int]) -> Retold:
        """The same for records that stand already: where another standing import named or paired
        them, its rows are returned to be confirmed; only what nobody says is written."""
        groups = [group for group in groups if group]
        if len(self._retold) > _REMEMBERED:
            self._retold.clear()
            self._retold_pairs.clear()
        fresh = {
            named
            for group in groups
            for named in group
            if named not in self._numbers and named not in self._retold
        }
        numbers = _stored(fresh)
        uses = _standing_rows(
            IdentifierUse, ("identifier_id",), [(one,) for one in numbers.values()], standing
        )
        # A record may stand as it was and name an address that nobody named before.
        unsaid = {named for named in fresh if (numbers.get(named),) not in uses}
        if unsaid:
            self._number(unsaid)
        self._retold |= fresh
        pairs = self._retold_pairs_of(groups, standing)
        return {IdentifierUse._meta.db_table: list(uses.values()),
                IdentifierPair._meta.db_table: pairs}  # fmt: skip

    def number(self, named: Named | None) -> int | None:
        """The identifier's number, once written."""
        return None if named is None else self._numbers[named]

    def forget(self) -> None:
        """Drop what was remembered: a rolled-back batch may have numbered what does not stand."""
        for remembered in (self._numbers, self._paired, self._retold, self._retold_pairs):
            remembered.clear()

    def _number(self, fresh: set[Named]) -> None:
        insert_missing(Identifier, ("kind", "value"), sorted(fresh))
        self._numbers.update(_stored(fresh))
        insert_missing(
            IdentifierUse,
            ("of_import_id", "identifier_id"),
            [(self.import_id, self._numbers[named]) for named in sorted(fresh)],
        )

    def _retold_pairs_of(
        self, groups: list[tuple[Named, ...]], standing: frozenset[int]
    ) -> list[int]:
        wanted = pairs_of(groups) - self._retold_pairs - self._paired
        self._retold_pairs |= wanted
        numbers = _stored({named for pair in wanted for named in pair})
        ordered = {
            (min(low, high), max(low, high))
            for one, other in wanted
            if (low := numbers.get(one)) and (high := numbers.get(other))
        }
        said = _standing_rows(IdentifierPair, ("low_id", "high_id"), sorted(ordered), standing)
        unsaid = sorted(ordered - said.keys())
        insert_missing(
            IdentifierPair,
            ("of_import_id", "low_id", "high_id"),
            [(self.import_id, *pair) for pair in unsaid],
        )
        return list(said.values())

    def _pair(self, groups: list[tuple[Named, ...]]) -> None:
        rows = []
        for group in groups:
            if len(group) < 2:
                continue
            for named in pairs_in(group):
                if named not in self._paired:
                    self._paired.add(named)
                    rows.append((self.import_id, *sorted(map(self._numbers.__getitem__, named))))
        insert_missing(IdentifierPair, ("of_import_id", "low_id", "high_id"), rows)


def _stored(wanted: set[Named]) -> dict[Named, int]:
    rows = fetch_by_keys(
        Identifier, ("id", "kind", "value"), "value", {value for _, value in wanted}
    )
    return {(kind, value): number for number, kind, value in rows if (kind, value) in wanted}


def _standing_rows(
    model: type[IdentifierUse] | type[IdentifierPair],
    columns: tuple[str, ...],
    wanted: Sequence[tuple[int, ...]],
    standing: frozenset[int],
) -> dict[tuple[int, ...], int]:
    """Return values of ``columns`` → number of the first row of a standing import with them."""
    among = set(wanted)
    rows = fetch_by_keys(
        model, ("id", "of_import_id", *columns), columns[0], {one[0] for one in wanted}
    )
    found: dict[tuple[int, ...], int] = {}
    for number, of_import, *values in sorted(rows):
        if of_import in standing and tuple(values) in among:
            found.setdefault(tuple(values), number)
    return found
