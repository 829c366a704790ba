"""The known guests: who they are to the bakery, how they buy, and when they stop."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from ..residents import Resident, make_residents, token
from .opening import HIGH_STREET, STATION_ROAD, Period

# Share of guests, mean days between visits, and how even the gaps are (gamma shape).
_RHYTHMS = ((0.01, 3, 2.0), (0.062, 8, 1.8), (0.14, 17, 1.5), (0.36, 40, 1.3), (0.428, 95, 1.2))
_HABITS = {
    "early": {7: 4, 8: 5, 9: 2},
    "morning": {9: 3, 10: 5, 11: 4},
    "lunch": {11: 2, 12: 5, 13: 4},
    "afternoon": {14: 3, 15: 4, 16: 4},
}
_WEEKS = ((5, 5, 5, 5, 5, 1, 1), (2, 2, 2, 2, 3, 9, 5), (3, 3, 3, 3, 3, 3, 3))

# What so many of a thousand guests are planted as; the order is the order of the list of people.
_ROLES = (
    ("three_identifiers", 6), ("quiet", 12), ("steady", 12), ("household", 8),
    ("blocked_email", 3), ("blocked_phone", 2.5), ("mistyped_email", 0.25),
)  # fmt: skip

BLOCKED_EMAIL = "none@none.com"
BLOCKED_PHONE = "0000000000"


@dataclass(slots=True)
class Guest:
    """One known guest. Their records at till, web shop and newsletter say only part of it."""

    resident: Resident
    role: str
    on_till: bool
    on_web: bool
    on_news: bool
    square_id: str
    shopify_id: str
    till_email: str
    till_phone: str
    web_email: str
    web_phone: str
    gap_days: float
    evenness: float
    appetite: float
    home: str
    strays: float
    hours: dict[int, int]
    weekdays: tuple[int, ...]
    favourite: int
    starts_on: date
    leaves_on: date | None = None
    driven_off_on: date | None = None

    @property
    def key(self) -> str:
        """The person's key in the list of truths."""
        return self.resident.key


def make_guests(rng: Random, count: int, period: Period) -> list[Guest]:
    """Return ``count`` guests; the planted ones come right after the seven far names."""
    residents = make_residents(rng, count)
    roles = _roles(count)
    guests = [_guest(rng, who, role, period) for who, role in zip(residents, roles, strict=True)]
    _share_phones([guest for guest in guests if guest.role == "household"])
    return guests


def _roles(count: int) -> list[str]:
    roles = ["far_name"] * 7
    for role, per_thousand in _ROLES:
        number = max(1, round(per_thousand * count / 1000))
        roles += [role] * (number + number % 2 if role == "household" else number)
    return (roles + [""] * count)[:count]


def _guest(rng: Random, who: Resident, role: str, period: Period) -> Guest:
    if role == "mistyped_email":
        who = replace(who, email=who.email.partition("@")[0] + "@example.com")
    on_till, on_web, on_news = _channels(rng, role)
    gap, evenness = _rhythm(rng, role)
    home = HIGH_STREET if rng.random() < 0.56 else STATION_ROAD
    email, phone = _till_contacts(rng, who, role)
    web_email = who.email.title() if rng.random() < 0.05 else who.email
    habit = rng.choices(("early", "morning", "lunch", "afternoon"), _habit_weights(home))[0]
    guest = Guest(
        resident=who,
        role=role,
        on_till=on_till,
        on_web=on_web,
        on_news=on_news,
        square_id=token(rng, 26) if on_till else "",
        shopify_id=str(rng.randint(6_000_000_000_000, 9_999_999_999_999)) if on_web else "",
        till_email=email,
        till_phone=phone,
        web_email=web_email,
        web_phone=_web_phone(rng, who, role),
        gap_days=gap,
        evenness=evenness,
        appetite=rng.lognormvariate(0.0, 0.45),
        home=home,
        strays=rng.choice((0.0, 0.05, 0.12, 0.3)),
        hours=_HABITS[habit],
        weekdays=_weekdays(rng, home, habit),
        favourite=rng.randrange(1000),
        starts_on=period.first,
    )
    _plan_stay(rng, guest, period)
    return guest


