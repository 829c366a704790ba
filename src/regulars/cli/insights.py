"""`regulars metric`, `quality` and `refresh`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from regulars.cli.app import app
from regulars.cli.session import SESSION, day, table, where_of


@app.command("metric")
def metric(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME...")] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DAY")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY")] = None,
    by: Annotated[list[str] | None, typer.Option(metavar="DIMENSION")] = None,
    where: Annotated[list[str] | None, typer.Option(metavar="DIM=VALUE")] = None,
    compare: Annotated[bool, typer.Option(help="Beside the period before, by weekday.")] = False,
) -> None:
    """Ask for figures. Without names, lists what can be asked."""
    SESSION.boot()
    from regulars.insights import figures

    actor = SESSION.actor()
    if not names:
        known = figures.definitions(actor)
        rows = [(one["name"], one["unit"], one["sentence"]) for one in known]
        SESSION.answer({"metrics": known}, table(rows, ("name", "unit", "what it says")))
        return
    asked = where_of(where or [])
    answer = figures.ask(
        actor,
        metrics=names,
        first=day(first),
        last=day(last),
        by=by or [],
        where=asked,
        compare=compare,
    )
    if SESSION.as_json:
        # Whoever reads the figures by a program sees it as well.
        for note in figures.unnamed(actor, asked):
            SESSION.warn(note)
    SESSION.answer(answer, _text(answer, by or []))


@app.command("quality")
def quality() -> None:
    """Is the data good enough to trust: what is wrong, what it costs, what mends it."""
    SESSION.boot()
    from regulars.insights import quality as looking

    found = looking.quality(SESSION.actor())
    shown = [(one["state"], one["title"], one["sentence"], one["cost"]) for one in found["checks"]]
    head = ("state", "about", "what is", f"costs {found['currency']}")
    SESSION.answer(found, "\n".join([found["verdict"], table(shown, head), *found["notes"]]))


@app.command("refresh")
def refresh(
    rebuild: Annotated[bool, typer.Option(help="Make the mart anew from the database.")] = False,
) -> None:
    """Bring people, figures and scores up to date with what was imported."""
    SESSION.boot()
    from regulars.insights import refresh as refreshing

    done = refreshing.refresh(SESSION.actor(), rebuild=rebuild)
    SESSION.answer(done, f"Up to date to {done['as_of'] or 'no day yet'} ({done['seconds']} s).")


_COMPARED = ("before", "difference", "difference_low", "difference_high", "beyond_chance")


def _text(answer: dict[str, Any], by: list[str]) -> str:
    by = list(dict.fromkeys(by))
    named = [*by, *(["sku"] if "product" in by else [])]
    shown = (*named, "metric", "value", "low", "high", "unit", "n")
    if any("before" in row for row in answer["rows"]):
        shown += _COMPARED
    rows = [tuple(row[name] for name in shown) for row in answer["rows"]]
    text = table(rows, shown)
    return "\n".join([text, f"as of {answer['as_of'] or '–'}", *answer.get("notes", [])])
