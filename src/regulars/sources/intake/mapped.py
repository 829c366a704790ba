"""Messages of any program: what their fields mean is said once, on a page, and read by it.

The body is kept as it came; only landing reads it, by the source's mapping. A body is one row, or
as many as the list in it has elements: an order's lines. Rows are read as those of files are, and
told as connectors tell, so that a change told later stands and repeats change nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from regulars.kernel.errors import WrongUse
from regulars.kernel.money import to_major
from regulars.sources.connectors.contract import Json
from regulars.sources.connectors.messages import (
    ACCEPTED,
    Appointment,
    Customer,
    Item,
    Offer,
    Opinion,
    Sale,
    Unclear,
    of_appointment,
    of_customer,
    of_offer,
    of_opinion,
    of_sale,
    text_of,
    track,
)
from regulars.sources.files import plan as plans
from regulars.sources.files.json_rows import flatten
from regulars.sources.files.mapping import compile_reader
from regulars.sources.files.plan import Head, MapContext
from regulars.sources.files.records import (
    BookingRow,
    CustomerRow,
    EventRow,
    FeedbackRow,
    ProductRow,
    Rejected,
    SaleRow,
)
from regulars.sources.intake.ecommerce import Unreadable

HOOK = "hook"
"""The ``type`` of a message that is read by a mapping; its body stands in ``payload``."""
_MOST_ROWS = 1_000
_TRAITS = {
    "name": "name", "first_name": "firstName", "last_name": "lastName", "birthday": "birthday",
    "company": "company", "gender": "gender", "language": "language",
}  # fmt: skip
_ADDRESS = {
    "street": "street", "city": "city", "region": "state", "postcode": "postalCode",
    "country": "country",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """What the fields of a source's messages mean: a mapping of their dotted names, and the list
    inside a body whose elements are rows ("": there is none)."""

    mapping: plans.Mapping
    items: str = ""

    def to_json(self) -> Json:
        """A plain dictionary for storing."""
        return {"mapping": self.mapping.to_json(), "items": self.items}

    @classmethod
    def from_json(cls, stored: Json) -> Plan:
        """The plan that `to_json` wrote."""
        return cls(plans.Mapping.from_json(stored["mapping"]), str(stored.get("items", "")))


def items_of(payloads: Iterable[Json]) -> str:
    """The dotted name of the first list of objects in ``payloads``; "" without any."""
    return next((found for one in payloads if (found := _list_in(one, ""))), "")


def _list_in(value: Json, prefix: str) -> str:
    for name, inner in value.items():
        if isinstance(inner, list) and inner and all(isinstance(one, dict) for one in inner):
            return f"{prefix}{name}"
    for name, inner in value.items():
        if isinstance(inner, dict) and (found := _list_in(inner, f"{prefix}{name}.")):
            return found
    return ""


def rows_of(payload: Json, items: str) -> list[dict[str, str]]:
    """A body as rows of dotted names and texts."""
    rest, elements = _without(payload, items.split(".")) if items else (payload, [])
    flat = flatten(rest)
    found = [{**flat, **flatten(one, f"{items}.")} for one in elements if isinstance(one, dict)]
    return (found or [flat])[:_MOST_ROWS]


def _without(value: Json, path: Sequence[str]) -> tuple[Json, list[Any]]:
    inner = value.get(path[0])
    if len(path) == 1:
        rest = {name: one for name, one in value.items() if name != path[0]}
        return rest, inner if isinstance(inner, list) else []
    if not isinstance(inner, dict):
        return value, []
    rest, elements = _without(inner, path[1:])
    return {**value, path[0]: rest}, elements


def head_of(payloads: Iterable[Json], items: str) -> Head:
    """Bodies as a table in memory: what a mapping is proposed and shown from."""
    rows = [row for one in payloads for row in rows_of(one, items)]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return Head(columns, [[row.get(name, "") for name in columns] for row in rows])


def read(said: Json, plan: Plan | None, context: MapContext, received_at: datetime) -> list[Json]:
    """Return the messages that one body tells; `Unreadable` where no mapping is made yet, or the
    body has another shape than the mapping says."""
    if plan is None:
        raise Unreadable("no_mapping")
    payload = said.get("payload")
    if not isinstance(payload, dict):
        raise Unreadable("not_mapped")
    rows = rows_of(payload, plan.items)
    wanted = columns_of(plan.mapping)
    columns = list(dict.fromkeys([*(name for row in rows for name in row), *wanted]))
    cells = [[row.get(name, "") for name in columns] for row in rows]
    try:
        reader = compile_reader(Head(columns, cells), plan.mapping, context)
        records = [reader(number, row) for number, row in enumerate(cells, 1)]
        if any(isinstance(one, Rejected) for one in records):
            raise Unreadable("not_mapped")
        return list(_told(records, context.currency, received_at))
    except (WrongUse, Unclear) as error:
        raise Unreadable("not_mapped") from error


def columns_of(mapping: plans.Mapping) -> list[str]:
    """Columns a mapping names: a body that lacks one says nothing there."""
    return [part for value in mapping.fields.values() if not value.startswith(plans.CONSTANT)
            for part in value.split(plans.PLUS)]  # fmt: skip


def _told(records: Sequence[Any], currency: str, received_at: datetime) -> Iterable[Json]:
    as_of = text_of(received_at)
    orders: dict[str, list[SaleRow]] = defaultdict(list)
    for one in records:
        if isinstance(one, SaleRow):
            orders[one.order_id] += [one, *one.more]
        elif isinstance(one, CustomerRow):
            who = _customer(one.identifiers, one.traits, _consents(one))
            yield from of_customer(who, text_of(one.happened_at) if one.happened_at else as_of)
        elif isinstance(one, BookingRow):
            yield from _booking(one, as_of)
        elif isinstance(one, FeedbackRow):
            yield of_opinion(_opinion(one, as_of))
        elif isinstance(one, ProductRow):
            price = None if one.price_minor is None else to_major(
                one.price_minor, one.currency or currency)  # fmt: skip
            yield of_offer(Offer(as_of, one.name, one.sku, one.category, price, one.currency))
        elif isinstance(one, EventRow):
            who = _customer(one.identifiers, {}, ())
            yield track(one.name, text_of(one.happened_at), who, dict(one.properties))
    for rows in orders.values():
        yield from _sale(rows, currency, as_of)


def _sale(rows: Sequence[SaleRow], home: str, as_of: str) -> Iterable[Json]:
    first = rows[0]
    currency = next((one.currency for one in rows if one.currency), None) or home
    sums: dict[str, int] = defaultdict(int)
    items = []
    for one in rows:
        for kind, minor in one.charges:
            sums[kind] += minor
        if not one.has_line:
            continue
        if one.kind != "goods":
            sums[one.kind] += one.amount_minor
            continue
        items.append(
            Item(one.name or one.sku, 1 if one.quantity is None else one.quantity,
                 one.unit_price, to_major(one.amount_minor, currency), one.sku, one.category)
        )  # fmt: skip
    placed = next((one.happened_at for one in rows if one.happened_at), None)
    who = next((one.identifiers for one in rows if one.identifiers), ())
    traits = next((one.traits for one in rows if one.traits), None) or {}

    def whole(kind: str) -> Decimal:
        return abs(to_major(sums[kind], currency))

    goods = sum((item.amount for item in items), Decimal(0))
    customer = _customer(who, traits, ())
    yield from of_sale(
        Sale(
            order_id=first.order_id,
            placed_at=text_of(placed) if placed else as_of,
            as_of=as_of,
            currency=currency,
            status=next((one.status for one in rows if one.status), None) or ACCEPTED,
            items=tuple(items),
            shipping=to_major(sums["postage"], currency),
            tax=to_major(sums["tax"], currency),
            discount=whole("discount"),
            fee=to_major(sums["fee"], currency),
            tip=to_major(sums["tip"], currency),
            refunded=whole("refund"),
            place=next((one.place for one in rows if one.place), None) or "",
            channel=next((one.channel for one in rows if one.channel), None) or "",
            customer=customer,
            is_return=goods < 0,
        )
    )
    if traits:
        yield from of_customer(customer, as_of)


def _booking(row: BookingRow, as_of: str) -> Iterable[Json]:
    amount = None if row.amount_minor is None else to_major(row.amount_minor, row.currency)
    customer = _customer(row.identifiers, row.traits, ())
    if row.traits:
        yield from of_customer(customer, as_of)
    yield of_appointment(
        Appointment(
            number=row.record_id, as_of=as_of, starts_at=text_of(row.starts_at),
            ends_at=text_of(row.ends_at) if row.ends_at else "",
            booked_at=text_of(row.booked_at) if row.booked_at else "",
            what=row.what, status=row.status, party=row.party, amount=amount,
            currency=row.currency if amount is not None else "", place=row.place,
            channel=row.channel, staff=row.staff, customer=customer,
        )
    )  # fmt: skip


def _opinion(row: FeedbackRow, as_of: str) -> Opinion:
    return Opinion(
        number=row.record_id, as_of=as_of, given_at=text_of(row.happened_at), rating=row.rating,
        rating_max=row.rating_max, text=row.text, author=row.author, reply=row.reply_text,
        replied_at=text_of(row.replied_at) if row.replied_at else "", place=row.place,
        origin=row.origin, customer=_customer(row.identifiers, {}, ()),
    )  # fmt: skip


def _customer(
    who: Iterable[tuple[str, str]], traits: Mapping[str, str], consents: tuple[Json, ...]
) -> Customer:
    by_kind = {kind.partition(":")[0]: value for kind, value in reversed(list(who))}
    said: Json = {theirs: traits[ours] for ours, theirs in _TRAITS.items() if traits.get(ours)}
    address = {theirs: traits[ours] for ours, theirs in _ADDRESS.items() if traits.get(ours)}
    if address:
        said["address"] = address
    return Customer(
        by_kind.get("customer_id", "") or by_kind.get("card", ""),
        by_kind.get("email", ""),
        by_kind.get("phone", ""),
        said,
        consents,
    )


def _consents(row: CustomerRow) -> tuple[Json, ...]:
    return tuple(
        {"channel": channel, "state": state, "at": text_of(at) if at else None, "origin": origin}
        for channel, state, at, origin in row.consents
    )
