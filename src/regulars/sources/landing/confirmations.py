"""What an import told that stood already: kept as row numbers, not as rows.

Most of a re-exported file is known. Its rows are not written again, but that they were told again
must not be lost: when the import that told them first is undone, they stand by this one
(docs/decisions/0005-undo-and-confirmations.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from regulars.sources.models import Confirmation

# Table name → numbers of its rows.
Retold = dict[str, list[int]]
_BLOCK_BITS = 12
_MASK = (1 << _BLOCK_BITS) - 1


class Numbers:
    """A set of row numbers at one bit each, in blocks."""

    def __init__(self) -> None:
        self._blocks: dict[int, int] = {}

    def add(self, number: int) -> None:
        """Take one more number."""
        block = number >> _BLOCK_BITS
        self._blocks[block] = self._blocks.get(block, 0) | 1 << (number & _MASK)

    def add_run(self, first: int, length: int) -> None:
        """Take ``length`` numbers from ``first`` on."""
        while length > 0:
            block, offset = first >> _BLOCK_BITS, first & _MASK
            taken = min(length, _MASK + 1 - offset)
            bits = ((1 << taken) - 1) << offset
            self._blocks[block] = self._blocks.get(block, 0) | bits
            first, length = first + taken, length - taken

    def __contains__(self, number: int) -> bool:
        return bool(self._blocks.get(number >> _BLOCK_BITS, 0) >> (number & _MASK) & 1)

    def __iter__(self) -> Iterator[int]:
        for block in sorted(self._blocks):
            bits = self._blocks[block]
            while bits:
                low = bits & -bits
                yield (block << _BLOCK_BITS) + low.bit_length() - 1
                bits ^= low


def runs_of(numbers: Iterable[int]) -> list[int]:
    """Return ``numbers`` as first, length, first, length…"""
    runs: list[int] = []
    for number in sorted(set(numbers)):
        if runs and runs[-2] + runs[-1] == number:
            runs[-1] += 1
        else:
            runs += [number, 1]
    return runs


def read(import_ids: Iterable[int]) -> dict[str, dict[int, Numbers]]:
    """Return table → import → the row numbers that import confirmed."""
    found: dict[str, dict[int, Numbers]] = defaultdict(lambda: defaultdict(Numbers))
    kept = Confirmation.objects.filter(of_import_id__in=list(import_ids)).order_by("pk")
    for import_id, rows in kept.values_list("of_import_id", "rows").iterator():
        for table, runs in rows.items():
            numbers = found[table][import_id]
            for first, length in zip(runs[::2], runs[1::2], strict=True):
                numbers.add_run(first, length)
    return found


class Confirmations:
    """The confirmations of one import while it lands, and those of others where asked for."""

    def __init__(self, import_id: int) -> None:
        self.import_id = import_id
        self._known: dict[int, dict[str, Numbers]] = {}
        self._pending: Retold = {}

    def has(self, import_id: int, table: str, number: int) -> bool:
        """Whether ``import_id`` told what stands in row ``number`` of ``table``."""
        numbers = self._of(import_id).get(table)
        return numbers is not None and number in numbers

    def write(self, *parts: Retold) -> None:
        """Inside the batch's transaction: keep what the batch confirmed."""
        merged: Retold = defaultdict(list)
        for part in parts:
            for table, numbers in part.items():
                merged[table] += numbers
        self._pending = {table: numbers for table, numbers in merged.items() if numbers}
        if self._pending:
            rows = {table: runs_of(numbers) for table, numbers in self._pending.items()}
            Confirmation.objects.create(of_import_id=self.import_id, rows=rows)

    def committed(self) -> None:
        """The batch stands: from now on `has` knows of it."""
        self.note(self._pending)
        self._pending = {}

    def note(self, retold: Retold) -> None:
        """Remember without writing, as a rehearsal does."""
        own = self._of(self.import_id)
        for table, numbers in retold.items():
            kept = own.setdefault(table, Numbers())
            for number in numbers:
                kept.add(number)

    def _of(self, import_id: int) -> dict[str, Numbers]:
        found = self._known.get(import_id)
        if found is None:
            told = read([import_id])
            found = {table: of_imports[import_id] for table, of_imports in told.items()}
            self._known[import_id] = found
        return found
