"""Things on sale, told by messages called “Product Updated”: the latest by its own time stands.

The name is ours, the Segment Spec has none; properties are those of the spec's products.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from regulars.kernel.ids import key64
from regulars.kernel.money import to_minor
from regulars.sources.bulk import fetch_by_keys, insert_rows
from regulars.sources.intake.ecommerce import Unreadable, number_in, text_in
from regulars.sources.landing.versions import Told, next_version
from regulars.sources.models import Product

NAME = "Product Updated"
_COLUMNS = (
    "product_key version digest of_import_id row_no sku name category price_minor currency"
).split()


@dataclass(frozen=True, slots=True)
class OfferTold:
    """What one message says of a thing on sale as of ``told_at``."""

    row_no: int
    told_at: datetime
    sku: str
    name: str
    category: str
    price_minor: int | None
    currency: str


def offer_of(row_no: int, told: Mapping[str, Any], at: datetime, home: str) -> OfferTold:
    """Return what the event's properties tell; `Unreadable` where nothing is named."""
    sku = text_in(told.get("sku"))[:120]
    name = text_in(told.get("name"))[:400] or sku
    if not name:
        raise Unreadable("no_product")
    currency = (text_in(told.get("currency")) or home).upper()
    if len(currency) != 3 or not currency.isalpha():
        raise Unreadable("bad_currency")
    price = number_in(dict(told), "price")
    minor = None if price is None else to_minor(price, currency)
    return OfferTold(row_no, at, sku, name, text_in(told.get("category"))[:120], minor, currency)


def key_of(namespace: str, offer: OfferTold) -> int:
    """The same key as a sale's line gives to its product."""
    return key64("product", namespace, offer.sku or offer.name)


def newest(found: dict[int, OfferTold], key: int, offer: OfferTold) -> None:
    """Put ``offer`` in where it was told later than what stands in ``found``."""
    known = found.get(key)
    if known is None or _place(known) < _place(offer):
        found[key] = offer


def _place(offer: OfferTold) -> tuple[datetime, str]:
    return offer.told_at, repr(replace(offer, row_no=0))


def write(wares: Mapping[int, OfferTold], *, import_id: int, standing: frozenset[int]) -> None:
    """Inside the batch's transaction: a new version of each that differs from what stands."""
    told: dict[int, list[Told]] = defaultdict(list)
    columns = ("product_key", "version", "digest", "of_import_id", "id")
    for key, *one in fetch_by_keys(Product, columns, "product_key", wares):
        told[key].append(Told(*one))
    rows: list[tuple[Any, ...]] = []
    for key, offer in wares.items():
        values = (offer.sku, offer.name, offer.category, offer.price_minor, offer.currency)
        digest = key64("|".join(map(str, values)), "")
        live = [one for one in told[key] if one.of_import in standing | {import_id}]
        latest = max(live, key=lambda one: one.version, default=None)
        if latest is None or latest.digest != digest:
            version = next_version(told[key])
            rows.append((key, version, digest, import_id, offer.row_no, *values))
    insert_rows(Product, _COLUMNS, rows)
