"""Sales of any make: one row per line, per order or per payment."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b

from regulars.kernel.money import to_minor
from regulars.kernel.telling import told

from ..plan import Reader
from ..records import Charges, Identifiers, Record, SaleRow
from ..values import clean_text
from .columns import Columns
from .giving_back import (
    LOWERING,
    are_written_positive,
    reader_of_events,
    refunds_stand_apart,
)
from .rows import Cells, Memo, RowProblem, rejected
from .wholes import amount_holds_charges, amount_is_the_orders
from .words import is_refunded, is_total, is_yes, kind_by_word, kind_of_line, order_status

CHARGE_SIGNS = {"discount": -1, "postage": 0, "fee": 0, "tax": 0, "tip": 0, "refund": -1}
"""-1: always lowers what the customer pays, however the file signs it; 0: as the file signs it."""

_ONE = Decimal(1)
_FLOAT_ID = re.compile(r"(\d+)\.0+")
_NOT_ZERO = re.compile(r"[1-9]")


def clean_id(text: str) -> str:
    """Return an id without blanks, protecting apostrophe and a spreadsheet's ``.0``."""
    value = clean_text(text)
    matched = _FLOAT_ID.fullmatch(value)
    return matched.group(1) if matched else value


def content_id(cells: Cells) -> str:
    """Return an id made of a row's content; identical rows have the same one."""
    return (
        "row:"
        + blake2b("\x1f".join(cells).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    )


def build_sales(columns: Columns) -> Reader:
    """Compile the reader of a sales table.

    Without order numbers, an order is what one customer bought at one instant (one day, where the
    file has days only); without customers too, each row is an order. Without prices a line has
    amount 0. A row with an empty date belongs to the order above it if the number is the same.
    A row that says it is a refund gives back, whatever its sign; a row that adds others up, or
    moves money without a sale, is none.
    """
    columns.require("date")
    when = columns.instant("date", "time", "zone")
    currency = columns.currency("amount", "unit_price")
    priced, charges = _priced(columns), _charges(columns)
    kind = _kinds(columns)
    who, traits = columns.identifiers(), columns.traits()
    sku, item = columns.text("sku"), _named(columns)
    category, place, channel = (
        columns.text("category"),
        columns.text("place"),
        columns.text("channel"),
    )
    status, line_id = _statuses(columns), columns.text("line_id")
    settled = _settled(columns, lambda cells: kind(cells, sku(cells), item(cells)))
    number_of = _order_numbers(columns)
    last_order = ""

    def read(row_no: int, cells: Cells) -> Record:
        nonlocal last_order
        try:
            happened_at = when(cells)
            identifiers = who(cells)
            order_id = number_of(cells, happened_at, identifiers)
            is_first = order_id != last_order
            if happened_at is None and (is_first or not order_id):
                raise columns.empty("no_date", "date")
            money = currency(cells)
            quantity, unit_price, amount = priced(cells, money)
            number, name = sku(cells), item(cells)
            if not number and is_total(name):
                raise RowProblem("not_a_record", told("The row is a total of other rows."))
            what = kind(cells, number, name)
            given = charges(cells, money, is_first, amount) if charges else ()
            amount, event = settled(cells, what, is_first, amount, given)
            state = "cancelled" if event == "void" else status(cells, is_first)
            if event == "refund" and quantity is not None:
                quantity = -abs(quantity)
            row = SaleRow(
                row_no, order_id, line_id(cells) or None, happened_at, number, name,
                category(cells),
                quantity, unit_price, amount, what, state, money, place(cells) or None,
                channel(cells) or None, identifiers, traits(cells), given,
            )  # fmt: skip
        except RowProblem as problem:
            return rejected(row_no, cells, problem)
        last_order = order_id
        return row

    return read


def _order_numbers(columns: Columns) -> Callable[[Cells, datetime | None, Identifiers], str]:
    """Return what gives an order's number, made of buyer and instant where the file has none."""
    if columns.has("order_id"):
        given = _ids(columns)
        return lambda cells, at, who: given(cells)
    # An order number outlives an erased person, so it must not spell out an address or a phone.
    buyer = Memo(lambda anchor: content_id(list(anchor)).replace("row:", "who:"))

    def number(cells: Cells, at: datetime | None, who: Identifiers) -> str:
        if at is None:
            return ""
        return f"{buyer[who[0]]}@{at:%Y-%m-%dT%H:%M:%S}" if who else content_id(cells)

    return number


Settled = Callable[[Cells, str, bool, int, Charges], tuple[int, str]]


def _settled(columns: Columns, kind: Callable[[Cells], str]) -> Settled:
    """Return what makes of a row's amount what the line adds to its order, and its event: without
    the charges it holds, once where it is the order's, below zero where it gives back."""
    event = reader_of_events(columns)
    is_once = amount_is_the_orders(columns)
    charged = _charged(columns)
    is_whole = bool(charged) and amount_holds_charges(columns, charged)
    turned = are_written_positive(columns, kind)

    def settle(
        cells: Cells, what: str, is_first: bool, amount: int, given: Charges
    ) -> tuple[int, str]:
        said = event(cells)
        if is_once and not is_first:
            amount = 0
        elif is_whole:
            amount -= sum(minor for name, minor in given if name != "refund")
        if said == "refund" or (turned and what in LOWERING):
            amount = -abs(amount)
        return amount, said

    return settle


def _ids(columns: Columns) -> Callable[[Cells], str]:
    title, raw = columns.title("order_id"), columns.raw("order_id")

    def convert(cell: str) -> str:
        value = clean_id(cell)
        if not value:
            raise RowProblem("no_order", told("%(column)s is empty.", column=title))
        return value

    memo = Memo(convert)
    return lambda cells: memo[raw(cells)]


def _named(columns: Columns) -> Callable[[Cells], str]:
    item, variant = columns.text("item"), columns.text("variant")
    if not columns.has("variant"):
        return item
    return lambda cells: " – ".join(filter(None, (item(cells), variant(cells))))


def _kinds(columns: Columns) -> Callable[[Cells, str, str], str]:
    if columns.has("kind"):
        word = columns.text("kind")
        memo = Memo(kind_by_word)
        return lambda cells, sku, name: memo[word(cells)]
    found = Memo(lambda key: kind_of_line(*key))
    return lambda cells, sku, name: found[sku, name]


def _statuses(columns: Columns) -> Callable[[Cells, bool], str | None]:
    if not columns.has("status"):
        if not columns.has("cancelled"):
            return lambda cells, is_first: "accepted"
        voided, answers = columns.raw("cancelled"), Memo(is_yes)
        return lambda cells, is_first: "cancelled" if answers[voided(cells)] else "accepted"
    apart = refunds_stand_apart(columns)
    raw = columns.raw("status")
    memo = Memo(lambda word: "accepted" if apart and is_refunded(word) else order_status(word))

    def status(cells: Cells, is_first: bool) -> str | None:
        word = raw(cells)
        return memo[word] if word or is_first else None

    return status


Priced = tuple[Decimal | None, Decimal | None, int]


def _priced(columns: Columns) -> Callable[[Cells, str], Priced]:
    """Return what gives quantity, price of one and amount of a line."""
    # Remembered apart: a shop has few prices and fewer quantities, and many pairs of them.
    quantities, prices = _numbers(columns, "quantity"), _numbers(columns, "unit_price")
    amounts = _numbers(columns, "amount")
    quantity_raw, price_raw = columns.raw("quantity"), columns.raw("unit_price")
    amount_raw = columns.raw("amount")
    has_price = columns.has("unit_price") or columns.has("amount")
    price_title = columns.title("amount" if columns.has("amount") else "unit_price")

    def convert(key: tuple[str, str, str, str]) -> Priced:
        counted, price, whole = quantities[key[0]], prices[key[1]], amounts[key[2]]
        quantity = _ONE if counted is None else counted
        if whole is not None:
            amount = to_minor(whole, key[3])
            return quantity, price, -amount if quantity < 0 < amount else amount
        if price is not None:
            return quantity, price, to_minor(quantity * price, key[3])
        if has_price:
            raise RowProblem("no_amount", told("%(column)s is empty.", column=price_title))
        return quantity, None, 0

    memo = Memo(convert)
    return lambda cells, money: memo[
        quantity_raw(cells), price_raw(cells), amount_raw(cells), money
    ]


def _numbers(columns: Columns, name: str) -> Memo:
    """Return what gives a cell of the field as a number, ``None`` where it is empty."""
    read = columns.number_reader(name)
    return Memo(lambda cell: read(text) if (text := clean_text(cell)) else None)


def _charged(columns: Columns) -> list[tuple[str, int]]:
    return [(name, sign) for name, sign in CHARGE_SIGNS.items() if columns.has(name)]


def _charges(columns: Columns) -> Callable[[Cells, str, bool, int], Charges] | None:
    """Return what gives a row's charges, or ``None`` where the file has none. A discount may be a
    share of the row's amount."""
    wanted = _charged(columns)
    if not wanted:
        return None
    amounts = [(name, sign, columns.money(name)) for name, sign in wanted]
    discount, share = columns.raw("discount"), columns.number("discount")
    once = columns.has("order_id") and _repeat_on_every_row(columns, [name for name, _ in wanted])

    def charges(cells: Cells, money: str, is_first: bool, amount: int) -> Charges:
        if once and not is_first:
            return ()
        given = [(name, sign, one(cells, money)) for name, sign, one in amounts]
        if "%" in discount(cells):
            off = round(amount * abs(share(cells) or Decimal(0)))
            given = [(name, sign, off if name == "discount" else n) for name, sign, n in given]
        return tuple((name, -abs(minor) if sign else minor) for name, sign, minor in given if minor)

    return charges


def _repeat_on_every_row(columns: Columns, names: list[str]) -> bool:
    """Whether charges are the order's, repeated on each of its rows, rather than each row's own.

    Option ``charges`` (``line`` or ``order``) says so; without it they are the order's if every
    order of several rows that is charged anything repeats the same values on all of them.
    """
    given = columns.mapping.options.get("charges")
    if given:
        return given == "order"
    order, raws = columns.raw("order_id"), [columns.raw(name) for name in names]
    seen: dict[str, list[tuple[str, ...]]] = {}
    for cells in columns.head:
        seen.setdefault(order(cells), []).append(tuple(raw(cells) for raw in raws))
    several = [
        values for values in seen.values() if len(values) > 1 and _NOT_ZERO.search(str(values))
    ]
    return bool(several) and all(len(set(values)) == 1 for values in several)
