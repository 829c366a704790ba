"""Any program's webhooks: who may send, and what its fields come to mean."""

from __future__ import annotations

import base64
import hmac
import json
import random
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.accounts import actors
from regulars.jobs.performing import drain
from regulars.kernel import clock
from regulars.kernel.errors import NotAllowed, WrongUse
from regulars.sources import imports, origins, reading_hooks
from regulars.sources.intake import landing
from regulars.sources.models import IntakeRecord, Source
from tests import world
from tests.connectors.hooks import (
    NOW,
    SECRET,
    allowed,
    bookings,
    ends_the_same,
    in_base64,
    orders,
    refused,
    send,
    standing,
    told,
)
from tests.sources.door import Answer

pytestmark = pytest.mark.django_db
SALE = {
    "event": "sale.closed",
    "sale": {
        "no": "A-1", "closed_at": "2026-11-20T10:01:00Z", "currency": "GBP",
        "customer": {"mail": "ada@crumb.test"},
        "lines": [{"article": "Loaf", "qty": 2, "price": "3.50"},
                  {"article": "Bun", "qty": 1, "price": "1.20"}],
    },
}  # fmt: skip
LOAVES = {("Loaf", 700), ("Bun", 120)}


@pytest.fixture
def source() -> Source:
    return origins.add(world.open_shop().owner, "webhook", name="Till", secret=SECRET)


def sale(number: str = "A-1", **changes: Any) -> dict[str, Any]:
    return {**SALE, "sale": {**SALE["sale"], "no": number, **changes}}  # type: ignore[dict-item]


def signed(source: Source, said: Any, **headers: str) -> Answer:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    digest = hmac.new(SECRET.encode(), body, sha256).hexdigest()
    return send(source, body, {"X-Signature": f"sha256={digest}", **headers})


def decide(source: Source, kind: str | None = None, **changes: str) -> int:
    return reading_hooks.decide(actors.owner("cli"), source.pk, kind, changes)


def waiting(source: Source) -> dict[str, int]:
    standing()
    return dict(origins.show(actors.owner("cli"), source.pk)["reasons"])


@pytest.mark.parametrize(
    "header",
    [
        lambda body: {"X-Signature": hmac.new(SECRET.encode(), body, sha256).hexdigest()},
        lambda body: {"X-Signature": in_base64(body)},
        lambda body: {"Authorization": f"Bearer {SECRET}"},
        lambda body: {"X-Signature": SECRET},
    ],
    ids=["hex", "base64", "bearer", "token"],
)
def test_a_program_signs_or_sends_the_secret(source: Source, header: Any) -> None:
    body = json.dumps(SALE).encode()
    assert send(source, body, header(body)).status == 200
    for wrong in ({}, {"X-Signature": "00"}, {"Authorization": "Bearer nothing"},
                  {"X-Signature": "é"}, {"X-Signature": in_base64(body + b" ")}):  # fmt: skip
        assert send(source, body, wrong).status == 401
    assert refused() == {"bad_signature": 5}


def standard(at: datetime, body: bytes, key: bytes) -> dict[str, str]:
    seconds = str(int(at.timestamp()))
    content = b"msg_1." + seconds.encode() + b"." + body
    digest = base64.b64encode(hmac.new(key, content, sha256).digest()).decode()
    return {"webhook-id": "msg_1", "webhook-timestamp": seconds,
            "webhook-signature": f"v1a,xx v1,{digest}"}  # fmt: skip


def test_standard_webhooks_are_understood_and_old_ones_refused() -> None:
    key = b"0123456789abcdef0123456789abcdef"
    secret = "whsec_" + base64.b64encode(key).decode()
    source = origins.add(world.open_shop().owner, "webhook", name="Till", secret=secret)
    body = json.dumps(SALE).encode()
    with clock.frozen(NOW):
        assert send(source, body, standard(NOW, body, key)).status == 200
        old = standard(NOW - timedelta(minutes=6), body, key)
        assert send(source, body, old).status == 401
        moved = {**standard(NOW, body, key), "webhook-timestamp": str(int(NOW.timestamp()) + 1)}
        assert send(source, body, moved).status == 401
    assert refused() == {"stale_signature": 1, "bad_signature": 1}


