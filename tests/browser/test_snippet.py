"""`regulars.js` in a real browser, on a website of another origin, against a real server."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import free_port, wait_until_up
from tests.browser.website import AS_A_PERSON, CHROME, Website
from tests.commands import PYTHONPATH

pytestmark = pytest.mark.browser
_BUILD = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.config.settings"
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
call_command("migrate", verbosity=0)
from regulars.sources import origins
from tests import world
source = origins.add(world.open_shop().owner, "web", name="Website")
print(source.write_key)
print(settings.DATABASES["default"]["NAME"])
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Website]:
    folder = tmp_path_factory.mktemp("snippet") / "data"
    folder.mkdir()
    environment = {**os.environ, "REGULARS_DATA": str(folder), "PYTHONPATH": PYTHONPATH}
    environment.pop("REGULARS_DATABASE_URL", None)
    build = [sys.executable, "-c", _BUILD]
    said = subprocess.run(build, env=environment, check=True, capture_output=True, text=True)
    key, database = said.stdout.split("\n")[:2]
    port = free_port()
    command = [sys.executable, "-m", "regulars.config.serving", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    website = Website(f"http://localhost:{port}", key, Path(database))
    try:
        wait_until_up(website.collector)
        yield website
    finally:
        website.close()
        server.send_signal(signal.SIGTERM)
        server.wait(20)


Visit = Callable[..., Any]


@pytest.fixture
def visit(chromium: Any, site: Website) -> Iterator[Visit]:
    """Open a page as a new visitor; ``asked`` of the tab are all its requests."""
    contexts = []

    def open_page(address: str, *scripts: str, agent: str = CHROME, is_driven: bool = False) -> Any:
        context = chromium.new_context(user_agent=agent, locale="en-GB")
        contexts.append(context)
        for script in scripts if is_driven else (AS_A_PERSON, *scripts):
            context.add_init_script(script)
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        tab = context.new_page()
        tab.asked, site.tab = asked, tab
        tab.goto(address)
        return tab

    yield open_page
    for context in contexts:
        context.close()


def sent(tab: Any, site: Website) -> list[str]:
    """The paths that the tab asked the collector for, but for the file itself."""
    tab.wait_for_timeout(0)
    asked = [one for one in tab.asked if one.startswith(site.collector)]
    return [path for one in asked if (path := urlsplit(one).path) != "/regulars.js"]


def stored(tab: Any) -> list[str]:
    found: list[str] = tab.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage))")
    return found


def test_a_page_is_told_once_with_what_the_spec_names(site: Website, visit: Visit) -> None:
    address = site.put("/first", search="q", params="colour")
    tab = visit(
        f"{address}?utm_source=letter&utm_campaign=May&q=rye%20bread&colour=red&email=ann%40x.org#top"
    )
    [told] = site.wait_for("page", where="/first")
    page = told["context"]["page"]
    assert page["url"] == f"{address}?utm_source=letter&utm_campaign=May&q=rye+bread&colour=red"
    assert (page["path"], page["title"], page["referrer"]) == ("/first", "First", "")
    assert told["properties"]["path"] == "/first" and told["messageId"] and told["anonymousId"]
    assert told["context"]["campaign"] == {"source": "letter", "name": "May"}
    assert told["context"]["userAgent"] == CHROME and "bot" not in told["context"]
    [found] = site.wait_for("Products Searched", where="/first")
    assert found["properties"] == {"query": "rye bread"}
    # Nobody else was asked, no cookie was set, and what was sent is not kept.
    hosts = {urlsplit(one).netloc for one in tab.asked}
    assert hosts == {urlsplit(site.address).netloc, urlsplit(site.collector).netloc}
    assert set(sent(tab, site)) == {"/v1/b"} and tab.context.cookies() == []
    site.until(lambda: stored(tab) == ["regulars.state"])
    [(who, _)] = site.until(lambda: site.landed(told["messageId"]))
    assert who is not None


def test_people_are_named_tracked_and_forgotten(site: Website, visit: Visit) -> None:
    early = "window.regulars = [['track', 'Early Bird', {worm: 1}]]"
    tab = visit(site.put("/who"), early)
    tab.evaluate("""() => {
        regulars.identify(7, {email: 'ann@crumb.test'});
        regulars.track('Product Added', {product_id: 'p1', price: 3.5});
        regulars.page('Shelf', {shelf: 2});
        regulars.identify('8');
        regulars.reset();
        regulars.track('Nobody Known');
    }""")
    [nobody] = site.wait_for("Nobody Known")
    first, second = site.wait_for("identify", 2)
    [added], [bird] = site.told("Product Added"), site.told("Early Bird")
    assert (first["userId"], first["traits"]) == ("7", {"email": "ann@crumb.test"})
    assert bird["anonymousId"] == first["anonymousId"] == added["anonymousId"]
    assert added["userId"] == "7" and added["properties"] == {"product_id": "p1", "price": 3.5}
    [shelf] = site.told("page", where="Shelf")
    assert shelf["name"] == "Shelf" and shelf["properties"]["shelf"] == 2
    # Another person at the same screen is another visitor, and so is whoever comes after.
    assert second["userId"] == "8" and "userId" not in nobody
    assert len({one["anonymousId"] for one in (first, second, nobody)}) == 3


@pytest.mark.parametrize(
    ("is_asking", "gpc", "dnt"), list(itertools.product((True, False), repeat=3))
)
def test_consent_comes_first_and_the_browsers_wish_above_all(
    site: Website, visit: Visit, is_asking: bool, gpc: bool, dnt: bool
) -> None:
    path = f"/consent-{is_asking}-{gpc}-{dnt}"
    wishes = [f"Object.defineProperty(Navigator.prototype, '{name}', {{get: () => {value}}})"
              for name, value, is_set in (("globalPrivacyControl", "true", gpc),
                                          ("doNotTrack", "'1'", dnt)) if is_set]  # fmt: skip
    settings = {"consent": "required"} if is_asking else {}
    tab = visit(site.put(path, "<button>Press</button>", **settings), *wishes)
    tab.get_by_role("button").click()
    tab.evaluate("regulars.track('Told'); regulars.identify('9')")
    if not (is_asking or gpc or dnt):
        assert site.wait_for("Button Clicked", where=path) and site.wait_for("Told", where=path)
        return
    leave(tab)
    assert (stored(tab), tab.context.cookies(), sent(tab, site)) == ([], [], [])
    allowed = tab.evaluate("regulars.consent({analytics: true, marketing: false})")
    assert allowed is not (gpc or dnt)
    if allowed:
        [page], [named] = site.wait_for("page", where=path), site.wait_for("identify", where=path)
        chosen = {"categoryPreferences": {"analytics": True, "marketing": False}}
        assert page["context"]["consent"] == chosen and named["userId"] == "9"
        # What was done before is not told afterwards.
        assert not site.told("Told", where=path) and not site.told("Button Clicked", where=path)
    else:
        leave(tab)
        assert (stored(tab), sent(tab, site)) == ([], [])


def leave(tab: Any) -> None:
    tab.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")


def test_taking_consent_back_removes_all_and_is_remembered(site: Website, visit: Visit) -> None:
    tab = visit(site.put("/back", consent="required"))
    tab.evaluate("regulars.consent({analytics: true})")
    site.wait_for("page", where="/back")
    tab.route("**/v1/b", lambda route: route.abort())
    tab.evaluate("regulars.track('Not Sent Yet')")
    assert len(stored(tab)) == 2
    tab.evaluate("regulars.consent({analytics: false})")
    assert stored(tab) == []
    tab.unroute("**/v1/b")
    before = len(sent(tab, site))
    tab.reload()
    leave(tab)
    assert len(sent(tab, site)) == before and not site.told("Not Sent Yet")
    # Where nobody asks first, the "no" is the one thing kept.
    tab.goto(site.put("/out"))
    site.wait_for("page", where="/out")
    tab.evaluate("regulars.consent(false)")
    assert stored(tab) == ["regulars.state"]
    state = tab.evaluate("localStorage['regulars.state']")
    assert state == '{"consent":{"analytics":false}}'
    tab.reload()
    assert tab.evaluate("regulars.consent()") is False


def test_an_application_of_one_page_tells_each_of_its_pages(site: Website, visit: Visit) -> None:
    tab = visit(site.put("/app", "<a href='#part'>Part</a>"))
    site.wait_for("page", where="/app")
    tab.evaluate("""() => {
        history.replaceState({}, '', location.href);
        history.pushState({}, '', '/app/cart?token=1');
        document.title = 'Cart';
    }""")
    [cart] = site.wait_for("page", where="/app/cart")
    assert cart["properties"]["title"] == "Cart"
    assert cart["properties"]["referrer"] == f"{site.address}/app"
    tab.evaluate("location.hash = '#/app/hash?secret=1'")
    [hashed] = site.wait_for("page", where="#/app/hash")
    assert hashed["properties"]["path"] == "/app/cart#/app/hash"
    assert "secret" not in str(hashed) and "token" not in str(cart)
    tab.go_back()
    site.wait_for("page", 4, where="/app")
    tab.evaluate("location.hash = '#part'")
    tab.evaluate("history.pushState({}, '', '/app/end')")
    site.wait_for("page", where="/app/end")
    paths = [one["properties"]["path"] for one in site.told("page", where="/app")]
    assert paths == ["/app", "/app/cart", "/app/cart#/app/hash", "/app/cart", "/app/end"]
    left = [one["properties"]["path"] for one in site.told("Page Left", where="/app")]
    assert left[:1] == ["/app"]


def test_what_was_told_without_a_line_arrives_once(site: Website, visit: Visit) -> None:
    tab = visit(site.put("/line"))
    site.wait_for("page", where="/line")
    tab.context.set_offline(True)
    tab.evaluate("regulars.track('Without Line', {n: 1})")
    tab.evaluate("regulars.track('Without Line', {n: 2})")
    tab.context.set_offline(False)
    site.wait_for("Without Line", 2)

    # The server takes it, but its answer is lost; then it cannot be reached; then the page ends.
    way, lost = "lose", []

    def carry(route: Any) -> None:
        if way == "lose":
            route.fetch()
            route.abort()
            lost.append(route)
        elif way == "away":
            route.fulfill(status=503, body="later")
        else:
            route.continue_()

    tab.route("**/v1/b", carry)
    tab.evaluate("regulars.track('Answer Lost')")
    site.wait_for("Answer Lost")
    site.until(lambda: lost)
    way = "away"
    tab.evaluate("regulars.track('Server Away')")
    assert sum(name.startswith("regulars.m") for name in stored(tab)) >= 1
    way = "open"
    tab.reload()
    site.wait_for("Server Away")
    site.until(lambda: stored(tab) == ["regulars.state"])
    for event, count in (("Without Line", 2), ("Answer Lost", 1), ("Server Away", 1)):
        told = site.told(event)
        assert len(told) == count
        for one in told:
            assert len(site.until(lambda one=one: site.landed(one["messageId"]))) == 1


def test_the_queue_has_an_end(site: Website, visit: Visit) -> None:
    tab = visit(site.put("/queue"))
    site.wait_for("page", where="/queue")
    tab.context.set_offline(True)
    tab.evaluate("for (let n = 0; n < 510; n += 1) regulars.track('Many', {n})")
    assert len(stored(tab)) == 501
    oldest = tab.evaluate("""() => JSON.parse(localStorage[
        Object.keys(localStorage).filter((name) => name.startsWith('regulars.m')).sort()[0]
    ]).properties.n""")
    assert oldest == 10


def test_leaving_tells_how_long_and_how_far(site: Website, visit: Visit) -> None:
    tall = "<div style='height: 6000px'>Tall</div><a href='/next'>Next</a>"
    site.put("/next")
    address = site.put("/tall", tall)
    tab = visit("about:blank")
    tab.clock.install()
    tab.goto(address)
    tab.evaluate("scrollTo(0, 2000)")
    tab.clock.run_for(5_000)
    see = "(how) => { Object.defineProperty(document, 'visibilityState', {value: how, configurable: true}); document.dispatchEvent(new Event('visibilitychange')) }"  # noqa: E501
    tab.evaluate(see, "hidden")
    tab.clock.run_for(60_000)
    tab.evaluate(see, "visible")
    tab.clock.run_for(2_000)
    tab.get_by_role("link").click()
    tab.wait_for_url("**/next")
    first, second = site.wait_for("Page Left", 2, where="/tall")
    assert 5 <= first["properties"]["seconds"] < 7 and 2 <= second["properties"]["seconds"] < 4
    assert 30 < first["properties"]["scroll_percent"] < 60 < second["properties"]["scroll_percent"]
    assert "/beacon/v1/batch" in sent(tab, site)
    [click] = site.wait_for("Link Clicked", where="/tall")
    assert click["properties"]["url"] == f"{site.address}/next"


def test_a_closed_tab_has_told_everything(site: Website, visit: Visit) -> None:
    tab = visit(site.put("/closed"))
    # Not by a route of the driver: what a closing tab sends would wait for the driver, and be lost.
    tab.evaluate("void (window.fetch = () => Promise.reject(new TypeError('no line')))")
    tab.evaluate("regulars.track('Last Words')")
    site.tab = visit("about:blank")
    tab.close(run_before_unload=True)
    assert len(site.wait_for("Last Words")) == 1


TRIES = itertools.count(1)
CLICKS = """
<a href="/inside?secret=1">Inside</a> <a href="https://other.example/shop?me=1">Other</a>
<a href="tel:+441132496000">Call</a> <a href="mailto:hello@crumb.test?subject=Hi">Write</a>
<a href="/files/menu.pdf">Menu</a> <a href="/x" download="prices.csv">Prices</a>
<button id=pay>Pay <b>now</b></button> <button data-regulars=off>Quiet</button>
<div role=button contenteditable>Typed here</div>
<form><input name=card value="4242424242424242" aria-label=Card>
<textarea aria-label=Note></textarea><button type=submit>Send it</button></form>
<script>document.addEventListener("click", (event) => event.preventDefault())</script>
"""


def test_clicks_are_told_by_kind_and_nothing_that_is_typed(site: Website, visit: Visit) -> None:
    # A second try must not hear the first.
    here = f"/clicks-{next(TRIES)}"
    tab = visit(site.put(here, CLICKS))
    for name in ("Inside", "Other", "Call", "Write", "Menu", "Prices"):
        tab.get_by_role("link", name=name).click()
    for name in ("Pay now", "Quiet", "Typed here", "Send it"):
        tab.get_by_role("button", name=name).click()
    tab.get_by_label("Card").fill("5555444433331111")
    tab.get_by_label("Note").press_sequentially("my secret")
    tab.get_by_label("Note").click()
    leave(tab)

    def said(event: str, count: int = 1) -> list[dict[str, Any]]:
        return [one["properties"] for one in site.wait_for(event, count, where=here)]

    assert said("Link Clicked") == [{"text": "Inside", "url": f"{site.address}/inside"}]
    [outside] = said("Outbound Link Clicked")
    assert (outside["url"], outside["host"]) == ("https://other.example/shop", "other.example")
    assert said("Phone Clicked") == [{"text": "Call", "number": "+441132496000"}]
    assert said("Email Clicked") == [{"text": "Write", "address": "hello@crumb.test"}]
    files = [(one["file"], one["extension"]) for one in said("File Downloaded", 2)]
    assert files == [("menu.pdf", "pdf"), ("prices.csv", "csv")]
    pressed = said("Button Clicked", 2)
    assert pressed == [{"text": "Pay now", "id": "pay"}, {"text": "Send it"}]
    # Numbers that are drawn by lot may look like anything.
    heard = [one for kind in ("page", "track") for one in site.told(kind, where=here)]
    everything = str([(one.get("event"), one.get("properties"), one["context"]["page"])
                      for one in heard])  # fmt: skip
    for secret in ("4242", "5555", "my secret", "Typed here", "Quiet", "secret=1", "Hi"):
        assert secret not in everything.replace("Hidden", "")


def test_what_gets_in_the_way_of_a_checkout(site: Website, visit: Visit) -> None:
    paths = "/shop/cart /shop/pay /shop/thanks"
    body = """<button id=dead>Place order</button><button>+</button>
        <form id=ship><input required name=street><input required type=email name=mail>
        <button>Go on</button></form>"""
    for path in paths.split():
        settings = {"slow": "0.5"} if path == "/shop/pay" else {}
        site.put(path, body, checkout=paths, **settings)
    site.slow["/shop/pay"] = 0.6
    tab = visit(f"{site.address}/shop/cart")
    for name, count in (("+", 4), ("Place order", 5)):
        tab.get_by_role("button", name=name).click(click_count=count)
    tab.get_by_role("button", name="Go on").click()
    tab.evaluate("setTimeout(() => { throw new Error('No price for ann@crumb.test 123456') })")
    tab.evaluate("Promise.reject(new TypeError('Till away')); 1")
    [rage] = site.wait_for("Rage Clicked")
    assert rage["properties"] == {
        "element": "button#dead", "text": "Place order", "path": "/shop/cart", "step": 1
    }  # fmt: skip
    [form] = site.wait_for("Form Refused")
    assert form["properties"]["form"] == "ship"
    assert form["properties"]["fields"] == ["street", "mail"]
    failed = [one["properties"] for one in site.wait_for("Script Failed", 2)]
    assert {one["message"] for one in failed} == {
        "Uncaught Error: No price for (email) …",
        "Till away",
    }
    assert {one["step"] for one in failed} == {1}
    for path in ("pay", "cart", "pay", "thanks"):
        tab.goto(f"{site.address}/shop/{path}")
    tab.evaluate("regulars.track('Order Completed', {order_id: 'W1', total: 3, currency: 'GBP'})")
    site.wait_for("Order Completed")
    assert [one["properties"]["step"] for one in site.wait_for("Checkout Step Viewed", 5)] == [
        1, 2, 1, 2, 3
    ]  # fmt: skip
    completed = [one["properties"]["step"] for one in site.told("Checkout Step Completed")]
    assert completed == [1, 1, 2]
    [back] = site.told("Checkout Step Returned")
    assert back["properties"] == {"step": 1, "from_step": 2, "times": 1}
    slow = site.wait_for("Page Slow", 2)
    assert {one["properties"]["path"] for one in slow} == {"/shop/pay"}
    assert slow[0]["properties"]["first_byte_seconds"] >= 0.6 and slow[0]["properties"]["step"] == 2


def test_a_driven_browser_is_kept_apart(site: Website, visit: Visit) -> None:
    tab = visit(site.put("/driven"), is_driven=True)
    [told] = site.wait_for("page", where="/driven")
    assert told["context"]["bot"] == "webdriver"
    [(who, properties)] = site.until(lambda: site.landed(told["messageId"]))
    assert (who, properties["bot"]) == (None, "webdriver")
    assert tab.evaluate("regulars.version")
