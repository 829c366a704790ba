"""From the head of a text file to its table: encoding, delimiter, preamble, header."""

from __future__ import annotations

import csv
import re
from io import StringIO
from itertools import islice

from regulars.kernel.telling import told

from .containers import Member, NotATable
from .decoding import decide_encoding, without_marks
from .sniffing import Dialect, find_header, is_data, sniff_dialect
from .tables import Limits
from .text import DelimitedTable

_SNIFF_CHARS = 2**17
_SNIFF_RECORDS = 300
_MAIL_LINE = re.compile(r"([A-Za-z][A-Za-z0-9-]*):.*", re.DOTALL)
_MAIL_NAMES = frozenset(
    "from to subject date message-id received mime-version return-path content-type".split()
)
_EXCEL_SEPARATOR = re.compile(r'"?sep=(.)"?', re.IGNORECASE)


def open_delimited(member: Member, encoding: str, head: str, limits: Limits) -> DelimitedTable:
    """Return the table whose text begins with ``head``; raises NotATable if it holds none."""
    csv.field_size_limit(limits.cell_chars)
    lines = sample_lines(head)
    _refuse_mail(member.name, lines)
    announced = _EXCEL_SEPARATOR.fullmatch(lines[0].strip()) if lines else None
    body = lines[1:] if announced else lines
    dialect = Dialect(announced[1], False, 1.0) if announced else sniff_dialect(body)
    records, line_ends = _records(body, dialect)
    if not any(any(cells) for cells in records):
        raise NotATable(told("%(file)s is empty.", file=member.name))
    _refuse_prose(member.name, records, dialect)
    header = find_header(records)
    skipped = line_ends[header.skipped_records - 1] if header.skipped_records else 0
    return DelimitedTable(
        name=member.name,
        format="tsv" if dialect.delimiter == "\t" else "csv",
        columns=header.columns,
        delimiter=dialect.delimiter,
        encoding=encoding,
        has_header=header.has_header,
        size_bytes=member.inflated_bytes,
        notes=header.notes,
        member=member,
        dialect=dialect,
        first_line=skipped + bool(announced),
        limits=limits,
    )


def read_head(member: Member, limits: Limits) -> tuple[str, str]:
    """Return the encoding of ``member`` and the text of its head."""
    head, complete = member.head(limits.head_bytes)
    encoding = decide_encoding(member, head, complete)
    # A character may be cut where the head ends; the mark it leaves is dropped with its line.
    text = head.decode(encoding, "regulars.mark")
    if not text.strip():
        raise NotATable(told("%(file)s is empty.", file=member.name))
    return encoding, text


def sample_lines(head: str) -> list[str]:
    """Return the first whole lines of ``head``, at most 128 Ki characters of them if there are."""
    lines = list(StringIO(head[:_SNIFF_CHARS], newline=""))
    if len(head) > _SNIFF_CHARS and len(lines) > 1:
        lines.pop()
    return lines


def _records(lines: list[str], dialect: Dialect) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader(lines, delimiter=dialect.delimiter, skipinitialspace=dialect.skip_spaces)
    records, line_ends = [], []
    for cells in islice(reader, _SNIFF_RECORDS):
        records.append([without_marks(cell) for cell in cells])
        line_ends.append(reader.line_num)
    return records, line_ends


def _refuse_mail(name: str, lines: list[str]) -> None:
    """A mail begins with lines that each name what they say, and some of the names are sure."""
    named: set[str] = set()
    for line in lines[1:] if lines and lines[0].startswith("From ") else lines:
        if not line.strip():
            break
        if line[0] in " \t" and named:
            continue
        found = _MAIL_LINE.fullmatch(line)
        if found is None:
            return
        named.add(found[1].lower())
    if len(named & _MAIL_NAMES) >= 3:
        raise NotATable(
            told(
                "%(name)s is a mail, not a table. Hand in the file that is attached to it.",
                name=name,
            )
        )


def _refuse_prose(name: str, records: list[list[str]], dialect: Dialect) -> None:
    if dialect.score or not name.lower().endswith(".txt"):
        return
    filled = [cells for cells in records if any(cells)]
    if sum(is_data(cells[0]) for cells in filled) < len(filled) / 2:
        raise NotATable(told("%(name)s is plain prose, not a table.", name=name))
