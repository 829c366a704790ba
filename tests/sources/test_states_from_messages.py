"""Bookings, reviews and things on sale told by messages: the latest by its own time stands."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.accounts import actors
from regulars.jobs.performing import drain
from regulars.kernel import clock
from regulars.sources import imports, origins
from regulars.sources.intake.landing import land_waiting
from regulars.sources.models import Import, IntakeRecord, Source
from tests import world
from tests.sources import states
from tests.sources.door import knock

pytestmark = pytest.mark.django_db
SENT = datetime(2026, 11, 26, 9, tzinfo=UTC)
BOOKING = {"booking_id": "b1", "starts_at": "2026-12-01T10:00:00Z", "what": "Cut", "amount": "45"}
REVIEW = {"review_id": "r1", "rating": 4, "text": "Good", "place": "High Street"}


def message(event: str, minute: int, **properties: Any) -> dict[str, Any]:
    at = f"2026-11-20T10:{minute:02}:00Z"
    return {"type": "track", "event": event, "userId": "ada@crumb.test", "timestamp": at,
            "messageId": f"{event}/{minute}", "sentAt": SENT.isoformat(),
            "properties": properties}  # fmt: skip


STORY = (
    message("Booking Updated", 1, **BOOKING),
    message("Booking Updated", 3, booking_id="b1", status="no_show"),
    message("Booking Updated", 5, **{**BOOKING, "starts_at": "2026-12-02T10:00:00Z"}),
    message("Review Updated", 2, **REVIEW),
    message("Review Updated", 6, **{**REVIEW, "rating": 1, "reply": "Sorry"}),
    message("Product Updated", 2, sku="L1", name="Loaf", price="3.50"),
    message("Product Updated", 4, sku="L1", name="Loaf", price="3.80"),
)


@pytest.fixture
def source(db: None) -> Source:
    return origins.add(world.open_shop().owner, "web", name="Website")


def tell(source: Source, told: Any, at: datetime = SENT) -> None:
    with clock.frozen(at):
        assert knock("/v1/b", {"batch": list(told)}, key=str(source.write_key)).status == 200
    land_waiting()


def standing() -> dict[str, Any]:
    return {name: sorted(map(repr, rows)) for name, rows in states.live().items()}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(dice=st.randoms(use_true_random=False), some=st.sets(st.sampled_from(range(7)), min_size=1))
def test_any_order_and_repeats_end_in_the_same(
    source: Source, dice: random.Random, some: set[int]
) -> None:
    told = [STORY[one] for one in sorted(some)]
    with states.scratch():
        tell(source, told)
        wanted = standing()
    scattered = [*told, *(dice.choice(told) for _ in range(3))]
    dice.shuffle(scattered)
    with states.scratch():
        for one in scattered:
            tell(source, [one])
        assert standing() == wanted


@pytest.mark.parametrize("is_killed", [False, True])
@pytest.mark.parametrize("undone", [0, 1])
@pytest.mark.parametrize("late", [(0, 3, 5), (2, 4, 6)])
def test_what_is_left_when_a_month_is_undone(
    source: Source, undone: int, late: tuple[int, ...], is_killed: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Whichever month told the newer state: the other's stands alone then. Where the process is
    killed in the middle, a job finishes it."""
    parts = [[one for n, one in enumerate(STORY) if (n in late) is told] for told in (False, True)]
    moments = (SENT, SENT + timedelta(days=20))
    with states.scratch():
        tell(source, parts[1 - undone], moments[1 - undone])
        wanted = standing()
    for part, at in zip(parts, moments, strict=True):
        tell(source, part, at)
    runs = list(Import.objects.order_by("table_name"))
    if is_killed:

        def killed(*_: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as cut, pytest.raises(KeyboardInterrupt):
            cut.setattr(imports, "fold_anew", killed)
            imports.undo(actors.owner("cli"), runs[undone].pk)
        with clock.frozen(clock.now() + timedelta(minutes=6)):
            drain()
    else:
        imports.undo(actors.owner("cli"), runs[undone].pk)
    assert standing() == wanted


@pytest.mark.parametrize(
    ("event", "said", "reason"),
    [
        ("Booking Updated", {"booking_id": "b1"}, "no_booking"),
        ("Booking Updated", {**BOOKING, "starts_at": "soon"}, "no_booking"),
        ("Booking Updated", {**BOOKING, "amount": "dear"}, "bad_number"),
        ("Booking Updated", {**BOOKING, "party": -1}, "bad_number"),
        ("Review Updated", {"review_id": "r1"}, "no_review"),
        ("Review Updated", {**REVIEW, "rating": 6}, "bad_number"),
        ("Product Updated", {"price": 1}, "no_product"),
    ],
)
def test_what_tells_of_nothing_waits(
    source: Source, event: str, said: dict[str, Any], reason: str
) -> None:
    tell(source, [message(event, 9, **said), STORY[0]])
    assert [one.reason for one in IntakeRecord.objects.exclude(reason="")] == [reason]
    assert len(states.live()["bookings"]) == 1
