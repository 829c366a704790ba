"""The lead score: six facts, each worth some points, that add up to 100. No model.

See docs/algorithms/lead-score.md. Pure: the same facts give the same score.
"""

from __future__ import annotations

from dataclasses import dataclass

from regulars.kernel.telling import told, told_count

# Below so many closed leads the past of this business says too little, and priors stand instead.
ENOUGH_CLOSED = 20
# A source counts as if so many leads of the overall rate had come from it too.
SHRINK = 10
_PRIOR_SOURCE, _PRIOR_VALUE, _PRIOR_STAGE = 8, 5, 10
_CONTACT = ((2, 20), (7, 15), (14, 10), (30, 5))


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an open lead, and of the leads that were closed before.

    ``median_*`` are of won leads and ``None`` where none tells; ``step_in_days`` is ``None``
    without a day. ``is_customer``: True bought before, False is known and has not, None unknown.
    """

    days_since_contact: int
    has_step: bool
    step_in_days: int | None
    source: str
    source_won: int
    source_closed: int
    won: int
    closed: int
    value_minor: int | None
    median_value_minor: int | None
    days_in_stage: float
    median_days_in_stage: float | None
    is_customer: bool | None
    shows_money: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """One fact's points of the most it can have, and the sentence that says why."""

    name: str
    points: int
    most: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Score:
    """The points in all, their parts, and whether the past of this business had a say yet."""

    points: int
    parts: tuple[Part, ...]
    closed: int
    is_prior: bool


def score(facts: Facts) -> Score:
    """Return the score of an open lead from 0 to 100 with its reasons."""
    parts = (_contact(facts), _step(facts), _source(facts), _value(facts), _stage(facts),
             _customer(facts))  # fmt: skip
    is_prior = facts.closed < ENOUGH_CLOSED
    return Score(sum(one.points for one in parts), parts, facts.closed, is_prior)


def _contact(facts: Facts) -> Part:
    days = max(0, facts.days_since_contact)
    points = next((points for most, points in _CONTACT if days <= most), 0)
    sentence = told("The last contact was today.") if days == 0 else told_count(
        "The last contact was yesterday.", "The last contact was %(n)s days ago.", days
    )  # fmt: skip
    return Part("contact", points, 20, sentence)


def _step(facts: Facts) -> Part:
    if not facts.has_step:
        return Part("next_step", 0, 15, told("No next step is noted."))
    if facts.step_in_days is None:
        return Part("next_step", 5, 15, told("A next step is noted, without a day."))
    if facts.step_in_days < 0:
        return Part("next_step", 5, 15, told("The day of the next step is past."))
    return Part("next_step", 15, 15, told("A next step is noted with its day."))


def _source(facts: Facts) -> Part:
    if facts.closed < ENOUGH_CLOSED:
        sentence = told_count(
            "Too few leads are closed (%(n)s) to tell sources apart.",
            "Too few leads are closed (%(n)s) to tell sources apart.",
            facts.closed,
        )
        return Part("source", _PRIOR_SOURCE, 25, sentence)
    points = _rounded(25 * (facts.source_won * facts.closed + SHRINK * facts.won),
                      (facts.source_closed + SHRINK) * facts.closed)  # fmt: skip
    if not facts.source_closed:
        sentence = told("Nothing is closed yet of this source; over all, %(won)s of %(all)s closed "
                        "leads were won.", won=facts.won, all=facts.closed)  # fmt: skip
    else:
        sentence = told("Of its source, %(won)s of %(all)s closed leads were won.",
                        won=facts.source_won, all=facts.source_closed)  # fmt: skip
    return Part("source", points, 25, sentence)


def _value(facts: Facts) -> Part:
    if facts.value_minor is None:
        return Part("value", 2, 10, told("No value is noted."))
    if facts.closed < ENOUGH_CLOSED or facts.median_value_minor is None:
        sentence = told("Too few leads with a value are closed to compare it.")
        return Part("value", _PRIOR_VALUE, 10, sentence)
    twice = 2 * facts.value_minor
    if facts.value_minor >= facts.median_value_minor:
        points, sentence = 10, told("It is worth at least as much as the middle lead you won.")
    elif twice >= facts.median_value_minor:
        points, sentence = 7, told("It is worth at least half of the middle lead you won.")
    else:
        points, sentence = 4, told("It is worth less than half of the middle lead you won.")
    if not facts.shows_money:
        sentence = told("Its value counts; your role does not see amounts.")
    return Part("value", points, 10, sentence)


def _stage(facts: Facts) -> Part:
    median = facts.median_days_in_stage
    if facts.closed < ENOUGH_CLOSED or median is None:
        sentence = told("Too few won leads were in this stage to say how long is usual.")
        return Part("stage_age", _PRIOR_STAGE, 20, sentence)
    # Under a day every stay is as good as any other.
    median = max(median, 1.0)
    days, usual = round(facts.days_in_stage), round(median)
    steps = ((1, 20), (2, 10), (4, 5))
    points = next((won for times, won in steps if facts.days_in_stage <= times * median), 0)
    sentence = told("In this stage for %(n)s days; won leads were for %(usual)s in the middle.",
                    n=days, usual=usual)  # fmt: skip
    return Part("stage_age", points, 20, sentence)


def _customer(facts: Facts) -> Part:
    if facts.is_customer is None:
        return Part("customer", 0, 10, told("Nobody here is known by that address or number."))
    if facts.is_customer:
        return Part("customer", 10, 10, told("They have bought before."))
    return Part("customer", 5, 10, told("They are known here and have not bought yet."))


def _rounded(above: int, below: int) -> int:
    """The nearest whole number to a fraction, halves up, without floating point."""
    return (2 * above + below) // (2 * below)
