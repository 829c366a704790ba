"""`regulars cleaning`."""

from __future__ import annotations

from typing import Annotated

import typer

from regulars.cli.app import app
from regulars.cli.session import SESSION

cleaning_app = typer.Typer(help="What looks wrong in the data, put right in bulk.")
app.add_typer(cleaning_app, name="cleaning", no_args_is_help=True)
KindOf = Annotated[str, typer.Argument(metavar="KIND", help="As `cleaning list` names it.")]
Only = Annotated[
    list[int] | None,
    typer.Option("--only", metavar="ID", help="These alone; else all of the kind.",
                 show_default=False),
]  # fmt: skip


@cleaning_app.command("list")
def list_doubts(
    kind: Annotated[str, typer.Option(metavar="KIND", help="One kind alone.")] = "",
    look: Annotated[bool, typer.Option("--look", help="Look once more before.")] = False,
) -> None:
    """What looks wrong, what it should be, and why we think so."""
    SESSION.boot()
    from regulars.accounts import business
    from regulars.sources.cleaning import correcting, finding
    from regulars.sources.cleaning.kinds import KINDS, REASONS

    actor = SESSION.actor()
    actor.require("imports.run")
    if look:
        finding.look()
    found = correcting.listed(actor, kind or None)
    currency = business.get().currency
    lines = []
    for one in found["kinds"]:
        lines.append(f"{one['kind']}: {KINDS[one['kind']]}, {one['count']}")
        for doubt in one["doubts"]:
            after = f" → {doubt['after']}" if doubt["after"] else ""
            lines.append(f"  {doubt['id']}  {doubt['before']}{after}  ({REASONS[doubt['reason']]})")
    said = {"open": found["open"], "currency": currency, "kinds": found["kinds"]}
    SESSION.answer(said, "\n".join(lines) or "Nothing looks wrong that we can see.")


@cleaning_app.command("put-right")
def put_right(kind: KindOf, only: Only = None) -> None:
    """Put right what looks wrong, as an import that `regulars imports undo` takes back."""
    SESSION.boot()
    from regulars.sources.cleaning import correcting

    run = correcting.put_right(SESSION.actor(), kind, only)
    said = {"import_id": run.pk, "put_right": run.landed}
    text = f"{run.landed} are put right. Undo it with: regulars imports undo {run.pk}"
    SESSION.answer(said, f"{text}\nFigures and pages show it after: regulars refresh")


@cleaning_app.command("leave")
def leave(kind: KindOf, only: Only = None) -> None:
    """Leave it as it is; it is not asked again."""
    SESSION.boot()
    from regulars.sources.cleaning import correcting

    count = correcting.leave(SESSION.actor(), kind, only)
    SESSION.answer({"left": count}, f"{count} are left as they are.")
