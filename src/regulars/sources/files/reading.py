"""Open any file a business may hand in and find the tables in it."""

from __future__ import annotations

from pathlib import Path

from regulars.kernel.errors import UnreadableFile
from regulars.kernel.telling import told

from .containers import Member, NotATable
from .heads import open_delimited, read_head
from .json_rows import looks_like_json, open_json
from .members import find_members
from .spreadsheets import is_spreadsheet, open_sheets
from .tables import BadRow, Limits, Row, Table
from .takeout import with_places

__all__ = ["BadRow", "Limits", "Row", "Table", "open_tables"]


def open_tables(path: Path, *, limits: Limits = Limits()) -> list[Table]:
    """Return the tables in ``path``: one for a CSV, TSV or JSON file, plain or in a ``.gz``; one
    per tabular member of a ``.zip``; one per non-empty sheet of a spreadsheet; one per list of
    objects of a JSON document.

    Reads the head of each (``limits.head_bytes``; JSON and spreadsheets whole) to find encoding,
    delimiter and header. What an archive holds besides tables is named in the first table's notes.

    Raises :class:`~regulars.kernel.errors.WrongUse` if there is no such file, or it is a folder;
    :class:`~regulars.kernel.errors.UnreadableFile` if it is empty, binary, damaged, encrypted,
    unsafe to inflate, a spreadsheet above ``limits.spreadsheet_bytes``, or holds no table.
    """
    path = Path(path)
    members, notes = find_members(path, limits)
    tables: list[Table] = []
    refused: NotATable | None = None
    for member in members:
        try:
            tables += _tables_of(member, limits)
        except NotATable as error:
            refused = error
            notes.append(told("Passed over: %(problem)s", problem=error.message))
    tables = with_places(tables, members)
    if not tables:
        nothing = told("%(file)s holds no table.", file=path.name)
        raise UnreadableFile(refused.message if refused else nothing)
    tables[0].notes += notes
    return tables


def _tables_of(member: Member, limits: Limits) -> list[Table]:
    if is_spreadsheet(member):
        return list(open_sheets(member, limits))
    encoding, head = read_head(member, limits)
    if looks_like_json(member.name, head):
        return list(open_json(member, encoding, head, limits))
    return [open_delimited(member, encoding, head, limits)]
