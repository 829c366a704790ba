"""People with their scores: one page, lists by segment, and who has gone quiet."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, QuerySet, Sum

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.accounts.sentences import said
from regulars.identity.models import Profile
from regulars.identity.numbers import number_now
from regulars.insights import outlook
from regulars.insights.models import Score, ScoreRun
from regulars.insights.words import about_quiet, score_reasons
from regulars.kernel.errors import WrongUse
from regulars.kernel.money import to_major
from regulars.kernel.telling import told
from regulars.profiles import household, person
from regulars.profiles.looks import keeping as looks
from regulars.profiles.models import Card
from regulars.science.segments import FEWEST, SEGMENTS

_MOST = 1000


def latest_run() -> ScoreRun | None:
    """The scoring in force, or ``None`` before the first."""
    return ScoreRun.objects.filter(finished_at__isnull=False).order_by("pk").last()


def show(actor: Actor, profile_id: int) -> dict[str, Any]:
    """A person's page with the scores and their reasons; see `profiles.person.show`."""
    page = person.show(actor, profile_id).as_json()
    looks.note(actor, profile_id)
    together = household.of(actor, profile_id)
    page["household"] = person.plain(asdict(together)) if together else None
    page["id"] = profile_id
    run = latest_run()
    score = Score.objects.filter(run=run, profile_id=profile_id).first() if run else None
    page["scores"] = _score_json(actor, run, score) if run and score else None
    return page


def show_by_number(actor: Actor, number: int) -> dict[str, Any]:
    """The page of whoever has this number, or had it before a merge or a blocked value; ``id`` is
    their number of today. Whose number leads to nobody is `NotFound`."""
    actor.require("people.see")
    return show(actor, number_now(number))


