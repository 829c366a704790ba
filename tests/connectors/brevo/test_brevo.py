"""Brevo: who is on a list and who left, by webhook and by asking."""

from __future__ import annotations

import json
from typing import Any

import pytest

from regulars.sources import origins
from regulars.sources.models import Source
from tests import world
from tests.connectors import vendor
from tests.connectors.hooks import SECRET, allowed, payload, refused, send
from tests.connectors.vendor import Asked, Says
from tests.sources.door import Answer

pytestmark = pytest.mark.django_db
OFF = payload("brevo", "unsubscribe")


@pytest.fixture
def owner() -> Any:
    return world.open_shop().owner


@pytest.fixture
def source(owner: Any) -> Source:
    return origins.add(owner, "brevo", name="News", secret=SECRET)


def tell(source: Source, said: Any, *, secret: str = SECRET) -> Answer:
    return send(source, json.dumps(said).encode(), {"Authorization": f"Bearer {secret}"})


def test_who_joins_and_leaves_is_known_in_any_order(source: Source) -> None:
    on = {**OFF, "event": "list_addition", "ts": OFF["ts"] - 90_000}
    on.pop("ts_event")
    tell(source, OFF)
    tell(source, on)
    assert allowed("ada@crumb.test") == {"email": "withdrawn"}
    tell(source, {**on, "ts": OFF["ts"] + 90_000, "email": ["ada@crumb.test", "ben@crumb.test"]})
    assert allowed("ada@crumb.test") == allowed("ben@crumb.test") == {"email": "granted"}


def test_only_the_token_is_believed(source: Source, owner: Any) -> None:
    assert tell(source, OFF, secret="x").status == 401
    bare = origins.add(owner, "brevo", name="Other", secret="token=k")
    assert tell(bare, OFF, secret="").status == 401
    assert tell(source, {"no": "event"}).status == 400
    assert refused() == {"bad_signature": 1, "no_secret": 1, "not_understood": 1}


def test_contacts_are_asked_for_and_then_what_changed(owner: Any) -> None:
    people = [payload("brevo", "contact", email=f"p{n}@crumb.test") for n in range(501)]
    for one in people:
        one["attributes"] = {"VORNAME": "Ada"}

    def answer(asked: Asked) -> Says:
        if asked.headers.get("api-key") != "k1":
            return Says({"code": "unauthorized"}, 401)
        start = int(asked.query["offset"])
        since = asked.query.get("modifiedSince", "")[:19]
        found = [one for one in people if one["modifiedAt"][:19] >= since]
        return Says({"contacts": found[start : start + int(asked.query["limit"])]})

    with vendor.running(answer) as server:
        source = origins.add(owner, "brevo", name="B", secret="token=k1",
                             given={"api": server.url})  # fmt: skip
        assert origins.pull(owner, source.pk)["kept"] == 501
        people[:] = [{**people[0], "emailBlacklisted": True, "modifiedAt": "2026-11-25T00:00:00Z"}]
        assert origins.pull(owner, source.pk)["kept"] == 1
        assert allowed("p0@crumb.test") == {"email": "withdrawn"}
        assert allowed("p1@crumb.test") == {"email": "granted"}
        origins.give_secret(owner, source.pk, secret="token=old")
        assert origins.pull(owner, source.pk)["problem"]["code"] == "token_refused"
