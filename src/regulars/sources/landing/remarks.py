"""What lands and yet will not show in the figures or among people, counted while a file is read:
said before anything is imported, and again afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told_count
from regulars.sources.files.plan import find_columns
from regulars.sources.files.records import BookingRow, SaleRow

NAMES, FUTURE, BARE, FOREIGN = "names", "future", "bare", "foreign"
Remarks = dict[str, Any]


def counted(
    before: Mapping[str, Any],
    records: Iterable[Any],
    cells: Mapping[int, list[str]],
    *,
    columns: Sequence[str],
    fields: Mapping[str, str],
    home: str,
    now: datetime,
) -> Remarks:
    """Return ``before`` with a batch added: rows with a name and nothing else that says who it is,
    rows that give no currency though the file has a column of it, rows by ``foreign`` currency, and
    orders dated after ``now``. ``home`` is the business's currency, ``fields`` the mapping."""
    rows = [one for one in records if isinstance(one, SaleRow | BookingRow)]
    place = _place(columns, fields.get("currency", ""))
    found = Counter({name: before.get(name, 0) for name in (NAMES, FUTURE, BARE)})
    foreign = Counter(before.get(FOREIGN, {}))
    if named := [one for one in rows if one.traits and one.traits.get("name")]:
        known = {_order(one) for one in rows if one.identifiers}
        found[NAMES] += sum(_order(one) not in known for one in named)
    if place is not None:
        paid = {_order(one) for one in rows if cells[one.row_no][place].strip()}
        found[BARE] += sum(_order(one) not in paid for one in rows)
    ahead = set()
    for row in rows:
        if isinstance(row, SaleRow) and row.happened_at is not None and row.happened_at > now:
            ahead.add(_order(row))
        if row.currency not in (None, "", home):
            foreign[row.currency] += 1
    found[FUTURE] += len(ahead)
    kept: Remarks = {name: count for name, count in found.items() if count}
    return {**kept, FOREIGN: dict(foreign)} if foreign else kept


def sentences(remarks: Mapping[str, Any], home: str) -> list[str]:
    """Say the counts, each in a sentence."""
    said = []
    if n := remarks.get(NAMES):
        said.append(
            told_count(
                "%(n)s row has a name and no e-mail, phone, card or customer number. A name alone "
                "makes no person: it lands as nobody's.",
                "%(n)s rows have a name and no e-mail, phone, card or customer number. A name "
                "alone makes no person: they land as nobody's.",
                n,
            )
        )
    if n := remarks.get(FUTURE):
        said.append(
            told_count(
                "%(n)s order is dated in the future; it counts in no figure until its date is put "
                "right.",
                "%(n)s orders are dated in the future; they count in no figure until their dates "
                "are put right.",
                n,
            )
        )
    for currency, n in sorted(remarks.get(FOREIGN, {}).items()):
        said.append(
            told_count(
                "%(n)s row is in %(currency)s; figures in %(home)s leave it out.",
                "%(n)s rows are in %(currency)s; figures in %(home)s leave them out.",
                n,
                currency=currency,
                home=home,
            )
        )
    if n := remarks.get(BARE):
        said.append(
            told_count(
                "%(n)s row names no currency; it is read as %(home)s.",
                "%(n)s rows name no currency; they are read as %(home)s.",
                n,
                home=home,
            )
        )
    return said


def _order(row: SaleRow | BookingRow) -> str:
    return row.order_id if isinstance(row, SaleRow) else row.record_id


def _place(columns: Sequence[str], title: str) -> int | None:
    """The column that says a row's currency; ``None`` for a file without one."""
    if not title or title.startswith("="):
        return None
    try:
        return find_columns(list(columns), title)[0]
    except (WrongUse, IndexError):
        return None
