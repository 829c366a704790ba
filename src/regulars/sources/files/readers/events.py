"""Clicks, pages looked at, and whatever else people did."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..plan import Reader, plain
from ..records import EventRow, Record
from ..values import clean_text
from .columns import Columns, Text
from .rows import Cells, Memo, RowProblem, rejected
from .sales import clean_id, content_id

# What follows a "?" or "#" in a link often says who somebody is.
_BEHIND = re.compile(r"[?#].*", re.DOTALL)
_NAME_CHARS = 120


def build_events(columns: Columns) -> Reader:
    """Compile the reader of a table of events.

    Page, title and campaign become properties. With option ``extras`` = ``yes`` so do the columns
    that fill no field, but those that option ``ignore`` names (``a|b|context_*``).
    """
    columns.require("date")
    when, what = columns.instant("date", "time", "zone"), columns.text("what")
    columns.require("what")
    record_id, who = columns.text("record_id"), columns.identifiers()
    properties = _properties(columns)

    def read(row_no: int, cells: Cells) -> Record:
        try:
            happened_at = when(cells)
            if happened_at is None:
                raise columns.empty("no_date", "date")
            name = what(cells)[:_NAME_CHARS]
            if not name:
                raise columns.empty("no_event", "what")
            number = clean_id(record_id(cells)) or content_id(cells)
            return EventRow(row_no, number, name, happened_at, properties(cells), who(cells))
        except RowProblem as problem:
            return rejected(row_no, cells, problem)

    return read


def _properties(columns: Columns) -> Callable[[Cells], dict[str, str]]:
    page, link = columns.raw("page"), Memo(_link)
    parts: list[tuple[str, Text]] = []
    if columns.has("page"):
        parts.append(("page", lambda cells: link[page(cells)]))
    parts += [(name, columns.text(name)) for name in ("title", "campaign") if columns.has(name)]
    parts += _extras(columns)

    def properties(cells: Cells) -> dict[str, str]:
        return {name: value for name, text in parts if (value := text(cells))}

    return properties


def _link(cell: str) -> str:
    return clean_text(_BEHIND.sub("", cell))


def _extras(columns: Columns) -> list[tuple[str, Text]]:
    options = columns.mapping.options
    if options.get("extras", "no") != "yes":
        return []
    used = {place for name in columns.mapping.fields for place in columns.places(name)}
    ignored = tuple(plain(name) for name in options.get("ignore", "").split("|"))
    starts = tuple(name[:-1] for name in ignored if name.endswith("*"))
    memo = Memo(clean_text)

    def cell_at(place: int) -> Text:
        return lambda cells: memo[cells[place]]

    return [
        (name, cell_at(place))
        for place, name in enumerate(columns.names)
        if place not in used and plain(name) not in ignored and not plain(name).startswith(starts)
    ]
