"""A person at a glance, for whoever stands at the counter: who it is, and what to say next."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.identity.models import Link
from regulars.identity.queries import held_by
from regulars.insights.models import Score
from regulars.insights.people import latest_run
from regulars.kernel import clock
from regulars.kernel.telling import told
from regulars.profiles import person as profiles
from regulars.profiles.anchors import anchor_of
from regulars.profiles.counter import points
from regulars.profiles.hanging import tasks
from regulars.profiles.looks import keeping as looks
from regulars.profiles.models import Card
from regulars.profiles.records import Records
from regulars.sources.files.identifiers import kind_rank
from regulars.sources.live import standing_ids
from regulars.sources.models import Identifier

# An opinion this low, of 1, that nobody answered is an open problem for so long.
_UNHAPPY = 0.4
_OPEN_FOR = timedelta(days=180)
_SOON = 7
# From so many of the last visits on, something is "the usual".
_VISITS, _USUAL = 8, 3
_MOST_KEPT = 500
_KEPT_TRAITS = ("must_know", "allergies", "likes", "seating", "stylist", "room")


@dataclass(frozen=True, slots=True)
class Say:
    """The next best thing to say or do, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Glance:
    """A person in ten seconds. ``anchor`` is what entries hang on."""

    profile_id: int
    anchor: int
    name: str
    last_visit_at: datetime | None
    visits: int
    traits: dict[str, str]
    usual: list[str]
    points: int
    problem: str
    say: Say | None
    tasks: list[tasks.ToDo]


def glance(actor: Actor, profile_id: int) -> Glance:
    """Return a person at a glance. Needs ``people.see``. `NotFound` for nobody."""
    page = profiles.show(actor, profile_id)
    looks.note(actor, profile_id, looks.COUNTER)
    known = {one.name: one.value for one in page.traits}
    open_tasks = [one for one in tasks.of(profile_id) if one.done_at is None]
    usual, problem = _usual(page), _problem(page)
    return Glance(
        profile_id, anchor_of(profile_id), page.name or page.email or page.phone,
        page.totals.last_order_at, page.totals.orders,
        {name: known[name] for name in _KEPT_TRAITS if name in known}, usual,
        points.balance(profile_id), problem, _say(page, known, problem, usual, open_tasks),
        open_tasks,
    )  # fmt: skip


def _usual(page: profiles.Person) -> list[str]:
    bought: Counter[str] = Counter()
    for order in [one for one in page.orders if not one.is_return][:_VISITS]:
        names = {line.name or line.sku for line in order.lines if line.kind == "goods"}
        bought.update(name for name in names if name)
    return [name for name, count in bought.most_common(3) if count >= _USUAL]


def _problem(page: profiles.Person) -> str:
    since = clock.now() - _OPEN_FOR
    for one in page.feedback:
        is_low = one.rating is not None and one.rating <= _UNHAPPY * one.rating_max
        if is_low and one.replied_at is None and one.happened_at >= since:
            return one.text[:200] or told("A low rating that nobody answered.")
    return ""


def _say(
    page: profiles.Person,
    known: dict[str, str],
    problem: str,
    usual: list[str],
    open_tasks: list[tasks.ToDo],
) -> Say | None:
    """The first that holds: a wrong is put right before anything is sold."""
    here = businesses.get()
    today = clock.today(here.timezone)
    if problem:
        why = told("They were unhappy, and nobody answered.")
        return Say(told("Ask how it was since, and say sorry."), why)
    if open_tasks:
        return Say(open_tasks[0].what, told("It is on the list of tasks."))
    for name, greeting in (("birthday", told("Wish a happy birthday.")),
                           ("anniversary", told("Congratulate on the anniversary."))):  # fmt: skip
        days = _days_until(known.get(name, ""), today)
        if days is not None and days <= _SOON:
            why = told("It is today.") if days == 0 else told("It is in %(n)s days.", n=days)
            return Say(greeting, why)
    score = _score(page.profile_id)
    if score is not None and score.is_quiet and score.days_since and score.usual_gap_days:
        return Say(
            told("Say that you are glad to see them again."),
            told("Away for %(days)s days; usually %(gap)s lie between two visits.",
                 days=score.days_since, gap=round(score.usual_gap_days)),
        )  # fmt: skip
    if usual:
        return Say(
            told("Offer the usual: %(what)s.", what=usual[0]),
            told("They had it on at least %(n)s of their last visits.", n=_USUAL),
        )
    if not (page.email or page.phone):
        return Say(told("Ask for a number or an address."), told("They cannot be reached yet."))
    return None


def _score(profile_id: int) -> Score | None:
    run = latest_run()
    return Score.objects.filter(run=run, profile_id=profile_id).first() if run else None


def _days_until(text: str, today: date) -> int | None:
    """Days to the next return of a day; ``None`` where it cannot be read."""
    try:
        day = date.fromisoformat(f"2000{text[1:]}" if text.startswith("--") else text)
    except ValueError:
        return None
    for year in (today.year, today.year + 1):
        try:
            again = day.replace(year=year)
        except ValueError:
            # The 29th of February is kept on the 1st of March.
            again = date(year, 3, 1)
        if again >= today:
            return (again - today).days
    return None


def kept(actor: Actor) -> list[dict[str, Any]]:
    """What a tablet keeps for an hour without a line: the people seen last, and only what is
    needed to serve them. Needs ``people.write``."""
    actor.require("people.write")
    run = latest_run()
    seen = Score.objects.filter(run=run).order_by("-last_order_on", "profile_id") if run else None
    numbers = list(seen.values_list("profile_id", flat=True)[:_MOST_KEPT]) if seen else []
    if len(numbers) < _MOST_KEPT:
        more = Card.objects.exclude(pk__in=numbers).order_by("-pk").values_list("pk", flat=True)
        numbers += list(more[: _MOST_KEPT - len(numbers)])
    return _rows(numbers)


def _rows(numbers: list[int]) -> list[dict[str, Any]]:
    owner = dict(
        Link.objects.filter(profile_id__in=numbers).values_list("identifier_id", "profile_id")
    )
    names = dict(Card.objects.filter(pk__in=numbers).values_list("pk", "name"))
    told_of: dict[int, dict[str, str]] = {}
    for identifier, records in Records(standing_ids()).of(owner).items():
        for one in records:
            for name in _KEPT_TRAITS:
                if one.traits.get(name):
                    told_of.setdefault(owner[identifier], {}).setdefault(name, one.traits[name])
    balances = points.balances(owner)
    rows: dict[int, dict[str, Any]] = {}
    known = (
        Identifier.objects.filter(pk__in=owner).order_by("pk").values_list("pk", "kind", "value")
    )
    for number, kind, value in sorted(known, key=lambda row: (kind_rank(row[1]), row[0])):
        person = owner[number]
        row = rows.setdefault(
            person,
            {"anchor": str(number), "name": names.get(person, ""), "by": [],
             "traits": told_of.get(person, {}), "points": balances.get(person, 0)},
        )  # fmt: skip
        if kind.partition(":")[0] in ("phone", "card", "email"):
            row["by"].append(value)
    for person, _, kind, value in held_by(rows):
        if kind.partition(":")[0] in ("phone", "card", "email"):
            rows[person]["by"].append(value)
    return list(rows.values())


def as_json(found: Glance) -> dict[str, Any]:
    """A glance as plain values."""
    said: dict[str, Any] = profiles.plain(asdict(found))
    said["anchor"] = str(found.anchor)
    return said
