"""`regulars identity`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from regulars.cli.app import app
from regulars.cli.session import SESSION, table
from regulars.kernel.errors import WrongUse

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


@identity_app.command("rules")
def rules() -> None:
    """What joins people: how many values of a kind, in which order, and which values never."""
    SESSION.boot()
    _answer_rules()


@identity_app.command("set-rule")
def set_rule(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="As `identity rules` names it.")],
    limit: Annotated[
        str, typer.Option(metavar="N", help="How many values one person may have; or: any.")
    ] = "",
    window: Annotated[
        str, typer.Option(metavar="W", help="Counted ever, annually, monthly or weekly.")
    ] = "",
    beside: Annotated[
        str,
        typer.Option(metavar="N", help="How many stronger values one may stand beside; or: any."),
    ] = "",
    rank: Annotated[
        int | None, typer.Option(metavar="N", help="Its place in the order; 1 is the strongest.")
    ] = None,
) -> None:
    """Change how values of one kind join people, and have everybody worked out anew."""
    SESSION.boot()
    from regulars.identity import ruling

    changes: dict[str, Any] = {}
    for name, text in (("limit", limit), ("beside", beside)):
        if text:
            changes[name] = _number(name, text)
    if window:
        changes["window"] = window
    if rank is not None:
        changes["rank"] = rank
    if not changes:
        raise WrongUse("What should change? --limit, --window, --beside or --rank.")
    if ruling.set_rule(SESSION.actor(), kind, changes):
        _follow()
    _answer_rules()


@identity_app.command("default-rules")
def default_rules() -> None:
    """Go back to the default limits and order; blocked values stay."""
    SESSION.boot()
    from regulars.identity import ruling

    if ruling.back_to_defaults(SESSION.actor()):
        _follow()
    _answer_rules()


@identity_app.command("block")
def block(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="As `identity rules` names it.")],
    value: Annotated[str, typer.Argument(metavar="VALUE")],
) -> None:
    """Say that a value is nobody's: it joins nobody any more."""
    SESSION.boot()
    from regulars.identity import blocking

    blocking.block(SESSION.actor(), kind, value)
    _follow()
    _answer_rules()


@identity_app.command("unblock")
def unblock(
    number: Annotated[int, typer.Argument(metavar="ID", help="As `identity rules` numbers it.")],
) -> None:
    """Let a blocked value join people again."""
    SESSION.boot()
    from regulars.identity import blocking

    blocking.unblock(SESSION.actor(), number)
    _follow()
    _answer_rules()


def _follow() -> None:
    from regulars.insights import refresh

    refresh.refresh(SESSION.actor())


def _number(name: str, text: str) -> int | None:
    if text == "any":
        return None
    if not (text.isascii() and text.isdecimal()):
        raise WrongUse(f"--{name} wants a number or any, not {text!r}.")
    return int(text)


def _answer_rules() -> None:
    from regulars.identity import ruling

    found = ruling.shown(SESSION.actor())
    rows = [(one["rank"], one["kind"], *_bounds(one), *_bounds(one["default"])[:1])
            for one in found["kinds"]]  # fmt: skip
    lines = [table(rows, ("", "kind", "one person has", "stands beside", "by default"))]
    lines += [f"[{one['id']}] {one['kind']} {one['value']} is nobody's" for one in found["blocked"]]
    SESSION.answer(found, "\n".join(lines))


def _bounds(rule: dict[str, Any]) -> tuple[str, str]:
    limit, beside = rule["limit"], rule["beside"]
    return (
        "any number" if limit is None else f"{limit} {rule['window']}",
        "any number" if beside is None else str(beside),
    )
