"""People whom a list tells under one address or number: an office, a family with a telephone.

Where a row has no customer number, its address is all that says who it is. A list that tells two
people under one address would make one person of them, named like the last. Such a row is given its
name as an identifier of its own (`identifiers.NAME`), beside the address: who is one person with
whom is then for `identity.rules` to say, as for everything else.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from regulars.kernel.errors import UnreadableFile
from regulars.kernel.ids import key64

from .identifiers import NAME
from .names import folded, may_be_one
from .plan import Mapping, Reader
from .records import CustomerRow, Record
from .tables import BadRow, Table

_LISTS = frozenset({"customers", "audience"})
# What a family has one of, however many lists tell of it.
_LENT = frozenset({"phone", "card"})
_MOST_LETTERS, _LONGEST = 120, 320


def apart(table: Table, mapping: Mapping, reader: Reader) -> Reader:
    """Return ``reader``, telling apart the people of a list of customers who have one address.

    A telephone or a card always stands beside the name; an e-mail address where this list tells
    people of different names under it, for which the list is read once more, before.
    """
    if mapping.kind not in _LISTS:
        return reader
    several: set[int] = set()
    if "customer_id" not in mapping.fields:
        several = _of_several(table, reader)

    def read(row_no: int, cells: list[str]) -> Record:
        record = reader(row_no, cells)
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
    own = " ".join(sorted(name.split()))[:_MOST_LETTERS]
    record_id = f"{value} {own}" if record.record_id == value else record.record_id
    named = (NAME, f"{own} {value}"[:_LONGEST])
    return replace(record, record_id=record_id, identifiers=(named, *record.identifiers))


def _address(record: Record) -> tuple[str, str] | None:
    """What says whom a row is about, where that is no customer number."""
    if not isinstance(record, CustomerRow) or not record.identifiers:
        return None
    first = record.identifiers[0]
    return None if first[0].startswith("customer_id") else first


def _key(address: tuple[str, str]) -> int:
    return key64(*address)


def _of_several(table: Table, reader: Reader) -> set[int]:
    """Addresses under which the list tells people of different names, by key."""
    # Eight bytes an address; nearly every list ends here.
    keys = sorted(array("q", (_key(address) for address, _ in _told(table, reader))))
    twice = {one for one, other in pairwise(keys) if one == other}
    if not twice:
        return set()
    names: dict[int, str] = {}
    several: set[int] = set()
    for address, name in _told(table, reader):
        key = _key(address)
        if key in twice and name and not may_be_one(names.setdefault(key, name), name):
            several.add(key)
    return several


def _told(table: Table, reader: Reader) -> Iterator[tuple[tuple[str, str], str]]:
    try:
        for row in table.rows(0):
            if isinstance(row, BadRow):
                continue
            record = reader(*row)
            address = _address(record)
            if address is not None and isinstance(record, CustomerRow):
                yield address, folded(record.traits)
    except UnreadableFile:
        # What stands before the break is all that lands.
        return
