"""WooCommerce: its webhooks at the door, its lists page by page."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.sources import imports, origins
from regulars.sources.connectors.woocommerce import connector
from regulars.sources.models import IntakeRecord, Source
from tests import world
from tests.connectors import vendor
from tests.connectors.hooks import SECRET, ends_the_same, in_base64, orders, payload, refused, send
from tests.connectors.vendor import Asked, Says, Vendor
from tests.sources.door import Answer

pytestmark = pytest.mark.django_db
WHOLE = {"goods": 1100, "postage": 200, "tax": 260}
# 7.80 of 15.60 came back, half of everything: half of the tax too.
BACK = {"goods": 1100, "postage": 200, "tax": 130, "refund": -650}
STORY = [
    ("order.created", payload("woocommerce", "order_on_hold")),
    ("order.updated", payload("woocommerce", "order_processing")),
    ("order.updated", payload("woocommerce", "order_refunded_in_part")),
    ("order.updated", payload("woocommerce", "order_cancelled")),
    ("customer.updated", payload("woocommerce", "customer")),
    ("product.updated", payload("woocommerce", "product")),
    ("order.created", payload("woocommerce", "order_processing", id=728, customer_id=0)),
]


@pytest.fixture
def owner() -> Any:
    return world.open_shop().owner


@pytest.fixture
def source(owner: Any) -> Source:
    return origins.add(owner, "woocommerce", name="Shop", secret=SECRET)


def tell(source: Source, topic: str, said: Any, *, secret: str = SECRET) -> Answer:
    body = json.dumps(said).encode()
    signed = {
        "X-WC-Webhook-Topic": topic, "X-WC-Webhook-Signature": in_base64(body, secret=secret),
        "X-WC-Webhook-Delivery-ID": "36e520ebabc2fa725092ff4a47acedf2",
    }  # fmt: skip
    return send(source, body, signed)


def test_an_order_goes_through_its_life(source: Source) -> None:
    for place, wanted in enumerate(
        [("pending", WHOLE), ("accepted", WHOLE), ("accepted", BACK), ("cancelled", BACK)]
    ):
        assert tell(source, *STORY[place]).status == 200
        assert orders() == {"727": wanted}


def test_an_order_that_is_wholly_refunded_gave_all_back(source: Source) -> None:
    tell(source, "order.updated", payload("woocommerce", "order_processing", status="refunded"))
    wanted = {"goods": 1100, "postage": 200, "refund": -1300}
    assert orders() == {"727": ("accepted", wanted)}


def test_the_ping_is_answered_and_no_signature_is_no_entry(source: Source) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert send(source, b"webhook_id=7", form).status == 200
    assert send(source, b"webhook_id=7&x=1", form).status == 401
    assert tell(source, *STORY[1], secret="another").status == 401
    assert tell(source, "coupon.created", {"id": 1}).status == 200
    assert tell(source, "order.deleted", {"id": 727}).status == 200
    assert tell(source, "order.created", {**STORY[1][1], "status": "checkout-draft"}).status == 200
    assert refused() == {"bad_signature": 2}
    assert not IntakeRecord.objects.exists()


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(dice=st.randoms(use_true_random=False), some=st.sets(st.sampled_from(range(7)), min_size=1))
def test_any_order_and_repeats_end_in_the_same_facts(
    source: Source, dice: random.Random, some: set[int]
) -> None:
    ends_the_same([STORY[one] for one in sorted(some)], lambda one: tell(source, *one), dice)


@pytest.mark.parametrize("is_file_first", [True, False])
def test_the_same_order_by_webhook_and_by_file_is_one(
    tmp_path: Path, source: Source, owner: Any, is_file_first: bool
) -> None:
    common = {
        "order_id": "727", "order_date": "2026-11-20 10:01:00", "status": "completed",
        "order_total": "15.60", "shipping_total": "2.00", "tax_total": "2.60",
        "order_currency": "GBP", "customer_id": "26", "billing_email": "ada@crumb.test",
        "refunded_total": "7.80",
    }  # fmt: skip
    rows = [
        {**common, "item_name": "Loaf - Large", "item_sku": "L1", "item_quantity": "2",
         "item_total": "6.00", "item_id": "315"},
        {**common, "item_name": "Bun", "item_sku": "", "item_quantity": "5",
         "item_total": "5.00", "item_id": "316"},
    ]  # fmt: skip
    file = world.write_named(tmp_path / "orders.csv", tuple(rows[0]), rows)
    if is_file_first:
        imports.import_file(owner, file, is_confirmed=True)
    tell(source, *STORY[2])
    assert orders() == {"727": ("accepted", BACK)}
    if not is_file_first:
        imports.import_file(owner, file, is_confirmed=True)
    assert orders() == {"727": ("accepted", BACK)}


class Shop:
    """A shop that lists its orders by page, as WooCommerce does."""

    def __init__(self) -> None:
        first = datetime(2026, 11, 20, 10, 1)
        # The middle five were changed in one and the same second.
        minutes = [0, 1, 2, 3, 3, 3, 3, 3, 4, 5]
        self.orders = [
            payload("woocommerce", "order_processing", id=n,
                    date_modified_gmt=(first + timedelta(minutes=m)).isoformat())
            for n, m in enumerate(minutes, start=1)
        ]  # fmt: skip

    def answer(self, asked: Asked) -> Says:
        if asked.headers.get("authorization") != "Basic Y2tfMTpjc18x":
            return Says({"code": "woocommerce_rest_cannot_view"}, 401)
        if not asked.path.endswith("/orders"):
            return Says([])
        since = asked.query.get("modified_after", "")
        found = sorted((one for one in self.orders if one["date_modified_gmt"] > since),
                       key=lambda one: (one["date_modified_gmt"], one["id"]))  # fmt: skip
        size, page = int(asked.query["per_page"]), int(asked.query["page"])
        return Says(found[(page - 1) * size : page * size])


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def server(shop: Shop) -> Iterator[Vendor]:
    with vendor.running(shop.answer) as found:
        yield found


def test_no_order_falls_between_two_pages(
    owner: Any, shop: Shop, server: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connector, "LIMIT", 2)
    secret = f"{SECRET}\nkey=ck_1\ntoken=cs_1"
    source = origins.add(owner, "woocommerce", name="W", secret=secret, given={"shop": server.url})
    answer, count = shop.answer, 0

    def changing(asked: Asked) -> Says:
        """While the list is read, its first order changes and goes to the end."""
        nonlocal count
        count += 1
        if count == 5:
            shop.orders[0]["date_modified_gmt"] = "2026-11-21T00:00:00"
        return answer(asked)

    server.answering = changing
    assert origins.pull(owner, source.pk)["is_done"]
    assert set(orders()) == {str(n) for n in range(1, 11)}
    assert origins.pull(owner, source.pk)["kept"] == 0
    server.faults = [Says("busy", 503)]
    assert origins.pull(owner, source.pk)["problem"]["code"] == "unreachable"
    origins.give_secret(owner, source.pk, secret="token=cs_2")
    assert origins.pull(owner, source.pk)["problem"]["code"] == "token_refused"
