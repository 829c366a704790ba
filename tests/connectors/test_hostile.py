"""Payloads that no vendor sends: each is told, or unclear; none stops its neighbours."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.sources.connectors.kept import as_messages
from regulars.sources.connectors.messages import gather
from regulars.sources.connectors.shopify import mapping as shopify
from regulars.sources.connectors.square import mapping as square
from regulars.sources.connectors.stripe import mapping as stripe
from regulars.sources.connectors.woocommerce import mapping as woocommerce
from tests.connectors.hooks import FOLDER, NOW, payload

Tell = Callable[[Any], Iterable[Any]]
ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(max_size=8)
    | st.sampled_from(["1e999999999", "NaN", "-", "\x00", "2026-13-01", "1" * 500]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner,
                                                                max_size=2),
    max_leaves=4,
)  # fmt: skip


def square_told(said: Any) -> Iterable[Any]:
    yield from square.order(said, {"LEEDS1": "Here"}, {})


TOLD: list[tuple[str, str, Tell]] = [
    ("shopify", "order_refunded", shopify.order),
    ("shopify", "customer", shopify.customer),
    ("shopify", "product", shopify.product),
    ("stripe", "charge_succeeded", stripe.event),
    ("stripe", "refund_failed", stripe.event),
    ("stripe", "customer_updated", stripe.event),
    ("woocommerce", "order_refunded_in_part", woocommerce.order),
    ("woocommerce", "customer", woocommerce.customer),
    ("woocommerce", "product", woocommerce.product),
    ("square", "order_completed", square_told),
    ("square", "item", square.ware),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterable[tuple[Any, ...]]:
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else (
        enumerate(value) if isinstance(value, list) else ())  # fmt: skip
    for name, one in inner:
        yield from places(one, (*path, name))


@pytest.mark.parametrize(("vendor", "name", "tell"), TOLD, ids=[f"{v}-{n}" for v, n, _ in TOLD])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_odd_value_anywhere_is_told_or_unclear(
    vendor: str, name: str, tell: Tell, data: st.DataObject
) -> None:
    good = payload(vendor, name)
    path = data.draw(st.sampled_from(sorted(places(good), key=repr)))
    odd = copy.deepcopy(good)
    inner: Any = odd
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = data.draw(ODD)
    wanted = gather([good], tell)
    found = gather([odd, good], tell)
    assert wanted and all(one in found for one in wanted)
    assert all(len(one.body) < 200_000 for one in as_messages(found, NOW))


def test_every_fixture_is_json() -> None:
    found = sorted(FOLDER.glob("*/fixtures/*.json"))
    assert len(found) > 20
    for one in found:
        json.loads(one.read_text(encoding="utf-8"))
