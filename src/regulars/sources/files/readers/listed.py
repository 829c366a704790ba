"""Orders whose lines stand in cells: ``name:Tea|sku:T|quantity:2|total:7.00;name:Cup|…``, or JSON.

WooCommerce has no export of its own; its extensions write the lines so, some all of them into one
column (``line_items``), some each into one of many (``line_item_1`` …).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice

from regulars.kernel.money import to_minor
from regulars.kernel.telling import told

from ..plan import Reader
from ..records import Charges, Record, SaleRow
from ..values import NumberReader, NumberStyle, clean_text, decide_number_style
from .columns import Columns
from .rows import Cells, RowProblem, rejected
from .sales import clean_id
from .totals import charges_of, state_of
from .words import kind_of_line

Parts = dict[str, str]

_KEYS = frozenset(
    "id order_item_id name title product_id variation_id sku quantity qty price cost item_price "
    "subtotal sub_total subtotal_tax total total_tax tax tax_class tax_data refunded refunded_qty "
    "amount code reason date method_id method_title meta weight".split()
)
_REST = frozenset(("meta", "tax_data"))
"""What follows these is a vendor's or a plug-in's own, in any form."""
_PART = re.compile(r"\s*([A-Za-z_]+)\s*:(.*)", re.DOTALL)
_BAR = re.compile(r"(?<!\\)\|")
_ESCAPED = re.compile(r"\\+([|;:,\\])")
_SAMPLES = 500


def listed(cell: str) -> list[Parts]:
    """Return the entries of a cell, each as its parts by name; raises :class:`RowProblem`.

    A bar or semicolon within a name is part of it: an entry begins with the same word as the
    first, and what has no known word in front belongs to the part before.
    """
    text = cell.strip()
    if not text:
        return []
    if text[0] in "[{":
        return _from_json(text)
    first = _PART.fullmatch(text)
    if first is None or first[1].lower() not in _KEYS:
        raise _unreadable(text)
    entries = re.split(rf"(?<!\\);\s*(?={first[1]}\s*:)", text, flags=re.IGNORECASE)
    return [_entry(entry.rstrip("; \n")) for entry in entries]


def _entry(text: str) -> Parts:
    parts: Parts = {}
    last = ""
    for piece in _BAR.split(text):
        matched = _PART.fullmatch(piece)
        word = matched[1].lower() if matched else ""
        if word in _REST:
            break
        if matched and word in _KEYS:
            parts.setdefault(word, matched[2])
            last = word
        elif last in ("name", "title"):
            parts[last] += "|" + piece
    return {word: _ESCAPED.sub(r"\1", value).strip() for word, value in parts.items()}


def _from_json(text: str) -> list[Parts]:
    try:
        found = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise _unreadable(text) from None
    entries = found if isinstance(found, list) else [found]
    if not all(isinstance(entry, dict) for entry in entries):
        raise _unreadable(text)
    plain = (str, int, Decimal)
    return [
        {str(k).lower(): str(v) for k, v in entry.items() if isinstance(v, plain)}
        for entry in entries
    ]


def _unreadable(text: str) -> RowProblem:
    return RowProblem(
        "bad_lines",
        told("“%(text)s” is not a list of an order's lines that we can read.", text=text[:60]),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order, in minor units; ``refunded_minor`` is what of it was given back."""

    line_id: str | None
    sku: str
    name: str
    quantity: Decimal
    amount_minor: int
    refunded_minor: int


class LineReader:
    """Reads the cells of a field that hold entries. Amounts are after discounts, before taxes."""

    def __init__(self, columns: Columns, field: str) -> None:
        self._places = columns.places(field)
        cells = (row for row in islice(columns.head, _SAMPLES))
        self._number = NumberReader(self._style(cells, columns.context.country))

    def entries(self, cells: Cells) -> Iterator[Parts]:
        """Yield the entries of all the field's cells of a row."""
        for place in self._places:
            yield from listed(cells[place])

    def lines(self, cells: Cells, currency: str) -> list[Line]:
        """Return a row's lines; raises :class:`RowProblem` for one that cannot be read."""
        return [self._line(parts, currency) for parts in self.entries(cells)]

    def given_back(self, cells: Cells, currency: str) -> int:
        """Return the sum of a row's refunds in minor units, above zero."""
        return sum(
            abs(to_minor(self._amount(parts, "amount", "total") or Decimal(0), currency))
            for parts in self.entries(cells)
        )

    def _line(self, parts: Parts, currency: str) -> Line:
        name = clean_text(html.unescape(parts.get("name", "")))
        sku, product = clean_id(parts.get("sku", "")), clean_id(parts.get("product_id", ""))
        if not (name or sku):
            if not product.strip("0"):
                raise RowProblem(
                    "bad_lines", told("A line of the order names neither article nor number.")
                )
            name = f"#{product}"
        quantity = self._amount(parts, "quantity", "qty")
        count = Decimal(1) if quantity is None else quantity
        whole = self._amount(parts, "total", "subtotal", "sub_total")
        if whole is None:
            one = self._amount(parts, "price", "item_price", "cost")
            if one is None:
                problem = told("The order's line “%(name)s” has no amount.", name=name or sku)
                raise RowProblem("bad_lines", problem)
            whole = count * one
        back = self._amount(parts, "refunded") or Decimal(0)
        line_id = clean_id(parts.get("id") or parts.get("order_item_id", "")) or None
        return Line(
            line_id, sku, name, count, to_minor(whole, currency), abs(to_minor(back, currency))
        )

    def _amount(self, parts: Parts, *words: str) -> Decimal | None:
        for word in words:
            text = clean_text(parts.get(word, ""))
            if not text:
                continue
            try:
                return self._number(text)
            except ValueError as error:
                raise RowProblem(
                    "bad_lines",
                    told("The order's lines: %(word)s: %(problem)s", word=word, problem=error),
                ) from None
        return None

    def _style(self, rows: Iterable[Cells], country: str) -> NumberStyle:
        """How the entries write numbers: as the amounts in them prove, else with a point, as the
        extensions do whatever the shop's country."""
        seen = []
        for cells in rows:
            try:
                entries = list(self.entries(cells))
            except RowProblem:
                continue
            seen += [e[word] for e in entries for word in ("total", "subtotal", "sub_total",
                     "price", "amount") if e.get(word)]  # fmt: skip
        style = decide_number_style(seen, country=country)
        return style if style.conclusive else NumberStyle()


