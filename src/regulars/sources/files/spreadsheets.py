"""Spreadsheets (.xlsx, .xlsm, .xlsb, .xls, .ods): every sheet that holds something."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from hashlib import blake2b
from io import BytesIO
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from regulars.kernel.errors import UnreadableFile
from regulars.kernel.telling import told

from .containers import Member, NotATable, bomb
from .members import is_spreadsheet_zip
from .sniffing import find_header
from .tables import BadRow, Limits, Row, Table

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_HEAD_ROWS = 300


@dataclass(kw_only=True)
class SheetTable(Table):
    """One sheet. A workbook can only be held whole, so rows() holds it while it runs."""

    sheet: str
    member: Member
    first_row: int
    limits: Limits

    def __post_init__(self) -> None:
        self._share = 0.0

    def rows(self, start: int = 0) -> Iterator[Row | BadRow]:
        """See :meth:`Table.rows`."""
        sheet = _workbook(self.member, self.limits).get_sheet_by_name(self.sheet)
        width, row_no = len(self.columns), 0
        total = max(1, sheet.total_height)
        for index, values in enumerate(sheet.iter_rows()):
            self._share = index / total
            if index < self.first_row:
                continue
            cells = [_text(value) for value in values]
            if not any(cells):
                continue
            row_no += 1
            if row_no <= start:
                continue
            if any(cells[width:]):
                reason = told(
                    "This row has %(cells)s cells where the header has %(width)s.",
                    cells=len(cells),
                    width=width,
                )
                yield BadRow(row_no, cells, reason)
            else:
                yield row_no, cells[:width] + [""] * (width - len(cells))
        self._share = 1.0

    def progress(self) -> float:
        """See :meth:`Table.progress`."""
        return self._share

    def fingerprint(self) -> str:
        """See :meth:`Table.fingerprint`."""
        mark = f"{self.member.fingerprint()}\0{self.sheet}"
        return blake2b(mark.encode(), digest_size=16).hexdigest()


def is_spreadsheet(member: Member) -> bool:
    """Whether the first bytes are a workbook's (an old .xls may well be text inside)."""
    stream = member.open()
    try:
        head = stream.read()
    finally:
        stream.close()
    if head.startswith(_OLE_MAGIC):
        return True
    if not head.startswith(b"PK\x03\x04"):
        return False
    if member.kind != "plain":
        return member.name.lower().endswith((".xlsx", ".xlsm", ".xlsb", ".ods"))
    with zipfile.ZipFile(member.path) as archive:
        return is_spreadsheet_zip(set(archive.namelist()))


def open_sheets(member: Member, limits: Limits) -> list[SheetTable]:
    """Return a table per sheet with content; raises NotATable if no sheet has any."""
    workbook = _workbook(member, limits)
    tables = []
    for meta in workbook.sheets_metadata:
        if meta.typ is not SheetTypeEnum.WorkSheet:
            continue
        table = _open_sheet(member, workbook.get_sheet_by_name(meta.name), limits)
        if table:
            tables.append(table)
    if not tables:
        raise NotATable(told("%(file)s is empty: no sheet has anything in it.", file=member.name))
    return tables


def _open_sheet(member: Member, sheet: CalamineSheet, limits: Limits) -> SheetTable | None:
    records = [[_text(value) for value in row] for row in sheet.to_python(nrows=_HEAD_ROWS)]
    if not any(any(cells) for cells in records):
        return None
    header = find_header(records)
    return SheetTable(
        name=sheet.name,
        format="xlsx",
        columns=header.columns,
        delimiter=None,
        encoding=None,
        has_header=header.has_header,
        size_bytes=member.inflated_bytes,
        notes=header.notes,
        sheet=sheet.name,
        member=member,
        first_row=header.skipped_records,
        limits=limits,
    )


def _workbook(member: Member, limits: Limits) -> CalamineWorkbook:
    size_mb = limits.spreadsheet_bytes // 10**6
    too_large = UnreadableFile(
        told(
            "%(file)s is a spreadsheet of over %(size_mb)s MB; save it as CSV and import that.",
            file=member.name,
            size_mb=size_mb,
        )
    )
    if member.kind == "plain" and member.stored_bytes > limits.spreadsheet_bytes:
        raise too_large
    content = member.whole(limits.spreadsheet_bytes)
    if content is None:
        raise too_large
    if content.startswith(_OLE_MAGIC) and _ENCRYPTED in content:
        raise UnreadableFile(
            told("%(file)s is protected by a password; save it without one.", file=member.name)
        )
    _refuse_bomb(member.name, content, limits)
    try:
        return CalamineWorkbook.from_filelike(BytesIO(content))
    except (CalamineError, OSError, ValueError):
        raise UnreadableFile(
            told(
                "%(file)s is a damaged or protected spreadsheet; save it anew or as CSV.",
                file=member.name,
            )
        ) from None


def _refuse_bomb(name: str, content: bytes, limits: Limits) -> None:
    """Inflate once, keeping nothing: the sizes a zip states about itself may lie."""
    if not content.startswith(b"PK"):
        return
    allowed = min(
        limits.spreadsheet_inflated_bytes, max(2**20, limits.inflated_ratio * len(content))
    )
    taken = 0
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if sum(info.file_size for info in archive.infolist()) > allowed:
                raise bomb(name)
            for info in archive.infolist():
                with archive.open(info) as part:
                    while chunk := part.read(2**20):
                        taken += len(chunk)
                        if taken > allowed:
                            raise bomb(name)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError):
        raise UnreadableFile(
            told("%(name)s is a damaged or cut-off spreadsheet.", name=name)
        ) from None


def _text(value: Any) -> str:
    """Return a cell as a CSV of the sheet would hold it, dates in ISO form."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, (date, time, timedelta)):
        return str(value)
    return "" if value is None else str(value)


def _number_text(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    # Excel itself keeps 15 significant digits; more are traces of binary fractions.
    return f"{Decimal(f'{value:.15g}'):f}"
