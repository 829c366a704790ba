"""`regulars files` and `regulars relations`."""

from __future__ import annotations

import mimetypes
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from regulars.cli.app import app
from regulars.cli.people import Id
from regulars.cli.session import SESSION, table
from regulars.kernel.errors import WrongUse

files_app = typer.Typer(help="Files that are kept with a person.")
app.add_typer(files_app, name="files", no_args_is_help=True)
relations_app = typer.Typer(help="Who belongs to whom: household, company, who brought whom.")
app.add_typer(relations_app, name="relations", no_args_is_help=True)
PersonId = Annotated[int, typer.Argument(metavar="PERSON")]
_AT_ONCE = 65_536


@files_app.command("list")
def list_files(person_id: PersonId) -> None:
    """A person's files, the latest first."""
    SESSION.boot()
    from regulars.profiles.hanging import files
    from regulars.profiles.looks import keeping as looks

    looks.see(SESSION.actor(), person_id)
    found = files.of(person_id)
    rows = [(one.id, one.name, one.size_bytes, f"{one.at:%Y-%m-%d}", one.by) for one in found]
    answer = {"id": person_id, "files": [asdict(one) for one in found]}
    SESSION.answer(answer, table(rows, ("id", "file", "bytes", "since", "by")))


@files_app.command("add")
def add_file(person_id: PersonId, path: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Keep a file with a person, 20 MB at most."""
    SESSION.boot()
    from regulars.profiles.hanging import files

    media_type = mimetypes.guess_type(path.name)[0] or ""
    with path.open("rb") as file:
        chunks = iter(lambda: file.read(_AT_ONCE), b"")
        made = files.keep(
            SESSION.actor(), person_id, name=path.name, chunks=chunks, media_type=media_type
        )
    SESSION.answer({"id": made}, f"File {made} is kept.")


@files_app.command("get")
def get_file(
    file_id: Id, out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write it.")]
) -> None:
    """Write a person's file, as it came, to a file of yours."""
    SESSION.boot()
    from regulars.profiles.hanging import files

    if out.is_dir() or not out.absolute().parent.is_dir():
        raise WrongUse("Name a file in a folder there is.")
    row, path = files.find(SESSION.actor(), file_id)
    shutil.copyfile(path, out)
    SESSION.answer({"path": str(out), "size_bytes": row.size_bytes}, f"Written to {out}.")


@files_app.command("remove")
def remove_file(
    file_id: Id, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False
) -> None:
    """Remove a file for good, its bytes too."""
    SESSION.boot()
    from regulars.profiles.hanging import files

    if not (yes or SESSION.as_json):
        typer.confirm(f"Remove file {file_id} for good?", abort=True)
    files.remove(SESSION.actor(), file_id)
    SESSION.answer({"removed": file_id}, "The file is gone.")


@relations_app.command("list")
def list_relations(person_id: PersonId) -> None:
    """Who belongs to a person."""
    SESSION.boot()
    from regulars.profiles.hanging import relations
    from regulars.profiles.looks import keeping as looks

    looks.see(SESSION.actor(), person_id)
    found = relations.of(person_id)
    rows = [(one.id, one.word, one.name, one.profile_id) for one in found]
    answer = {"id": person_id, "relations": [asdict(one) for one in found]}
    SESSION.answer(answer, table(rows, ("id", "what", "whom", "person")))


@relations_app.command("add")
def relate(
    person_id: PersonId,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="As in works_for.")],
    other: Annotated[int | None, typer.Option("--to", metavar="PERSON")] = None,
    company: Annotated[str, typer.Option(metavar="NAME", help="Whom they work for.")] = "",
) -> None:
    """Say what a person is to another (friend, family, works_for, …), or to a company."""
    SESSION.boot()
    from regulars.profiles.hanging import relations

    made = relations.relate(SESSION.actor(), person_id, kind=kind, other=other, company=company)
    SESSION.answer({"id": made}, f"Relation {made} is written down.")


@relations_app.command("end")
def end_relation(relation_id: Id) -> None:
    """Say that it is so no more."""
    SESSION.boot()
    from regulars.profiles.hanging import relations

    relations.end(SESSION.actor(), relation_id)
    SESSION.answer({"removed": relation_id}, "That is so no more.")
