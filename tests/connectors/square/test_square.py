"""Square: its events at the door, its lists page by page."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.jobs.models import Job
from regulars.kernel.errors import WrongUse
from regulars.sources import feed, imports, origins
from regulars.sources.models import CustomerRecord, IntakeRecord, Source
from tests import world
from tests.connectors import vendor
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
from tests.connectors.vendor import Asked, Says, Vendor
from tests.sources.door import Answer

pytestmark = pytest.mark.django_db
ORDER = "CAISENgvlJ6jLWAzERDzjyHVybY"
RETURN = "RETURN1/refund/MtZRYYdDrYNQbOvV7nbuBvMF"
WHOLE = {"goods": 820, "discount": -100, "tax": 44, "tip": 50}
HOOK = "https://hooks.crumb.test/square"
STORY = [payload("square", name) for name in ("refund_created", "refund_updated",
                                              "customer_updated")]  # fmt: skip


class Square:
    """A seller with two locations and a few orders, listed as Square lists them."""

    def __init__(self) -> None:
        order = payload("square", "order_completed")
        self.orders = [
            {**order, "id": f"{ORDER}{n or ''}", "updated_at": f"2026-11-20T10:0{n + 1}:05.000Z"}
            for n in range(3)
        ]
        self.orders.append({**order, "id": "OPEN", "state": "OPEN", "tenders": []})
        self.refunds = [payload("square", "refund_updated")["data"]["object"]["refund"]]

    def answer(self, asked: Asked) -> Says:
        if asked.headers.get("authorization") != "Bearer EAAA1":
            return Says({"errors": [{"code": "ACCESS_TOKEN_EXPIRED"}]}, 401)
        if asked.path == "/v2/locations":
            return Says({"locations": [{"id": "LEEDS1", "name": "Station Road"}]})
        if asked.path == "/v2/orders/search":
            return self._orders(asked.said)
        if asked.path == "/v2/catalog/batch-retrieve":
            item = payload("square", "item")
            return Says({"objects": item["item_data"]["variations"]})
        if asked.path == "/v2/catalog/search":
            return Says({"objects": [payload("square", "item")]})
        if asked.path == "/v2/refunds":
            return Says({"refunds": self.refunds})
        return Says({})

    def _orders(self, said: Any) -> Says:
        assert said["location_ids"] == ["LEEDS1"]
        since = said["query"]["filter"]["date_time_filter"]["updated_at"]["start_at"]
        found = sorted((one for one in self.orders if one["updated_at"] >= since),
                       key=lambda one: str(one["updated_at"]))  # fmt: skip
        start = int(said.get("cursor") or 0)
        more = {"cursor": str(start + 2)} if start + 2 < len(found) else {}
        return Says({"orders": found[start : start + 2], **more})


@pytest.fixture
def square() -> Square:
    return Square()


@pytest.fixture
def server(square: Square) -> Iterator[Vendor]:
    with vendor.running(square.answer) as found:
        yield found


@pytest.fixture
def owner() -> Any:
    return world.open_shop().owner


@pytest.fixture
def source(owner: Any, server: Vendor) -> Source:
    return origins.add(
        owner, "square", name="Till", secret=f"{SECRET}\ntoken=EAAA1",
        given={"api": server.url, "hook_url": HOOK},
    )  # fmt: skip


def tell(source: Source, said: Any, *, url: str = HOOK) -> Answer:
    body = json.dumps(said).encode()
    signed = {"X-Square-HmacSha256-Signature": in_base64(url.encode(), body)}
    return send(source, body, signed)


def test_an_event_about_an_order_asks_for_it(source: Source, owner: Any) -> None:
    assert tell(source, payload("square", "order_updated")).status == 200
    [job] = Job.objects.filter(name="sources.pull")
    assert job.arguments == {"source_id": source.pk}
    assert tell(source, payload("square", "order_updated")).status == 200
    assert Job.objects.filter(name="sources.pull").count() == 1
    assert origins.pull(owner, source.pk)["is_done"]
    assert set(orders()) == {ORDER, f"{ORDER}1", f"{ORDER}2", RETURN}
    assert orders()[ORDER] == ("accepted", WHOLE)
    assert orders()[RETURN] == ("accepted", {"goods": -360})
    [(header, lines)] = [one for one in feed.orders_with_lines(feed.view("Europe/London"))
                         if one[0][1] == ORDER]  # fmt: skip
    assert "Station Road" in header
    products = {row[1] for row in feed.products(feed.view("Europe/London"))}
    assert products == {"L1"} and any("L1" in line for line in lines)


def test_only_the_address_and_body_that_were_signed_are_believed(source: Source) -> None:
    assert tell(source, STORY[0], url="https://elsewhere.test/").status == 401
    assert refused() == {"bad_signature": 1}
    assert not IntakeRecord.objects.exists()


def test_a_refund_counts_once_it_is_done(source: Source) -> None:
    tell(source, STORY[0])
    assert orders() == {RETURN: ("pending", {"goods": -360})}
    tell(source, STORY[1])
    assert orders() == {RETURN: ("accepted", {"goods": -360})}


def test_who_wants_no_mail_is_heard(source: Source) -> None:
    tell(source, STORY[2])
    standing()
    assert CustomerRecord.objects.get().consents[0]["state"] == "withdrawn"


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(dice=st.randoms(use_true_random=False), some=st.sets(st.sampled_from(range(3)), min_size=1))
def test_any_order_and_repeats_end_in_the_same_facts(
    source: Source, dice: random.Random, some: set[int]
) -> None:
    ends_the_same([STORY[one] for one in sorted(some)], lambda one: tell(source, one), dice)


@pytest.mark.parametrize("is_file_first", [True, False])
def test_the_same_sale_by_the_api_and_by_file_is_one(
    tmp_path: Path, square: Square, source: Source, owner: Any, is_file_first: bool
) -> None:
    del square.orders[1:], square.refunds[:]
    common = {
        "Date": "2026-11-20", "Time": "10:01:00", "Time Zone": "UTC", "Transaction ID": ORDER,
        "Payment ID": "MtZRYYdDrYNQbOvV7nbuBvMF", "Event Type": "Payment",
        "Location": "Station Road", "Channel": "Point of Sale", "Category": "",
        "Customer ID": "JDKYHBWT1D4F8MFH63DBMEN8Y4",
    }  # fmt: skip
    rows = [
        {**common, "Item": "Loaf", "Price Point Name": "Large", "SKU": "L1", "Qty": "2",
         "Gross Sales": "£7.00", "Discounts": "-£1.00", "Net Sales": "£6.00", "Tax": "£0.44"},
        {**common, "Item": "Bun", "Price Point Name": "Regular", "SKU": "", "Qty": "1",
         "Gross Sales": "£1.20", "Discounts": "£0.00", "Net Sales": "£1.20", "Tax": "£0.00"},
    ]  # fmt: skip
    file = world.write_named(tmp_path / "items.csv", tuple(rows[0]), rows)
    if is_file_first:
        imports.import_file(owner, file, is_confirmed=True)
    origins.pull(owner, source.pk)
    assert orders() == {ORDER: ("accepted", WHOLE)}
    if not is_file_first:
        imports.import_file(owner, file, is_confirmed=True)
        status, sums = orders()[ORDER]
        assert (status, sums["goods"], sums["tax"]) == ("accepted", 820, 44)


def test_without_a_token_square_would_say_nothing(owner: Any) -> None:
    with pytest.raises(WrongUse, match="Square needs: token"):
        origins.add(owner, "square", name="Till", secret=SECRET)


def test_a_token_that_ran_out_and_a_busy_square(source: Source, owner: Any, server: Vendor) -> None:
    server.faults = [Says({}, 429, {"Retry-After": "soon"})]
    assert not origins.pull(owner, source.pk)["is_done"]
    server.faults = [Says({"errors": [{"code": "INVALID_CURSOR"}]}, 400)]
    assert origins.pull(owner, source.pk)["problem"]["code"] == "unreachable"
    assert origins.pull(owner, source.pk)["is_done"]
    origins.give_secret(owner, source.pk, secret="token=EAAA2")
    assert origins.pull(owner, source.pk)["problem"]["code"] == "token_refused"
