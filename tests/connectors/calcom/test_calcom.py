"""Cal.com: appointments through their lives."""

from __future__ import annotations

import hmac
import json
import random
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.sources import origins
from regulars.sources.models import Source
from tests import world
from tests.connectors.hooks import SECRET, bookings, ends_the_same, payload, refused, send
from tests.sources.door import Answer

pytestmark = pytest.mark.django_db
NAMES = ["booking_created", "booking_rescheduled", "booking_cancelled", "no_show"]
STORY = [payload("calcom", name) for name in NAMES]


@pytest.fixture
def source() -> Source:
    return origins.add(world.open_shop().owner, "calcom", name="Chair", secret=SECRET)


def tell(source: Source, said: Any, *, secret: str = SECRET) -> Answer:
    body = json.dumps(said).encode()
    signed = hmac.new(secret.encode(), body, sha256).hexdigest()
    return send(source, body, {"X-Cal-Signature-256": signed})


def test_an_appointment_is_booked_moved_called_off(source: Source) -> None:
    tell(source, STORY[0])
    assert bookings() == {("2026-11-27 09:00", "Haircut"): ("booked", 4500, "ada@crumb.test")}
    tell(source, STORY[1])
    assert {when: row[0] for (when, _), row in bookings().items()} == {
        "2026-11-27 09:00": "cancelled",
        "2026-11-28 11:00": "booked",
    }
    tell(source, STORY[2])
    assert {row[0] for row in bookings().values()} == {"cancelled"}


def test_who_did_not_come_is_known_by_the_booking_told_before_or_after(source: Source) -> None:
    tell(source, STORY[3])
    assert bookings() == {}
    tell(source, STORY[0])
    assert [row[0] for row in bookings().values()] == ["no_show"]
    came = {**STORY[3]["payload"], "attendees": [{"email": "ada@crumb.test", "noShow": False}]}
    tell(source, {**STORY[3], "createdAt": "2026-11-27T11:00:00Z", "payload": came})
    assert [row[0] for row in bookings().values()] == ["booked"]


def test_only_the_owner_of_the_secret_is_believed(source: Source) -> None:
    assert tell(source, STORY[0], secret="other").status == 401
    assert send(source, b"{}", {}).status == 401
    assert refused() == {"bad_signature": 2}
    assert tell(source, {"triggerEvent": "PING", "createdAt": "now"}).status == 200
    assert tell(source, ["no event"]).status == 400
    assert bookings() == {}


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(dice=st.randoms(use_true_random=False), some=st.sets(st.sampled_from(range(4)), min_size=1))
def test_any_order_and_repeats_end_in_the_same_facts(
    source: Source, dice: random.Random, some: set[int]
) -> None:
    ends_the_same([STORY[one] for one in sorted(some)], lambda one: tell(source, one), dice)
