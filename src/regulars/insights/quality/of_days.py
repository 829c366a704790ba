"""Checks on days: how far each source reaches, and days on which an open place sold nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.accounts.locales import number
from regulars.accounts.models import Business
from regulars.insights import opening
from regulars.insights.quality.checks import GOOD, LOOK, UNKNOWN, Check, row, spelled
from regulars.insights.quality.facts import Facts
from regulars.insights.suggestions import drift
from regulars.kernel import clock
from regulars.sources.cleaning.kinds import CLEANING
from regulars.sources.live import standing

_RHYTHM_NEEDS = 3
_STALE_DAYS = 35
_ROWS = 30
_KINDS = {"sales": "orders", "bookings": "bookings", "reviews": "feedback"}


@dataclass(frozen=True, slots=True)
class Gap:
    """Days in a row on which ``place`` is usually open and sold nothing."""

    place: str
    first: date
    last: date
    days: int
    missed_minor: int


def checks(facts: Facts, business: Business) -> Iterator[Check]:
    """The checks on days."""
    yield _freshness(facts, business)
    yield _gaps(facts)
    yield _drift(facts)


def _drift(facts: Facts) -> Check:
    found = drift.found()
    said = ngettext(
        "%(n)s thing is told otherwise than usual.",
        "%(n)s things are told otherwise than usual.",
        len(found),
    ) % {"n": number(len(found))}
    calm = _("Each source tells as much, and as completely, as it usually does.")
    is_known = facts.as_of is not None
    return Check(
        "drift",
        _("What is suddenly told otherwise"),
        LOOK if found else GOOD if is_known else UNKNOWN,
        said if found else calm if is_known else _("Nothing was imported yet."),
        _(
            "A program that was set up anew, a column that moved or half a file look like a change"
            " in your business."
        ),
        count=len(found) if is_known else None,
        action_label=_("See the source"),
        action_path=drift.path_of(found[0]["source"]) if found else "",
        rows=tuple(row(drift.title(one), note=drift.reason(one)) for one in found[:_ROWS]),
    )


def _freshness(facts: Facts, business: Business) -> Check:
    lines = sorted(reach(facts, business), key=lambda one: (not one["is_late"], one["what"]))
    late = [one for one in lines if one["is_late"]]
    said = ngettext(
        "%(n)s source is later than usual.", "%(n)s sources are later than usual.", len(late)
    ) % {"n": number(len(late))}
    newest = max((one["day"] for one in lines), default=None)
    good = _("Every source is as fresh as usual; the newest day is %(day)s.")
    return Check(
        "freshness",
        _("How fresh each source is"),
        LOOK if late else GOOD if lines else UNKNOWN,
        said
        if late
        else good % {"day": spelled(newest)}
        if newest
        else _("Nothing was imported yet."),
        _("Figures, scores and who has gone quiet count from the last complete day of data."),
        count=len(late) if lines else None,
        of=len(lines) or None,
        action_label=_("Import the next export") if lines else _("Import files"),
        action_path="/sources/new",
        rows=tuple(row(one["what"], note=one["note"]) for one in lines),
    )


def reach(facts: Facts, business: Business) -> Iterator[dict[str, Any]]:
    """How far each source reaches with each kind of thing it tells, and whether that is late."""
    last_on: dict[int, date] = {}
    tables = [facts.orders, *facts.others.values()]
    for one in (one for table in tables for one in table):
        if one["last_on"]:
            known = last_on.get(one["import_id"], date.min)
            last_on[one["import_id"]] = max(known, one["last_on"])
    names: dict[int, str] = {}
    groups: dict[tuple[int, str], list[tuple[int, date]]] = {}
    for run in (
        standing()
        .exclude(kind=CLEANING)
        .select_related("source")
        .order_by("finished_at")
        .defer("mapping")
    ):
        assert run.finished_at is not None
        pk, source, kind = run.pk, run.source_id, run.kind
        names[source] = run.source.name
        handed_in = clock.today_of(run.finished_at, business.timezone)
        groups.setdefault((source, kind), []).append((pk, handed_in))
    for (source, kind), told in groups.items():
        covered = max((last_on.get(pk, date.min) for pk, _day in told), default=date.min)
        # Lists of people and products tell no days of their own.
        day = covered if kind in _KINDS and covered > date.min else told[-1][1]
        line = _line(names[source], kind, day, [handed for _pk, handed in told], facts.today)
        yield {**line, "source": source}


def _line(
    source: str, kind: str, day: date, handed_in: Iterable[date], today: date
) -> dict[str, Any]:
    days = sorted(set(handed_in))
    gaps = [(later - sooner).days for sooner, later in pairwise(days)]
    rhythm = round(median(gaps)) if len(days) >= _RHYTHM_NEEDS else None
    age = (today - day).days
    is_late = age > (2 * rhythm + 1 if rhythm else _STALE_DAYS)
    note = _("to %(day)s, %(age)d days ago") % {"day": spelled(day), "age": age}
    if rhythm:
        note += "; " + _("usually handed in every %(n)s days") % {"n": number(rhythm)}
    return {"what": f"{source}, {kind}", "day": day, "note": note, "is_late": is_late}


def gaps(facts: Facts) -> list[Gap]:
    """Days of the last 26 weeks on which a place is usually open and no sale is known, in runs.

    What was missed is priced at the place's median takings on that weekday.
    """
    found: list[Gap] = []
    for hours in opening.all_hours():
        taken = facts.takings.get(hours.place)
        if taken and facts.as_of:
            found += _of_place(hours, taken, facts.as_of)
    return sorted(found, key=lambda one: (-one.days, one.place, one.first))


def _of_place(hours: opening.PlaceHours, taken: dict[date, int], as_of: date) -> list[Gap]:
    usual = {
        weekday: median(own) if own else 0
        for weekday in range(7)
        for own in [[amount for day, amount in taken.items() if day.weekday() == weekday]]
    }
    runs: list[list[date]] = []
    is_in_run = False
    day = min(taken)
    while day <= as_of:
        if day in taken:
            is_in_run = False
        elif hours.on(day.weekday()).is_open:
            if not is_in_run:
                runs.append([])
            runs[-1].append(day)
            is_in_run = True
        day += timedelta(days=1)
    return [
        Gap(hours.place, run[0], run[-1], len(run), round(sum(usual[d.weekday()] for d in run)))
        for run in runs
    ]


def _gaps(facts: Facts) -> Check:
    found = gaps(facts)
    count = sum(one.days for one in found)
    is_known = any(day.is_open for hours in opening.all_hours() for day in hours.days)
    said = ngettext(
        "%(n)s day without a sale on which the place is usually open.",
        "%(n)s days without a sale on which the place is usually open.",
        count,
    ) % {"n": number(count)}
    good = _("No day is missing on which a place is usually open.")
    return Check(
        "gaps",
        _("Days that are missing"),
        LOOK if count else GOOD if is_known else UNKNOWN,
        said if count else good if is_known else _("Opening hours are not known yet."),
        _(
            "Either the place was closed, or a file is missing: then revenue is too low and"
            " regulars seem quiet. Import that day's export, or set the hours."
        ),
        count=count if is_known else None,
        cost_minor=sum(one.missed_minor for one in found) or None,
        action_label=_("Import what is missing") if count else _("Set the hours"),
        action_path="/sources/new" if count else "/settings/hours",
        rows=tuple(
            row(one.place, one.days, note=_("%(first)s to %(last)s") % {
                "first": spelled(one.first), "last": spelled(one.last)})
            for one in found[:_ROWS]
        ),
    )  # fmt: skip
