"""JSON documents: lists of objects, objects that hold such lists, and JSON lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from regulars.kernel.errors import UnreadableFile
from regulars.kernel.telling import told

from .containers import Member, NotATable, Stream
from .decoding import has_bad_bytes, without_marks
from .json_text import BESIDE, SPACE, Broken, JsonText, decode, walk
from .sniffing import unique_names
from .tables import BadRow, Limits, Row, Table

_LOOKS = re.compile(r"\s*(\{\s*[\"}]|\[\s*[\[{\"\]])")


@dataclass(kw_only=True)
class JsonTable(Table):
    """One list of objects; ``keys`` are the flattened names as the objects hold them."""

    list_name: str
    keys: list[str]
    shape: str
    member: Member
    limits: Limits

    def __post_init__(self) -> None:
        self._stream: Stream | None = None
        self._added: list[str] = []

    def add_column(self, name: str, value: str) -> None:
        """Give every row one more cell of the same ``value``."""
        self.columns = [*self.columns, name]
        self._added.append(value)

    def progress(self) -> float:
        """See :meth:`Table.progress`."""
        return self._stream.share() if self._stream else 0.0

    def fingerprint(self) -> str:
        """See :meth:`Table.fingerprint`."""
        return self.member.fingerprint()

    def rows(self, start: int = 0) -> Iterator[Row | BadRow]:
        """See :meth:`Table.rows`."""
        text = JsonText(self.member, self.encoding or "utf-8", self.limits)
        self._stream = text.stream
        row_no = 0
        try:
            for name, item in walk(text, self.shape):
                if name != self.list_name or item == {}:
                    continue
                row_no += 1
                if row_no > start:
                    yield self._row(row_no, item)
            if text.stream.broken:
                raise UnreadableFile(text.stream.broken)
        finally:
            text.close()

    def _row(self, row_no: int, item: Any) -> Row | BadRow:
        if isinstance(item, Broken):
            return BadRow(row_no, [without_marks(item.text)], item.reason)
        if not isinstance(item, dict):
            return BadRow(
                row_no, [_cell(item)], told("This element is not an object with named fields.")
            )
        flat = flatten(item)
        cells = [flat.get(key, "") for key in self.keys]
        joined = "".join(cells)
        if "\0" in joined or has_bad_bytes(joined):
            seen = [without_marks(cell) for cell in cells]
            return BadRow(
                row_no,
                seen,
                told(
                    "This row holds bytes that are not %(encoding)s text.", encoding=self.encoding
                ),
            )
        return row_no, [*cells, *self._added]


def looks_like_json(name: str, head: str) -> bool:
    """Whether a text that begins with ``head`` is JSON (or means to be, by its name)."""
    return _LOOKS.match(head) is not None or (name.lower().endswith((".json", ".jsonl", ".ndjson")))


def open_json(member: Member, encoding: str, head: str, limits: Limits) -> list[JsonTable]:
    """Return a table per list of objects; an object without such a list is a table of one row.

    Reads the whole document once, because its last object may bring a field no other has.
    """
    shape = _shape(member.name, head)
    found: dict[str, dict[str, None]] = {}
    text = JsonText(member, encoding, limits)
    try:
        for name, item in walk(text, shape):
            if isinstance(item, dict):
                found.setdefault(name, {}).update(dict.fromkeys(flatten(item)))
    finally:
        text.close()
    beside = list(found.get(BESIDE, ()))
    lists = [name for name in found if name != BESIDE and found[name]]
    if not lists and not beside:
        raise NotATable(
            told("%(file)s holds no list of objects, or is not valid JSON.", file=member.name)
        )
    notes = []
    if lists and beside:
        known = ", ".join(beside[:8])
        notes.append(told("Passed over fields beside the list: %(known)s.", known=known))
    tables = []
    for list_name in lists or [BESIDE]:
        keys = list(found[list_name])
        columns, renamed = unique_names([key.strip() for key in keys])
        name = f"{member.name}: {list_name}" if len(lists) > 1 else member.name
        tables.append(
            JsonTable(
                name=name,
                format="json",
                columns=columns,
                delimiter=None,
                encoding=encoding,
                has_header=True,
                size_bytes=member.inflated_bytes,
                notes=renamed + notes,
                list_name=list_name,
                keys=keys,
                shape=shape,
                member=member,
                limits=limits,
            )
        )
    return tables


def _shape(name: str, head: str) -> str:
    """Tell JSON lines from one document: a second value follows the first."""
    start = len(SPACE.match(head)[0])  # type: ignore[index]
    if head[start : start + 1] != "{":
        return "document"
    if name.lower().endswith((".jsonl", ".ndjson")):
        return "lines"
    try:
        end = decode(head, start)[1]
    except (ValueError, RecursionError):
        return "document"
    return "lines" if head[end:].strip() else "document"


def flatten(item: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Return nested objects as one level of dotted names and texts; lists stay JSON text."""
    flat: dict[str, str] = {}
    for key, value in item.items():
        name = prefix + key
        if isinstance(value, dict) and value:
            flat.update(flatten(value, name + "."))
        else:
            flat[name] = _cell(value)
    return flat


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, list, dict)):
        return json.dumps(value, ensure_ascii=False, default=float) if value != {} else ""
    return "" if value is None else str(value)
