"""`regulars today`, `decide`, `decisions` and `take-back`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import typer

from regulars.cli.app import app
from regulars.cli.session import SESSION
from regulars.kernel.errors import WrongUse


@app.command("today")
def today(
    every: Annotated[
        bool, typer.Option("--all", help="Every open thing instead of the page.")
    ] = False,
) -> None:
    """At most five numbers and three things to do."""
    SESSION.boot()
    from regulars.insights import today as days
    from regulars.insights import today_text

    if every:
        found = days.all_things(SESSION.actor())
        SESSION.answer(found, today_text.things_as_text(found))
        return
    page = days.today(SESSION.actor())
    SESSION.answer(page, today_text.as_text(page))


@app.command("decide")
def decide(
    key: Annotated[str, typer.Argument(metavar="KEY")],
    done: Annotated[bool, typer.Option("--done", help="It is done.")] = False,
    snooze: Annotated[
        int | None, typer.Option(metavar="DAYS", min=1, max=365, help="Not before so many days.")
    ] = None,
    not_useful: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="known, wrong, small, cannot or other; for 90 days."),
    ] = None,
    words: Annotated[str, typer.Option(metavar="TEXT", help="Why, in your words.")] = "",
) -> None:
    """Say that a thing of today is done, comes later, or is not useful."""
    if [done, snooze is not None, not_useful is not None].count(True) != 1:
        raise WrongUse("Say one of --done, --snooze DAYS and --not-useful REASON.")
    SESSION.boot()
    from regulars.accounts import business as businesses
    from regulars.insights import decided, decisions
    from regulars.kernel import clock

    actor = SESSION.actor()
    today_ = clock.today(businesses.get().timezone)
    made = decisions.decide(
        actor,
        key=key,
        what="done" if done else "snoozed" if snooze is not None else "not_useful",
        reason=not_useful or "",
        words=words,
        until=today_ + timedelta(days=snooze) if snooze is not None else None,
    )
    told = decided.one(actor, made.pk)
    SESSION.answer(told, f"[{made.pk}] {told['title']}: {_stays_away(told)}")


@app.command("decisions")
def list_decisions(
    cursor: Annotated[str | None, typer.Option(metavar="CURSOR", help="The next page.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 25,
) -> None:
    """What was decided about things of today, and what came of it."""
    SESSION.boot()
    from regulars.insights import decided

    page = decided.listing(SESSION.actor(), cursor=cursor, limit=limit)
    SESSION.answer(page, decided.as_text(page))


@app.command("take-back")
def take_back(decision: Annotated[int, typer.Argument(metavar="DECISION")]) -> None:
    """Take a decision back; its thing is open again."""
    SESSION.boot()
    from regulars.insights import decided, decisions

    actor = SESSION.actor()
    decisions.take_back(actor, decision)
    told = decided.one(actor, decision)
    SESSION.answer(told, f"Decision {decision} is taken back: {told['title']}.")


def _stays_away(told: dict[str, Any]) -> str:
    if told["what"] == "snoozed":
        return f"comes back on {told['until'] + timedelta(days=1)}."
    return f"stays away up to {told['until']} at most."
