"""Everything a person did in one list, newest first, in pages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TypeVar
from zoneinfo import ZoneInfo

from regulars.accounts import business
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.kernel.windows import is_day_alone
from regulars.profiles.doings import Doings, Purchase

_LONGEST_PAGE = 200
T = TypeVar("T")
_BY_US = ("note", "task")
KINDS = ("order", "return", "booking", "feedback", "event", "note", "task")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing a person did, or was done for them. ``kind`` is one of `KINDS`; ``key`` names the
    fact behind it; ``is_day_alone``: the file told the day and no hour."""

    at: datetime
    kind: str
    key: int
    title: str
    status: str
    amount_minor: int | None
    currency: str
    import_id: int
    is_day_alone: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries and where the next page begins; ``cursor`` is ``None`` on the last."""

    entries: list[Entry]
    cursor: str | None


def page_of(
    did: Doings,
    *,
    beside: Iterable[Entry] = (),
    kinds: Collection[str] = KINDS,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Return the entries after ``cursor``, those of ``kinds`` alone; ``beside`` stand among them.
    `WrongUse` for a cursor that is none of ours."""
    limit = max(1, min(limit, _LONGEST_PAGE))
    before = _read(cursor) if cursor else None
    newest = _Newest(before[0] if before else None, limit)
    found = (one for one in (*_entries(did, newest), *beside) if one.kind in kinds)
    entries = sorted(found, key=_place, reverse=True)
    if before:
        entries = [one for one in entries if _place(one) < before]
    shown = _with_hours(entries[:limit])
    return Page(shown, _write(shown[-1]) if len(entries) > limit else None)


def _with_hours(entries: list[Entry]) -> list[Entry]:
    here = business.find()
    zone = ZoneInfo(here.timezone if here else "UTC")
    return [
        one
        if one.kind in _BY_US
        else replace(one, is_day_alone=is_day_alone(one.at.astimezone(zone)))
        for one in entries
    ]


class _Newest:
    """Takes of a list, newest first, what can stand on a page: thousands of others need not be
    looked at. All of the cursor's own instant are taken, since their order is by kind and key."""

    def __init__(self, before: datetime | None, limit: int) -> None:
        self._before, self._limit = before, limit

    def of(self, rows: Sequence[T], at: Callable[[T], datetime]) -> list[T]:
        """Return one more than a page holds."""
        before = self._before
        if before is None:
            return list(rows[: self._limit + 1])
        same = [one for one in rows if at(one) == before]
        return same + list(islice((one for one in rows if at(one) < before), self._limit + 1))


def _entries(did: Doings, newest: _Newest) -> list[Entry]:
    return [
        *(_of_order(one) for one in newest.of(did.orders, lambda one: one.happened_at)),
        *(
            Entry(one.starts_at, "booking", one.booking_key, one.what, one.status,
                  one.amount_minor, one.currency, one.import_id)
            for one in newest.of(did.bookings, lambda one: one.starts_at)
        ),
        *(
            Entry(one.happened_at, "feedback", one.feedback_key, one.origin,
                  "" if one.rating is None else f"{one.rating}/{one.rating_max}", None, "",
                  one.import_id)
            for one in newest.of(did.feedback, lambda one: one.happened_at)
        ),
        *(
            Entry(one.happened_at, "event", one.event_key, one.name, "", None, "", one.import_id)
            for one in newest.of(did.events, lambda one: one.happened_at)
        ),
    ]  # fmt: skip


def _of_order(one: Purchase) -> Entry:
    names = [line.name or line.sku for line in one.lines if line.kind == "goods"]
    title = ", ".join(dict.fromkeys(filter(None, names))) or one.external_id
    kind = "return" if one.is_return else "order"
    return Entry(
        one.happened_at, kind, one.order_key, title[:200], one.status, one.amount_minor,
        one.currency, one.import_id,
    )  # fmt: skip


def _place(one: Entry) -> tuple[datetime, str, int]:
    return one.at, one.kind, one.key


def _write(one: Entry) -> str:
    return f"{one.at.isoformat()}~{one.kind}~{one.key}"


def _read(cursor: str) -> tuple[datetime, str, int]:
    try:
        at, kind, key = cursor.split("~")
        return datetime.fromisoformat(at), kind, int(key)
    except ValueError as error:
        raise WrongUse(told("This cursor is none of ours; ask for the first page.")) from error
