"""The list of people as filters keep it: page by page, counted, and as a file for a spreadsheet;
what the reader may see, and no more."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Any

from django.db import transaction
from django.db.models import F, FilteredRelation, Q, QuerySet

from regulars.accounts.actors import Actor, audit
from regulars.insights import people
from regulars.kernel.errors import WrongUse
from regulars.kernel.neutral import neutralise
from regulars.kernel.telling import told
from regulars.profiles import search
from regulars.profiles.models import Card
from regulars.profiles.viewing import tags
from regulars.profiles.viewing.filters import Filters, of_card

FORMS = ("csv", "xlsx")
_COLUMNS = (
    "id", "name", "email", "phone", "country", "tags", "segment_words", "orders", "last_order_on",
    "days_since", "usual_gap_days", "is_quiet", "spent", "currency",
)  # fmt: skip
_MONEY = ("spent", "currency")
# A column of the page → what a file holds for it.
_AS_SHOWN = {"segment": ("segment_words", "is_quiet"), "last": ("last_order_on",), "spent": _MONEY}
_ORDERS = {
    "spent": (F("score__spent_minor").desc(nulls_last=True),),
    "last": (F("score__last_order_on").desc(nulls_last=True),),
    "orders": (F("score__orders").desc(nulls_last=True),),
    "name": (F("name").asc(),),
}
_AT_ONCE = 1_000
_MOST_FOUND = 1_000


def found(actor: Actor, wanted: Filters) -> QuerySet[Card]:
    """Return the cards of the people that are meant, in order, the best spenders first unless it
    says otherwise; the last seen first for whoever may not see money. Needs ``people.see``.

    Without a filter beside segment and silence these are the people who have bought.
    """
    actor.require("people.see")
    run = people.latest_run()
    own = Q(profile__scores__run=run.pk if run else 0)
    rows = Card.objects.annotate(score=FilteredRelation("profile__scores", condition=own))
    if wanted.segment:
        rows = rows.filter(score__segment=wanted.segment)
    if wanted.quiet:
        rows = rows.filter(score__is_quiet=True)
    if wanted.who == "unbought":
        rows = rows.filter(score__isnull=True)
    if not wanted.is_narrow:
        rows = rows.filter(score__isnull=False)
    rows = rows.filter(of_card(wanted))
    if wanted.text:
        hits = search.find(wanted.text, limit=_MOST_FOUND, actor=actor)
        rows = rows.filter(pk__in=[one.profile_id for one in hits])
    if wanted.thing:
        rows = rows.filter(pk__in=of_thing(actor, wanted.thing)[1])
    return rows.order_by(*_ORDERS[_order(actor, wanted)], "pk")


def _order(actor: Actor, wanted: Filters) -> str:
    """By what to order: who may not see money does not see either who spent the most."""
    order = wanted.sort or "spent"
    return "last" if order == "spent" and not actor.may("people.see_money") else order


def of_thing(actor: Actor, key: str) -> tuple[dict[str, Any], list[int]]:
    """A thing of Today and its people. Needs ``today.see``; `NotFound`."""
    from regulars.insights import suggestions

    thing = suggestions.find(actor, key)
    numbers = [one["profile_id"] for one in thing.detail.get("people", ())]
    return {"key": key, "title": thing.title}, numbers


def listing(
    actor: Actor, wanted: Filters, *, cursor: str | None = None, limit: int = 50
) -> dict[str, Any]:
    """Return one page of the list, with a cursor for the next. Needs ``people.see``."""
    start = _start(cursor)
    numbers = list(found(actor, wanted).values_list("pk", flat=True)[start : start + limit + 1])
    run = people.latest_run()
    return {
        "people": _rows(actor, numbers[:limit]),
        "next_cursor": str(start + limit) if len(numbers) > limit else None,
        "as_of": run.as_of if run else None,
    }


def _start(cursor: str | None) -> int:
    if not cursor:
        return 0
    if re.fullmatch(r"\d{1,9}", cursor, re.ASCII) is None:
        raise WrongUse(told("That cursor is not one this list gave."))
    return int(cursor)


def _rows(actor: Actor, numbers: list[int]) -> list[dict[str, Any]]:
    rows, named = people.rows_of(actor, numbers), tags.of_many(numbers)
    for row in rows:
        row["tags"] = named.get(row["id"], [])
    return rows


def count(actor: Actor, wanted: Filters) -> int:
    """How many people the list holds. Needs ``people.see``."""
    return found(actor, wanted).order_by().count()


def table(actor: Actor, wanted: Filters) -> tuple[list[str], Iterator[list[Any]]]:
    """Return the columns that the reader may see, and the rows. Needs ``people.export_list``; the
    trail keeps which filters and the count, not the people and not what was searched for."""
    actor.require("people.export_list")
    named = ("id", "name", *(one for key in wanted.show for one in _AS_SHOWN.get(key, (key,))))
    columns = [one for one in (named if wanted.show else _COLUMNS)
               if one not in _MONEY or actor.may("people.see_money")]  # fmt: skip
    # Asked before anything is written, so that a wrong filter is refused as a whole.
    return columns, _listed(actor, wanted, columns, list(found(actor, wanted).values_list("pk")))


def _listed(
    actor: Actor, wanted: Filters, columns: list[str], numbers: list[tuple[int]]
) -> Iterator[list[Any]]:
    count = 0
    for start in range(0, len(numbers), _AT_ONCE):
        for row in _rows(actor, [number for (number,) in numbers[start : start + _AT_ONCE]]):
            row["tags"] = ", ".join(row["tags"])
            yield [row.get(name) for name in columns]
            count += 1
    _note(actor, wanted, columns, count)


def _note(actor: Actor, wanted: Filters, columns: list[str], count: int) -> None:
    kept = [pair for pair in wanted.pairs() if pair[0] not in ("q", "tag", "show")]
    with transaction.atomic():
        audit(
            actor, "people.export_list", "", count=count, filters=kept, columns=columns,
            is_search=bool(wanted.text), is_by_tag=bool(wanted.tag),
        )  # fmt: skip


def as_file(actor: Actor, wanted: Filters, form: str) -> bytes:
    """Return the list as CSV (UTF-8 with a mark, as spreadsheets want it) or XLSX. `WrongUse` for
    another form."""
    if form not in FORMS:
        raise WrongUse(told("A list is one of: %(kinds)s.", kinds=", ".join(FORMS)))
    return b"".join(as_csv(actor, wanted)) if form == "csv" else _xlsx(*table(actor, wanted))


def as_csv(actor: Actor, wanted: Filters) -> Iterator[bytes]:
    """Return the list as CSV, piece by piece as it is read. Needs ``people.export_list``."""
    return _csv(*table(actor, wanted))


def _csv(columns: list[str], rows: Iterator[list[Any]]) -> Iterator[bytes]:
    target = StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    target.write("\ufeff")
    writer.writerow(columns)
    for number, row in enumerate(rows, 1):
        writer.writerow([_cell(value) for value in row])
        if number % _AT_ONCE == 0:
            yield target.getvalue().encode("utf-8", "replace")
            target.seek(0)
            target.truncate()
    yield target.getvalue().encode("utf-8", "replace")


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
