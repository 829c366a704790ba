"""Orders in events of the Segment Spec's e-commerce part: what was bought, changed, given back.

Money follows the spec's own words: a product's amount is price × quantity; ``shipping``, ``tax``
and ``discount`` stand beside; what then is missing to ``total`` (or ``revenue``, where no product
is listed) is goods without a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from regulars.kernel.money import to_minor
from regulars.sources.intake.protocol import Json

ALIASES = {
    "Viewed Product Category": "Product List Viewed", "Viewed Promotion": "Promotion Viewed",
    "Clicked Promotion": "Promotion Clicked", "Clicked Product": "Product Clicked",
    "Viewed Product": "Product Viewed", "Added Product": "Product Added",
    "Removed Product": "Product Removed", "Started Order": "Checkout Started",
    "Viewed Checkout Step": "Checkout Step Viewed",
    "Completed Checkout Step": "Checkout Step Completed", "Updated Order": "Order Updated",
    "Completed Order": "Order Completed", "Cancelled Order": "Order Cancelled",
    "Refunded Order": "Order Refunded",
}  # fmt: skip
ORDERS = frozenset({"Order Completed", "Order Updated", "Order Cancelled", "Order Refunded"})
_STATES = ("accepted", "pending", "cancelled")
_LARGEST = Decimal(10) ** 12
_MOST_LINES = 1_000


class Unreadable(Exception):
    """A message that cannot become facts, for a reason that `reasons.sentence_of` says."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class LineTold:
    """One line of an order as told. ``line_id`` tells a refund (and the tax in it) from the order's
    other refunds; goods are told apart by what they are."""

    line_id: str
    kind: str
    amount_minor: int
    sku: str = ""
    name: str = ""
    category: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OrderTold:
    """What one message says of an order as of ``told_at``.

    ``is_whole``: the lines are all there are; else they are added to what stands (a refund).
    ``is_sale``: told when it was bought, not when it changed. ``status`` is None where the message
    does not move it.
    """

    row_no: int
    order_id: str
    told_at: datetime
    status: str | None
    currency: str
    place: str
    channel: str
    identifiers: tuple[tuple[str, str], ...]
    lines: tuple[LineTold, ...]
    is_whole: bool
    is_sale: bool


def name_of(event: str) -> str:
    """Return the event's name as v2 of the spec has it, in one way of writing."""
    name = " ".join(event.replace("_", " ").split())
    for known in (name, name.title()):
        if known in ORDERS:
            return known
        if known in ALIASES:
            return ALIASES[known]
    return event.strip()


def order_of(
    row_no: int,
    name: str,
    said: Json,
    at: datetime,
    who: tuple[tuple[str, str], ...],
    home: str,
) -> OrderTold:
    """Return what an order's event tells; `Unreadable` where it names no order or no real sum."""
    told = said.get("properties")
    if not isinstance(told, dict):
        raise Unreadable("no_order_id")
    order_id = text_in(told.get("order_id") or told.get("orderId"))
    if not order_id:
        raise Unreadable("no_order_id")
    currency = (text_in(told.get("currency")) or home).upper()
    if len(currency) != 3 or not currency.isalpha():
        raise Unreadable("bad_currency")
    is_refund = name == "Order Refunded"
    lines = _refund(told, currency) if is_refund else _lines(told, currency)
    # The spec asks for no sum: an order given back without one is given back whole.
    is_off = name == "Order Cancelled" or (is_refund and not lines)
    # No word of the spec: connectors say so of an order that is not paid yet.
    state = text_in(told.get("status"))
    state = state if state in _STATES else "accepted"
    return OrderTold(
        row_no=row_no,
        order_id=order_id[:120],
        told_at=at,
        status="cancelled" if is_off else None if is_refund else state,
        currency=currency,
        place=text_in(told.get("affiliation"))[:120],
        channel=text_in(told.get("channel"))[:60] or "web",
        identifiers=who,
        lines=tuple(lines),
        is_whole=not is_refund and bool(lines),
        is_sale=name == "Order Completed",
    )