def listing(
    actor: Actor,
    *,
    segment: str | None = None,
    quiet: bool | None = None,
    among: Collection[int] | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """People who have bought, best spenders first (for whoever may not see money: the last seen
    first), with a cursor for the next page.

    ``quiet`` True lists those silent beyond their own rhythm, ``among`` those of the numbers
    given. `WrongUse` for an unknown segment.
    """
    actor.require("people.see")
    run = latest_run()
    if run is None:
        return {"people": [], "next_cursor": None, "as_of": None}
    scores = _filtered(Score.objects.filter(run=run), segment, quiet)
    if among is not None:
        scores = scores.filter(profile_id__in=among)
    by = "spent_minor" if actor.may("people.see_money") else "last_order_on"
    if cursor:
        least, number = _cursor(cursor)
        value = least if by == "spent_minor" else _day(least)
        scores = scores.filter(**{f"{by}__lte": value}).exclude(
            **{by: value}, profile_id__lte=number
        )
    limit, currency = max(1, min(limit, _MOST)), _currency()
    scores = scores.select_related("profile__card").order_by(f"-{by}", "profile_id")
    rows = list(scores[: limit + 1])
    page, more = rows[:limit], rows[limit:]
    return {
        "people": [_row(actor, score, currency) for score in page],
        "next_cursor": f"{_place(page[-1], by)}.{page[-1].profile_id}" if more else None,
        "as_of": run.as_of,
    }


def rows_of(actor: Actor, profile_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return the rows of these people as `listing` gives them, in their order and with their
    country; whoever never bought has no score. Needs ``people.see``."""
    actor.require("people.see")
    run, currency = latest_run(), _currency()
    scores = Score.objects.filter(run=run.pk if run else 0, profile__in=profile_ids)
    held = {one.profile_id: one for one in scores.select_related("profile__card")}
    rest = Profile.objects.select_related("card").in_bulk(
        [number for number in profile_ids if number not in held]
    )
    held |= {number: Score(profile=one) for number, one in rest.items()}
    found = [held[number] for number in profile_ids if number in held]
    return [
        _row(actor, one, currency) | {"country": getattr(one.profile, "card", Card()).country}
        for one in found
    ]


def segments(actor: Actor) -> list[dict[str, Any]]:
    """The RFM segments with how many people each holds and what they spent."""
    actor.require("metrics.see")
    run = latest_run()
    held = _held(run) if run is not None else {}
    currency = _currency()
    return [
        {
            "key": one.key,
            "words": said(one.words),
            "technical": said(one.technical),
            "advice": said(one.advice),
            "count": held.get(one.key, {}).get("people", 0),
            "spent": float(to_major(held.get(one.key, {}).get("spent") or 0, currency)),
            "currency": currency,
        }
        for one in SEGMENTS
    ]


def _held(run: ScoreRun) -> dict[str, dict[str, Any]]:
    kept = outlook.facts(outlook.SEGMENTS)
    found: dict[str, dict[str, Any]] = kept["held"] if kept.get("run") == run.pk else {}
    return found or count_segments(run)


def count_segments(run: ScoreRun) -> dict[str, dict[str, Any]]:
    """Segment → how many people it holds and what they spent, in minor units."""
    sums = Score.objects.filter(run=run).values("segment").order_by()
    counted = sums.annotate(people=Count("pk"), spent=Sum("spent_minor"))
    return {
        row["segment"]: {"people": row["people"], "spent": int(row["spent"] or 0)}
        for row in counted
    }


def as_text(page: dict[str, Any]) -> str:
    """The page for a terminal."""
    lines = [f"{page['name'] or 'No name'}  (person {page['id']})"]
    lines += [f"  {one['kind']}: {one['value']}" for one in page["identifiers"]]
    lines += [
        f"  {one['name']}: {one['value']}  ({one['provenance']}, {one['origin']['file_name']})"
        for one in page["traits"]
    ]
    lines += [f"  allows {one['channel']}: {one['state']}" for one in page["allows"]]
    totals = page["totals"]
    lines.append(
        f"  {_counted(totals['orders'], 'order')}, {_counted(totals['returns'], 'return')}"
    )
    if page["household"]:
        together = page["household"]
        names = ", ".join(one["name"] or "No name" for one in together["members"])
        orders = _counted(together["totals"]["orders"], "order")
        lines.append(f"  household of {len(together['members'])} ({names}): {orders}")
    if page["scores"]:
        lines.append(f"  {page['scores']['segment_words']}")
        lines += [f"    {reason}" for reason in page["scores"]["reasons"]]
    zone = ZoneInfo(businesses.get().timezone)
    lines += [_entry_text(entry, zone) for entry in page["timeline"][:10]]
    return "\n".join(lines)


def _counted(n: int, word: str) -> str:
    return f"{n} {word}" if n == 1 else f"{n or 'no'} {word}s"


def _entry_text(entry: dict[str, Any], zone: tzinfo) -> str:
    amount, currency = entry["amount_minor"], entry["currency"]
    on = datetime.fromisoformat(entry["at"]).astimezone(zone).date()
    money = "" if amount is None else f"  {to_major(amount, currency)} {currency}"
    return f"  {on}  {entry['kind']}: {entry['title'][:60]}{money}"


def _filtered(scores: QuerySet[Score], segment: str | None, quiet: bool | None) -> QuerySet[Score]:
    if segment is not None:
        known = [one.key for one in SEGMENTS]
        if segment not in known:
            raise WrongUse(
                told(
                    "There is no segment %(segment)s. Segments: %(known)s.",
                    segment=repr(segment),
                    known=", ".join(known),
                )
            )
        scores = scores.filter(segment=segment)
    return scores if quiet is None else scores.filter(is_quiet=quiet)


def _cursor(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(-?\d{1,18})\.(\d{1,18})", text, re.ASCII)
    if found is None:
        raise WrongUse(told("That cursor is not one this list gave."))
    return int(found[1]), int(found[2])


def _place(score: Score, by: str) -> int:
    value = getattr(score, by)
    return int(value.toordinal() if isinstance(value, date) else value)


def _day(number: int) -> date:
    if not 0 < number <= date.max.toordinal():
        raise WrongUse(told("That cursor is not one this list gave."))
    return date.fromordinal(number)


def _currency() -> str:
    return businesses.get().currency


def _row(actor: Actor, score: Score, currency: str) -> dict[str, Any]:
    card = getattr(score.profile, "card", None)
    row: dict[str, Any] = {
        "id": score.profile_id,
        "name": (card.name if card else "") or None,
        "email": (card.email if card else "") or None,
        "phone": (card.phone if card else "") or None,
        "segment": score.segment,
        "segment_words": _words(score.segment),
        "orders": score.orders,
        "last_order_on": score.last_order_on,
        "days_since": score.days_since,
        "usual_gap_days": score.usual_gap_days,
        "chance_of_buying": score.chance_of_buying,
        "expected_orders": score.expected_orders,
        "is_quiet": score.is_quiet,
    }
    if actor.may("people.see_money"):
        row |= {"spent": float(to_major(score.spent_minor, currency)), "currency": currency}
    return row


def _score_json(actor: Actor, run: ScoreRun, score: Score) -> dict[str, Any]:
    currency = _currency()
    shown = _row(actor, score, currency)
    for name in ("id", "name", "email", "phone"):
        del shown[name]
    sees_money = actor.may("people.see_money")
    shown |= {
        "recency": score.recency,
        "frequency": score.frequency,
        "orders_low": score.orders_low,
        "orders_high": score.orders_high,
        "model": run.model,
        "version": run.version,
        "as_of": run.as_of,
        "horizon_days": run.horizon_days,
        "message": said(run.message),
        "reasons": score_reasons(score, run, sees_money=sees_money, is_ranked=_is_ranked(run)),
        "backtest": about_quiet(run),
    }
    if sees_money:
        shown["money"] = score.monetary
        for name in ("expected_value", "value_low", "value_high"):
            minor = getattr(score, f"{name}_minor")
            shown[name] = None if minor is None else float(to_major(minor, currency))
    return shown


def _is_ranked(run: ScoreRun) -> bool:
    return len(Score.objects.filter(run=run).values_list("pk")[:FEWEST]) == FEWEST


def _words(key: str) -> str:
    return next((said(one.words) for one in SEGMENTS if one.key == key), key)


def quiet_people(run: ScoreRun) -> QuerySet[Score]:
    """Those silent beyond their own rhythm, the most valuable first."""
    return (
        Score.objects.filter(run=run, is_quiet=True)
        .select_related("profile__card")
        .order_by(F("expected_value_minor").desc(nulls_last=True), "-spent_minor", "profile_id")
    )
