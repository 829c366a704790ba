"""`regulars opening-hours`."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regulars.cli.app import app
from regulars.cli.session import SESSION, table
from regulars.kernel.errors import WrongUse

if TYPE_CHECKING:
    from regulars.accounts.opening import Times

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@app.command("opening-hours")
def opening_hours(
    place: Annotated[str | None, typer.Argument(metavar="PLACE")] = None,
    wanted: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="WEEKDAY=HOURS",
            help="0 (Monday) to 6: 0=07:30-17:00, 6=closed, or 5=seen to go by sales again.",
        ),
    ] = None,
) -> None:
    """When each place is open, as set or as seen in sales; with --set, sets one place."""
    SESSION.boot()
    from regulars.accounts import opening as settings
    from regulars.insights import opening

    actor = SESSION.actor()
    if wanted:
        if place is None:
            raise WrongUse("Which place? regulars opening-hours PLACE --set 0=07:30-17:00")
        settings.set_hours(actor, place=place, days=dict(_day(one) for one in wanted))
    found = opening.listing(actor)
    if place is not None:
        found["places"] = [one for one in found["places"] if one["place"] == place]
    SESSION.answer(found, "\n\n".join(map(_text, found["places"])) or "No place is known yet.")


def _day(text: str) -> tuple[int, Times | None]:
    from regulars.accounts.opening import Times

    weekday, _equals, said = text.partition("=")
    try:
        if said in ("closed", "seen"):
            return int(weekday), Times() if said == "closed" else None
        opens, _dash, closes = said.partition("-")
        return int(weekday), Times(time.fromisoformat(opens), time.fromisoformat(closes))
    except ValueError as error:
        raise WrongUse(f"--set wants 0=07:30-17:00, 0=closed or 0=seen, not {text!r}.") from error


def _text(place: dict[str, Any]) -> str:
    rows = [(_DAYS[day["weekday"]], _hours(day), day["origin"]) for day in place["days"]]
    lines = [place["place"] or "The business", table(rows, ("day", "hours", "from"))]
    return "\n".join([*lines, *([place["why"]] if place["why"] else [])])


def _hours(day: dict[str, Any]) -> str:
    if day["is_open"] is None:
        return "not known"
    return f"{day['opens']}-{day['closes']}" if day["is_open"] else "closed"
