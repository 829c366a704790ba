"""Voices: the reviews as they were given, which wait for an answer, and what they come to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.identity.queries import profiles_of
from regulars.insights import figures
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.sources.live import standing
from regulars.sources.models import Feedback

STARS = 5
_MOST = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST_KEY = 2**63
_UNANSWERED = Q(replied_at=None, reply_text="")


def live() -> QuerySet[Feedback]:
    """The latest version of each review among imports that stand."""
    counted = Feedback.objects.filter(of_import__in=standing().order_by().values("pk"))
    later = counted.filter(feedback_key=OuterRef("feedback_key"), version__gt=OuterRef("version"))
    return counted.filter(~Exists(later)).order_by()


def unanswered() -> QuerySet[Feedback]:
    """The live reviews that wait for an answer."""
    return live().filter(_UNANSWERED)


def of_at_most(stars: int, reviews: QuerySet[Feedback]) -> QuerySet[Any]:
    """Those of ``reviews`` that gave so many stars or fewer."""
    return _scaled(reviews).filter(_at_most(stars))


def listing(
    actor: Actor,
    *,
    waiting: bool = False,
    stars: int | None = None,
    cursor: str | None = None,
    limit: int = 25,
) -> dict[str, Any]:
    """Return ``{"reviews": […], "next_cursor"}``, newest first. Needs ``people.see``.

    ``waiting`` keeps those without an answer, ``stars`` (1 to 5) those of so many stars: ratings
    on another scale count by the nearest star. ``rating`` is in stars out of five, ``person`` who
    wrote it where that is known. `WrongUse` for other stars or a cursor this list did not give.
    """
    actor.require("people.see")
    found = unanswered() if waiting else live()
    if stars is not None:
        found = _of_stars(found, stars)
    if cursor is not None:
        found = found.filter(_after(cursor))
    limit = max(1, min(limit, _MOST))
    rows = list(found.order_by("-happened_at", "-feedback_key")[: limit + 1])
    page = rows[:limit]
    people = profiles_of(row.identifier_id for row in page if row.identifier_id is not None)
    zone = businesses.zone()
    return {
        "reviews": [
            {
                **_row(row),
                "local_on": row.happened_at.astimezone(zone).date(),
                "answered_on": row.replied_at.astimezone(zone).date() if row.replied_at else None,
                "person": people.get(row.identifier_id or 0),
            }
            for row in page
        ],
        "next_cursor": _cursor(page[-1]) if len(rows) > limit else None,
    }


def counts(actor: Actor) -> dict[str, Any]:
    """How many reviews there are, how many wait, and how many by stars. Needs ``people.see``."""
    actor.require("people.see")
    by_stars = {str(one): Count("pk", filter=_has_stars(one)) for one in range(1, STARS + 1)}
    found = _scaled(live()).aggregate(
        all=Count("pk"),
        waiting=Count("pk", filter=_UNANSWERED),
        **{f"stars_{one}": counted for one, counted in by_stars.items()},
    )
    stars = {one: found[f"stars_{one}"] for one in range(STARS, 0, -1)}
    return {"all": found["all"], "waiting": found["waiting"], "stars": stars}


def summary(actor: Actor) -> dict[str, Any] | None:
    """The mean with its interval and how many, over the last twelve months of data; ``None`` before
    there is any. Needs ``metrics.see``."""
    actor.require("metrics.see")
    last = figures.as_of()
    if last is None:
        return None
    first = _year_before(last)
    asked = figures.ask(actor, metrics=["review_mean", "reviews"], first=first, last=last)
    mean, number = asked["rows"]
    return {"mean": mean, "reviews": number, "first": first, "last": last}


def _year_before(day: date) -> date:
    earlier = day + timedelta(days=1)
    is_leap_day = (earlier.month, earlier.day) == (2, 29)
    return earlier.replace(year=earlier.year - 1, day=28 if is_leap_day else earlier.day)


def _scaled(reviews: QuerySet[Feedback]) -> QuerySet[Any]:
    # Whole numbers of any size: PostgreSQL keeps ratings in two bytes.
    return reviews.annotate(
        given=Cast("rating", IntegerField()) * 2 * STARS, best=Cast("rating_max", IntegerField())
    )


def _at_most(stars: int) -> Q:
    return Q(best__gt=0, given__lt=F("best") * (2 * stars + 1))


def _has_stars(stars: int) -> Q:
    """The rating's nearest star is ``stars``; what is below one counts as one."""
    return _at_most(1) if stars == 1 else _at_most(stars) & ~_at_most(stars - 1)


def _of_stars(reviews: QuerySet[Feedback], stars: int) -> QuerySet[Any]:
    if not 1 <= stars <= STARS:
        raise WrongUse(told("Stars go from 1 to %(stars)s.", stars=STARS))
    return _scaled(reviews).filter(_has_stars(stars))


def _after(cursor: str) -> Q:
    try:
        micros, key = map(int, cursor.split("."))
        instant = _EPOCH + timedelta(microseconds=micros)
        if not -_LARGEST_KEY <= key < _LARGEST_KEY:
            raise ValueError(cursor)
    except (ValueError, OverflowError) as error:
        raise WrongUse(told("That cursor is not one this list gave.")) from error
    return Q(happened_at__lt=instant) | Q(happened_at=instant, feedback_key__lt=key)


def _cursor(row: Feedback) -> str:
    return f"{(row.happened_at - _EPOCH) // timedelta(microseconds=1)}.{row.feedback_key}"


def _row(row: Feedback) -> dict[str, Any]:
    rating = None
    if row.rating is not None and row.rating_max > 0:
        rating = row.rating * STARS / row.rating_max
    return {
        "id": str(row.feedback_key),
        "rating": rating,
        "text": row.text,
        "author": row.author or None,
        "place": row.place or None,
        "origin": row.origin,
        "happened_at": row.happened_at,
        "answer": row.reply_text or None,
        "is_waiting": row.replied_at is None and not row.reply_text,
    }
