"""The list of people as a file for a spreadsheet: what the reader may see, and no more."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

from django.db import transaction

from regulars.accounts.actors import Actor, audit
from regulars.insights import people
from regulars.kernel.errors import WrongUse
from regulars.kernel.neutral import neutralise
from regulars.kernel.telling import told
from regulars.profiles import search

FORMS = ("csv", "xlsx")
_COLUMNS = (
    "id", "name", "email", "phone", "segment_words", "orders", "last_order_on", "days_since",
    "usual_gap_days", "is_quiet", "spent", "currency",
)  # fmt: skip
_MONEY = ("spent", "currency")
_AT_ONCE = 1_000
_MOST_FOUND = 1_000


@dataclass(frozen=True, slots=True)
class Filter:
    """Which people: those found by ``text``, or those who bought, of a segment or gone quiet."""

    text: str = ""
    segment: str | None = None
    quiet: bool | None = None


def table(actor: Actor, wanted: Filter) -> tuple[list[str], Iterator[list[Any]]]:
    """Return the columns that the reader may see, and the rows. Needs ``people.export_list``; the
    trail keeps the filter and the count, not the people. `WrongUse` for an unknown segment."""
    actor.require("people.export_list")
    if wanted.text:
        return ["id", "name", "email", "phone"], _found(actor, wanted)
    columns = [one for one in _COLUMNS if one not in _MONEY or actor.may("people.see_money")]
    # Asked once before anything is written, so that a wrong segment is refused as a whole.
    people.listing(actor, segment=wanted.segment, quiet=wanted.quiet, limit=1)
    return columns, _bought(actor, wanted, columns)


def _found(actor: Actor, wanted: Filter) -> Iterator[list[Any]]:
    hits = search.find(wanted.text, limit=_MOST_FOUND, actor=actor)
    for hit in hits:
        yield [hit.profile_id, hit.name, hit.email, hit.phone]
    _note(actor, wanted, len(hits))


def _bought(actor: Actor, wanted: Filter, columns: list[str]) -> Iterator[list[Any]]:
    cursor, count = None, 0
    while True:
        page = people.listing(
            actor, segment=wanted.segment, quiet=wanted.quiet, cursor=cursor, limit=_AT_ONCE
        )
        for row in page["people"]:
            yield [row.get(name) for name in columns]
        count += len(page["people"])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    _note(actor, wanted, count)


def _note(actor: Actor, wanted: Filter, count: int) -> None:
    with transaction.atomic():
        audit(
            actor, "people.export_list", "",
            count=count, segment=wanted.segment, quiet=wanted.quiet, is_search=bool(wanted.text),
        )  # fmt: skip


def as_file(actor: Actor, wanted: Filter, form: str) -> bytes:
    """Return the list as CSV (UTF-8 with a mark, as spreadsheets want it) or XLSX. `WrongUse` for
    another form."""
    if form not in FORMS:
        raise WrongUse(told("A list is one of: %(kinds)s.", kinds=", ".join(FORMS)))
    columns, rows = table(actor, wanted)
    return _csv(columns, rows) if form == "csv" else _xlsx(columns, rows)


def _csv(columns: list[str], rows: Iterator[list[Any]]) -> bytes:
    target = StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return target.getvalue().encode("utf-8-sig", "replace")


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, int | float) else neutralise(str(value))


def _xlsx(columns: list[str], rows: Iterator[list[Any]]) -> bytes:
    import xlsxwriter

    target = BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
             "strings_to_numbers": False, "default_date_format": "yyyy-mm-dd"}  # fmt: skip
    with xlsxwriter.Workbook(target, plain) as book:
        sheet = book.add_worksheet("People")
        sheet.write_row(0, 0, columns, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, place, value)
                elif value is not None:
                    sheet.write(number, place, value)
    return target.getvalue()