def test_the_header_with_the_signature_is_a_setting() -> None:
    source = origins.add(world.open_shop().owner, "webhook", name="Till", secret=SECRET,
                         given={"header": "X-Till-Hmac"})  # fmt: skip
    body = json.dumps(SALE).encode()
    assert send(source, body, {"X-Till-Hmac": in_base64(body)}).status == 200
    assert send(source, body, {"X-Signature": in_base64(body)}).status == 401


def test_everything_waits_until_somebody_says_what_it_means(source: Source) -> None:
    assert signed(source, SALE).status == 200
    assert waiting(source) == {"no_mapping": 1} and orders() == {}
    found = reading_hooks.candidate(source)
    assert found.mapping.kind == "sales" and not found.missing and not found.is_sure
    assert found.mapping.fields["email"] == "sale.customer.mail"
    assert decide(source, order_id="sale.no") == 1
    assert orders() == {"A-1": ("accepted", {"goods": 820})}
    assert waiting(source) == {}
    signed(source, sale("A-2"))
    assert sorted(orders()) == ["A-1", "A-2"]


def test_a_sale_told_again_with_a_change_is_one_order(source: Source) -> None:
    signed(source, SALE)
    standing()
    decide(source, order_id="sale.no")
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        signed(source, sale(lines=[{"article": "Loaf", "qty": 1, "price": "3.50"}]))
        signed(source, sale(lines=[{"article": "Loaf", "qty": 1, "price": "3.50"}]))
    assert orders() == {"A-1": ("accepted", {"goods": 350})}


def test_people_bookings_reviews_and_events_come_by_the_same_way(source: Source) -> None:
    owner = actors.owner("cli")
    others = [origins.add(owner, "webhook", name=name, secret=SECRET) for name in "BREX"]
    person, booking, review, event = (
        {"nr": 7, "first_name": "Ada", "email": "ada@crumb.test", "newsletter": True},
        {"id": "B1", "start": "2026-12-01T10:00:00Z", "service": "Haircut",
         "email": "bo@crumb.test", "price": "35.00"},
        {"id": "R1", "created": "2026-11-01T10:00:00Z", "stars": 5, "comment": "Lovely",
         "author": "Cy"},
        {"what": "Door opened", "when": "2026-11-20T10:01:00Z", "email": "ada@crumb.test"},
    )  # fmt: skip
    for one, said in zip(others, (person, booking, review, event), strict=True):
        signed(one, said)
    standing()
    decide(others[0], customer_id="nr")
    decide(others[1], record_id="id")
    decide(others[2])
    decide(others[3], "events", what="what", date="when")
    assert allowed("ada@crumb.test") == {"email": "granted"}
    assert bookings() == {("2026-12-01 10:00", "Haircut"): ("booked", 3500, "bo@crumb.test")}
    assert standing()["feedback"] and any("Lovely" in one for one in standing()["feedback"])
    assert ("Door opened", "ada@crumb.test") in [one[:2] for one in told()]


def test_a_field_that_cannot_be_read_holds_one_message_not_its_neighbours(source: Source) -> None:
    signed(source, SALE)
    standing()
    decide(source, order_id="sale.no")
    batch = [sale("A-2"), sale("A-3", closed_at="the day after"), sale("A-4")]
    assert signed(source, batch).status == 200
    assert sorted(orders()) == ["A-1", "A-2", "A-4"]
    assert waiting(source) == {"not_mapped": 1}
    decide(source, order_id="sale.no", date="=2026-11-22")
    assert sorted(orders()) == ["A-1", "A-2", "A-3", "A-4"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b"[1]", b"null", b'"x"', b"\xff"])
def test_a_body_that_says_nothing_is_refused_and_counted(source: Source, body: bytes) -> None:
    assert signed(source, body).status == 400
    assert sum(refused().values()) == 1


