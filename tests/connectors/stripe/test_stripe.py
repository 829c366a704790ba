"""Stripe: its events at the door, its lists page by page."""

from __future__ import annotations

import hmac
import json
import random
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.kernel import clock
from regulars.sources import feed, imports, origins
from regulars.sources.models import IntakeRecord, Source
from tests import world
from tests.connectors import vendor
from tests.connectors.hooks import SECRET, ends_the_same, orders, payload, refused, send
from tests.connectors.vendor import Asked, Says, Vendor
from tests.sources.door import Answer

pytestmark = pytest.mark.django_db
CHARGE = "ch_3MmlLrLkdIwHu7ix0snN0B15"
NAMES = ["charge_pending", "charge_succeeded", "charge_refunded", "refund_created",
         "refund_failed", "customer_updated"]  # fmt: skip
STORY = [payload("stripe", name) for name in NAMES]


@pytest.fixture
def owner() -> Any:
    return world.open_shop().owner


@pytest.fixture
def source(owner: Any) -> Source:
    return origins.add(owner, "stripe", name="Card payments", secret=SECRET)


def tell(
    source: Source, said: Any, *, ago: int = 0, secret: str = SECRET, also: str = ""
) -> Answer:
    body = json.dumps(said).encode()
    at = str(int(clock.now().timestamp()) - ago)
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    return send(source, body, {"Stripe-Signature": f"t={at},{also}v1={signed},v0=old"})


def test_a_payment_is_an_order_and_goes_through_its_life(source: Source) -> None:
    tell(source, STORY[0])
    assert orders() == {CHARGE: ("pending", {"goods": 1099})}
    tell(source, STORY[1])
    assert orders() == {CHARGE: ("accepted", {"goods": 1099})}
    tell(source, STORY[2])
    tell(source, STORY[3])
    assert orders() == {CHARGE: ("accepted", {"goods": 1099, "refund": -400})}
    tell(source, STORY[4])
    assert orders() == {CHARGE: ("accepted", {"goods": 1099})}


def test_only_a_fresh_and_true_signature_is_believed(source: Source) -> None:
    assert tell(source, STORY[1], secret="another").status == 401
    assert tell(source, STORY[1], ago=301).status == 401
    assert send(source, b"{}", {}).status == 401
    assert send(source, b"{}", {"Stripe-Signature": "t=soon,v1=,v1=x"}).status == 401
    assert refused() == {"bad_signature": 3, "stale_signature": 1}
    assert not IntakeRecord.objects.exists()
    # Clocks differ a little, and two secrets sign while one takes the other's place.
    assert tell(source, STORY[1], ago=290).status == 200
    assert tell(source, STORY[1], ago=-290, also="v1=0123,").status == 200
    assert IntakeRecord.objects.count() == 3


def test_what_says_nothing_is_answered_and_left(source: Source) -> None:
    assert tell(source, {**STORY[1], "livemode": False}).status == 200
    assert tell(source, {**STORY[1], "type": "payout.paid", "data": {"object": {}}}).status == 200
    assert tell(source, {"object": "payout"}).status == 400
    assert not IntakeRecord.objects.exists()


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(dice=st.randoms(use_true_random=False), some=st.sets(st.sampled_from(range(6)), min_size=1))
def test_any_order_and_repeats_end_in_the_same_facts(
    source: Source, dice: random.Random, some: set[int]
) -> None:
    ends_the_same([STORY[one] for one in sorted(some)], lambda one: tell(source, one), dice)


@pytest.mark.parametrize("is_file_first", [True, False])
def test_the_same_payment_by_event_and_by_file_is_one(
    tmp_path: Path, owner: Any, is_file_first: bool
) -> None:
    row = {
        "id": CHARGE, "Created (UTC)": "2026-11-20 10:01", "Amount": "10.99",
        "Amount Refunded": "4.00", "Currency": "gbp", "Status": "Paid", "Captured": "true",
        "Description": "Bread for a month", "Customer ID": "cus_NffrFeUfNV2Hib",
        "Customer Email": "ada@crumb.test",
    }  # fmt: skip
    file = world.write_named(tmp_path / "payments.csv", tuple(row), [row])
    if is_file_first:
        imports.import_file(owner, file, is_confirmed=True)
    source = origins.add(owner, "stripe", name="Card payments", secret=SECRET)
    tell(source, STORY[1])
    tell(source, STORY[3])
    if not is_file_first:
        imports.import_file(owner, file, is_confirmed=True)
    assert orders() == {CHARGE: ("accepted", {"goods": 1099, "refund": -400})}
    [(header, _)] = feed.orders_with_lines(feed.view("Europe/London"))
    assert header[2] is not None


class Account:
    """Lists of charges, refunds, customers and events, newest first, two to a page."""

    def __init__(self) -> None:
        charge = STORY[1]["data"]["object"]
        self.lists: dict[str, list[Any]] = {
            "charges": [{**charge, "id": f"ch_{n}", "created": 1795168860 + n} for n in range(5)],
            "refunds": [], "customers": [], "events": [],
        }  # fmt: skip

    def answer(self, asked: Asked) -> Says:
        if asked.headers.get("authorization") != "Bearer rk_1":
            return Says({"error": {"message": "Expired API Key provided"}}, 401)
        found = self.lists[asked.path.rpartition("/")[2]][::-1]
        names = [one["id"] for one in found]
        after, before = asked.query.get("starting_after"), asked.query.get("ending_before")
        if (after or before) and (after or before) not in names:
            return Says({"error": {"code": "resource_missing"}}, 400)
        if before:
            newer = found[: names.index(before)]
            return Says({"data": newer[-2:], "has_more": len(newer) > 2})
        start = names.index(after) + 1 if after else 0
        return Says({"data": found[start : start + 2], "has_more": start + 2 < len(found)})


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def server(account: Account) -> Iterator[Vendor]:
    with vendor.running(account.answer) as found:
        yield found


def test_lists_are_walked_once_and_then_only_what_is_new(
    owner: Any, account: Account, server: Vendor
) -> None:
    secret = f"{SECRET}\ntoken=rk_1"
    source = origins.add(owner, "stripe", name="S", secret=secret, given={"api": server.url})
    assert origins.pull(owner, source.pk)["is_done"]
    assert set(orders()) == {f"ch_{n}" for n in range(5)}
    assert origins.pull(owner, source.pk)["kept"] == 0
    charge = account.lists["charges"][0]
    account.lists["charges"] += [{**charge, "id": f"ch_{n}"} for n in (7, 8, 9)]
    account.lists["events"] = [STORY[3], {**STORY[1], "id": "evt_9"}]
    assert origins.pull(owner, source.pk)["is_done"]
    assert {"ch_7", "ch_8", "ch_9", CHARGE} <= set(orders())
    # The newest event that was known is too old to be known to Stripe.
    account.lists["events"] = [STORY[4]]
    assert origins.pull(owner, source.pk)["problem"] is None
    assert orders()[CHARGE] == ("accepted", {"goods": 1099})
    server.faults = [Says({}, 429, {"Retry-After": "2"})]
    assert not origins.pull(owner, source.pk)["is_done"]
    origins.give_secret(owner, source.pk, secret="token=rk_old")
    assert origins.pull(owner, source.pk)["problem"]["code"] == "token_refused"
