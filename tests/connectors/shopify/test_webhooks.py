"""Shopify's webhooks at the door: who is believed, what becomes of it."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.kernel.errors import NotAllowed, WrongUse
from regulars.sources import feed, imports, origins
from regulars.sources.models import CustomerRecord, Event, IntakeRecord, Source
from tests import world
from tests.connectors.hooks import (
    SECRET,
    ends_the_same,
    in_base64,
    orders,
    payload,
    refused,
    send,
    standing,
)
from tests.sources.door import Answer, knock

pytestmark = pytest.mark.django_db
SHOP = "crumb.myshopify.com"
WHOLE = {"goods": 1300, "postage": 200, "tax": 240, "discount": -200}
# 7.70 of 15.40 came back, half of everything: half of the tax too.
BACK = {**WHOLE, "refund": -650, "tax": 120}


@pytest.fixture
def people() -> world.People:
    return world.open_shop()


@pytest.fixture
def source(people: world.People) -> Source:
    return origins.add(people.owner, "shopify", name="Shop", secret=SECRET, given={"shop": SHOP})


def tell(source: Source, topic: str, said: Any, *, secret: str = SECRET, **headers: str) -> Answer:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    signed = {
        "X-Shopify-Topic": topic,
        "X-Shopify-Hmac-Sha256": in_base64(body, secret=secret),
        "X-Shopify-Shop-Domain": SHOP,
        "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "X-Shopify-Event-Id": "98880550-7158-44d4-b7cd-2c97c8a091b5",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return send(source, body, signed)


def test_a_sale_is_an_order_with_its_lines_and_its_buyer(source: Source) -> None:
    assert tell(source, "orders/create", payload("shopify", "order_paid")).status == 200
    assert orders() == {"#1001": ("accepted", WHOLE)}
    [(header, _)] = feed.orders_with_lines(feed.view("Europe/London"))
    assert header[3].isoformat() == "2026-11-20T10:01:00+00:00"
    names = sorted(Event.objects.values_list("name", flat=True))
    assert names == ["Identified", "Order Completed", "Order Updated"]
    assert CustomerRecord.objects.get().consents[0]["state"] == "granted"


def test_an_order_goes_through_its_life(source: Source) -> None:
    tell(source, "orders/create", payload("shopify", "order_pending"))
    assert orders()["#1001"] == ("pending", WHOLE)
    tell(source, "orders/paid", payload("shopify", "order_paid"))
    assert orders()["#1001"] == ("accepted", WHOLE)
    tell(source, "orders/updated", payload("shopify", "order_refunded"))
    assert orders()["#1001"] == ("accepted", BACK)
    tell(source, "orders/cancelled", payload("shopify", "order_cancelled"))
    assert orders()["#1001"] == ("cancelled", BACK)


def test_a_replay_is_harmless(source: Source) -> None:
    said = payload("shopify", "order_paid")
    for topic in ("orders/create", "orders/create", "orders/paid", "orders/updated"):
        assert tell(source, topic, said).status == 200
    assert IntakeRecord.objects.count() == 3


def test_two_changes_of_one_second_are_two(source: Source) -> None:
    said = payload("shopify", "order_paid")
    at = said["updated_at"]
    tell(source, "orders/paid", said)
    tell(source, "orders/create", payload("shopify", "order_pending", updated_at=at))
    assert orders()["#1001"] == ("accepted", WHOLE)


def test_a_clock_that_runs_ahead_keeps_changes_in_their_order(source: Source) -> None:
    ahead = {"created_at": "2027-11-20T10:00:00Z"}
    later = {**ahead, "updated_at": "2027-11-20T10:09:00Z"}
    tell(source, "orders/updated", payload("shopify", "order_cancelled", **later))
    tell(source, "orders/create",
         payload("shopify", "order_paid", **ahead, updated_at="2027-11-20T10:00:00Z"))  # fmt: skip
    assert orders()["#1001"][0] == "cancelled"


@pytest.mark.parametrize("wrong", ["", "AAAA", "ünlesbar"])
def test_a_wrong_signature_is_refused_and_counted(source: Source, wrong: str) -> None:
    said = payload("shopify", "order_paid")
    assert tell(source, "orders/create", said, X_Shopify_Hmac_Sha256=wrong).status == 401
    assert tell(source, "orders/create", said, secret="another one").status == 401
    assert refused() == {"bad_signature": 2}
    assert not IntakeRecord.objects.exists()


def test_another_source_is_refused(source: Source, people: world.People) -> None:
    other = origins.add(people.owner, "shopify", name="Other", secret="another secret")
    web = origins.add(people.owner, "web", name="Website")
    said = payload("shopify", "order_paid")
    assert tell(other, "orders/create", said).status == 401
    assert tell(web, "orders/create", said).status == 401
    elsewhere = {"X_Shopify_Shop_Domain": "x.myshopify.com"}
    assert tell(source, "orders/create", said, **elsewhere).status == 401
    # The key alone, without a signature, lets nobody in.
    batch = {"batch": [{"type": "page", "userId": "7"}]}
    assert knock("/v1/batch", batch, key=str(source.write_key)).status == 401
    assert knock("/v1/hook/nobodys", b"{}").status == 401
    assert refused() == {
        "bad_signature": 1, "not_a_hook": 1, "other_shop": 1, "only_webhooks": 1, "bad_key": 1,
    }  # fmt: skip
    assert not IntakeRecord.objects.exists()


def test_what_says_nothing_is_answered_and_left(source: Source) -> None:
    said = payload("shopify", "order_paid")
    assert tell(source, "orders/create", said, X_Shopify_Test="true").status == 200
    assert tell(source, "orders/create", {**said, "test": True}).status == 200
    assert tell(source, "app/uninstalled", {"id": 1}).status == 200
    assert tell(source, "refunds/create", {"id": 1, "order_id": 2}).status == 200
    assert tell(source, "orders/create", b"{").status == 400
    assert tell(source, "orders/create", b"[]").status == 400
    assert not IntakeRecord.objects.exists()


def test_what_cannot_be_read_waits_in_quarantine(source: Source) -> None:
    for changes in ({"name": None}, {"created_at": "soon"}, {"total_tax": "a lot"}):
        said = payload("shopify", "order_paid", **changes)
        assert tell(source, "orders/create", said).status == 200
    assert {one.reason for one in IntakeRecord.objects.all()} == {"not_understood"}
    assert orders() == {}


def test_a_paused_source_takes_nothing(source: Source, people: world.People) -> None:
    origins.pause(people.owner, source.pk)
    assert tell(source, "orders/create", payload("shopify", "order_paid")).status == 404


def test_a_product_is_on_sale_once_for_each_variant(source: Source) -> None:
    tell(source, "products/create", payload("shopify", "product"))
    dear = payload("shopify", "product", updated_at="2026-11-24T00:00:00Z")
    dear["variants"][0]["price"] = "4.00"
    again = payload("shopify", "product", updated_at="2026-11-25T00:00:00Z")
    tell(source, "products/update", again)
    tell(source, "products/update", dear)
    standing()
    assert prices() == {"L1": 350, "L2": 200}
    dear["updated_at"] = "2026-11-26T00:00:00Z"
    tell(source, "products/update", dear)
    standing()
    assert prices() == {"L1": 400, "L2": 200}


def prices() -> dict[str, int]:
    return {row[1]: row[4] for row in feed.products(feed.view("Europe/London"))}


def test_shopify_may_ask_to_erase_somebody(source: Source) -> None:
    said = {"shop_domain": SHOP, "customer": {"id": 207119551, "email": "ada@crumb.test"}}
    assert tell(source, "customers/redact", said).status == 200
    standing()
    event = Event.objects.get()
    assert event.name == "Erasure Requested" and event.identifier is not None


LATER = "2026-11-24T00:00:00Z"
STORY = [
    ("orders/create", payload("shopify", "order_pending")),
    ("orders/paid", payload("shopify", "order_paid")),
    ("orders/updated", payload("shopify", "order_refunded")),
    ("orders/cancelled", payload("shopify", "order_cancelled")),
    ("customers/update", payload("shopify", "customer")),
    ("products/update", payload("shopify", "product")),
    (
        "products/update",
        payload("shopify", "product", updated_at=LATER, title="Big"),
    ),
    ("orders/create", payload("shopify", "order_paid", name="#1002", customer=None, email="")),
]


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(dice=st.randoms(use_true_random=False), some=st.sets(st.sampled_from(range(8)), min_size=1))
def test_any_order_and_repeats_end_in_the_same_facts(
    source: Source, dice: random.Random, some: set[int]
) -> None:
    told = [STORY[one] for one in sorted(some)]
    ends_the_same(told, lambda one: tell(source, *one), dice)


FILE = {
    "Name": "#1001", "Email": "ada@crumb.test", "Financial Status": "partially_refunded",
    "Paid at": "2026-11-20 10:01:00 +0000", "Created at": "2026-11-20 10:01:00 +0000",
    "Currency": "GBP", "Subtotal": "11.00", "Shipping": "2.00", "Taxes": "2.40", "Total": "15.40",
    "Discount Amount": "2.00", "Refunded Amount": "7.70", "Source": "web",
}  # fmt: skip
LINES = (
    {"Lineitem quantity": "2", "Lineitem name": "Loaf - Large", "Lineitem price": "3.50",
     "Lineitem sku": "L1"},
    {"Lineitem quantity": "5", "Lineitem name": "Bun", "Lineitem price": "1.20",
     "Lineitem sku": ""},
)  # fmt: skip


@pytest.mark.parametrize(
    "order_of_telling", list(itertools.permutations(["hook", "event", "file"]))
)
def test_a_sale_by_webhook_event_and_nightly_file_is_one(
    tmp_path: Path, people: world.People, order_of_telling: tuple[str, ...]
) -> None:
    shop = origins.add(people.owner, "shopify", name="Shop", secret=SECRET)
    website = origins.add(people.owner, "web", name="Website", orders_in="shopify")
    rows = [{**FILE, **LINES[0]}, {"Name": "#1001", "Email": "ada@crumb.test", **LINES[1]}]
    file = world.write_named(tmp_path / "orders.csv", tuple(rows[0]), rows)
    event = {
        "type": "track", "event": "Order Completed", "userId": "ada@crumb.test", "messageId": "e1",
        "timestamp": "2026-11-20T10:01:00Z", "sentAt": "2026-11-20T10:01:00Z",
        "properties": {
            "order_id": "#1001", "currency": "GBP", "shipping": 2, "tax": 2.4, "discount": 2,
            "products": [{"sku": "L1", "name": "Loaf - Large", "price": 3.5, "quantity": 2},
                         {"name": "Bun", "price": 1.2, "quantity": 5}],
        },
    }  # fmt: skip
    for way in order_of_telling:
        if way == "hook":
            tell(shop, "orders/updated", payload("shopify", "order_refunded"))
        elif way == "event":
            assert knock("/v1/b", {"batch": [event]}, key=str(website.write_key)).status == 200
        else:
            imports.import_file(people.owner, file, is_confirmed=True)
        found = orders()
        assert list(found) == ["#1001"]
    if order_of_telling[-1] != "event":
        assert found["#1001"] == ("accepted", BACK)


def test_the_shops_files_and_webhooks_are_one_source(tmp_path: Path, people: world.People) -> None:
    rows = [{**FILE, **LINES[0]}]
    file = world.write_named(tmp_path / "orders.csv", tuple(rows[0]), rows)
    imports.import_file(people.owner, file, is_confirmed=True)
    shop = origins.add(people.owner, "shopify", name="Shop", secret=SECRET)
    second = origins.add(people.owner, "shopify", name="Second shop", secret=SECRET)
    assert shop.namespace == "shopify" and second.namespace == "shopify-2"
    assert Source.objects.count() == 2


def test_the_secret_is_kept_encrypted_and_must_be_given(people: world.People) -> None:
    with pytest.raises(WrongUse, match="Shopify needs: signing"):
        origins.add(people.owner, "shopify", name="Shop")
    with pytest.raises(WrongUse, match="no setting “token”"):
        origins.add(people.owner, "shopify", name="Shop", secret=SECRET, given={"token": "t"})
    source = origins.add(people.owner, "shopify", name="Shop", secret=f"{SECRET}\ntoken=shpat_1\n")
    kept = json.dumps(Source.objects.values_list("settings", flat=True).get(pk=source.pk))
    assert SECRET not in kept and "shpat_1" not in kept
    said = json.dumps(origins.show(people.owner, source.pk))
    assert SECRET not in said and f"/v1/hook/{source.write_key}" in said


def test_a_secret_of_another_installation_is_said_so(
    source: Source, people: world.People, settings: Any
) -> None:
    settings.SECRET_KEY = "another installation's"
    assert tell(source, "orders/create", payload("shopify", "order_paid")).status == 503
    assert origins.show(people.owner, source.pk)["problem"]["code"] == "sealed"
    origins.give_secret(people.owner, source.pk, secret=SECRET)
    assert tell(source, "orders/create", payload("shopify", "order_paid")).status == 200
    assert origins.show(people.owner, source.pk)["problem"] is None


def test_only_who_manages_sources_gives_secrets_and_asks(
    source: Source, people: world.People
) -> None:
    for actor in (people.helper, people.analyst):
        with pytest.raises(NotAllowed):
            origins.give_secret(actor, source.pk, secret="x")
        with pytest.raises(NotAllowed):
            origins.pull(actor, source.pk)
