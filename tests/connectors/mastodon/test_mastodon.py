"""Mastodon: mentions, oldest unread first."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.sources import origins
from tests import world
from tests.connectors import vendor
from tests.connectors.hooks import payload, told
from tests.connectors.vendor import Asked, Says

pytestmark = pytest.mark.django_db
ONE = payload("mastodon", "notifications")["list"][0]


def test_mentions_become_events_with_their_words() -> None:
    owner = world.open_shop().owner
    found: list[Any] = [
        {**ONE, "id": str(34975861 + n), "status": {**ONE["status"], "id": str(1033 + n)}}
        for n in range(90)
    ]
    found.append({**ONE, "id": "34979999", "type": "follow"})

    def answer(asked: Asked) -> Says:
        if asked.headers.get("authorization") != "Bearer t1":
            return Says({"error": "The access token is invalid"}, 401)
        newer = [one for one in found if int(one["id"]) > int(asked.query["min_id"])]
        return Says(newer[: int(asked.query["limit"])][::-1])

    with vendor.running(answer) as server:
        source = origins.add(owner, "mastodon", name="Fedi", secret="token=t1",
                             given={"server": server.url})  # fmt: skip
        assert origins.pull(owner, source.pk)["pages"] == 3
        rows = told()
        assert len(rows) == 90 and {name for name, _, _ in rows} == {"Mentioned"}
        _, who, said = rows[0]
        assert who == "other.test/ada" and said["handle"] == "@ada@other.test"
        assert said["text"] == "@crumb the queue was long & slow\nbut the rye!"
        assert origins.pull(owner, source.pk)["kept"] == 0
        origins.give_secret(owner, source.pk, secret="token=old")
        assert origins.pull(owner, source.pk)["problem"]["code"] == "token_refused"
