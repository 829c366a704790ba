"""`regulars identity`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from regulars.cli.app import app
from regulars.cli.session import SESSION, table

identity_app = typer.Typer(help="Which records are of the same person.")
app.add_typer(identity_app, name="identity", no_args_is_help=True)


@identity_app.command("evaluate")
def evaluate(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A table of people.")],
    other: Annotated[
        Path | None, typer.Argument(metavar="[FILE2]", help="Find the pairs across two files.")
    ] = None,
    truth: Annotated[
        str, typer.Option(metavar="COLUMN", help="Says who a record is; for scoring alone.")
    ] = ...,  # type: ignore[assignment]
    truth_pattern: Annotated[
        str, typer.Option(metavar="REGEX", help="Which part of that column says who it is.")
    ] = "",
    id_column: Annotated[
        str, typer.Option("--id", metavar="COLUMN", help="A record's own number: not looked at.")
    ] = "",
) -> None:
    """Hold matching against a file that says which records are of one person."""
    SESSION.boot()
    from regulars.identity.evaluating import evaluate as hold

    SESSION.actor().require("people.see")
    paths = [path] if other is None else [path, other]
    found = hold(paths, truth=truth, truth_pattern=truth_pattern, id_column=id_column)
    rows = [
        (name, f"{one.precision:.4f}", f"{one.recall:.4f}", f"{one.f1:.4f}", one.people)
        for name, one in (("automatic", found.automatic), ("with review", found.with_review))
    ]
    SESSION.answer(found.as_json(), table(rows, ("", "precision", "recall", "F1", "people")))


@identity_app.command("match")
def match() -> None:
    """Compare everybody now: join who is certainly one person, offer who may be on People."""
    SESSION.boot()
    from regulars.profiles.matching.looking import look

    run = look(SESSION.actor())
    answer = {
        "people": run.people,
        "joined": run.joined,
        "offered": run.offered,
        "seconds": run.seconds,
    }
    said = f"{run.people} people compared, {run.joined} joined, {run.offered} to look at."
    SESSION.answer(answer, said)
