"""Orders told by messages: whatever the order in which they come, how often, in what pieces."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.accounts import actors
from regulars.kernel import clock
from regulars.sources import feed, imports, origins
from regulars.sources.intake.landing import land_waiting
from regulars.sources.models import IntakeRecord, Source
from tests import world
from tests.sources import states
from tests.sources.door import knock

pytestmark = pytest.mark.django_db
SENT = datetime(2026, 11, 26, 9, tzinfo=UTC)
LOAF = {"product_id": "p1", "sku": "L1", "name": "Loaf", "price": "3.50", "quantity": 2}
BUN = {"product_id": "p2", "name": "Bun", "price": 1.2, "category": "Sweet"}


def message(number: str, event: str, minute: int, **properties: Any) -> dict[str, Any]:
    at = f"2026-11-20T10:{minute:02}:00Z"
    return {
        "type": "track", "event": event, "userId": "7", "messageId": number, "timestamp": at,
        "sentAt": SENT.isoformat(), "properties": {"order_id": "O1", **properties},
    }  # fmt: skip


BOUGHT = message(
    "m1", "Order Completed", 1, shipping=2, tax=1, products=[LOAF, BUN], currency="GBP"
)
CHANGED = message("m2", "Order Updated", 5, products=[LOAF])
BACK = message("m3", "Order Refunded", 9, refund_id="r1", total=1.2)
MORE_BACK = message("m4", "Order Refunded", 11, total=0.5)
OFF = message("m5", "Order Cancelled", 20)
STORY = (BOUGHT, CHANGED, BACK, MORE_BACK, OFF)


@pytest.fixture
def source(db: None) -> Source:
    return origins.add(world.open_shop().owner, "web", name="Website")


def tell(source: Source, *parts: list[dict[str, Any]], at: datetime = SENT) -> None:
    for part in parts:
        with clock.frozen(at):
            assert knock("/v1/b", {"batch": part}, key=str(source.write_key)).status == 200
        land_waiting()


def standing() -> dict[str, Any]:
    """Everything that counts, and the lines of orders by kind and amount."""
    found = states.live()
    return {name: sorted(map(repr, rows)) for name, rows in found.items()}


def sums() -> tuple[str, dict[str, int]]:
    """The one live order's status, and its lines' amounts by kind."""
    seen = feed.view("Europe/London")
    [(header, lines)] = feed.orders_with_lines(seen)
    found: Counter[str] = Counter()
    for line in lines:
        found[line[6]] += line[9]
    return header[10], dict(found)


def test_an_order_is_told_piece_by_piece(source: Source) -> None:
    tell(source, [BOUGHT])
    assert sums() == ("accepted", {"goods": 820, "postage": 200, "tax": 100})
    tell(source, [CHANGED])
    assert sums() == ("accepted", {"goods": 700})
    tell(source, [BACK], [MORE_BACK], [BACK])
    assert sums() == ("accepted", {"goods": 700, "refund": -170})
    tell(source, [OFF])
    assert sums()[0] == "cancelled"


def test_it_happened_when_it_was_bought(source: Source) -> None:
    tell(source, [OFF, CHANGED], [BOUGHT])
    [(header, _)] = feed.orders_with_lines(feed.view("Europe/London"))
    assert header[3].strftime("%H:%M:%S") == "10:01:00"


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(dice=st.randoms(use_true_random=False), some=st.sets(st.sampled_from(range(5)), min_size=1))
def test_any_order_repeats_and_pieces_end_in_the_same(
    source: Source, dice: random.Random, some: set[int]
) -> None:
    told = [STORY[one] for one in sorted(some)]
    with states.scratch():
        tell(source, told)
        wanted = standing()
    scattered = [*told, *(dice.choice(told) for _ in range(3))]
    dice.shuffle(scattered)
    cuts = sorted({0, len(scattered), *(dice.randrange(len(scattered)) for _ in range(2))})
    with states.scratch():
        tell(source, *(scattered[first:last] for first, last in itertools.pairwise(cuts)))
        assert standing() == wanted


@pytest.mark.parametrize("undone", [0, 1])
def test_what_is_left_of_an_order_when_a_month_is_undone(source: Source, undone: int) -> None:
    months = ([BOUGHT], [CHANGED, BACK])
    later = SENT + timedelta(days=20)
    with states.scratch():
        tell(source, months[1 - undone], at=later if undone == 0 else SENT)
        wanted = standing()
    tell(source, months[0])
    tell(source, months[1], at=later)
    runs = list(source.imports.order_by("pk"))
    assert [run.table_name for run in runs] == ["2026-11", "2026-12"]
    imports.undo(actors.owner("cli"), runs[undone].pk)
    assert standing() == wanted


def test_an_order_without_products_counts_by_its_sum(source: Source) -> None:
    tell(source, [message("m1", "Completed Order", 1, total="12.50", shipping=2, tax="0.5")])
    assert sums() == ("accepted", {"goods": 1000, "postage": 200, "tax": 50})


def test_an_order_given_back_without_a_sum_is_given_back_whole(source: Source) -> None:
    tell(source, [BOUGHT, message("m9", "Order Refunded", 30)])
    assert sums()[0] == "cancelled"


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"order_id": None}, "no_order_id"),
        ({"currency": "pounds"}, "bad_currency"),
        ({"products": [5]}, "bad_product"),
        ({"products": [{"name": "x", "price": "a lot"}]}, "bad_number"),
        ({"shipping": "1e99"}, "bad_number"),
        ({"products": [{}] * 1001}, "too_many_lines"),
    ],
)
def test_an_order_that_cannot_be_read_is_held_back(
    source: Source, properties: dict[str, Any], reason: str
) -> None:
    tell(source, [message("m1", "Order Completed", 1, **properties), BACK])
    held = IntakeRecord.objects.exclude(reason="")
    assert [one.reason for one in held] == [reason]


def test_the_same_sale_by_event_and_by_nightly_file_is_one(tmp_path: Path) -> None:
    owner = world.open_shop().owner
    website = origins.add(owner, "web", name="Website", orders_in="shopify")
    bought = message("m1", "Order Completed", 1, order_id="#1001", shipping=2, products=[LOAF, BUN])
    row = {
        "Name": "#1001", "Email": "ada@crumb.test", "Financial Status": "paid",
        "Paid at": "2026-11-20 10:01:00 +0000", "Created at": "2026-11-20 10:01:00 +0000",
        "Currency": "GBP", "Subtotal": "7.00", "Shipping": "0", "Taxes": "0", "Total": "7.00",
        "Lineitem quantity": "2", "Lineitem name": "Loaf", "Lineitem price": "3.50",
        "Lineitem sku": "L1",
    }  # fmt: skip
    file = world.write_named(tmp_path / "orders.csv", tuple(row), [row])
    tell(website, [bought])
    assert sums() == ("accepted", {"goods": 820, "postage": 200})
    # The nightly file tells the order whole: so it stands, in one order.
    imports.import_file(owner, file, is_confirmed=True)
    assert sums()[1]["goods"] == 700
    tell(website, [message("m2", "Order Updated", 30, order_id="#1001", products=[BUN])])
    assert sums()[1]["goods"] == 120
