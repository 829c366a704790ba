from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache

ASKED = "/insights/shares?place=Market&metric=orders"


@pytest.fixture(autouse=True)
def _calm(db: None) -> None:
    cache.clear()


@pytest.fixture
def stranger(browse: Callable[[str | None], Any]) -> Any:
    return browse(None)


@pytest.fixture
def share(browse: Callable[[str | None], Any]) -> Callable[..., str]:
    """Make a link through the page; the path it leads to."""

    def make(query: str = ASKED, days: int = 7, **more: str) -> str:
        page = browse("owner").post(query, {"days": days, **more})
        [address] = re.findall(r'<code id="secret">(.*?)</code>', page.content.decode())
        return urlsplit(address).path

    return make


def test_a_stranger_sees_exactly_that_dashboard(share: Any, stranger: Any, browse: Any) -> None:
    path = share()
    page = stranger.get(f"{path}?whole=1")
    own = browse("owner").get("/insights?whole=1&place=Market&metric=orders")
    figures = ("metric", "value", "low", "high", "before", "difference", "beyond_chance", "lacks")
    found, wanted = (
        [{name: row.get(name) for name in figures} for row in one.context["numbers"]]
        for one in (page, own)
    )
    assert found == wanted
    assert page.context["series"]["points"] == own.context["series"]["points"]
    assert "noindex" in page["X-Robots-Tag"] and 'content="noindex' in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "no-referrer"


def test_every_address_on_a_shared_page_lies_under_its_link(share: Any, stranger: Any) -> None:
    path = share()
    waiting = [path, f"{path}?whole=1", f"{path}/boxes/places"]
    seen = set()
    while waiting:
        address = waiting.pop()
        seen.add(address)
        answer = stranger.get(address, follow=True)
        assert answer.status_code == 200, address
        if "html" not in answer["Content-Type"]:
            continue
        body = answer.content.decode()
        assert "menu" not in re.findall(r'class="([\w-]+)"', body)
        assert "<form" not in body and "@" not in body
        for found in re.findall(r'(?:href|src|srcset|hx-get|data-chart)="([^"]+)"', body):
            address = html.unescape(found).partition("#")[0]
            if address.startswith(("/static/", "/charts/vega.")) or not address:
                continue
            assert address.startswith(path), address
            if address not in seen and not address.endswith((".svg", ".json")):
                waiting.append(address)


def test_a_visitor_moves_nothing(share: Any, stranger: Any) -> None:
    path = share()
    for query in ("place=High+Street", "period=7", "metric=revenue"):
        for part in ("", "/numbers", "/boxes/places"):
            assert stranger.get(f"{path}{part}?{query}").status_code == 404
    for address in ("/", "/insights", "/people", "/insights/shares", "/api/v1/metrics"):
        assert stranger.get(address).status_code in (302, 401)


def test_parts_and_sheets_work_under_the_link(share: Any, stranger: Any, browse: Any) -> None:
    path = share()
    for part in re.findall(r'hx-get="([^"]+)"', stranger.get(path).content.decode()):
        assert part.startswith(path)
        assert stranger.get(part, headers={"HX-Request": "true"}).status_code == 200
    sheet = stranger.get(f"{path}/boxes/products?format=csv").content
    own = browse("owner").get("/insights/boxes/products?place=Market&metric=orders&format=csv")
    assert sheet == own.content


def test_a_link_keeps_to_its_days_or_moves_on(share: Any, stranger: Any, world: Any) -> None:
    from regulars.insights.models import ShareLink

    kept, moving = share("/insights/shares"), share("/insights/shares", moves="on")
    queries = list(ShareLink.objects.order_by("-pk").values_list("query", "is_rolling")[:2])
    assert queries == [("", True), ("from=2025-11-03&to=2025-11-30", False)]
    for path in (kept, moving):
        assert str(stranger.get(path).context["desk"].window.first) == "2025-11-03"


def test_a_link_ends_by_itself(share: Any, stranger: Any) -> None:
    from regulars.kernel import clock

    path = share(days=1)
    assert stranger.get(path).status_code == 200
    with clock.frozen(clock.now() + timedelta(days=1, seconds=1)):
        page = stranger.get(path)
        assert page.status_code == 410
        assert stranger.get(f"{path}/boxes/places?format=csv").status_code == 410
    assert "This link has ended" in page.content.decode()
    assert "£" not in page.content.decode()


def test_a_link_is_taken_back(share: Any, stranger: Any, browse: Any) -> None:
    from regulars.accounts.models import AuditEntry
    from regulars.insights.models import ShareLink

    path, link = share(), ShareLink.objects.latest("pk")
    assert stranger.get(path).status_code == 200
    owner = browse("owner")
    assert "Last opened" in owner.get("/insights/shares").content.decode()
    owner.post(f"/insights/shares/{link.pk}/revoke")
    assert stranger.get(path).status_code == 410
    assert "Taken back by" in owner.get("/insights/shares").content.decode()
    assert owner.post(f"/insights/shares/{link.pk}/revoke").status_code == 404
    verbs = list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs[-2:] == ["shares.make", "shares.revoke"]


def test_a_link_ends_with_its_makers_right(stranger: Any, browse: Any) -> None:
    from regulars.accounts.models import Member

    page = browse("manager").post(ASKED, {"days": 7})
    [address] = re.findall(r'<code id="secret">(.*?)</code>', page.content.decode())
    path = urlsplit(address).path
    assert stranger.get(path).status_code == 200
    Member.objects.filter(role="manager").update(role="helper")
    assert stranger.get(path).status_code == 410


def test_the_token_is_kept_as_a_hash_only(share: Any) -> None:
    from regulars.accounts.models import AuditEntry
    from regulars.insights.models import ShareLink

    token = share().rpartition("/")[2]
    assert len(token) == 43
    held = [str(row) for row in ShareLink.objects.values()]
    held += [str(row) for row in AuditEntry.objects.values()]
    assert not any(token in row for row in held)


def test_wrong_links_are_one_plain_page_and_soon_have_to_wait(stranger: Any, share: Any) -> None:
    right = share()
    page = stranger.get("/shared/" + "x" * 43)
    assert page.status_code == 404
    assert "This link leads nowhere" in page.content.decode()
    answers = [stranger.get(f"/shared/{n}").status_code for n in range(25)]
    assert answers[0] == 404 and answers[-1] == 429
    assert stranger.get(right).status_code == 200


@pytest.mark.parametrize("days", ["0", "2", "400", "many", "", "-1"])
def test_a_link_is_good_for_no_other_time(days: str, browse: Any) -> None:
    page = browse("owner").post(ASKED, {"days": days})
    assert "good for 1, 7, 30 or 90 days" in page.content.decode()


def test_a_visitor_may_see_figures_and_nothing_else() -> None:
    from regulars.accounts.permissions import VISITOR, known

    assert [one.name for one in known().values() if VISITOR in one.roles] == ["metrics.see"]
