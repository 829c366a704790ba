"""The table on which a person says what each column of a file becomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from regulars.accounts import business as businesses
from regulars.accounts import locales
from regulars.accounts.sentences import said
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.sources.candidates import Candidate, context_of
from regulars.sources.files.fields import FIELDS, Field
from regulars.sources.files.plan import PLUS, Head, Mapping, find_columns
from regulars.sources.files.propose import become
from regulars.sources.files.readers.columns import Columns
from regulars.sources.files.tables import BadRow

_HEAD_ROWS = 60
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """One column: the field it fills (or ""), and a few cells before and after."""

    place: int
    name: str
    field: str
    also: tuple[str, ...]
    samples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MappingForm:
    """How one table would be read, and what may be chosen instead."""

    kind: str
    fields: tuple[Field, ...]
    columns: tuple[ColumnChoice, ...]
    constants: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]

    @property
    def is_readable(self) -> bool:
        """Whether every field is filled without which nothing can be read."""
        return not self.missing


def changes_of(candidate: Candidate, data: Any) -> dict[str, str]:
    """Return field → column(s) for what ``data`` (``c0``, ``c1`` …) changes in the mapping.

    A column that fills several fields keeps the others. `WrongUse` for a field there is not.
    """
    columns = candidate.table.columns
    known = {field.name for field in FIELDS[candidate.mapping.kind]}
    filled = {name: _places(columns, value) for name, value in candidate.mapping.fields.items()}
    touched: set[str] = set()
    for place, before in enumerate(_first_fields(columns, candidate.mapping)):
        after = data.get(f"c{place}", before)
        if after == before:
            continue
        if after and after not in known:
            raise WrongUse(told("There is no field %(after)s.", after=repr(after)))
        if before:
            filled[before] = [one for one in filled[before] if one != place]
        if after:
            filled[after] = sorted({*filled.get(after, []), place})
        touched |= {before, after} - {""}
    return {name: PLUS.join(columns[place] for place in filled[name]) for name in sorted(touched)}


def form_of(candidate: Candidate) -> MappingForm:
    """Return the form for a candidate as it stands."""
    mapping, columns = candidate.mapping, candidate.table.columns
    fields = tuple(FIELDS[mapping.kind])
    head = _head(candidate)
    reading = Columns(Head(list(columns), head), mapping, context_of(businesses.get()))
    choices, titles = [], {one.name: said(one.title) for one in fields}
    for place, (name, first) in enumerate(
        zip(columns, _first_fields(columns, mapping), strict=True)
    ):
        also = tuple(
            titles.get(field, field)
            for field, value in mapping.fields.items()
            if field != first and place in _places(columns, value)
        )
        telling = list(dict.fromkeys(row[place].strip() for row in head if row[place].strip()))
        rows = [next(r for r in head if r[place].strip() == cell) for cell in telling[:_SHOWN]]
        samples = tuple((row[place].strip(), _said(reading, first, row)) for row in rows)
        choices.append(ColumnChoice(place, name, first, also, samples))
    return MappingForm(
        mapping.kind,
        fields,
        tuple(choices),
        tuple((n, v[1:]) for n, v in mapping.fields.items() if v.startswith("=")),
        tuple(said(one.title) for one in fields if one.required and one.name not in mapping.fields),
    )


def _head(candidate: Candidate) -> list[list[str]]:
    rows = (row for row in candidate.table.rows() if not isinstance(row, BadRow))
    return [cells for _, cells in islice(rows, _HEAD_ROWS)]


def _places(columns: list[str], value: str) -> list[int]:
    try:
        return list(find_columns(columns, value))
    except WrongUse:
        return []


def _first_fields(columns: list[str], mapping: Mapping) -> list[str]:
    first = [""] * len(columns)
    for name, value in mapping.fields.items():
        for place in _places(columns, value):
            first[place] = first[place] or name
    return first


def _said(columns: Columns, name: str, row: list[str]) -> str:
    """What a cell would become; a reason after "!" where it could not be read."""
    text = become(columns, name, row, columns.context) if name else ""
    if columns.form(name) == "date" and text and not text.startswith("!"):
        return locales.moment(datetime.fromisoformat(text))
    return f"! {said(text[2:])}" if text.startswith("! ") else said(text)