def build_listed_orders(columns: Columns) -> Reader:
    """Compile the reader of an order table with the orders' lines in cells, one row per order.

    Lines, postage, fees and taxes make the order's total. Taxes come on top where that fits the
    total better, else they are within the prices. What then is missing from the total is a
    discount, what is over is a fee, so that an order adds up. An order without lines is its total.
    A line that cannot be read holds back its order. Refunds are the order's sum, else the list of
    refunds, else the lines' own.
    """
    columns.require("order_id", "date", "lines")
    order, when = columns.text("order_id"), columns.instant("date")
    state, currency = columns.text("status"), columns.currency("total")
    sums = _sums(columns)
    given, refunds = LineReader(columns, "lines"), LineReader(columns, "refunds")
    who, traits = columns.identifiers(), columns.traits()
    place, channel = columns.text("place"), columns.text("channel")

    def read(row_no: int, cells: Cells) -> Record:
        try:
            order_id, happened_at = clean_id(order(cells)), when(cells)
            if not order_id:
                raise columns.empty("no_order", "order_id")
            if happened_at is None:
                raise columns.empty("no_date", "date")
            money = currency(cells)
            lines = given.lines(cells, money)
            stated = sums(cells, money)
            if stated.total is None and not lines:
                raise columns.empty("no_amount", "total")
            if not lines:
                lines = [Line(None, "", "", Decimal(1), stated.goods, 0)]
            back = stated.refund or refunds.given_back(cells, money)
            back = back or sum(line.refunded_minor for line in lines)
            status, back, charges = _settle(lines, stated, state(cells), back)
            first = SaleRow(
                row_no, order_id, None, happened_at, "", "", "", None, None, 0, "goods", status,
                money, place(cells) or None, channel(cells) or None, who(cells), traits(cells),
                charges,
            )  # fmt: skip
            return _with_lines(first, lines)
        except RowProblem as problem:
            return rejected(row_no, cells, problem)

    return read


@dataclass(frozen=True, slots=True)
class _Sums:
    """What a row states of its order, in minor units; ``total`` is ``None`` where it is empty."""

    total: int | None
    postage: int
    fee: int
    tax: int
    refund: int

    @property
    def goods(self) -> int:
        return (self.total or 0) - self.postage - self.fee - self.tax


def _sums(columns: Columns) -> Callable[[Cells, str], _Sums]:
    total = columns.number("total")
    money = [columns.money(name) for name in ("postage", "fee", "tax", "refund")]

    def sums(cells: Cells, currency: str) -> _Sums:
        whole = total(cells)
        sent, charged, taxed, back = (one(cells, currency) for one in money)
        stated = None if whole is None else to_minor(whole, currency)
        return _Sums(stated, sent, charged, taxed, abs(back))

    return sums


def _settle(lines: list[Line], stated: _Sums, state: str, back: int) -> tuple[str, int, Charges]:
    """Return the order's status, what was given back of it, and its charges."""
    goods = sum(line.amount_minor for line in lines)
    without = goods + stated.postage + stated.fee
    whole = without + stated.tax if stated.total is None else stated.total
    on_top = abs(whole - without - stated.tax) <= abs(whole - without)
    tax = stated.tax if on_top else 0
    rest = whole - without - tax
    status, back = state_of(state, back, whole)
    charges = charges_of(stated.postage, stated.fee + max(rest, 0), tax, back, whole)
    off: Charges = (("discount", rest),) if rest < 0 else ()
    return status, back, (*off, *charges)


def _with_lines(first: SaleRow, lines: list[Line]) -> SaleRow:
    bare = replace(first, identifiers=(), traits=None, charges=())
    rows = [
        replace(
            bare if number else first,
            line_id=line.line_id, sku=line.sku, name=line.name, quantity=line.quantity,
            amount_minor=line.amount_minor, kind=kind_of_line(line.sku, line.name),
        )
        for number, line in enumerate(lines)
    ]  # fmt: skip
    return replace(rows[0], more=tuple(rows[1:])) if len(rows) > 1 else rows[0]
