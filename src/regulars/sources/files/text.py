"""Delimited text: CSV, TSV and their cousins, read in one pass with flat memory."""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from regulars.kernel.errors import UnreadableFile
from regulars.kernel.telling import told

from .containers import Member, Stream
from .decoding import END, Watch, has_bad_bytes, text_lines, without_marks
from .sniffing import Dialect
from .tables import BadRow, Limits, Row, Table

_MAX_RECOVERIES = 20
_LOOK_AHEAD_LINES = 50
_UNCLOSED = told("A quotation mark opened in this row is never closed.")
_CUT_OFF = told("The file breaks off in this row.")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a pass begins: physical lines to step over, data rows already given."""

    line: int
    row: int


_Pass = Generator[Row | BadRow, None, _Place | None]


@dataclass(kw_only=True)
class DelimitedTable(Table):
    """A table in delimited text; ``first_line`` counts the physical lines above its first row."""

    member: Member
    dialect: Dialect
    first_line: int
    limits: Limits

    def __post_init__(self) -> None:
        self._stream: Stream | None = None
        self._has_short_rows = False
        self._recoveries = 0

    def progress(self) -> float:
        """See :meth:`Table.progress`."""
        return self._stream.share() if self._stream else 0.0

    def fingerprint(self) -> str:
        """See :meth:`Table.fingerprint`."""
        return self.member.fingerprint()

    def rows(self, start: int = 0) -> Iterator[Row | BadRow]:
        """See :meth:`Table.rows`."""
        csv.field_size_limit(self.limits.cell_chars)
        self._has_short_rows = False
        self._recoveries = 0
        place: _Place | None = _Place(self.first_line, 0)
        while place is not None:
            place = yield from self._pass(place, start)

    def _pass(self, place: _Place, start: int) -> _Pass:
        """Give rows from ``place`` on; return where to resume after an unclosed quote, or None."""
        watch, stream = Watch(), self.member.open()
        self._stream = stream
        width, row_no = len(self.columns), place.row
        try:
            lines = self._lines(stream, watch)
            next(islice(lines, place.line, place.line), None)
            reader, line = self._reader(lines), 0
            while True:
                try:
                    for cells in reader:
                        # The short way for sound rows: this loop is the speed of every import.
                        if len(cells) == width and not watch.is_suspect and any(cells):
                            row_no += 1
                            if row_no > start:
                                yield row_no, cells
                            line = reader.line_num
                            continue
                        if cells and cells[-1].endswith(END):
                            break
                        if any(cell.strip() for cell in cells):
                            row_no += 1
                            judged = self._judge(row_no, cells, watch, stream)
                            if row_no > start:
                                yield judged
                        line = reader.line_num
                    else:
                        return None
                    if cells == [END]:
                        break
                    cells[-1] = cells[-1].removesuffix(END)
                    is_long, is_last = True, True
                except csv.Error:
                    cells, is_long, is_last = [], reader.line_num - line > 1, False
                row_no += 1
                bad, resume = self._recover(place.line + line, row_no, cells, is_long)
                line = reader.line_num
                if row_no > start:
                    yield bad
                if resume:
                    return resume
                if is_last:
                    break
            if stream.broken:
                raise UnreadableFile(stream.broken)
            return None
        finally:
            stream.close()

    def _judge(self, row_no: int, cells: list[str], watch: Watch, stream: Stream) -> Row | BadRow:
        """Pad, cut or refuse a row that is not plainly sound."""
        width = len(self.columns)
        joined = "".join(cells)
        if has_bad_bytes(joined):
            reason = told(
                "This row holds bytes that are not %(encoding)s text.", encoding=self.encoding
            )
        elif "\0" in joined:
            reason = told("This row holds NUL bytes.")
        elif watch.has_open_end and (
            stream.broken or (len(cells) < width and not self._has_short_rows)
        ):
            reason = _CUT_OFF
        elif any(cell.strip() for cell in cells[width:]):
            reason = told(
                "This row has %(cells)s cells where the header has %(width)s.",
                cells=len(cells),
                width=width,
            )
        else:
            if len(cells) < width:
                self._has_short_rows = True
                cells += [""] * (width - len(cells))
            return row_no, cells[:width]
        return BadRow(row_no, [without_marks(cell) for cell in cells], reason)

    def _recover(
        self, line: int, row_no: int, cells: list[str], is_long: bool
    ) -> tuple[BadRow, _Place | None]:
        """Set one row aside and go on below it when what the quote swallowed were rows."""
        if not is_long:
            limit = f"{self.limits.cell_chars:,}"
            return BadRow(
                row_no, [], told("This row has a cell of over %(limit)s characters.", limit=limit)
            ), None
        self._recoveries += 1
        raw = self._raw_lines(line) if self._recoveries <= _MAX_RECOVERIES else []
        if self._are_rows(raw[1:]):
            first = next(self._reader([raw[0].replace('"', "")]))
            return BadRow(row_no, first, _UNCLOSED), _Place(line + 1, row_no)
        return BadRow(row_no, [without_marks(cell) for cell in cells], _UNCLOSED), None

    def _are_rows(self, lines: list[str]) -> bool:
        filled = [line for line in lines if line.strip()]
        fitting = sum(len(next(self._reader([line]))) == len(self.columns) for line in filled)
        return bool(filled) and fitting >= len(filled) / 2

    def _raw_lines(self, line: int) -> list[str]:
        stream = self.member.open()
        try:
            lines = self._lines(stream, Watch())
            found = list(islice(lines, line, line + 1 + _LOOK_AHEAD_LINES))
            return found[:-1] if found and found[-1] == END else found
        finally:
            stream.close()

    def _lines(self, stream: Stream, watch: Watch) -> Iterator[str]:
        return text_lines(
            stream,
            self.encoding or "utf-8",
            watch,
            name=self.name,
            limit_chars=2 * self.limits.cell_chars,
        )

    def _reader(self, lines: Iterable[str]) -> Any:
        return csv.reader(
            lines,
            delimiter=self.dialect.delimiter,
            skipinitialspace=self.dialect.skip_spaces,
        )
