"""Best customers with a problem open: a bad review nobody answered, or money given back and no
visit since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.insights import outlook, saying, voices
from regulars.insights.models import Score, ScoreRun
from regulars.insights.outlook import Looking
from regulars.insights.suggestions.shape import DAYS, MEMBERS, UNPRICED, Worth, day_of, members
from regulars.kernel.declarations import Suggestion

KIND = "best_unhappy"
LOW, BACK = "low_rating", "money_back"
REVIEW_DAYS, MONEY_BACK_DAYS = 91, 28
_BEST = 5  # the fifth who spent most
_AT_MOST_STARS = 3
_AT_ONCE = 10
_MINUTES_A_PERSON = 10.0
_EPOCH = date(1970, 1, 1)

# A review without an identifier is of whoever bears its author's full name, if one buyer does.
_TOLD = """
WITH buyers AS (
    SELECT DISTINCT i.profile_id FROM orders o JOIN identifiers i USING (identifier_id)
    WHERE o.status = 'accepted'
), named AS (
    SELECT lower(trim(p.name)) AS name, min(p.profile_id) AS profile_id
    FROM profiles p JOIN buyers USING (profile_id)
    WHERE trim(p.name) LIKE '% %' GROUP BY 1 HAVING count(*) = 1
)
SELECT coalesce(i.profile_id, n.profile_id) AS person, f.feedback_key AS review,
       i.profile_id IS NULL AS by_name, f.local_on AS "on", 5.0 * f.rating / f.rating_max AS stars
FROM feedback f
LEFT JOIN identifiers i ON i.identifier_id = f.identifier_id
LEFT JOIN named n ON i.profile_id IS NULL AND n.name = lower(trim(f.author))
WHERE f.rating IS NOT NULL AND f.rating_max > 0 AND f.local_on <= DATE '{as_of}'
  AND coalesce(i.profile_id, n.profile_id) IS NOT NULL
ORDER BY person, "on", review
"""
_GIVEN_BACK = """
SELECT i.profile_id AS person, max(o.local_on) AS "on"
FROM orders o JOIN identifiers i USING (identifier_id)
WHERE (o.status = 'cancelled' OR o.is_return OR o.refund_minor > 0)
  AND o.local_on <= DATE '{as_of}'
GROUP BY i.profile_id, o.local_on ORDER BY person, "on"
"""
_USUAL = """
SELECT i.profile_id AS person, sum(o.amount_minor) AS minor, min(o.local_on) AS first,
       max(o.local_on) FILTER (o.amount_minor > 0) AS last
FROM orders o JOIN identifiers i USING (identifier_id)
WHERE o.status = 'accepted' AND o.is_priced AND o.currency = '{currency}'
  AND o.local_on <= DATE '{as_of}' AND o.local_on > DATE '{since}'
  AND i.profile_id IN ({people})
GROUP BY 1
"""
_YEAR, _SHORTEST = 364, 84


def work_out(seen: Looking) -> dict[str, Any]:
    """The best with an open problem and what they usually spend in four weeks; and how much less
    often people came back after such a problem, in the business's own past."""
    run = seen.run
    if run is None or run.as_of is None:
        return {}
    told = seen.rows(_TOLD, as_of=run.as_of)
    back = seen.rows(_GIVEN_BACK, as_of=run.as_of)
    open_now = _open(run.as_of, told, back)
    best = Score.objects.filter(run=run, monetary__gte=_BEST, profile_id__in=list(open_now))
    chosen = {one: open_now[one] for one in best.values_list("profile_id", flat=True)}
    who = _priced(seen, run.as_of, chosen)
    low = [row for row in told if row["stars"] <= _AT_MOST_STARS]
    past = _past(seen, run, {LOW: low, BACK: back}) if who else {}
    return {
        "people": who[:_AT_ONCE],
        "members": members("person", (one["profile_id"] for one in who[:MEMBERS])),
        "count": len(who),
        "horizon_days": run.horizon_days,
        "past": past,
    }


def _open(
    as_of: date, told: list[dict[str, Any]], back: list[dict[str, Any]]
) -> dict[int, dict[str, Any]]:
    """Person → the problem that is open; a bad review outranks money given back."""
    found = {
        row["person"]: {"why": BACK, "on": row["on"].isoformat()}
        for row in back
        if (as_of - row["on"]).days < MONEY_BACK_DAYS
    }
    latest = {row["person"]: row for row in told}
    low = {
        row["review"]: row
        for row in latest.values()
        if row["stars"] <= _AT_MOST_STARS and (as_of - row["on"]).days < REVIEW_DAYS
    }
    waiting = voices.unanswered().filter(feedback_key__in=list(low))
    for review in waiting.values_list("feedback_key", flat=True):
        row = low[review]
        found[row["person"]] = {
            "why": LOW,
            "on": row["on"].isoformat(),
            "stars": round(row["stars"], 1),
            "review": str(review),
            "by_name": bool(row["by_name"]),
        }
    return found


