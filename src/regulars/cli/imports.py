"""`regulars import` and `regulars imports`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regulars.cli.app import app
from regulars.cli.session import SESSION, table
from regulars.kernel.errors import RegularsError, WrongUse

if TYPE_CHECKING:
    from regulars.sources.models import Import

imports_app = typer.Typer(help="What was imported, what could not land, and how to undo it.")
app.add_typer(imports_app, name="imports", no_args_is_help=True)
Id = Annotated[int, typer.Argument(metavar="ID")]


@app.command("import")
def import_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    kind: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="KIND",
            help="sales, customers, products, audience, reviews, bookings or events",
        ),
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help="Which column fills a field."),
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Show what would happen; write nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Take the proposed mapping.")] = False,
    refresh: Annotated[bool, typer.Option(help="Bring figures up to date afterwards.")] = True,
) -> None:
    """Import exports of the till, the shop, the newsletter, reviews, bookings or clicks."""
    SESSION.boot()
    changes = _changes(mapping or [])
    done: list[dict[str, Any]] = []
    try:
        for path in files:
            if dry_run:
                done += _dry_run(path, kind, changes, yes)
            else:
                done += _import(path, kind, changes, yes)
    except RegularsError as error:
        done += _landed_in_part(error)
        error.detail["imports"] = done
        if done and refresh and not dry_run:
            _refresh()
        raise
    if refresh and not dry_run:
        _refresh()
    SESSION.answer({"imports": done}, _import_text(done))


def _import(path: Path, kind: str | None, changes: dict[str, str], yes: bool) -> list[Any]:
    from regulars.cli.progress import Bar
    from regulars.sources import imports

    with Bar(path.name) as bar:
        runs = imports.import_file(
            SESSION.actor(),
            path,
            kind=kind,
            changes=changes,
            is_confirmed=yes,
            on_progress=lambda share, _run: bar.show(share),
        )
    return [imports.as_json(run) for run in runs]


def _landed_in_part(error: RegularsError) -> list[Any]:
    """The import of a file that broke off: what stood before the break did land."""
    from regulars.sources import imports

    number = error.detail.pop("import_id", None)
    return [imports.as_json(imports.get(number))] if isinstance(number, int) else []


def _dry_run(path: Path, kind: str | None, changes: dict[str, str], yes: bool) -> list[Any]:
    from regulars.sources import rehearsal

    return rehearsal.rehearse(SESSION.actor(), path, kind=kind, changes=changes)


def _refresh() -> None:
    from regulars.insights import refresh

    try:
        refresh.refresh(SESSION.actor())
    except Exception as error:
        SESSION.note(error)
        raise RegularsError(
            f"The rows landed, but the figures could not be brought up to date: {error} "
            "Run: regulars refresh"
        ) from error


def _changes(pairs: list[str]) -> dict[str, str]:
    changes = {}
    for pair in pairs:
        name, equals, column = pair.partition("=")
        if not equals:
            raise WrongUse(f"--map wants field=Column, not {pair!r}.")
        changes[name.strip()] = column.strip()
    return changes


def _sample_text(sample: dict[str, Any]) -> str:
    """One row of a dry run: what would become of it, a field at a time."""
    if "rejected" in sample:
        return f"  row {sample['row']}: cannot be read: {sample['rejected']}"
    hidden = ("row", "becomes", "has_line")
    said = ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in sample.items() if name not in hidden
    )
    return f"  row {sample['row']}: {said}"


def _picked(one: dict[str, Any], names: str) -> tuple[Any, ...]:
    return tuple(one[name] for name in names.split())


def _import_text(done: list[dict[str, Any]]) -> str:
    rows = [
        _picked(one, "id file recognised_as rows_read landed unchanged quarantined seconds")
        for one in done
    ]
    text = table(rows, ("id", "file", "read as", "rows", "landed", "unchanged", "held", "seconds"))
    for one in done:
        for reason, count in one["reasons"].items():
            rows_held = "1 row" if count == 1 else f"{count} rows"
            text += f"\n{one['file']}: {rows_held} in quarantine: {reason}"
        for note in one["notes"]:
            text += f"\n{one['file']}: {note}"
        for sample in one.get("rows", []):
            text += "\n" + _sample_text(sample)
    return text


@imports_app.command("list")
def list_imports() -> None:
    """All imports, newest first."""
    SESSION.boot()
    from regulars.sources import imports
    from regulars.sources.models import Import

    SESSION.actor().require("imports.see")
    runs = [imports.as_json(run) for run in Import.objects.select_related("source", "undo")]
    rows = [
        (*_picked(one, "id file recognised_as rows_read landed quarantined"), _state(one))
        for one in runs
    ]
    header = ("id", "file", "read as", "rows", "landed", "held", "state")
    SESSION.answer({"imports": runs}, table(rows, header))


def _state(one: dict[str, Any]) -> str:
    if one["undone_at"]:
        return "undone"
    if one["failure"]:
        return "failed"
    return "finished" if one["finished_at"] else "unfinished"


@imports_app.command("show")
def show_import(import_id: Id, rows: Annotated[int, typer.Option(help="How many.")] = 50) -> None:
    """One import with its quarantined rows."""
    SESSION.boot()
    from regulars.sources import imports, quarantine

    SESSION.actor().require("imports.see")
    one = imports.as_json(imports.get(import_id))
    held = [quarantine.as_json(row) for row in quarantine.waiting(import_id)[:rows]]
    text = _import_text([one])
    for row in held:
        text += f"\n  [{row['id']}] row {row['row_no']}: {row['message']} {row['cells']}"
    SESSION.answer({**one, "quarantine": held}, text)


@imports_app.command("undo")
def undo_import(import_id: Id, why: Annotated[str, typer.Option(help="Why.")] = "") -> None:
    """Retract what an import landed, updates included."""
    SESSION.boot()
    from regulars.sources import imports

    run = imports.undo(SESSION.actor(), import_id, why=why)
    _refresh()
    _answer_import(run, f"Import {import_id} is undone; what stood before it stands again.")


@imports_app.command("resume")
def resume_import(import_id: Id) -> None:
    """Go on with an import that was cut off."""
    SESSION.boot()
    from regulars.sources import imports

    run = imports.go_on(SESSION.actor(), import_id)
    _refresh()
    _answer_import(run, f"Import {import_id} is finished: {run.landed} rows landed.")


@imports_app.command("repeats")
def decide_repeats(
    import_id: Id,
    exclude: Annotated[bool, typer.Option("--exclude/--include")] = True,
) -> None:
    """Count identical lines inside one file once (--exclude) or each (--include)."""
    SESSION.boot()
    from regulars.sources import imports

    decide = imports.exclude_repeats if exclude else imports.include_repeats
    run = decide(SESSION.actor(), import_id)
    _refresh()
    counted = "once" if exclude else "each"
    _answer_import(run, f"{run.repeated} repeated lines of import {import_id} count {counted}.")


@imports_app.command("mend")
def mend_row(
    row_id: Annotated[int, typer.Argument(metavar="ROW")],
    values: Annotated[list[str], typer.Option("--set", metavar="COLUMN=VALUE")],
) -> None:
    """Correct cells of a quarantined row and land it."""
    SESSION.boot()
    from regulars.sources import quarantine

    row = quarantine.mend(SESSION.actor(), row_id, changes=_changes(values))
    _refresh()
    said = f"Row {row.row_no} of {row.of_import.file_name} landed."
    SESSION.answer(quarantine.as_json(row), said)


@imports_app.command("discard")
def discard_rows(
    import_id: Id,
    reason: Annotated[str | None, typer.Option(help="Only rows held for this reason.")] = None,
) -> None:
    """Set quarantined rows aside for good; they stay on record."""
    SESSION.boot()
    from regulars.sources import quarantine

    count = quarantine.discard(SESSION.actor(), import_id, reason=reason)
    SESSION.answer({"discarded": count}, f"{count} rows set aside.")


def _answer_import(run: Import, text: str) -> None:
    from regulars.sources import imports

    SESSION.answer(imports.as_json(imports.get(run.pk)), text)
