"""What guests write about the two places on the map."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from ..exports.google_reviews import Listing, Review
from .guests import Guest
from .opening import HIGH_STREET, STATION_ROAD, Period

_GLAD = (
    "Best sourdough for miles, crust to die for.",
    "Friendly faces and the croissants are still warm at eight.",
    "Lovely coffee, lovely people.",
    "The cinnamon buns! Get there early.",
    "Ordered a birthday cake online, it was perfect.",
    "Worth the walk every Sunday.",
    "",
    "",
)
_FAIR = ("Good bread, a bit dear.", "Nice cakes, coffee is average.", "Fine for a quick bite.", "")
_WAIT = (
    "Queued fifteen minutes before my train, nearly missed it.",
    "The wait at eight in the morning is silly. One person serving.",
    "Great rolls but the queue before work has driven me elsewhere.",
    "Waited ages, then they forgot my coffee.",
)
_GONE = (
    "Came at noon on Saturday: no sourdough left again.",
    "Sold out of sourdough before lunch, every single Saturday.",
)
_POOR = ("Dry cake, not cheap.", "Staff looked tired and it showed.", "My order was wrong twice.")
_PROBLEM = (
    "I have come here for a year and the last order was a mess. Nobody rang me back.",
    "Loyal customer, but the cake for my mother was ruined and I am still waiting for an answer.",
    "Usually wonderful. This week I was charged twice and got a shrug.",
)
_TRANSLATED = (
    "(Translated by Google) The best croissant outside Paris.\n\n"
    "(Original)\nLe meilleur croissant hors de Paris."
)
_THANKS = ("Thank you, see you soon!", "So glad you liked it.", "Thank you for telling us.")

# Stars with their themes, per place: weight, stars, texts. Planted: the wait is the station's.
_MIX = {
    HIGH_STREET: ((62, 5, _GLAD), (24, 4, _GLAD), (8, 3, _FAIR), (3, 2, _POOR), (3, 1, _POOR)),
    STATION_ROAD: (
        (44, 5, _GLAD), (18, 4, _FAIR), (8, 3, _GONE), (9, 3, _WAIT), (14, 2, _WAIT), (7, 1, _WAIT),
    ),
}  # fmt: skip
_ACCOUNT = "104233871905512873640"
_LOCATIONS = {HIGH_STREET: "8812640017734120556", STATION_ROAD: "3390417725580166421"}


def write_listings(
    rng: Random, guests: list[Guest], troubled: list[Guest], period: Period
) -> tuple[Listing, ...]:
    """Return both places' reviews, newest first.

    ``troubled`` are the best guests; each has a bad review of the last three weeks unanswered.
    """
    listings = []
    for place, share in ((HIGH_STREET, 0.05), (STATION_ROAD, 0.04)):
        reviews = [
            _review(rng, guests, place, period) for _ in range(max(8, round(len(guests) * share)))
        ]
        if place == HIGH_STREET:
            reviews.append(_translated(rng, period))
            reviews += [
                _problem(rng, guest, text, period)
                for guest, text in zip(troubled, _PROBLEM, strict=False)
            ]
        reviews.sort(key=lambda review: review.created_at, reverse=True)
        title = f"Rye & Shine, {place}"
        listings.append(Listing(title, _ACCOUNT, _LOCATIONS[place], tuple(reviews)))
    return tuple(listings)


def _at(rng: Random, period: Period, longest_ago: int) -> datetime:
    day = period.last - timedelta(days=rng.randrange(longest_ago))
    at = datetime.combine(day, time(rng.randint(8, 21), rng.randrange(60), rng.randrange(60)), UTC)
    return at.replace(microsecond=rng.randrange(1_000_000))


def _review(rng: Random, guests: list[Guest], place: str, period: Period) -> Review:
    mix = _MIX[place]
    _, stars, texts = rng.choices(mix, [weight for weight, *_ in mix])[0]
    at = _at(rng, period, period.length_days)
    is_answered = rng.random() < (0.85 if stars > 3 else 0.7)
    replied_at = at + timedelta(hours=rng.randint(2, 90)) if is_answered else None
    end = datetime.combine(period.last, time(23, 59), UTC)
    if replied_at and replied_at > end:
        replied_at = None
    who = _somebody(rng, guests, at.date()).resident
    # Only the planted best guests complain under their full name: nobody else is to be found.
    signs = rng.random() < 0.5 and stars > 3
    author = who.full_name if signs else f"{who.first_name} {who.last_name[0]}."
    reply = rng.choice(_THANKS) if replied_at else ""
    return Review(_review_id(rng), author, stars, rng.choice(texts), at, reply, replied_at)


def _somebody(rng: Random, guests: list[Guest], day: date) -> Guest:
    """Return a guest who had come by ``day``, or anybody where few had."""
    for _ in range(6):
        guest = rng.choice(guests)
        if guest.starts_on <= day:
            break
    return guest


def _translated(rng: Random, period: Period) -> Review:
    return Review(_review_id(rng), "Élodie M.", 5, _TRANSLATED, _at(rng, period, 100))


def _problem(rng: Random, guest: Guest, text: str, period: Period) -> Review:
    at = _at(rng, period, 20)
    return Review(_review_id(rng), guest.resident.full_name, rng.choice((1, 2)), text, at)


def _review_id(rng: Random) -> str:
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return "AbFvOq" + "".join(rng.choices(letters, k=30))