def test_a_mended_mapping_reads_what_is_kept_once_more(source: Source) -> None:
    for number in range(5):
        signed(source, sale(f"A-{number}"))
    standing()
    decide(source, order_id="sale.no", unit_price="=1", amount="")
    assert orders()["A-0"] == ("accepted", {"goods": 300})
    decide(source, order_id="sale.no", unit_price="sale.lines.price")
    assert orders()["A-0"] == ("accepted", {"goods": 300}), "what landed stays until it is asked"
    assert reading_hooks.replay(actors.owner("cli"), source.pk) == 5
    assert {amount["goods"] for _, amount in orders().values()} == {820}
    once = standing()
    assert reading_hooks.replay(actors.owner("cli"), source.pk) == 5
    assert standing() == once


@pytest.mark.parametrize("cut", ["after the undo", "while reading"])
def test_a_replay_that_was_killed_is_finished_by_a_job(
    source: Source, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        signed(source, sale(f"A-{number}"))
    standing()
    decide(source, order_id="sale.no", unit_price="=1", amount="")
    decide(source, order_id="sale.no", unit_price="sale.lines.price")
    real = landing.land_again
    calls: list[int] = []

    def killed(numbers: Any) -> None:
        if cut == "while reading" and not calls:
            calls.append(1)
            real(numbers)
            return
        raise KeyboardInterrupt

    monkeypatch.setattr(landing, "TURN", 2)
    monkeypatch.setattr(landing, "land_again", killed)
    with clock.frozen(NOW), pytest.raises(KeyboardInterrupt):
        reading_hooks.replay(actors.owner("cli"), source.pk)
    monkeypatch.setattr(landing, "land_again", real)
    with clock.frozen(NOW + timedelta(minutes=6)):
        signed(source, sale("B-1"))
        drain()
        assert {amount["goods"] for _, amount in orders().values()} == {820}
    assert len(orders()) == 6
    assert origins.get(source.pk).settings["replaying"] == {}


def test_months_of_which_records_are_gone_are_left_as_they_are(source: Source) -> None:
    for number in range(3):
        signed(source, sale(f"A-{number}"))
    standing()
    decide(source, order_id="sale.no")
    with transaction.atomic():
        IntakeRecord.objects.order_by("pk").first().delete()  # type: ignore[union-attr]
    before = orders()
    assert reading_hooks.replay(actors.owner("cli"), source.pk) == 0
    assert orders() == before


def test_what_a_month_told_can_be_taken_back(source: Source) -> None:
    signed(source, SALE)
    standing()
    decide(source, order_id="sale.no")
    assert orders()
    owner = actors.owner("cli")
    [run] = reading_hooks.replayable(source)
    imports.undo(owner, run.pk)
    assert orders() == {}


def test_who_may_decide_and_where_there_is_nothing_to(source: Source) -> None:
    with pytest.raises(WrongUse):
        reading_hooks.candidate(source)
    signed(source, SALE)
    helper = actors.by_email("hana@crumb.test", "cli")
    for do in (lambda: reading_hooks.decide(helper, source.pk, None, {}),
               lambda: reading_hooks.replay(helper, source.pk)):  # fmt: skip
        with pytest.raises(NotAllowed):
            do()
    with pytest.raises(WrongUse, match="Not said yet"):
        decide(source, order_id="sale.no", date="")
    with pytest.raises(WrongUse):
        decide(source, order_id="nowhere")
    with pytest.raises(WrongUse):
        decide(origins.add(actors.owner("cli"), "web", name="Site"))


def test_any_order_ends_the_same() -> None:
    dice = random.Random(5)
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    story = [sale(f"A-{n % 3}", closed_at=at.isoformat(), total=n) for n in range(6)]
    asked: dict[str, Source] = {}

    def tell(one: Any) -> Answer:
        found = Source.objects.filter(kind="webhook").first()
        if found is None:
            owner = actors.owner("cli")
            found = origins.add(owner, "webhook", name="Till", secret=SECRET)
            signed(found, sale("A-0"))
            standing()
            decide(found, order_id="sale.no")
        asked["last"] = found
        return signed(found, one)

    world.open_shop()
    ends_the_same(story, tell, dice)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(said=ANYTHING)
def test_any_json_is_kept_or_refused_and_never_breaks_landing(source: Source, said: Any) -> None:
    assert signed(source, said).status in (200, 400)
    standing()
    if reading_hooks.samples(source):
        for kind in ("sales", "customers", "bookings", "reviews", "events"):
            reading_hooks.candidate(source, kind)
