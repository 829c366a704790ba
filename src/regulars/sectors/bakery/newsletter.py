"""The weekly bread letter's readers."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from random import Random

from ..exports.mailchimp import Reader
from .guests import Guest
from .opening import Period

_REASONS = ("no longer interested", "too many e-mails", "never signed up", "")


def readers(rng: Random, guests: list[Guest], period: Period) -> list[tuple[Guest, Reader]]:
    """Return everybody who signed up, those who have left since among them."""
    return [(guest, _reader(rng, guest, period)) for guest in guests if guest.on_news]


def _reader(rng: Random, guest: Guest, period: Period) -> Reader:
    who = guest.resident
    joined_on = guest.starts_on + timedelta(days=rng.randint(-30, 20))
    joined_on = min(joined_on, period.last - timedelta(days=2))
    joined_at = datetime.combine(joined_on, time(rng.randint(7, 21), rng.randrange(60)), UTC)
    left_at = None
    if rng.random() < 0.12:
        span = max(1, (period.last - max(joined_on, period.first)).days)
        day = max(joined_on, period.first) + timedelta(days=rng.randint(1, span))
        left_at = datetime.combine(day, time(rng.randint(7, 21), rng.randrange(60)), UTC)
    tags = [tag for tag, share in (("Regular", 0.4), ("Cake club", 0.15)) if rng.random() < share]
    return Reader(
        email=who.email.upper() if rng.random() < 0.03 else who.email,
        first_name=who.first_name,
        last_name=who.last_name if rng.random() < 0.8 else "",
        phone="",
        rating=rng.choice((2, 2, 3, 3, 4, 5)),
        joined_at=joined_at,
        leid=str(rng.randint(100_000_000, 999_999_999)),
        euid=f"{rng.getrandbits(40):010x}",
        tags=tuple(tags),
        left_at=left_at,
        reason=rng.choice(_REASONS) if left_at else "",
    )


def subscription(guest: Guest, left: frozenset[str]) -> str:
    """Return what the till's directory says about the guest's newsletter."""
    if not guest.on_news:
        return "Unknown"
    return "Unsubscribed" if guest.key in left else "Subscribed"
