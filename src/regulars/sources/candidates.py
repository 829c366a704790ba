"""What a file would be read as, before anything is read: recognised, remembered or proposed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from regulars.accounts.models import Business
from regulars.kernel import clock
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.sources.files.mapping import (
    FIELDS,
    MapContext,
    Mapping,
    compile_reader,
    remarks,
    signature,
)
from regulars.sources.files.plan import check_kind
from regulars.sources.files.propose import Proposal, propose
from regulars.sources.files.reading import open_tables
from regulars.sources.files.records import SaleRow
from regulars.sources.files.shapes import SHAPES, Shape, recognise
from regulars.sources.files.tables import BadRow, Table
from regulars.sources.models import MappingMemory

_SAMPLE_ROWS = 200


@dataclass(slots=True)
class Candidate:
    """One table of a file and how it would be read.

    ``is_sure``: its shape is known or was confirmed before; otherwise a person says yes first.
    """

    path: Path
    table: Table
    mapping: Mapping
    recognised_as: str
    is_sure: bool
    shape: Shape | None = None
    proposal: Proposal | None = None
    is_changed: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def missing(self) -> tuple[str, ...]:
        """Required fields that no column fills: while there are any, the table cannot be read."""
        wanted = (entry.name for entry in FIELDS[self.mapping.kind] if entry.required)
        return () if self.shape else tuple(n for n in wanted if n not in self.mapping.fields)

    def as_json(self) -> dict[str, Any]:
        """The proposal as the command line and the API show it."""
        return {
            "file": self.path.name,
            "table": self.table.name,
            "recognised_as": self.recognised_as,
            "is_sure": self.is_sure,
            "kind": self.mapping.kind,
            "map": dict(self.mapping.fields),
            "missing": list(self.missing),
            "columns": list(self.table.columns),
            "notes": [
                *self.table.notes,
                *self.notes,
                *(told("No column was found for “%(name)s”.", name=name) for name in self.missing),
            ],
        }


def context_of(business: Business) -> MapContext:
    """How this business reads files: its currency, zone, country and name."""
    return MapContext(
        business.currency, business.timezone, business.country, clock.now(), business.name
    )


def look(
    path: Path,
    business: Business,
    *,
    kind: str | None = None,
    changes: dict[str, str] | None = None,
) -> list[Candidate]:
    """Return what ``path`` holds and how each table would be read; writes nothing.

    ``kind`` and ``changes`` are what the person said (``--as``, ``--map``). Raises what
    `open_tables` raises, and `WrongUse` for a kind, field or column there is not.
    """
    if kind is not None:
        check_kind(kind)
    tables = open_tables(path)
    found, refused = [], []
    for table in tables:
        try:
            found.append(_candidate(path, table, business, kind, changes or {}))
        except WrongUse as error:
            # What --map names may stand on one sheet of several.
            refused.append(error)
    if not found:
        raise refused[0]
    return _without_bystanders(found)


def _without_bystanders(found: list[Candidate]) -> list[Candidate]:
    """Leave out tables that cannot be read beside tables that are known, and say so: an archive
    often carries files about itself."""
    if not any(one.is_sure for one in found):
        return found
    kept = [one for one in found if one.is_sure or not one.missing]
    kept[0].notes += [
        told("%(name)s was left alone: nothing in it is of a kind we read.", name=one.table.name)
        for one in found
        if one not in kept
    ]
    return kept


def _candidate(
    path: Path, table: Table, business: Business, kind: str | None, changes: dict[str, str]
) -> Candidate:
    candidate = _known(path, table, kind) or _proposed(path, table, business, kind)
    if changes:
        candidate.mapping = candidate.mapping.changed(table.columns, changes)
        candidate.is_sure = candidate.is_changed = not candidate.missing
        # What the proposal remarked on was answered.
        candidate.notes = [] if candidate.proposal else candidate.notes
    if not candidate.missing:
        candidate.notes += remarks(table, candidate.mapping, context_of(business))
    return candidate


def _known(path: Path, table: Table, kind: str | None) -> Candidate | None:
    remembered = MappingMemory.objects.filter(signature=signature(table.columns)).first()
    if remembered is not None and kind in (None, remembered.mapping["kind"]):
        mapping = Mapping.from_json(remembered.mapping)
        shape = SHAPES.get(mapping.shape or "")
        before = told("%(kind)s as confirmed before", kind=mapping.kind)
        title = shape.title if shape else before
        return Candidate(path, table, mapping, title, True, shape)
    shape = recognise(table.columns)
    if shape is not None and kind in (None, shape.kind):
        mapping = shape.mapping(table.columns)
        notes = [] if shape.verified else [_unverified(shape)]
        return Candidate(path, table, mapping, shape.title, True, shape, notes=notes)
    return None


def _unverified(shape: Shape) -> str:
    return told(
        "%(shape)s: read by a header that no page of the vendor confirms (unverified); check a few"
        " rows.",
        shape=shape.title,
    )


def _proposed(path: Path, table: Table, business: Business, kind: str | None) -> Candidate:
    rows = (row for row in table.rows() if not isinstance(row, BadRow))
    sample = [cells for _, cells in islice(rows, _SAMPLE_ROWS)]
    if not sample and next(iter(table.rows()), None) is None:
        raise WrongUse(told("%(file)s has a header and no rows below it.", file=table.name))
    proposal = propose(table.columns, sample, kind, context=context_of(business))
    return Candidate(
        path,
        table,
        proposal.mapping,
        told("%(kind)s, by a proposed mapping", kind=proposal.mapping.kind),
        False,
        proposal=proposal,
        notes=list(proposal.notes),
    )


def remember(mapping: Mapping, columns: list[str], member_id: int | None) -> None:
    """Keep ``mapping`` for the next file with these columns."""
    MappingMemory.objects.update_or_create(
        signature=signature(columns),
        defaults={"mapping": mapping.to_json(), "member_id": member_id},
    )


def preview(candidate: Candidate, business: Business, *, rows: int = 10) -> list[dict[str, Any]]:
    """Read the first ``rows`` rows and say what each would become."""
    reader = compile_reader(candidate.table, candidate.mapping, context_of(business))
    shown = []
    for row in islice(candidate.table.rows(), rows):
        if isinstance(row, BadRow):
            shown.append({"row": row.row_no, "rejected": row.reason})
            continue
        record = reader(*row)
        shown.append({"row": row[0], "becomes": type(record).__name__, **_fields_of(record)})
    return shown


def _fields_of(record: Any) -> dict[str, Any]:
    if isinstance(record, SaleRow) and record.more:
        own = replace(record, more=())
        return {**_fields_of(own), "more": "; ".join(map(_in_short, record.more))}
    return {
        name: str(value)
        for name in record.__slots__
        if name != "row_no" and (value := getattr(record, name)) not in (None, "", (), {})
    }


def _in_short(line: SaleRow) -> str:
    return f"{line.quantity} × {line.name or line.sku}: {line.amount_minor}"
