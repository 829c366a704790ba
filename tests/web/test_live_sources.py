"""Pages about what came in live: it stands beside the files, and breaks none of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regulars.accounts import actors
from regulars.insights import refresh
from regulars.jobs.registry import followers
from regulars.sources import origins
from tests.sources.door import knock

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(bakery: Path) -> int:
    asked = actors.owner("cli")
    source = origins.add(asked, "web", name="Website")
    batch = [
        {"type": "identify", "userId": "w1", "traits": {"name": "Wanda Web"}},
        {"type": "page", "userId": "w1", "properties": {"title": "Bread <b>", "path": "/bread"}},
        {"type": "track", "event": "Order Completed", "userId": "w1",
         "properties": {"order_id": "W1", "products": [{"name": "Loaf", "price": 4}]}},
        {"type": "track", "userId": "w1"},
    ]  # fmt: skip
    assert knock("/v1/b", {"batch": batch}, key=str(source.write_key)).status == 200
    while any(one() for one in followers()):
        pass
    refresh.refresh(asked)
    return int(source.imports.get().pk)


def test_every_page_still_says_something(live: int, owner: Any) -> None:
    for path in ("/", "/sources", f"/sources/{live}", "/sources/quality", "/people?q=wanda",
                 "/insights", "/today/all"):  # fmt: skip
        answer = owner.get(path)
        assert answer.status_code == 200, path
    assert "Wanda Web" in owner.get("/people?q=wanda").content.decode()
    assert "Website" in owner.get("/sources").content.decode()
