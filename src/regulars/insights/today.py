"""Today: at most five numbers, at most three things to do, each with its worth."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.accounts import business as businesses
from regulars.accounts import locales
from regulars.accounts.actors import Actor
from regulars.accounts.models import Business
from regulars.insights import (
    decided,
    figures,
    outlook,
    people,
    saying,
    since_yesterday,
    suggestions,
    things,
)
from regulars.insights.models import Refresh, ScoreRun
from regulars.insights.notes import left_out
from regulars.insights.suggestions import gone_quiet
from regulars.insights.today_numbers import WINDOW_DAYS, numbers
from regulars.insights.words import about_model, about_quiet
from regulars.kernel import clock
from regulars.kernel.declarations import Suggestion
from regulars.kernel.windows import DayWindow
from regulars.mart.engine import Snapshot
from regulars.sources.live import standing

STALE_DAYS = 7
THINGS = 3


def today(actor: Actor) -> dict[str, Any]:
    """The morning page: figures of the last four weeks of data beside the four before, what is
    worth doing ranked by expected money a minute, what changed since yesterday, who has gone quiet
    and what came of what was decided."""
    actor.require("today.see")
    with locales.country_kept():
        return _today(actor)


def _today(actor: Actor) -> dict[str, Any]:
    business = businesses.get()
    snapshot = figures.engine().snapshot()
    as_of = snapshot.manifest.as_of
    age = (clock.today(business.timezone) - as_of).days if as_of else None
    run = people.latest_run()
    every = suggestions.everything(actor)
    still_open = suggestions.open_of(every)
    shown = numbers(actor, snapshot)
    return {
        "business": business.name,
        "verdict": _verdict(shown[0]) if shown else None,
        "needs": needs(len(still_open)),
        "currency": business.currency,
        "as_of": as_of,
        "age_days": age,
        "stale": age is not None and age > STALE_DAYS,
        "refreshed_at": _refreshed_at(),
        "window": _window(as_of),
        "numbers": shown,
        "things": things.shown(actor, still_open[:THINGS], business.currency),
        "more_things": max(0, len(still_open) - THINGS),
        "looked_at": _looked_at(),
        "changes": since_yesterday.told(business),
        "quiet": _quiet(actor, run),
        "segments": [one for one in people.segments(actor) if one["count"]],
        "model": about_model(run) if run else None,
        "decided": decided.on_today(business, _by_key(every)),
        "notes": _notes(snapshot, business, age),
    }


def all_things(actor: Actor) -> dict[str, Any]:
    """Every open thing, in the order of Today: ``{"things", "as_of", "needs", "looked_at"}``."""
    actor.require("today.see")
    with locales.country_kept():
        found = suggestions.ranked(actor)
        return {
            "things": things.shown(actor, found, businesses.get().currency),
            "as_of": figures.as_of(),
            "needs": needs(len(found)),
            "looked_at": _looked_at(),
        }


def _looked_at() -> list[str]:
    return suggestions.looked_at() if standing().exists() else []


def needs(open_things: int) -> str:
    """Whether anything needs the owner, in a sentence."""
    if not open_things and not standing().exists():
        return _("There is nothing to look at yet.")
    if not open_things:
        return _("Nothing needs you today.")
    words = ngettext(
        "%(n)d thing is worth your time.", "%(n)d things are worth your time.", open_things
    )
    return words % {"n": open_things}


def _verdict(number: dict[str, Any]) -> str | None:
    """How business is, in a sentence; ``None`` where the figures are of neither money nor words."""
    value, before = number["value"], number["before"]
    if number["metric"] in ("review_mean", "reviews"):
        return _("What people say of you is all that is known so far.")
    if number["metric"] not in ("revenue", "booked_revenue"):
        return None
    if value is None:
        return _("How much you took is not known: the files tell no prices.")
    if value < 0:
        return _("More money went back than came in.")
    if value == 0:
        return _("Nothing was sold in these four weeks.")
    if not before or number["beyond_chance"] is None:
        return _("It is too early to say whether business is up or down.")
    if not number["beyond_chance"]:
        return _("Business is about as it was; the difference could be chance.")
    if value > before:
        return _("Business is up, by more than chance.")
    return _("Business is down, by more than chance.")


def _by_key(found: list[Suggestion]) -> Mapping[str, Suggestion]:
    return {one.key: one for one in found}


def _refreshed_at() -> Any:
    ended = Refresh.objects.filter(finished_at__isnull=False).order_by("-pk")
    return ended.values_list("finished_at", flat=True).first()


def _window(as_of: date | None) -> dict[str, Any] | None:
    if as_of is None:
        return None
    first = as_of - timedelta(days=WINDOW_DAYS - 1)
    return {"first": first, "last": as_of, "days": WINDOW_DAYS}


def _quiet(actor: Actor, run: ScoreRun | None) -> dict[str, Any]:
    if run is None:
        return {"count": 0, "people": [], "backtest": _("No scores yet.")}
    found = outlook.facts(gone_quiet.KIND)
    best = [one["profile_id"] for one in found.get("top", ())]
    return {
        "count": found.get("count", 0),
        "people": people.listing(actor, among=best)["people"] if best else [],
        "backtest": about_quiet(run),
    }


def _notes(snapshot: Snapshot, business: Business, age: int | None) -> list[str]:
    as_of = snapshot.manifest.as_of
    if as_of is None or age is None:
        if standing().exists():
            return [
                _(
                    "No file so far says what happened, so there are no figures yet. They begin "
                    "with the first file of sales or reviews."
                )
            ]
        return [_("Nothing was imported yet: import a file, or look at the demo world.")]
    notes = []
    if age > STALE_DAYS:
        notes.append(
            _(
                "The last complete day of data is %(day)s, %(age)d days ago. Figures, scores and "
                "who has gone quiet count from that day."
            )
            % {"day": saying.day(as_of), "age": age}
        )
    window = DayWindow(as_of - timedelta(days=WINDOW_DAYS - 1), as_of)
    notes += left_out(snapshot, window, business.currency)
    return [*notes, *figures.behind()]
