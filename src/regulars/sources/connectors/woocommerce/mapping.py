"""WooCommerce's orders, customers and products (REST API v3 shape, as its webhooks have it).

Orders are numbered by their id, as in the column ``order_id`` of its exports. Amounts of lines are
after discounts and before taxes. An order does not say when it was refunded, so what was given back
stands in the order itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from regulars.sources.connectors.contract import Json
from regulars.sources.connectors.messages import (
    ACCEPTED,
    Customer,
    Item,
    Offer,
    Sale,
    clean,
    number,
    of_customer,
    of_offer,
    of_sale,
    part,
    parts,
)
from regulars.sources.files.readers.words import order_status

_NO_ORDER = frozenset({"checkout-draft", "auto-draft", "draft", "trash"})


def order(said: Json) -> Iterable[Json]:
    """An order, with whoever it is billed to; a basket that nobody sent off is none."""
    if clean(said.get("status")) in _NO_ORDER:
        return
    person = _billed(said)
    yield from of_sale(_sale(said, person))
    yield from of_customer(person, date(said, "created"))


def _sale(said: Json, person: Customer) -> Sale:
    whole, taxes = number(said.get("total")), number(said.get("total_tax"))
    word = clean(said.get("status"))
    back = sum((abs(number(one.get("total"))) for one in parts(said, "refunds")), Decimal(0))
    if word == "refunded":
        status, back = ACCEPTED, back or whole
    else:
        status = order_status(word)
    # A refund holds its share of the taxes; that is tax given back, not revenue.
    tax_back = round(back * taxes / whole, 2) if whole else Decimal(0)
    return Sale(
        order_id=clean(said.get("id")),
        placed_at=date(said, "created"),
        as_of=date(said, "modified") or date(said, "created"),
        currency=clean(said.get("currency")),
        status=status,
        items=tuple(map(_item, parts(said, "line_items"))),
        total=whole,
        shipping=said.get("shipping_total"),
        tax=taxes - tax_back,
        fee=sum((number(one.get("total")) for one in parts(said, "fee_lines")), Decimal(0)),
        refunded=back - tax_back,
        customer=person,
    )


def _item(line: Json) -> Item:
    return Item(
        name=clean(line.get("name")),
        quantity=line.get("quantity"),
        amount=number(line.get("total")),
        sku=clean(line.get("sku")),
    )


def _billed(said: Json) -> Customer:
    billing, number_ = part(said, "billing"), clean(said.get("customer_id"))
    return _person("" if number_ == "0" else number_, clean(billing.get("email")), said)


def _person(number_: str, email: str, said: Json) -> Customer:
    billing = part(said, "billing")
    traits = {
        "firstName": clean(said.get("first_name")) or clean(billing.get("first_name")),
        "lastName": clean(said.get("last_name")) or clean(billing.get("last_name")),
        "company": {"name": clean(billing.get("company"))},
        "address": {
            "street": clean(billing.get("address_1")), "city": clean(billing.get("city")),
            "state": clean(billing.get("state")), "postalCode": clean(billing.get("postcode")),
            "country": clean(billing.get("country")),
        },
    }  # fmt: skip
    return Customer(number_, email, clean(billing.get("phone")), traits)


def customer(said: Json) -> Iterable[Json]:
    """A customer with an account."""
    email = clean(said.get("email")) or clean(part(said, "billing").get("email"))
    as_of = date(said, "modified") or date(said, "created")
    yield from of_customer(_person(clean(said.get("id")), email, said), as_of)


def product(said: Json) -> Iterable[Json]:
    """A product; its variations are products of their own in WooCommerce's export too."""
    if clean(said.get("status")) in _NO_ORDER:
        return
    categories = [clean(one.get("name")) for one in parts(said, "categories")]
    price = clean(said.get("regular_price")) or clean(said.get("price"))
    yield of_offer(
        Offer(
            as_of=date(said, "modified") or date(said, "created"),
            name=clean(said.get("name")),
            sku=clean(said.get("sku")),
            category=", ".join(filter(None, categories)),
            price=price or None,
            product_id=clean(said.get("id")),
        )
    )


def date(said: Json, which: str) -> str:
    """When it was ``created`` or ``modified``, in UTC; WooCommerce leaves the zone away."""
    return clean(said.get(f"date_{which}_gmt"))