def _lines(told: Json, currency: str) -> list[LineTold]:
    lines = _goods(told, currency)
    goods = sum(one.amount_minor for one in lines)
    charges = {
        "postage": _money(told, "shipping", currency) or 0,
        "tax": _money(told, "tax", currency) or 0,
        "discount": -abs(_money(told, "discount", currency) or 0),
        # No words of the spec either; ``refunded`` is for those who do not say when.
        "fee": _money(told, "fee", currency) or 0,
        "tip": _money(told, "tip", currency) or 0,
        "refund": -abs(_money(told, "refunded", currency) or 0),
    }
    lines += [
        LineTold(f"charge:{kind}", kind, amount) for kind, amount in charges.items() if amount
    ]
    if goods == 0:
        lines += _unnamed(told, currency, charges)
    return lines


def _unnamed(told: Json, currency: str, charges: dict[str, int]) -> list[LineTold]:
    """Goods nobody listed: what the order's sums leave for them."""
    before_discount = -charges["discount"]
    for name, other in (("subtotal", 0), ("revenue", 0),
                        ("total", charges["postage"] + charges["tax"]), ("value", 0)):  # fmt: skip
        amount = _money(told, name, currency)
        if amount:
            return [LineTold("total", "total", amount - other + before_discount)]
    return []


def _goods(told: Json, currency: str) -> list[LineTold]:
    products = told.get("products")
    if products is None and ("product_id" in told or "sku" in told) and "price" in told:
        products = [told]
    if not isinstance(products, list):
        return []
    if len(products) > _MOST_LINES:
        raise Unreadable("too_many_lines")
    lines: list[LineTold] = []
    for product in products:
        if not isinstance(product, dict):
            raise Unreadable("bad_product")
        number = text_in(product.get("product_id") or product.get("productId") or product.get("id"))
        sku = text_in(product.get("sku")) or number
        name = text_in(product.get("name")) or sku
        variant = text_in(product.get("variant"))
        quantity = number_in(product, "quantity")
        quantity = Decimal(1) if quantity is None else quantity
        price, whole = number_in(product, "price"), number_in(product, "line_total")
        price = Decimal(0) if price is None and whole is None else price
        lines.append(
            LineTold(
                "",
                "goods",
                to_minor((price or Decimal(0)) * quantity if whole is None else whole, currency),
                sku[:120],
                (f"{name}, {variant}" if variant else name)[:400],
                text_in(product.get("category"))[:120],
                quantity,
                price,
            )
        )
    return lines


def _refund(told: Json, currency: str) -> list[LineTold]:
    """What was given back: its sum, or that of its products; nothing where neither is said."""
    amount = next(
        (
            abs(found)
            for name in ("total", "refund", "amount", "revenue", "value")
            if (found := _money(told, name, currency)) is not None
        ),
        None,
    )
    if amount is None:
        goods = _goods(told, currency)
        amount = abs(sum(one.amount_minor for one in goods)) if goods else None
    number = text_in(told.get("refund_id")) or text_in(told.get("messageId"))
    if amount is None:
        return []
    # A refund holds its share of taxes that come on top: that is tax given back, not revenue.
    tax = abs(_money(told, "tax", currency) or 0)
    lines = [LineTold(f"refund:{number}", "refund", tax - amount)]
    return [*lines, LineTold(f"refund:{number}:tax", "tax", -tax)] if tax else lines


def _money(told: Json, name: str, currency: str) -> int | None:
    amount = number_in(told, name)
    return None if amount is None else to_minor(amount, currency)


def number_in(told: Json, name: str) -> Decimal | None:
    """Read a number, as SDKs write them: also as text, with a currency sign at most."""
    value: Any = told.get(name)
    if value is None or value == "" or isinstance(value, bool):
        return None
    text = str(value).strip().strip("$€£ ")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise Unreadable("bad_number") from error
    if not number.is_finite() or abs(number) > _LARGEST:
        raise Unreadable("bad_number")
    return number


def text_in(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).replace("\x00", "").strip()
