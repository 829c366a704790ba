"""Mailchimp: who is on the list and who left, by webhook and by asking."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.sources import origins
from regulars.sources.models import Source
from tests import world
from tests.connectors import vendor
from tests.connectors.hooks import allowed, ends_the_same, payload, refused, send
from tests.connectors.vendor import Asked, Says, Vendor
from tests.sources.door import Answer, knock

pytestmark = pytest.mark.django_db
OFF = payload("mailchimp", "unsubscribe")
ON = {**OFF, "type": "subscribe", "fired_at": "2026-11-20 08:00:00"}
CLEANED = {**OFF, "type": "cleaned", "fired_at": "2026-11-22 08:00:00"}
STORY = [ON, OFF, CLEANED]


@pytest.fixture
def owner() -> Any:
    return world.open_shop().owner


@pytest.fixture
def source(owner: Any) -> Source:
    return origins.add(owner, "mailchimp", name="News", given={"audience": "a6b5da1054"})


def tell(source: Source, said: dict[str, str]) -> Answer:
    head = {"Content-Type": "application/x-www-form-urlencoded"}
    return send(source, urlencode(said).encode(), head)


def test_who_joins_and_leaves_is_known(source: Source) -> None:
    assert knock(f"/v1/hook/{source.write_key}", method="GET").status == 200
    assert tell(source, ON).status == 200
    assert allowed("ada@crumb.test") == {"email": "granted"}
    tell(source, OFF)
    assert allowed("ada@crumb.test") == {"email": "withdrawn"}


def test_another_audience_and_what_says_nothing_are_turned_away(source: Source) -> None:
    assert tell(source, {**ON, "data[list_id]": "other"}).status == 401
    assert tell(source, {"hello": "there"}).status == 400
    assert refused() == {"other_shop": 1, "not_understood": 1}
    # Told, but unclear: it waits to be looked at.
    assert tell(source, {**ON, "fired_at": "yesterday"}).status == 200
    assert allowed("ada@crumb.test") == {}


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(dice=st.randoms(use_true_random=False), some=st.sets(st.sampled_from(range(3)), min_size=1))
def test_any_order_and_repeats_end_in_the_same_facts(
    source: Source, dice: random.Random, some: set[int]
) -> None:
    ends_the_same([STORY[one] for one in sorted(some)], lambda one: tell(source, one), dice)


@pytest.fixture
def server() -> Iterator[Vendor]:
    people = [
        payload("mailchimp", "member", email_address=f"p{n:04}@crumb.test",
                last_changed=f"2026-11-20T10:{n // 60:02}:{n % 60:02}+00:00")
        for n in range(620)
    ]  # fmt: skip

    def answer(asked: Asked) -> Says:
        if asked.headers.get("authorization") != "Basic cmVndWxhcnM6a2V5LXVzMQ==":
            return Says({"title": "API Key Invalid"}, 401)
        since = asked.query.get("since_last_changed", "")
        found = [one for one in people if one["last_changed"][:19] >= since[:19]]
        start, count = int(asked.query["offset"]), int(asked.query["count"])
        return Says({"members": found[start : start + count], "total_items": len(found)})

    with vendor.running(answer) as found:
        found.people = people  # type: ignore[attr-defined]
        yield found


def test_the_whole_audience_is_asked_for_and_then_what_changed(owner: Any, server: Any) -> None:
    source = origins.add(
        owner, "mailchimp", name="News", secret="token=key-us1",
        given={"audience": "a1", "api": server.url},
    )  # fmt: skip
    server.faults = [Says({}, 429, {"Retry-After": "3"})]
    assert not origins.pull(owner, source.pk)["is_done"]
    assert origins.pull(owner, source.pk)["kept"] == 620
    assert allowed("p0619@crumb.test") == {"email": "granted"}
    gone = {**server.people[0], "status": "unsubscribed",
            "last_changed": "2026-11-21T10:00:00+00:00"}  # fmt: skip
    server.people.append(gone)
    assert origins.pull(owner, source.pk)["kept"] == 1
    assert allowed("p0000@crumb.test") == {"email": "withdrawn"}
    origins.give_secret(owner, source.pk, secret="token=old-us1")
    assert origins.pull(owner, source.pk)["problem"]["code"] == "token_refused"
