"""What visitors of the web shop clicked: the tracker sees about half of them, and only lately."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from ..exports.segment import Track
from ..exports.shopify import ShopLine
from .catalogue import WEB
from .guests import Guest
from .opening import Period, season
from .web_shop import ZONE, WebOrder

# The tracker was put into the shop so many days before the last.
TRACKED_DAYS = 540
_ALLOWS_TRACKING = 0.55
_CLICKS_A_LETTER = 0.016
_STRANGERS_A_DAY_PER_THOUSAND = 0.65
_LETTER_WEEKDAY = 3


@dataclass(frozen=True, slots=True)
class _Visitor:
    """Whoever sits before the screen; nobody known when ``guest`` is ``None``."""

    anonymous_id: str
    guest: Guest | None
    campaign: str = ""


def track_clicks(
    rng: Random, guests: list[Guest], orders: list[WebOrder], period: Period
) -> list[Track]:
    """Return the tracker's events in order of time: views, carts, checkouts, clicks in letters."""
    first = period.before_last(TRACKED_DAYS)
    tracks: list[Track] = []
    for guest, order in orders:
        if order.at.date() >= first and not order.tags and rng.random() < _ALLOWS_TRACKING:
            visitor = _Visitor(_anonymous(rng), guest)
            tracks += _purchase(rng, visitor, order.lines, order.name, order.at)
    readers = [guest for guest in guests if guest.on_news and guest.on_web]
    strangers = _STRANGERS_A_DAY_PER_THOUSAND * len(guests) / 1000
    for day in (first + timedelta(days=n) for n in range((period.last - first).days + 1)):
        if day.weekday() == _LETTER_WEEKDAY:
            tracks += _letter(rng, readers, day)
        for _ in range(round(rng.expovariate(1 / (strangers * season(day))))):
            tracks += _browse(rng, _Visitor(_anonymous(rng), None), _some_time(rng, day))
    end = datetime.combine(period.last, time(23, 59, 59), ZONE)
    tracks = [track for track in tracks if track.at <= end]
    tracks.sort(key=lambda track: (track.at, track.track_id))
    return tracks


def _purchase(
    rng: Random, visitor: _Visitor, lines: list[ShopLine], order: str, at: datetime
) -> Iterable[Track]:
    """What led to an order, told backwards from its own moment."""
    yield _track(rng, visitor, at, "Order Completed", f"/orders/{order.lstrip('#')}", "Thank you")
    at -= timedelta(seconds=rng.randint(40, 400))
    yield _track(rng, visitor, at, "Checkout Started", "/checkout", "Checkout")
    for line in lines:
        at -= timedelta(seconds=rng.randint(5, 90))
        yield _track(rng, visitor, at, "Product Added", *_page(line.sku))
        at -= timedelta(seconds=rng.randint(10, 240))
        yield _track(rng, visitor, at, "Product Viewed", *_page(line.sku))


def _letter(rng: Random, readers: list[Guest], day: date) -> Iterable[Track]:
    """Who clicked in the weekly letter, and what they looked at then."""
    campaign = f"bread-letter-{day.isoformat()}"
    for guest in readers:
        is_reader = guest.starts_on <= day and (guest.leaves_on is None or day <= guest.leaves_on)
        if is_reader and rng.random() < _CLICKS_A_LETTER:
            visitor = _Visitor(_anonymous(rng), guest, campaign)
            at = datetime.combine(day, time(10, 0), ZONE)
            at += timedelta(minutes=int(rng.expovariate(1 / 300)), seconds=rng.randrange(60))
            yield _track(rng, visitor, at, "Email Link Clicked", "/", "Weekly bread letter")
            yield from _browse(rng, visitor, at + timedelta(seconds=2))


def _browse(rng: Random, visitor: _Visitor, at: datetime) -> Iterable[Track]:
    """Look at one to four products; some put one into the cart, some of those give up there."""
    skus = rng.choices(list(WEB), k=rng.choice((1, 1, 2, 2, 3, 4)))
    for sku in skus:
        yield _track(rng, visitor, at, "Product Viewed", *_page(sku))
        at += timedelta(seconds=rng.randint(8, 180))
    if rng.random() < 0.16:
        yield _track(rng, visitor, at, "Product Added", *_page(skus[-1]))
        if rng.random() < 0.4:
            at += timedelta(seconds=rng.randint(10, 120))
            yield _track(rng, visitor, at, "Checkout Started", "/checkout", "Checkout")


def _track(
    rng: Random, visitor: _Visitor, at: datetime, event: str, path: str, title: str
) -> Track:
    guest = visitor.guest
    return Track(
        track_id=f"ajs-next-{rng.getrandbits(64):016x}",
        at=at.replace(microsecond=1000 * rng.randrange(1000)),
        anonymous_id=visitor.anonymous_id,
        event=event,
        path=path,
        title=title,
        user_id=guest.shopify_id if guest else "",
        email=guest.web_email if guest else "",
        campaign=visitor.campaign,
    )


def _page(sku: str) -> tuple[str, str]:
    product = WEB[sku]
    slug = "".join(sign if sign.isalnum() else "-" for sign in product.name.lower()).strip("-")
    return f"/products/{'-'.join(filter(None, slug.split('-')))}", product.name


def _anonymous(rng: Random) -> str:
    return str(UUID(int=rng.getrandbits(128), version=4))


def _some_time(rng: Random, day: date) -> datetime:
    hour = rng.choice((8, 11, 13, 17, 19, 20, 20, 21, 22))
    return datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), ZONE)


def clicks_truth(tracks: list[Track], guests: list[Guest]) -> dict[str, Any]:
    """Return what the tracker's file holds, and how many known people left a checkout unfinished
    within a visit."""
    finished = {track.anonymous_id for track in tracks if track.event == "Order Completed"}
    keys = {guest.shopify_id: guest.key for guest in guests}
    per_person = Counter(track.user_id for track in tracks if track.user_id)
    busiest, clicks = max(per_person.items(), key=lambda one: one[::-1], default=("", 0))
    begun = {track.anonymous_id for track in tracks if track.event == "Checkout Started"}
    return {
        "count": len(tracks),
        "by_name": dict(sorted(Counter(track.event for track in tracks).items())),
        "signed_in": sum(bool(track.user_id) for track in tracks),
        "people": len({track.user_id for track in tracks} - {""}),
        "visits": len({track.anonymous_id for track in tracks}),
        "checkouts_unfinished": len(begun - finished),
        "busiest": {"person": keys[busiest], "clicks": clicks} if busiest else None,
        "first_day": tracks[0].at.date().isoformat() if tracks else None,
    }
