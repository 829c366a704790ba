"""`regulars leads`."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import typer

from regulars.cli.app import app
from regulars.cli.session import SESSION, day, table
from regulars.kernel.errors import WrongUse

leads_app = typer.Typer(help="Leads: who might buy, where each stands, what is next.")
app.add_typer(leads_app, name="leads", no_args_is_help=True)
Id = Annotated[int, typer.Argument(metavar="ID")]
_COLUMNS = ("id", "title", "who", "stage", "value", "next", "on", "owner")


@leads_app.command("pipelines")
def pipelines() -> None:
    """Every pipeline with its stages and how many leads stand in each."""
    SESSION.boot()
    from regulars.profiles.pipeline import board

    found = board.pipelines(SESSION.actor())
    rows = [
        (pipeline["name"], stage["id"], stage["name"], stage["kind"], stage["leads"])
        for pipeline in found["pipelines"]
        for stage in pipeline["stages"]
    ]
    SESSION.answer(found, table(rows, ("pipeline", "id", "stage", "kind", "leads")))


@leads_app.command("list")
def listing(
    pipeline: Annotated[int | None, typer.Option(help="Only of this pipeline.")] = None,
    stage: Annotated[int | None, typer.Option(help="Only in this stage, by number.")] = None,
    person: Annotated[int | None, typer.Option(help="Only of this person.")] = None,
    limit: Annotated[int, typer.Option(help="How many at most.")] = 50,
    cursor: Annotated[str | None, typer.Option(help="next_cursor of the page before.")] = None,
) -> None:
    """Leads, the newest first."""
    SESSION.boot()
    from regulars.profiles.pipeline import board

    found = board.listing(
        SESSION.actor(), pipeline_id=pipeline, stage_id=stage, person_id=person,
        limit=limit, cursor=cursor,
    )  # fmt: skip
    SESSION.answer(found, table([_row(one) for one in found["leads"]], _COLUMNS))


@leads_app.command("show")
def show(lead_id: Id) -> None:
    """One lead with its history and its score, every point with its reason."""
    SESSION.boot()
    _answer(lead_id)


@leads_app.command("add")
def add(
    title: Annotated[str, typer.Argument(metavar="TITLE")],
    name: Annotated[str, typer.Option()] = "",
    email: Annotated[str, typer.Option()] = "",
    phone: Annotated[str, typer.Option()] = "",
    person: Annotated[int | None, typer.Option(help="The person's number, if known.")] = None,
    value: Annotated[str | None, typer.Option(help="In the business's currency: 1250.50")] = None,
    probability: Annotated[int | None, typer.Option(help="In percent; else its stage's.")] = None,
    source: Annotated[str, typer.Option(help="Where it came from.")] = "",
    next_step: Annotated[str, typer.Option()] = "",
    next_on: Annotated[str | None, typer.Option(metavar="DAY")] = None,
    owner: Annotated[int | None, typer.Option(help="The member who looks after it.")] = None,
    note: Annotated[str, typer.Option()] = "",
    pipeline: Annotated[int | None, typer.Option()] = None,
    stage: Annotated[int | None, typer.Option(help="By number; else the first open one.")] = None,
) -> None:
    """Write a lead down."""
    SESSION.boot()
    from regulars.profiles.pipeline import leads

    told = leads.Told(
        title=title, person_id=person, name=name, email=email, phone=phone,
        value_minor=_minor(value), probability=probability, source=source, next_step=next_step,
        next_on=day(next_on), owner_id=owner, note=note,
    )  # fmt: skip
    made = leads.add(SESSION.actor(), told, pipeline_id=pipeline, stage_id=stage)
    _answer(made.pk)


@leads_app.command("change")
def change(
    lead_id: Id,
    title: Annotated[str | None, typer.Option()] = None,
    name: Annotated[str | None, typer.Option()] = None,
    email: Annotated[str | None, typer.Option()] = None,
    phone: Annotated[str | None, typer.Option()] = None,
    person: Annotated[int | None, typer.Option(help="The person's number.")] = None,
    value: Annotated[str | None, typer.Option(help="In the business's currency: 1250.50")] = None,
    probability: Annotated[int | None, typer.Option(help="In percent.")] = None,
    source: Annotated[str | None, typer.Option(help="Where it came from.")] = None,
    next_step: Annotated[str | None, typer.Option()] = None,
    next_on: Annotated[str | None, typer.Option(metavar="DAY")] = None,
    owner: Annotated[int | None, typer.Option(help="The member who looks after it.")] = None,
    note: Annotated[str | None, typer.Option()] = None,
    empty: Annotated[
        list[str] | None, typer.Option(metavar="FIELD", help="Empty this field; may be repeated.")
    ] = None,
) -> None:
    """Say some of a lead anew; what is not named stays as it is."""
    SESSION.boot()
    from regulars.profiles.pipeline import leads

    given = {
        "title": title, "name": name, "email": email, "phone": phone, "person": person,
        "value": _minor(value), "probability": probability, "source": source,
        "next_step": next_step, "next_on": day(next_on), "owner": owner, "note": note,
    }  # fmt: skip
    leads.change_some(SESSION.actor(), lead_id, _some(given, empty or []))
    _answer(lead_id)


@leads_app.command("touch")
def touch(lead_id: Id, words: Annotated[str, typer.Option(help="What was said.")] = "") -> None:
    """Note that somebody was in touch about a lead."""
    SESSION.boot()
    from regulars.profiles.pipeline import leads

    leads.touch(SESSION.actor(), lead_id, words)
    _answer(lead_id)


@leads_app.command("remove")
def remove(
    lead_id: Id, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False
) -> None:
    """Take a lead away for good, with its moves."""
    SESSION.boot()
    from regulars.profiles.pipeline import leads

    if not (yes or SESSION.as_json):
        typer.confirm(f"Take lead {lead_id} away for good?", abort=True)
    leads.remove(SESSION.actor(), lead_id)
    SESSION.answer({"removed": lead_id}, "The lead is gone.")


@leads_app.command("move")
def move(
    lead_id: Id,
    stage: Annotated[int, typer.Argument(metavar="STAGE")],
    reason: Annotated[str, typer.Option(help="Why; a lost lead wants one.")] = "",
) -> None:
    """Move a lead to another stage of its pipeline, by the stage's number."""
    SESSION.boot()
    from regulars.profiles.pipeline import moving

    moving.move(SESSION.actor(), lead_id, stage, reason)
    _answer(lead_id)


