"""Shopify's orders, customers and products (REST Admin API shape, as its webhooks have it).

Orders are numbered by their name (``#1001``), as in Shopify's own export; customers by their id.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from regulars.sources.connectors.contract import Json
from regulars.sources.connectors.messages import (
    ACCEPTED,
    CANCELLED,
    PENDING,
    Customer,
    GivenBack,
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

_STATUS = {"voided": CANCELLED, "expired": CANCELLED, "pending": PENDING, "authorized": PENDING,
           "unpaid": PENDING}  # fmt: skip
_CONSENTS = {"subscribed": "granted", "unsubscribed": "withdrawn", "redacted": "withdrawn"}


def order(said: Json) -> Iterable[Json]:
    """An order, with the customer in it. Orders of Shopify's test payments are none."""
    if said.get("test") is True:
        return
    person = _customer(part(said, "customer"), said)
    yield from of_sale(_sale(said, person))
    who = part(said, "customer")
    as_of = clean(who.get("updated_at")) or clean(said.get("created_at"))
    yield from of_customer(person, as_of)


def _sale(said: Json, person: Customer) -> Sale:
    items = [one for one in parts(said, "line_items") if not _is_tip(one)]
    tips = [number(one.get("price")) for one in parts(said, "line_items") if _is_tip(one)]
    taxes, whole = number(said.get("total_tax")), number(said.get("total_price"))
    on_top = taxes if said.get("taxes_included") is not True else Decimal(0)
    status = _STATUS.get(clean(said.get("financial_status")), ACCEPTED)
    return Sale(
        order_id=clean(said.get("name")),
        placed_at=clean(said.get("created_at")),
        as_of=clean(said.get("updated_at")),
        currency=clean(said.get("currency")),
        status=CANCELLED if said.get("cancelled_at") else status,
        items=tuple(map(_item, items)),
        total=whole,
        shipping=_shipping(said),
        tax=on_top,
        discount=said.get("total_discounts"),
        fee=_duties(said),
        tip=sum(tips) if tips else said.get("total_tip_received"),
        refunds=tuple(_refunds(said, on_top, whole)),
        channel=clean(said.get("source_name")),
        customer=person,
    )


def _is_tip(line: Json) -> bool:
    return bool(part(line, "tip"))


def _item(line: Json) -> Item:
    return Item(
        name=clean(line.get("name")) or clean(line.get("title")),
        quantity=line.get("quantity"),
        price=number(line.get("price")),
        sku=clean(line.get("sku")),
    )


def _shipping(said: Json) -> Decimal:
    stated = part(said, "total_shipping_price_set", "shop_money").get("amount")
    if stated is not None:
        return number(stated)
    return sum((number(one.get("price")) for one in parts(said, "shipping_lines")), Decimal(0))


def _duties(said: Json) -> Decimal:
    return number(part(said, "original_total_duties_set", "shop_money").get("amount"))


def _refunds(said: Json, taxes: Decimal, whole: Decimal) -> Iterable[GivenBack]:
    """What was paid back; of taxes on top the same share as in Shopify's export."""
    for refund in parts(said, "refunds"):
        back = sum(
            (number(one.get("amount")) for one in parts(refund, "transactions")
             if one.get("kind") == "refund" and one.get("status") == "success"),
            Decimal(0),
        )  # fmt: skip
        if back:
            share = round(back * taxes / whole, 2) if taxes and whole else Decimal(0)
            at = clean(refund.get("created_at")) or clean(refund.get("processed_at"))
            yield GivenBack(clean(refund.get("id")), at, back, share)


def customer(said: Json) -> Iterable[Json]:
    """A customer, with what they allow."""
    as_of = clean(said.get("updated_at")) or clean(said.get("created_at"))
    yield from of_customer(_customer(said, {}), as_of)


def _customer(said: Json, bought: Json) -> Customer:
    """The customer of an order, or whoever its own address names."""
    own = part(said, "default_address")
    address = own or part(bought, "billing_address") or part(bought, "shipping_address")
    first = clean(said.get("first_name")) or clean(address.get("first_name"))
    last = clean(said.get("last_name")) or clean(address.get("last_name"))
    street = " ".join(filter(None, (clean(address.get("address1")),)))
    traits = {
        "firstName": first, "lastName": last, "company": {"name": clean(address.get("company"))},
        "address": {
            "street": street, "city": clean(address.get("city")),
            "state": clean(address.get("province_code")) or clean(address.get("province")),
            "postalCode": clean(address.get("zip")),
            "country": clean(address.get("country_code")) or clean(address.get("country")),
        },
    }  # fmt: skip
    phones = (said.get("phone"), bought.get("phone"), address.get("phone"))
    return Customer(
        number=clean(said.get("id")),
        email=clean(said.get("email")) or clean(bought.get("email")),
        phone=next(filter(None, map(clean, phones)), ""),
        traits=traits,
        consents=tuple(_consents(said)),
    )


def _consents(said: Json) -> Iterable[Json]:
    for channel in ("email", "sms"):
        given = part(said, f"{channel}_marketing_consent")
        if state := clean(given.get("state")):
            at = clean(given.get("consent_updated_at"))
            origin = f"Shopify: {channel} marketing = {state}"
            known = {"channel": channel, "state": _CONSENTS.get(state, "unknown"), "origin": origin}
            yield {**known, **({"at": at} if at else {})}


def product(said: Json) -> Iterable[Json]:
    """A product: one thing on sale for each of its variants."""
    title = clean(said.get("title"))
    for variant in parts(said, "variants"):
        option = clean(variant.get("title"))
        option = "" if option in ("Default Title", "Default") else option
        yield of_offer(
            Offer(
                as_of=clean(said.get("updated_at")) or clean(said.get("created_at")),
                name=f"{title} – {option}" if option else title,
                sku=clean(variant.get("sku")),
                category=clean(said.get("product_type")),
                price=variant.get("price"),
                product_id=clean(said.get("id")),
            )
        )
