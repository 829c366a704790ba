"""What every kind of file is read into: tables of text cells, and the rows that cannot be read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field

Row = tuple[int, list[str]]
"""A data row: its number (1 is the first below the header) and one text cell per column."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read safely: what could be seen of it, and one plain sentence why."""

    row_no: int
    cells: list[str]
    reason: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read at most; every limit is also checked while streaming, not only by header."""

    inflated_ratio: int = 200
    inflated_bytes: int = 20 * 10**9
    spreadsheet_bytes: int = 200 * 10**6
    spreadsheet_inflated_bytes: int = 2 * 10**9
    cell_chars: int = 16 * 2**20
    head_bytes: int = 4 * 2**20


@dataclass(kw_only=True)
class Table(ABC):
    """One table inside a file.

    ``name`` is the file's, archive member's or sheet's name; ``format`` one of ``csv``, ``tsv``,
    ``xlsx``, ``json``. ``columns`` is the header as given, stripped, made unique ("Name",
    "Name.2"); a file without a header has ``column_1``… and ``has_header`` false. ``delimiter``
    and ``encoding`` are ``None`` where they have no meaning. ``notes`` holds plain sentences about
    what was skipped or renamed. ``size_bytes`` is the inflated size when known, otherwise the
    stored one.
    """

    name: str
    format: str
    columns: list[str]
    delimiter: str | None
    encoding: str | None
    has_header: bool
    size_bytes: int
    notes: list[str] = field(default_factory=list)

    @abstractmethod
    def rows(self, start: int = 0) -> Iterator[Row | BadRow]:
        """Yield the data rows in file order, as ``(row_no, cells)`` or :class:`BadRow`.

        May be called again and again; each call reads the file afresh with flat memory. ``start``
        skips that many rows (good and bad ones alike; numbering is not changed by it). Every good
        row has exactly ``len(columns)`` cells: shorter rows are padded with "", surplus empty
        cells cut. Rows with no content at all are not rows: they are neither yielded nor counted.

        An archive that breaks off or fails its checksum yields every row before the break and then
        raises :class:`~regulars.kernel.errors.UnreadableFile`.
        """

    @abstractmethod
    def progress(self) -> float:
        """Return the share (0 to 1) of stored bytes that the latest ``rows()`` has taken."""

    @abstractmethod
    def fingerprint(self) -> str:
        """Return a cheap mark of the content, as hexadecimal.

        Made of the size and the first and last MiB; for an archive member its inflated size,
        checksum and first MiB; for a sheet the workbook's bytes and the sheet's name. The same
        content has the same mark; two files that differ in the middle only may share one.
        """
