"""Square's orders, refunds, customers and catalogue.

An order has the id that Square's exports call “Transaction ID” (all transactions became orders of
the same id: Orders API, square/connect-…-sdk). A refund is a return of its own, on its own day, as
in the exports. An order counts once something was paid or it is completed: an open ticket is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from regulars.kernel.money import to_major
from regulars.sources.connectors.contract import Json
from regulars.sources.connectors.messages import (
    ACCEPTED,
    CANCELLED,
    PENDING,
    Customer,
    Item,
    Offer,
    Sale,
    Unclear,
    clean,
    of_customer,
    of_offer,
    of_sale,
    part,
    parts,
)

_STATES = {"COMPLETED": ACCEPTED, "OPEN": ACCEPTED, "CANCELED": CANCELLED}
_REFUNDS = {"COMPLETED": ACCEPTED, "PENDING": PENDING}


def order(said: Json, places: Mapping[str, str], numbers: Mapping[str, str]) -> Iterable[Json]:
    """An order; ``places`` names locations by their ids, ``numbers`` gives articles' SKUs."""
    state, is_paid = clean(said.get("state")), bool(parts(said, "tenders"))
    lines = parts(said, "line_items")
    if state not in _STATES or not (is_paid or state == "COMPLETED") or not lines:
        return
    yield from of_sale(_sale(said, [_item(one, numbers) for one in lines], _STATES[state], places))


def _sale(said: Json, items: list[Item], status: str, places: Mapping[str, str]) -> Sale:
    sums = {name: amount(said, f"total_{name}_money")
            for name in ("discount", "tax", "tip", "service_charge")}  # fmt: skip
    goods = sum((one.amount for one in items), Decimal(0))
    before_tax = goods - sums["discount"] + sums["service_charge"] + sums["tip"]
    rest = abs(amount(said, "total_money") - before_tax)
    # Taxes that are in the prices stand in the sum of taxes as well.
    is_on_top = abs(rest - sums["tax"]) < rest
    return Sale(
        order_id=clean(said.get("id")),
        placed_at=clean(said.get("created_at")),
        as_of=clean(said.get("updated_at")),
        currency=clean(part(said, "total_money").get("currency")),
        status=status,
        items=tuple(items),
        tax=sums["tax"] if is_on_top else 0,
        discount=sums["discount"],
        fee=sums["service_charge"],
        tip=sums["tip"],
        place=places.get(clean(said.get("location_id")), ""),
        channel=clean(part(said, "source").get("name")) or "till",
        customer=Customer(_buyer(said)),
    )


def _buyer(said: Json) -> str:
    paid_by = (clean(one.get("customer_id")) for one in parts(said, "tenders"))
    return clean(said.get("customer_id")) or next(filter(None, paid_by), "")


def _item(line: Json, numbers: Mapping[str, str]) -> Item:
    name, option = clean(line.get("name")), clean(line.get("variation_name"))
    return Item(
        name=_named(name or "Custom amount", option),
        quantity=line.get("quantity"),
        amount=amount(line, "gross_sales_money"),
        sku=numbers.get(clean(line.get("catalog_object_id")), ""),
    )


def _named(name: str, option: str) -> str:
    if option and option.casefold() not in ("regular", name.casefold()):
        return f"{name} – {option}"
    return name


def refund(said: Json) -> Iterable[Json]:
    """A refund of a payment: a return, negative."""
    order_id, payment = clean(said.get("order_id")), clean(said.get("payment_id"))
    if not (order_id and payment):
        return
    yield from of_sale(
        Sale(
            order_id=f"{order_id}/refund/{payment}",
            placed_at=clean(said.get("created_at")),
            as_of=clean(said.get("updated_at")) or clean(said.get("created_at")),
            currency=clean(part(said, "amount_money").get("currency")),
            status=_REFUNDS.get(clean(said.get("status")), CANCELLED),
            total=-amount(said, "amount_money"),
            channel="till",
            is_return=True,
        )
    )


def customer(said: Json) -> Iterable[Json]:
    """A customer in Square's directory."""
    address = part(said, "address")
    traits = {
        "firstName": clean(said.get("given_name")), "lastName": clean(said.get("family_name")),
        "company": {"name": clean(said.get("company_name"))},
        "birthday": clean(said.get("birthday")),
        "address": {
            "street": clean(address.get("address_line_1")), "city": clean(address.get("locality")),
            "state": clean(address.get("administrative_district_level_1")),
            "postalCode": clean(address.get("postal_code")),
            "country": clean(address.get("country")),
        },
    }  # fmt: skip
    numbers = clean(said.get("id")), clean(said.get("email_address"))
    preferences = part(said, "preferences")
    left = preferences.get("email_unsubscribed") is True
    as_of = clean(said.get("updated_at")) or clean(said.get("created_at"))
    consents = ({"channel": "email", "state": "withdrawn", "at": as_of,
                 "origin": "Square: email_unsubscribed"},) if left else ()  # fmt: skip
    person = Customer(*numbers, clean(said.get("phone_number")), traits, consents)
    yield from of_customer(person, as_of)


def ware(said: Json) -> Iterable[Json]:
    """An item of the catalogue: one thing on sale for each of its variations."""
    item = part(said, "item_data")
    for variation in parts(item, "variations"):
        own = part(variation, "item_variation_data")
        price = part(own, "price_money")
        yield of_offer(
            Offer(
                as_of=clean(said.get("updated_at")),
                name=_named(clean(item.get("name")), clean(own.get("name"))),
                sku=clean(own.get("sku")),
                price=amount(own, "price_money") if price else None,
                currency=clean(price.get("currency")),
                product_id=clean(variation.get("id")),
            )
        )


def amount(said: Json, name: str) -> Decimal:
    """A sum of money in whole units; 0 where there is none."""
    money = part(said, name)
    minor: Any = money.get("amount", 0)
    currency = clean(money.get("currency"))
    if isinstance(minor, bool) or not isinstance(minor, int) or (minor and len(currency) != 3):
        raise Unclear(f"{name} is no sum of money")
    return to_major(minor, currency) if minor else Decimal(0)