@leads_app.command("undo")
def undo(lead_id: Id) -> None:
    """Undo the last move of a lead."""
    SESSION.boot()
    from regulars.profiles.pipeline import moving

    moving.undo(SESSION.actor(), lead_id)
    _answer(lead_id)


def _answer(lead_id: int) -> None:
    from regulars.profiles.pipeline import facts

    lead = facts.show(SESSION.actor(), lead_id)
    SESSION.answer(lead, _text(lead))


def _text(lead: dict[str, Any]) -> str:
    lines = [table([_row(lead)], _COLUMNS)]
    if lead["score"]:
        lines += ["", f"{lead['score']['points']} of 100 points"]
        lines += [f"  {one['points']:>2} of {one['most']:>2}  {one['sentence']}"
                  for one in lead["score"]["parts"]]  # fmt: skip
    lines.append("")
    for one in lead["moves"]:
        undone = " (undone)" if one["undone_at"] else ""
        why = f": {one['reason']}" if one["reason"] else ""
        way = f"{one['from_stage'] or '–'} → {one['to_stage']}"
        lines.append(f"{one['at']:%Y-%m-%d %H:%M}  {way}{why}{undone}")
    return "\n".join(lines)


def _row(lead: dict[str, Any]) -> tuple[Any, ...]:
    from regulars.kernel.money import to_major

    value = lead["value_minor"]
    money = None if value is None else f"{to_major(value, lead['currency'])} {lead['currency']}"
    return (lead["id"], lead["title"], lead["who"], lead["stage"], money, lead["next_step"],
            lead["next_on"], lead["owner"])  # fmt: skip


def _some(given: dict[str, Any], empty: list[str]) -> dict[str, Any]:
    """What is to change by the names of `leads.Told`; `WrongUse` for nothing or no field."""
    from regulars.profiles.pipeline import leads

    if unknown := [name for name in empty if name not in given]:
        raise WrongUse(f"--empty wants one of {', '.join(given)}, not {unknown[0][:20]!r}.")
    names = {"person": "person_id", "owner": "owner_id", "value": "value_minor"}
    some = {names.get(name, name): value for name, value in given.items() if value is not None}
    some |= {field: getattr(leads.Told(), field) for field in (names.get(n, n) for n in empty)}
    if not some:
        raise WrongUse("Say what is to change, as in --next-step Call.")
    return some


def _minor(text: str | None) -> int | None:
    if text is None:
        return None
    from regulars.accounts import business
    from regulars.kernel.money import to_minor

    try:
        amount = Decimal(text) if len(text) < 40 else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= 10**12:
        raise WrongUse(f"--value wants an amount such as 1250.50, not {text[:20]!r}.")
    return to_minor(amount, business.get().currency)
