"""Whether a text or a row of a file names one person, by any value that points at them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from regulars.sources.models import CustomerRecord, Identifier

_BETWEEN_CELLS = "\x1f"
# So many last digits of a phone number are the same in every way of writing it.
_PHONE_DIGITS = 9
# Shorter numbers stand in every file for something else: they count in their own column only.
_TELLING_LENGTH = 4
_NOBODY = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Naming:
    """The values of one person's identifiers, ready to be looked for.

    ``names`` are the full names that records give, folded to lower case; people share names, so
    they are looked for only in what hangs on the person anyway.
    """

    values: frozenset[str]
    numbers: frozenset[tuple[str, str]]
    names: tuple[str, ...]
    inside: re.Pattern[str]
    cells: re.Pattern[str]

    def in_text(self, text: str) -> bool:
        """Whether an address or a phone number of the person stands in ``text``."""
        return self.inside.search(text) is not None

    def in_own_text(self, text: str) -> bool:
        """The same, or a full name: for text that hangs on the person or is about them."""
        folded = text.casefold()
        return self.in_text(text) or any(name in folded for name in self.names)

    def in_row(
        self, cells: Sequence[str], own_cells: Iterable[str] = (), namespace: str = ""
    ) -> bool:
        """Whether a row names the person; ``own_cells`` are those of the column of customer
        numbers, ``namespace`` whose numbers they are."""
        line = _BETWEEN_CELLS.join(cells)
        if self.inside.search(line) or self.cells.search(line):
            return True
        return any((namespace, cell.strip().strip("'")) in self.numbers for cell in own_cells)

    def in_json(self, value: object) -> bool:
        """Whether any text within a JSON value names the person by an address or a number."""
        return any(map(self.in_text, _texts_in(value)))

    def in_own_json(self, value: object) -> bool:
        """The same, or by a full name."""
        return any(map(self.in_own_text, _texts_in(value)))


def _texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for pair in value.items():
            for one in pair:
                yield from _texts_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts_in(one)


def naming_of(identifier_ids: Iterable[int]) -> Naming:
    """Return what names the person with these identifiers."""
    ids = list(identifier_ids)
    rows = list(Identifier.objects.filter(pk__in=ids).values_list("kind", "value"))
    inside, cells, numbers = [], [], set()
    for kind, value in rows:
        family, _, namespace = kind.partition(":")
        if family == "email":
            inside.append(re.escape(value))
        elif family == "phone":
            inside.append(_phone(value))
        else:
            numbers.add((namespace, value))
            if len(value) >= _TELLING_LENGTH:
                cells.append(re.escape(value) + r"(?:\.0+)?")
    whole = rf"(?:^|{_BETWEEN_CELLS})\s*'?(?:{'|'.join(cells)})\s*(?:$|{_BETWEEN_CELLS})"
    return Naming(
        frozenset(value for _, value in rows),
        frozenset(numbers),
        tuple(_full_names(ids)),
        re.compile("|".join(inside), re.IGNORECASE) if inside else _NOBODY,
        re.compile(whole, re.IGNORECASE) if cells else _NOBODY,
    )


def _phone(value: str) -> str:
    found = [one for one in value.partition(";")[0] if one.isdigit()][-_PHONE_DIGITS:]
    return r"[\s()./\-]*".join(found)


def _full_names(identifier_ids: list[int]) -> list[str]:
    found: dict[str, None] = {}
    rows = CustomerRecord.objects.filter(identifier_id__in=identifier_ids)
    for traits in rows.values_list("traits", flat=True):
        first, last = traits.get("first_name", ""), traits.get("last_name", "")
        for name in (traits.get("name", ""), f"{first} {last}", f"{last}, {first}"):
            name = " ".join(name.split()).casefold()
            if len(name.strip(", ").split()) > 1:
                found[name] = None
    return list(found)