def _channels(rng: Random, role: str) -> tuple[bool, bool, bool]:
    """Return whether till, web shop and newsletter know the guest; one at least does."""
    if role == "three_identifiers":
        return True, True, True
    if role == "mistyped_email":
        return True, True, False
    if role:
        return True, False, rng.random() < 0.3
    kind = rng.choices(range(6), (38, 20, 9, 8, 14, 11))[0]
    return (
        (True, False, False),
        (True, False, True),
        (True, True, False),
        (True, True, True),
        (False, True, True),
        (False, True, False),
    )[kind]


def _rhythm(rng: Random, role: str) -> tuple[float, float]:
    if role == "quiet":
        return rng.uniform(6, 13), 6.0
    if role == "steady":
        return rng.uniform(5, 9), 6.0
    if role == "three_identifiers":
        return rng.uniform(9, 20), 2.0
    _, mean, evenness = rng.choices(_RHYTHMS, [share for share, _, _ in _RHYTHMS])[0]
    return mean * rng.uniform(0.75, 1.3), evenness


def _habit_weights(home: str) -> tuple[int, ...]:
    return (45, 20, 22, 13) if home == STATION_ROAD else (16, 36, 26, 22)


def _weekdays(rng: Random, home: str, habit: str) -> tuple[int, ...]:
    days = rng.choices(_WEEKS, (6, 2, 2) if home == STATION_ROAD or habit == "early" else (3, 5, 3))
    return days[0]


def _till_contacts(rng: Random, who: Resident, role: str) -> tuple[str, str]:
    """Return the e-mail and the phone that the till's directory holds."""
    typed = who.phone_as_typed(rng)
    has_email, has_phone = rng.random() < 0.42, rng.random() < 0.72
    match role:
        case "three_identifiers" | "household":
            return "", typed
        case "blocked_email":
            return BLOCKED_EMAIL, typed if has_phone else ""
        case "blocked_phone":
            return who.email if has_email else "", BLOCKED_PHONE
        case "mistyped_email":
            return who.email.rpartition(".")[0] + ".con", ""
        case _:
            return who.email if has_email else "", typed if has_phone else ""


def _web_phone(rng: Random, who: Resident, role: str) -> str:
    if role == "mistyped_email":
        return ""
    return who.phone if role == "three_identifiers" or rng.random() < 0.75 else ""


def _plan_stay(rng: Random, guest: Guest, period: Period) -> None:
    """Decide when the guest first comes and when they stop.

    Some were there from the beginning, the others join day by day. Stays are exponential with a
    mean that differs between people (the Pareto/NBD world). The regulars gone quiet bought
    steadily and have been silent for over four of their own gaps.
    """
    if guest.role in ("quiet", "steady"):
        guest.starts_on = period.before_last(rng.randint(190, 420))
        if guest.role == "quiet":
            silence = max(50, round(4.6 * guest.gap_days)) + rng.randrange(70)
            guest.leaves_on = period.last - timedelta(days=silence)
        return
    founders = 0.5 * min(1.0, 365 / period.length_days)
    if guest.role == "three_identifiers" or rng.random() < founders:
        head_start = min(guest.gap_days, period.length_days / 3)
        guest.starts_on = period.first + timedelta(days=int(rng.random() * head_start))
    else:
        guest.starts_on = period.share(0.985 * rng.random() ** 1.2)
    if guest.role != "three_identifiers":
        stay = rng.expovariate(1 / max(30.0, rng.gammavariate(2.0, 260)))
        leaves_on = guest.starts_on + timedelta(days=int(stay))
        guest.leaves_on = leaves_on if leaves_on <= period.last else None


def _share_phones(household: list[Guest]) -> None:
    """Give both of each pair the first one's telephone, as families do at a till."""
    for first, second in zip(household[::2], household[1::2], strict=True):
        second.till_phone = first.till_phone


_SHIFTS = (-2, -1, 0, 1, 2)


def next_weekday(rng: Random, guest: Guest, day: date) -> date:
    """Move ``day`` by up to two days towards the weekdays the guest likes."""
    weekday, liked = day.weekday(), guest.weekdays
    weights = [liked[(weekday + shift) % 7] for shift in _SHIFTS]
    return day + timedelta(days=rng.choices(_SHIFTS, weights)[0])
