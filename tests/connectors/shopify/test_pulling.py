"""Shopify asked page by page, by a server that speaks its protocol, faults included."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from regulars.jobs.models import Job, Tick
from regulars.jobs.ticker import tick
from regulars.kernel import clock
from regulars.kernel.errors import WrongUse
from regulars.sources import jobs, origins
from regulars.sources.connectors import pulling
from regulars.sources.connectors.client import Reply
from regulars.sources.intake.keeping import KEEPER
from regulars.sources.models import IntakeRecord, Pull, Source
from tests import world
from tests.connectors import vendor
from tests.connectors.hooks import SECRET, in_base64, orders, payload, send, standing
from tests.connectors.vendor import Asked, Says, Vendor
from tests.sources import states

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 10, 1, tzinfo=UTC)
PER_PAGE = 2


def order(number: int, **changes: Any) -> dict[str, Any]:
    at = (AT + timedelta(minutes=number)).isoformat()
    own = {"name": f"#{number}", "created_at": at, "updated_at": at}
    return payload("shopify", "order_paid", **{**own, **changes})


class Shop:
    """A shop with a few orders, listed as Shopify lists them."""

    def __init__(self) -> None:
        self.orders = [order(number) for number in range(1, 6)]
        self.bucket = "1/40"
        self.pages: dict[str, str] = {}

    def answer(self, asked: Asked) -> Says:
        if asked.headers.get("x-shopify-access-token") != "shpat_1":
            return Says({"errors": "[API] Invalid API key or access token"}, 401)
        stream = asked.path.rpartition("/")[2].removesuffix(".json")
        if stream != "orders":
            return Says({stream: []})
        since, first = asked.query.get("updated_at_min", ""), 0
        if page := asked.query.get("page_info"):
            if page not in self.pages:
                return Says({"errors": {"page_info": "Invalid value"}}, 400)
            since, first = json.loads(self.pages[page])
        found = sorted((one for one in self.orders if moment(one["updated_at"]) >= moment(since)),
                       key=lambda one: moment(one["updated_at"]))  # fmt: skip
        headers = {"X-Shopify-Shop-Api-Call-Limit": self.bucket}
        if first + PER_PAGE < len(found):
            name = f"p{len(self.pages)}"
            self.pages[name] = json.dumps([since, first + PER_PAGE])
            link = f"http://{asked.headers['host']}{asked.path}?limit=250&page_info={name}"
            headers["Link"] = f'<{link}>; rel="next"'
        return Says({"orders": found[first : first + PER_PAGE]}, headers=headers)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text) if text else datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def server(shop: Shop) -> Iterator[Vendor]:
    with vendor.running(shop.answer) as found:
        yield found


@pytest.fixture
def owner() -> Any:
    return world.open_shop().owner


@pytest.fixture
def source(owner: Any, server: Vendor) -> Source:
    return origins.add(
        owner, "shopify", name="Shop", secret=f"{SECRET}\ntoken=shpat_1", given={"shop": server.url}
    )


def test_all_pages_are_read_and_later_only_what_changed(
    source: Source, owner: Any, shop: Shop, server: Vendor
) -> None:
    said = origins.pull(owner, source.pk)
    # Each order says that it was bought, how it stands, and (once) who bought.
    assert (said["kept"], said["pages"], said["is_done"]) == (11, 5, True)
    assert set(orders()) == {"#1", "#2", "#3", "#4", "#5"}
    later = "2026-11-21T00:00:00Z"
    shop.orders[1] = order(2, updated_at=later, cancelled_at=later)
    assert origins.pull(owner, source.pk)["kept"] == 2
    assert orders()["#2"][0] == "cancelled"
    assert origins.pull(owner, source.pk)["kept"] == 0
    assert "updated_at_min" in server.asked[-1].query


def test_a_webhook_told_the_same_before(source: Source, owner: Any, shop: Shop) -> None:
    for one in shop.orders:
        body = json.dumps(one).encode()
        signed = {"X-Shopify-Topic": "orders/create", "X-Shopify-Hmac-Sha256": in_base64(body)}
        assert send(source, body, signed).status == 200
    assert origins.pull(owner, source.pk)["kept"] == 0


def test_a_kill_between_pages_loses_nothing(
    source: Source, owner: Any, server: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.frozen(AT), states.scratch():
        origins.pull(owner, source.pk)
        wanted = standing()
    keep, calls = KEEPER.keep, []

    def killed(*given: Any) -> int:
        calls.append(given)
        # Products, customers and a page of orders are kept; then the process is gone.
        if len(calls) == 4:
            raise KeyboardInterrupt
        return keep(*given)

    with clock.frozen(AT):
        with monkeypatch.context() as patch:
            patch.setattr(KEEPER, "keep", killed)
            with pytest.raises(KeyboardInterrupt):
                origins.pull(owner, source.pk)
        before = len(server.asked)
        assert Pull.objects.get(stream="orders").cursor
        origins.pull(owner, source.pk)
        assert "page_info" in server.asked[before + 2].query
        assert standing() == wanted


def test_the_place_moves_with_the_page_or_not_at_all(source: Source, owner: Any) -> None:
    origins.pull(owner, source.pk)
    Pull.objects.filter(stream="orders").update(cursor="")
    IntakeRecord.objects.all().delete()

    class Moved:
        """Somebody else reads the same page at the same time."""

        def get(self, url: str, params: Any = None, **headers: str) -> Any:
            if "orders" in url:
                Pull.objects.filter(stream="orders").update(cursor='{"since":"2030-01-01"}')
            return Reply(200, {}, {"orders": [order(9)]})

    done = pulling.pull(source.pk, client=Moved())  # type: ignore[arg-type]
    assert (done.kept, done.problem) == (0, "")
    assert not IntakeRecord.objects.exists()


def test_a_refused_token_is_said_and_waits_for_another(
    source: Source, owner: Any, server: Vendor
) -> None:
    origins.give_secret(owner, source.pk, secret="token=expired")
    said = origins.pull(owner, source.pk)
    assert said["problem"]["code"] == "token_refused" and not said["is_done"]
    assert origins.show(owner, source.pk)["problem"]["sentence"].startswith("Shopify does not")
    asked = len(server.asked)
    # It does not ask again and again; webhooks are taken all the same.
    assert pulling.enqueue_all() == 0 and origins.pull(owner, source.pk)["pages"] == 0
    assert len(server.asked) == asked
    body = json.dumps(order(7)).encode()
    signed = {"X-Shopify-Topic": "orders/create", "X-Shopify-Hmac-Sha256": in_base64(body)}
    assert send(source, body, signed).status == 200
    origins.give_secret(owner, source.pk, secret="token=shpat_1")
    assert origins.pull(owner, source.pk)["problem"] is None
    assert len(orders()) == 6


def test_it_comes_again_when_the_vendor_says_so(source: Source, server: Vendor) -> None:
    server.faults = [Says({}, 429, {"Retry-After": "7.0"})]
    with clock.frozen(AT):
        jobs.pull(source_id=source.pk)
        [job] = Job.objects.filter(name="sources.pull")
        assert job.run_after == AT + timedelta(seconds=7)
    jobs.pull(source_id=source.pk)
    assert len(orders()) == 5


@pytest.mark.parametrize(
    "fault", [Says("down", 503), Says({}, 302, {"Location": "http://example.org/"}), Says({}, 500)]
)
def test_a_vendor_that_is_down_is_asked_later(
    source: Source, owner: Any, server: Vendor, fault: Says
) -> None:
    server.faults = [fault]
    assert origins.pull(owner, source.pk)["problem"]["code"] == "unreachable"
    assert pulling.enqueue_all() == 1
    assert origins.pull(owner, source.pk)["problem"] is None
    assert len(orders()) == 5


def test_a_full_bucket_is_let_run_down(source: Source, shop: Shop) -> None:
    rests: list[float] = []
    shop.bucket = "34/40"
    assert pulling.pull(source.pk, rest=rests.append).again_in_seconds is None
    assert rests == [7.0, 7.0]
    Pull.objects.all().delete()
    shop.bucket = "400/400"
    assert pulling.pull(source.pk, rest=rests.append).again_in_seconds == 100.0
    assert rests == [7.0, 7.0]


def test_a_page_that_comes_again_and_again_ends(source: Source, shop: Shop, server: Vendor) -> None:
    again = {"Link": f'<{server.url}/admin/api/x/orders.json?page_info=same>; rel="next"'}
    answer = shop.answer

    def stuck(asked: Asked) -> Says:
        said = answer(Asked(asked.method, asked.path, {}, asked.headers, asked.said))
        return Says(said.data, said.status, again if "orders" in asked.path else {})

    server.answering = stuck
    done = pulling.pull(source.pk)
    assert done.again_in_seconds is None and done.pages == 4
    assert set(orders()) == {"#1", "#2"}


def test_a_page_whose_address_died_is_found_again(source: Source, owner: Any, shop: Shop) -> None:
    shop.bucket = "400/400"
    origins.pull(owner, source.pk)
    assert len(orders()) == 2
    shop.bucket = "1/40"
    shop.pages.clear()
    assert origins.pull(owner, source.pk)["is_done"]
    assert len(orders()) == 5


def test_one_unreadable_order_does_not_stop_its_neighbours(
    source: Source, owner: Any, shop: Shop
) -> None:
    shop.orders[2]["name"] = None
    origins.pull(owner, source.pk)
    assert len(orders()) == 4
    assert IntakeRecord.objects.exclude(reason="").get().reason == "not_understood"


def test_it_comes_round_by_itself(source: Source) -> None:
    with clock.frozen(source.created_at + timedelta(minutes=40)):
        tick()
        assert tick() == 0
        [job] = Job.objects.filter(name="sources.pull_all")
        assert jobs.pull_all(**job.arguments) == {"sources": 1}
        assert Job.objects.filter(name="sources.pull").count() == 1
    with clock.frozen(source.created_at + timedelta(hours=9)):
        # What was missed meanwhile would do nothing.
        tick()
    assert Tick.objects.filter(schedule="sources.pull_all").count() == 2


def test_a_shop_that_cannot_be_asked_says_so(owner: Any) -> None:
    source = origins.add(owner, "shopify", name="Shop", secret=SECRET)
    with pytest.raises(WrongUse, match="only sends"):
        origins.pull(owner, source.pk)
    assert pulling.enqueue_all() == 0
    elsewhere = origins.add(
        owner, "shopify", name="2", secret=f"{SECRET}\ntoken=t", given={"shop": "http://crumb.test"}
    )
    # A token does not travel unencrypted.
    assert origins.pull(owner, elsewhere.pk)["problem"]["code"] == "unreachable"
