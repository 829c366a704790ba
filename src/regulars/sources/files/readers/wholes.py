"""What the amounts of a sales table hold: a line alone, all of its row, or the whole order."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from .columns import Columns
from .rows import Cells, RowProblem

_AFTER = frozenset(
    "total totals net paid collected gesamt gesamtbetrag gesamtpreis endbetrag netto montant ttc "
    "importe".split()
)
_OF_ORDER = frozenset("order invoice basket receipt transaction bill bestellung commande".split())


def amount_holds_charges(columns: Columns, charges: Iterable[tuple[str, int]]) -> bool:
    """Whether the column of amounts has discounts, postage, tips … in it already.

    ``charges`` are (field, sign), as the reader takes them; what is given back later is in no sum.
    Option ``amount`` (``whole`` or ``goods``) says so; else quantity × price does, row by row; else
    the header, where each row is a sale of its own ("Total", "Net").
    """
    said = columns.mapping.options.get("amount")
    if said or not columns.has("amount"):
        return said == "whole"
    named = [one for one in charges if one[0] != "refund"]
    if not named:
        return False
    whole = apart = 0
    for cells in columns.head:
        sums = _charged(columns, named, cells)
        goods, amount = _times(columns, cells), _number(columns, "amount", cells)
        if sums and goods is not None and amount is not None:
            whole += abs(goods + sums - amount) <= _penny(amount)
            apart += abs(goods - amount) <= _penny(amount)
    if whole or apart:
        return whole > apart
    words = set(columns.title("amount").casefold().replace("_", " ").split())
    return bool(words & _AFTER) and (_rows_stand_alone(columns) or {n for n, _ in named} == {
        "discount"
    })  # fmt: skip


def amount_is_the_orders(columns: Columns) -> bool:
    """Whether each row of an order repeats the order's sum, by the header and by every order."""
    words = set(columns.title("amount").casefold().replace("_", " ").split())
    if not (columns.has("amount") and columns.has("order_id") and words & _OF_ORDER):
        return False
    seen: dict[str, set[str]] = {}
    rows: dict[str, int] = {}
    order, amount = columns.raw("order_id"), columns.raw("amount")
    for cells in columns.head:
        seen.setdefault(order(cells), set()).add(amount(cells))
        rows[order(cells)] = rows.get(order(cells), 0) + 1
    several = [values for number, values in seen.items() if rows[number] > 1]
    return bool(several) and all(len(values) == 1 for values in several)


def _rows_stand_alone(columns: Columns) -> bool:
    if not columns.has("order_id"):
        return True
    order = columns.raw("order_id")
    return len({order(cells) for cells in columns.head}) == len(columns.head)


def _charged(columns: Columns, charges: Iterable[tuple[str, int]], cells: Cells) -> Decimal:
    total = Decimal(0)
    for name, sign in charges:
        value = _number(columns, name, cells) or Decimal(0)
        total += -abs(value) if sign else value
    return total


def _times(columns: Columns, cells: Cells) -> Decimal | None:
    price = _number(columns, "unit_price", cells)
    count = _number(columns, "quantity", cells) if columns.has("quantity") else Decimal(1)
    return None if price is None or count is None else count * price


def _number(columns: Columns, name: str, cells: Cells) -> Decimal | None:
    try:
        return columns.number(name)(cells)
    except RowProblem:
        return None


def _penny(amount: Decimal) -> Decimal:
    return Decimal("0.01") + abs(amount) / 10_000
