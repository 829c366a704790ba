"""People whom a list tells under one address or number: an office, a family with a telephone.

Where a row has no customer number, its address is all that says who it is. A list that tells two
people under one address would make one person of them, named like the last. Such a row is given its
name as an identifier of its own (`identifiers.NAME`), beside the address: who is one person with
whom is then for `identity.rules` to say, as for everything else. A row without any address is told
by its name (`names.by_name`); where a list says different things of people with one name and tells
no birthday or street, nothing says who is who, and they do not land.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TypeGuard

from regulars.kernel.errors import UnreadableFile
from regulars.kernel.ids import key64
from regulars.kernel.telling import told

from .identifiers import NAME
from .names import beside, by_name, folded, in_any_order, may_be_one
from .plan import Mapping, Reader
from .records import CustomerRow, Record, Rejected
from .tables import BadRow, Table

_LISTS = frozenset({"customers", "audience"})
# What a family has one of, however many lists tell of it.
_LENT = frozenset({"phone", "card"})
_NAMES = frozenset({"name", "first_name", "last_name"})
# Before what is said of somebody told by name: no name has it.
_FACTS = "\n"


def apart(table: Table, mapping: Mapping, reader: Reader) -> Reader:
    """Return ``reader``, telling apart the people of a list of customers who have one address.

    A telephone or a card always stands beside the name; an e-mail address where this list tells
    people of different names under it, for which the list is read once more, before. Namesakes
    without an address, of whom it says different things, are rejected.
    """
    if mapping.kind not in _LISTS:
        return reader
    several: set[int] = set()
    if "customer_id" not in mapping.fields:
        several = _of_several(table, reader, mapping.namespace)

    def read(row_no: int, cells: list[str]) -> Record:
        record = reader(row_no, cells)
        if _is_by_name(record):
            return ambiguous(row_no, cells) if _key(record.identifiers[0]) in several else record
        address = _address(record)
        is_named = address and (address[0] in _LENT or _key(address) in several)
        return _named(record) if is_named else record

    return read


def alone(reader: Reader) -> Reader:
    """Return ``reader`` for one row without its list: whoever else has the address, the name stands
    beside it."""
    return lambda row_no, cells: _named(reader(row_no, cells))


def _named(record: Record) -> Record:
    address = _address(record)
    if address is None or not isinstance(record, CustomerRow):
        return record
    name = folded(record.traits)
    if not name:
        return record
    value = address[1]
    own = in_any_order(name)
    record_id = f"{value} {own}" if record.record_id == value else record.record_id
    named = (NAME, beside(name, value))
    return replace(record, record_id=record_id, identifiers=(named, *record.identifiers))


def _address(record: Record) -> tuple[str, str] | None:
    """What says whom a row is about, where that is neither a customer number nor the name."""
    if not isinstance(record, CustomerRow) or not record.identifiers or _is_by_name(record):
        return None
    first = record.identifiers[0]
    return None if first[0].startswith("customer_id") else first


def _is_by_name(record: Record) -> TypeGuard[CustomerRow]:
    return (
        isinstance(record, CustomerRow)
        and bool(record.identifiers)
        and record.identifiers[0][0] == NAME
    )


def ambiguous(row_no: int, cells: list[str]) -> Rejected:
    """A row of somebody who cannot be told from others of the same name."""
    return Rejected(
        row_no, cells, "no_identifier",
        told("Several rows have this name and no address, number, birthday or street: nothing says "
             "whether they are one person."),
    )  # fmt: skip


def _key(address: tuple[str, str]) -> int:
    return key64(*address)


def _of_several(table: Table, reader: Reader, namespace: str) -> set[int]:
    """By key: addresses under which the list tells people of different names, and names alone of
    which it says different things."""
    # Eight bytes an address; nearly every list ends here.
    keys = sorted(array("q", (key for key, _ in _told(table, reader, namespace))))
    twice = {one for one, other in pairwise(keys) if one == other}
    if not twice:
        return set()
    said: dict[int, str] = {}
    several: set[int] = set()
    for key, words in _told(table, reader, namespace):
        if key in twice and words and not _agree(said.setdefault(key, words), words):
            several.add(key)
    return several


def _agree(words: str, other: str) -> bool:
    return words == other or (_FACTS not in words and may_be_one(words, other))


def _told(table: Table, reader: Reader, namespace: str) -> Iterator[tuple[int, str]]:
    """The key of each address with the name beside it, and of each name that stands for itself with
    everything said of them."""
    try:
        for row in table.rows(0):
            if isinstance(row, BadRow):
                continue
            record = reader(*row)
            if not isinstance(record, CustomerRow):
                continue
            if (address := _address(record)) is not None:
                yield _key(address), folded(record.traits)
            elif (own := by_name(record.traits, namespace)) and own.is_bare and _is_by_name(record):
                said = {name: text for name, text in record.traits.items() if name not in _NAMES}
                yield _key(record.identifiers[0]), _FACTS + str(sorted(said.items()))
    except UnreadableFile:
        # What stands before the break is all that lands.
        return
