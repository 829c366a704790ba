"""Bluesky: mentions, newest first until what is known."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.sources import origins
from tests import world
from tests.connectors import vendor
from tests.connectors.hooks import payload, told
from tests.connectors.vendor import Asked, Says

pytestmark = pytest.mark.django_db
ONE, FOLLOW = payload("bluesky", "notifications")["notifications"]


def test_mentions_become_events_with_their_words() -> None:
    owner = world.open_shop().owner
    found: list[Any] = [FOLLOW, *({**ONE, "uri": f"{ONE['uri']}{n:03}",
                                   "indexedAt": f"2026-11-20T10:{n // 60:02}:{n % 60:02}.000Z"}
                                  for n in range(250))]  # fmt: skip

    def answer(asked: Asked) -> Says:
        if asked.path.endswith("createSession"):
            fits = asked.said == {"identifier": "crumb.test", "password": "p1"}
            return Says({"accessJwt": "j1"}) if fits else Says({"error": "AuthFactor"}, 401)
        start = int(asked.query.get("cursor", "0"))
        newest = sorted(found, key=lambda one: one["indexedAt"], reverse=True)
        page = newest[start : start + 100]
        more = {"cursor": str(start + 100)} if start + 100 < len(newest) else {}
        return Says({"notifications": page, **more})

    with vendor.running(answer) as server:
        source = origins.add(owner, "bluesky", name="Sky", secret="password=p1",
                             given={"handle": "crumb.test", "server": server.url})  # fmt: skip
        assert origins.pull(owner, source.pk)["pages"] == 3
        rows = told()
        assert len(rows) == 250
        _, who, said = rows[0]
        assert who == "did:plc:ada" and said["text"] == "@crumb.test your rye is the best"
        assert said["url"].startswith("https://bsky.app/profile/did:plc:ada/post/3k2")
        found.append({**ONE, "uri": f"{ONE['uri']}new", "indexedAt": "2026-11-21T10:00:00.000Z"})
        assert origins.pull(owner, source.pk) | {"id": 0} == {
            "id": 0, "kept": 1, "pages": 1, "is_done": True, "problem": None,
        }  # fmt: skip
        origins.give_secret(owner, source.pk, secret="password=old")
        assert origins.pull(owner, source.pk)["problem"]["code"] == "token_refused"
