"""`regulars points` and `regulars looks`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from regulars.cli.app import app
from regulars.cli.session import SESSION, day, table

points_app = typer.Typer(help="Points of people: how many, given, taken.")
app.add_typer(points_app, name="points", no_args_is_help=True)
Person = Annotated[int, typer.Argument(metavar="PERSON")]
Count = Annotated[int, typer.Argument(metavar="COUNT", min=1)]
Reason = Annotated[str, typer.Option(help="What for.")]


@points_app.command("show")
def show(person_id: Person) -> None:
    """How many points a person has, and the latest entries."""
    SESSION.boot()
    from regulars.profiles.looks import keeping as looks

    looks.see(SESSION.actor(), person_id)
    _answer(person_id)


@points_app.command("give")
def give(person_id: Person, count: Count, reason: Reason = "") -> None:
    """Give a person points."""
    SESSION.boot()
    from regulars.profiles.counter import points

    points.give(SESSION.actor(), person_id, count, reason=reason)
    _answer(person_id)


@points_app.command("take")
def take(person_id: Person, count: Count, reason: Reason = "") -> None:
    """Take points from a person, who has at least so many."""
    SESSION.boot()
    from regulars.profiles.counter import points

    points.give(SESSION.actor(), person_id, -count, reason=reason)
    _answer(person_id)


@app.command("looks")
def list_looks(
    person: Annotated[int | None, typer.Option(help="Only at this person.")] = None,
    member: Annotated[int | None, typer.Option(help="Only of this member.")] = None,
    on: Annotated[str | None, typer.Option(metavar="DAY", help="Only of this day.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 200,
) -> None:
    """Who of the team looked at whom, the latest first."""
    SESSION.boot()
    from regulars.kernel.errors import WrongUse
    from regulars.profiles.looks import keeping as looks

    if person is not None and (member, on) != (None, None):
        raise WrongUse("--person stands alone.")
    actor = SESSION.actor()
    if person is not None:
        found = looks.of(actor, person, limit)
    else:
        found = looks.listing(actor, member_id=member, on=day(on), most=limit)
    rows = [(f"{one.hour:%Y-%m-%d %H:%M}", one.by, one.what, one.name) for one in found]
    answer = {"looks": [asdict(one) for one in found]}
    SESSION.answer(answer, table(rows, ("hour", "who", "at what", "of whom")))


def _answer(person_id: int) -> None:
    from regulars.profiles.counter import points

    found = points.as_json(person_id)
    rows = [(one["points"], one["reason"], f"{one['at']:%Y-%m-%d}", one["by"])
            for one in found["entries"]]  # fmt: skip
    entries = table(rows, ("points", "what for", "on", "by"))
    SESSION.answer(found, f"{found['balance']} points\n\n{entries}")