def _priced(seen: Looking, as_of: date, chosen: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """The people with what they usually spend in four weeks, most first; whoever bought since
    money was given back has no problem any more."""
    if not chosen:
        return []
    since = as_of - timedelta(days=_YEAR)
    people = ", ".join(map(str, sorted(chosen)))
    found = []
    for row in seen.rows(_USUAL, as_of=as_of, since=since, people=people):
        problem = chosen[row["person"]]
        on = date.fromisoformat(problem["on"])
        if problem["why"] == BACK and row["last"] is not None and row["last"] > on:
            continue
        days = max(_SHORTEST, (as_of - row["first"]).days + 1)
        usual = max(0, round(float(row["minor"]) * DAYS / days))
        found.append({"profile_id": row["person"], "usual_minor": usual, **problem})
    return sorted(found, key=lambda one: (-one["usual_minor"], one["profile_id"]))


def _past(
    seen: Looking, run: ScoreRun, problems: dict[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    """How much less often people came back after each kind of problem; see `science.setback`."""
    # At a refresh only: scoring loads the models, and pages import this module too.
    from regulars.insights.scoring import PURCHASES
    from regulars.science.setback import setback

    assert run.as_of is not None
    person, day = seen.columns(PURCHASES, ("person", "day"), as_of=run.as_of)
    found = {}
    for problem, rows in problems.items():
        asked = setback(
            person,
            day,
            [row["person"] for row in rows],
            [(row["on"] - _EPOCH).days for row in rows],
            as_of=(run.as_of - _EPOCH).days,
            horizon_days=run.horizon_days,
        )
        told = {name: getattr(asked, name) for name in asked.__slots__}
        found[problem] = {name: None if value != value else value for name, value in told.items()}
    return found


def suggest(actor: Actor) -> Iterator[Suggestion]:
    """All of them as one thing: worth what they usually spend in four weeks times how much less
    often such people came back in the business's own past."""
    found = outlook.facts(KIND)
    who = found.get("people", [])
    if not who:
        return
    worth, low, high = _worth(found)
    yield Suggestion(
        kind=KIND,
        key=KIND,
        title=title(found),
        reason=_reason(found, is_priced=worth is not None),
        worth_minor=worth,
        low_minor=low,
        high_minor=high,
        minutes=_MINUTES_A_PERSON * len(who),
        action_label=_("See who"),
        action_path=f"/people?thing={KIND}",
        detail={
            "count": found["count"],
            "people": who,
            "days": DAYS,
            "members": found["members"],
            "horizon_days": found["horizon_days"],
            "expected_back": None,
        },
    )


def title(detail: Mapping[str, Any]) -> str:
    """What it is called, from the facts of its detail."""
    words = ngettext(
        "%(n)d of your best customers has a problem open",
        "%(n)d of your best customers have a problem open",
        detail["count"],
    )
    return words % {"n": detail["count"]}


def _worth(found: dict[str, Any]) -> Worth:
    total = [0.0, 0.0, 0.0]
    is_known = False
    for one in found["people"]:
        past = found["past"].get(one["why"], {})
        if not past.get("enough"):
            continue
        is_known = True
        for place, name in enumerate(("lost", "low", "high")):
            total[place] += one["usual_minor"] * max(0.0, past[name])
    if not is_known:
        return UNPRICED
    worth, low, high = map(round, total)
    return worth, low, high


def _reason(found: dict[str, Any], *, is_priced: bool) -> str:
    usual = sum(one["usual_minor"] for one in found["people"])
    said = _(
        "They are among the fifth who spend most, together %(usual)s in four weeks, and were let "
        "down lately: a review of three stars or fewer without an answer, or money given back and "
        "no visit since."
    ) % {"usual": saying.money(usual, businesses.get().currency)}
    if not is_priced:
        return f"{said} " + _(
            "What such a problem costs you is not known yet, so no money is named."
        )
    past = next(
        found["past"][one["why"]] for one in found["people"] if found["past"][one["why"]]["enough"]
    )
    return f"{said} " + _(
        "Of %(people)d people with such a problem before, %(share)s came back within %(days)d "
        "days; without one it was %(peers)s."
    ) % {
        "people": past["people"],
        "share": saying.share(past["came_back"] / past["people"]),
        "peers": saying.share(past["peers_back"]),
        "days": found["horizon_days"],
    }


def why(one: dict[str, Any]) -> str:
    """What happened to one of them, in a few words."""
    on = day_of(one["on"])
    said = {"day": saying.day(on) if on else ""}
    if one["why"] == BACK:
        return _("Money back or a cancelled order on %(day)s, no visit since") % said
    said["stars"] = saying.count(one["stars"])
    words = ngettext(
        "%(stars)s star on %(day)s, no answer yet",
        "%(stars)s stars on %(day)s, no answer yet",
        round(one["stars"]),
    )
    words = words % said
    return _("%(said)s (known by the name alone)") % {"said": words} if one["by_name"] else words
