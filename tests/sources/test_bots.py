"""Who is a bot by the user agent it names, and what becomes of what bots tell."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.identity.models import Profile
from regulars.sources import origins
from regulars.sources.intake.bots import CRAWLER, PROGRAM, named
from regulars.sources.intake.landing import land_waiting
from regulars.sources.models import Event, Identifier, IntakeRecord, Order
from tests import world
from tests.sources.door import knock

_CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
_GOOGLE = (
    "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like "
    "Gecko) Chrome/126.0.6478.61 Mobile Safari/537.36 (compatible; Googlebot/2.1; "
    "+http://www.google.com/bot.html)"
)
_HEADLESS = _CHROME + "HeadlessChrome/126.0.0.0 Safari/537.36"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "  # noqa: E501
_ANDROID = "Mozilla/5.0 (Linux; Android 13; {}) AppleWebKit/537.36 (KHTML, like Gecko) "

CRAWLERS = {
    "Googlebot": _GOOGLE,
    "bingbot": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; "
    "+http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",
    "GPTBot": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; "
    "+https://openai.com/gptbot)",
    "CCBot": "CCBot/2.0 (https://commoncrawl.org/faq/)",
    "AhrefsBot": "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Applebot": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, "
    "like Gecko) Version/13.1.1 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
    "Bytespider": "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile "
    "Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)",
    "UptimeRobot": "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
    "facebookexternalhit": "facebookexternalhit/1.1 "
    "(+http://www.facebook.com/externalhit_uatext.php)",
    "Lighthouse": _CHROME + "Chrome/119.0.0.0 Mobile Safari/537.36 Chrome-Lighthouse",
    # On no list: it says so itself.
    "ExampleShopBot": "Mozilla/5.0 (compatible; ExampleShopBot/1.0; +https://example.org/bot)",
}
PROGRAMS = {
    "HeadlessChrome": _HEADLESS,
    "PhantomJS": "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) "
    "PhantomJS/2.1.1 Safari/538.1",
    "jsdom": "Mozilla/5.0 (linux) AppleWebKit/537.36 (KHTML, like Gecko) jsdom/22.1.0",
    "curl": "curl/8.5.0",
    "python-requests": "python-requests/2.31.0",
    "GuzzleHttp": "GuzzleHttp/7",
    "node-fetch": "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
    "axios": "axios/1.6.0",
    "okhttp": "okhttp/4.12.0",
    "Java": "Java/17.0.1",
}
PEOPLE = [
    _CHROME + "Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
    "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "Opera/9.80 (Android; Opera Mini/36.2.2254/191.310; U; en) Presto/2.12.423 Version/12.16",
    # A brand of phones.
    _ANDROID.format("CUBOT_X30") + "Chrome/112.0.0.0 Mobile Safari/537.36",
    _ANDROID.format("CUBOT NOTE Plus") + "Chrome/99.0.4844.88 Mobile Safari/537.36",
    # Within apps that also send crawlers.
    _IPHONE + "Mobile/15E148 [FBAN/FBIOS;FBAV/455.0.0.36.106;FBDV/iPhone14,5;FBSV/17.4]",
    _IPHONE + "Mobile/15E148 [Pinterest/iOS]",
    _IPHONE + "Mobile/15E148 [LinkedInApp]/9.29.8962",
    _IPHONE + "GSA/320.0.639 Mobile/15E148 Safari/604.1",
    _IPHONE + "Version/17.5 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
    _ANDROID.format("SM-S901B Build/TP1A; wv") + "Version/4.0 Chrome/120.0.6099.43 Mobile "
    "Safari/537.36 Instagram 309.0.0.40.113 Android (33/13; 420dpi; 1080x2115; samsung)",
    _ANDROID.format("M2101K6G; wv") + "Version/4.0 Chrome/115.0.5790.166 Mobile Safari/537.36 "
    "musical_ly_2023106040 BytedanceWebview/d8a21c6",
    # Apps of shops, through the SDKs for telephones.
    "Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7 Build/TQ3A)",
    "MyShop/12 CFNetwork/1490.0.4 Darwin/23.2.0",
    "",
]


@pytest.mark.parametrize("name", CRAWLERS)
def test_crawlers_are_known_by_name(name: str) -> None:
    bot = named(CRAWLERS[name])
    assert bot and bot.kind == CRAWLER and name.casefold() in bot.name.casefold()


@pytest.mark.parametrize("name", PROGRAMS)
def test_driven_browsers_and_libraries_are_programs(name: str) -> None:
    bot = named(PROGRAMS[name])
    assert bot and (bot.kind, bot.name) == (PROGRAM, name)


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_are_no_bots(agent: str) -> None:
    assert named(agent) is None


def land(key: str, *said: dict[str, Any]) -> None:
    assert knock("/v1/b", {"batch": list(said)}, key=key).status == 200
    land_waiting()


def message(agent: str, number: str, **more: Any) -> dict[str, Any]:
    context = {"userAgent": agent, **more.pop("context", {})}
    return {"type": "page", "anonymousId": "an-1", "messageId": number, "context": context, **more}


def order(agent: str, number: str, **more: Any) -> dict[str, Any]:
    told = {"order_id": number, "total": 12, "currency": "GBP"}
    return message(agent, number, type="track", event="Order Completed", properties=told, **more)


@pytest.fixture
def key(db: None) -> str:
    return str(origins.add(world.open_shop().owner, "web", name="Website").write_key)


def test_what_bots_look_at_is_kept_apart_from_people(key: str) -> None:
    land(
        key,
        message(_GOOGLE, "m1"),
        message(_GOOGLE, "m2", type="identify", userId="7", traits={"email": "bot@crumb.test"}),
        message(_HEADLESS, "m3"),
        message(PEOPLE[0], "m4", context={"bot": "webdriver"}),
        message("", "m5", context={"bot": 5, "userAgent": 7}, anonymousId="an-2"),
    )
    events = Event.objects.order_by("row_no")
    marks = [(one.name, one.properties.get("bot"), one.identifier_id is not None) for one in events]
    assert marks == [
        ("Page Viewed", "Googlebot", False),
        ("Identified", "Googlebot", False),
        ("Page Viewed", "HeadlessChrome", False),
        ("Page Viewed", "webdriver", False),
        ("Page Viewed", None, True),
    ]
    assert [one.value for one in Identifier.objects.all()] == ["an-2"]
    assert Profile.objects.count() <= 1
    assert not IntakeRecord.objects.exclude(reason="").exists()


def test_a_program_that_says_of_whom_it_speaks_is_believed_and_a_crawler_is_not(key: str) -> None:
    land(
        key,
        order(PROGRAMS["GuzzleHttp"], "A1", userId="ann@crumb.test"),
        order(_HEADLESS, "A2"),
        order(_GOOGLE, "A3", userId="bob@crumb.test"),
    )
    assert sorted(Order.objects.values_list("external_id", flat=True)) == ["A1", "A2"]
    assert Event.objects.filter(name="Order Completed").count() == 3
    named_by_program = {one.value for one in Identifier.objects.filter(kind="email")}
    assert named_by_program == {"ann@crumb.test"}
