"""`regulars enrich`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from regulars.cli.app import app
from regulars.cli.session import SESSION, table

enrich_app = typer.Typer(help="What third parties publish of postcodes and days.")
app.add_typer(enrich_app, name="enrich", no_args_is_help=True)
Id = Annotated[int, typer.Argument(metavar="ID")]


@enrich_app.command("add")
def add(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="postcode, weather or holidays")],
    file: Annotated[Path | None, typer.Argument(metavar="FILE", show_default=False)] = None,
    name: Annotated[str, typer.Option(help="What you call it.")] = "",
    publisher: Annotated[str, typer.Option(help="Who publishes it.")] = "",
    as_of: Annotated[str, typer.Option(metavar="DAY", help="As of which day it is.")] = "",
    purpose: Annotated[str, typer.Option(help="What you use it for.")] = "",
    basis: Annotated[
        str,
        typer.Option(
            help="consent, contract, legal_obligation, legitimate_interests or no_personal_data"
        ),
    ] = "",
    reason: Annotated[str, typer.Option(help="Which legitimate interest, weighed.")] = "",
    licence: Annotated[str, typer.Option(help="Under which licence it may be used.")] = "",
    column: Annotated[str, typer.Option(help="The column of postcodes, if not called so.")] = "",
) -> None:
    """Add a table by postcode, weather by day, or public holidays; says what is missing."""
    SESSION.boot()
    from regulars.profiles.enrichment import keeping

    said = keeping.Told(name, kind, publisher, as_of, purpose, basis, reason, licence)
    one = keeping.add(SESSION.actor(), said, file, column=column)
    SESSION.answer(keeping.as_json(one), f"{one.name}: {one.row_count} rows.")


@enrich_app.command("list")
def list_enrichments() -> None:
    """All that was added, with its origin, purpose and lawful basis."""
    SESSION.boot()
    from regulars.profiles.enrichment import keeping

    found = [keeping.as_json(one) for one in keeping.listing(SESSION.actor())]
    shown = [(one["id"], one["name"], one["publisher"], one["as_of"], one["basis"], one["rows"])
             for one in found]  # fmt: skip
    head = ("id", "name", "publisher", "as of", "basis", "rows")
    SESSION.answer({"enrichments": found}, table(shown, head) if shown else "None was added.")


@enrich_app.command("remove")
def remove(number: Id) -> None:
    """Remove one: it is gone from every person and day at once."""
    SESSION.boot()
    from regulars.profiles.enrichment import keeping

    keeping.remove(SESSION.actor(), number)
    SESSION.answer({"removed": number}, "Removed.")


@enrich_app.command("days")
def days(
    first: Annotated[str, typer.Option("--from", metavar="DAY")],
    last: Annotated[str, typer.Option("--to", metavar="DAY")],
) -> None:
    """What is known of days: holidays and weather."""
    SESSION.boot()
    from regulars.kernel.errors import WrongUse
    from regulars.kernel.telling import told
    from regulars.profiles.enrichment import showing

    try:
        span = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError as error:
        raise WrongUse(told("Write days like 2026-11-30.")) from error
    found = [one.as_json() for one in showing.between(SESSION.actor(), *span)]
    lines = [
        " · ".join(filter(None, (one["on"], one["holiday"] or "",
                                 ", ".join(f"{k} {v}" for k, v in one["weather"].items()))))
        for one in found
    ]  # fmt: skip
    SESSION.answer({"days": found}, "\n".join(lines) or "Nothing is known of these days.")
