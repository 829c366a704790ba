"""The plan by which a table is read: which column fills which field, and for which business."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told

from .fields import FIELDS, KINDS
from .records import Record
from .tables import BadRow, Row

CONSTANT = "="
"""A field's value that begins with this is a constant for all rows: ``=GBP``."""

PLUS = " + "
"""Joins columns that fill one field together: numbers are added, texts set side by side."""

_SPACE = re.compile(r"\s+")


class Reader(Protocol):
    """Reads one row. Rows of one order must come in file order, beginning with its first."""

    def __call__(self, row_no: int, cells: list[str]) -> Record: ...


class Rows(Protocol):
    """What is read: a :class:`~regulars.sources.files.tables.Table`, or rows already in memory."""

    @property
    def columns(self) -> list[str]: ...

    def rows(self, start: int = 0) -> Iterator[Row | BadRow]: ...


@dataclass(frozen=True, slots=True)
class Head:
    """A few rows in memory, readable like a table; numbers rows from one."""

    columns: list[str]
    sample: Sequence[list[str]]

    def rows(self, start: int = 0) -> Iterator[Row | BadRow]:
        """Yield the rows from ``start`` on."""
        for row_no, cells in enumerate(self.sample, 1):
            if row_no > start:
                yield row_no, cells


@dataclass(frozen=True, slots=True)
class MapContext:
    """The business that reads: its currency (ISO 4217), zone (IANA), country (ISO 3166 alpha-2),
    the present instant (aware) and the business's name."""

    currency: str
    zone: str
    country: str
    now: datetime
    business: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column fills which field of one ``kind`` of file.

    ``fields`` maps a field's name to a column, to columns joined by ``" + "``, or to a constant
    (``=GBP``). ``namespace`` keeps ids of one vendor apart from another's; ``order_namespace``
    does so for orders (default: the same). ``shape`` names the known export, if it is one.
    """

    kind: str
    namespace: str
    fields: dict[str, str]
    shape: str | None = None
    order_namespace: str = ""
    options: dict[str, str] = field(default_factory=dict)

    @property
    def orders_in(self) -> str:
        """The namespace of order ids."""
        return self.order_namespace or self.namespace

    def to_json(self) -> dict[str, Any]:
        """Return a plain dictionary for storing."""
        return {
            "kind": self.kind,
            "namespace": self.namespace,
            "order_namespace": self.order_namespace,
            "shape": self.shape,
            "fields": dict(self.fields),
            "options": dict(self.options),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Mapping:
        """Return the mapping that :meth:`to_json` wrote."""
        return cls(
            kind=stored["kind"],
            namespace=stored["namespace"],
            fields=dict(stored["fields"]),
            shape=stored.get("shape"),
            order_namespace=stored.get("order_namespace", ""),
            options=dict(stored.get("options", {})),
        )

    def changed(self, columns: Sequence[str], changes: dict[str, str]) -> Mapping:
        """Return this mapping with ``changes`` (field to column, constant, or "" for none).

        Raises :class:`~regulars.kernel.errors.WrongUse` for a field or column there is not.
        """
        fields = dict(self.fields)
        known = [entry.name for entry in FIELDS[self.kind]]
        for name, value in changes.items():
            if name not in known:
                raise WrongUse(
                    told(
                        "There is no field “%(name)s” for %(kind)s. Fields: %(known)s.",
                        name=name,
                        kind=self.kind,
                        known=", ".join(known),
                    )
                )
            if value:
                find_columns(columns, value)
                fields[name] = value
            else:
                fields.pop(name, None)
        return replace(self, fields=fields)


def plain(name: str) -> str:
    """Return a header name as it is compared: NFC, case folded, without any blanks."""
    return _SPACE.sub("", unicodedata.normalize("NFC", name).casefold())


def signature(columns: Iterable[str]) -> str:
    """Return a mark of a header that neither order, case nor blanks change (16 digits)."""
    joined = "\x1f".join(sorted(plain(name) for name in columns))
    return hashlib.blake2b(joined.encode(), digest_size=8).hexdigest()


def find_columns(columns: Sequence[str], value: str) -> list[int]:
    """Return the places of the columns that ``value`` names; none for a constant.

    Raises :class:`~regulars.kernel.errors.WrongUse` for a column there is not.
    """
    if value.startswith(CONSTANT):
        return []
    places = {plain(name): place for place, name in reversed(list(enumerate(columns)))}
    if plain(value) in places:
        return [places[plain(value)]]
    found = []
    for part in value.split(PLUS):
        if plain(part) not in places:
            raise WrongUse(
                told(
                    "There is no column “%(name)s”. Columns: %(known)s.",
                    name=part.strip(),
                    known=", ".join(columns),
                )
            )
        found.append(places[plain(part)])
    return found


def check_kind(kind: str) -> str:
    """Return ``kind``; raises :class:`~regulars.kernel.errors.WrongUse` if there is none such."""
    if kind not in KINDS:
        raise WrongUse(
            told(
                "There is no kind of file “%(kind)s”. Kinds: %(known)s.",
                kind=kind,
                known=", ".join(KINDS),
            )
        )
    return kind
