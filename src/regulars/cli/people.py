"""`regulars people`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from regulars.cli.app import app
from regulars.cli.session import SESSION, table

people_app = typer.Typer(help="Find people, see what is known, take it away or erase it.")
app.add_typer(people_app, name="people", no_args_is_help=True)
Id = Annotated[int, typer.Argument(metavar="ID")]


@people_app.command("find")
def find(
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    limit: Annotated[int, typer.Option(help="How many at most.")] = 20,
) -> None:
    """Find people by name, e-mail address or a piece of a phone number."""
    SESSION.boot()
    from regulars.profiles import search

    SESSION.actor().require("people.see")
    hits = search.find(text, limit=limit)
    rows = [(hit.profile_id, hit.name, hit.email, hit.phone) for hit in hits]
    people = [
        {
            "id": hit.profile_id,
            "name": hit.name or None,
            "email": hit.email or None,
            "phone": hit.phone or None,
            "matched": hit.matched,
        }
        for hit in hits
    ]
    SESSION.answer({"people": people}, table(rows, ("id", "name", "e-mail", "phone")))


@people_app.command("show")
def show(person_id: Id) -> None:
    """One person: who, traits with their origin, what they allow, orders, scores with reasons.

    A number from before a merge leads to the person they are now; the answer has today's number.
    """
    SESSION.boot()
    from regulars.insights import people

    page = people.show_by_number(SESSION.actor(), person_id)
    SESSION.answer(page, people.as_text(page))


@people_app.command("list")
def listed(
    out: Annotated[Path, typer.Option(metavar="FILE", help="A .csv or a .xlsx.")],
    who: Annotated[str, typer.Option(help="unbought or nameless; else who bought.")] = "",
    segment: Annotated[str | None, typer.Option(help="Of one segment.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Gone quiet.")] = False,
    text: Annotated[str, typer.Option(metavar="TEXT", help="Found by a name or number.")] = "",
    tag: Annotated[str, typer.Option(help="Who have this tag.")] = "",
    view: Annotated[str, typer.Option(metavar="NAME", help="As a view keeps it.")] = "",
) -> None:
    """Take the list of people away as a spreadsheet."""
    SESSION.boot()
    from regulars.insights import people_list
    from regulars.kernel.errors import WrongUse
    from regulars.profiles.viewing import filters, views

    if out.is_dir() or not out.absolute().parent.is_dir():
        raise WrongUse("Name a file in a folder there is.")
    given = {"q": [text], "segment": [segment or ""], "quiet": ["1" if quiet else ""]}
    wanted = filters.read({**given, "who": [who], "tag": [tag]})
    if view and wanted != filters.Filters():
        raise WrongUse("--view stands alone: a view has its own filters.")
    if view:
        wanted = views.by_name(SESSION.actor(), view).filters
    form = out.suffix.lower().lstrip(".")
    content = people_list.as_file(SESSION.actor(), wanted, form)
    out.write_bytes(content)
    SESSION.answer({"path": str(out), "size_bytes": len(content)}, f"Written to {out}.")


@people_app.command("add")
def add(
    name: Annotated[str, typer.Option(help="Full name.")] = "",
    email: Annotated[str, typer.Option(help="E-mail address.")] = "",
    phone: Annotated[str, typer.Option(help="Telephone number.")] = "",
    card: Annotated[str, typer.Option(help="Loyalty card.")] = "",
) -> None:
    """Write a person down by hand; a name alone is enough."""
    SESSION.boot()
    from regulars.profiles.typed import people

    given = {"name": name, "email": email, "phone": phone, "card": card}
    done = people.add(SESSION.actor(), given)
    said = "was here already" if done.was_known else "is written down"
    changed = [f"{key} was {was}, now {given[key]}" for key, was in done.replaced.items()]
    words = "; ".join([f"Person {done.profile_id} {said}", *changed])
    SESSION.answer(done.as_json(), f"{words}.")


@people_app.command("say")
def say(
    person_id: Id,
    given: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE …")],
) -> None:
    """Type what is known of a person: allergies=nuts birthday=1990-05-17. Empty takes it back."""
    SESSION.boot()
    from regulars.kernel.errors import WrongUse
    from regulars.profiles.typed import saying

    pairs = [one.partition("=") for one in given]
    if not all(sign for _, sign, _ in pairs):
        raise WrongUse("Write FIELD=VALUE, like allergies=nuts.")
    traits = {name: value for name, _, value in pairs}
    changed = saying.say(SESSION.actor(), person_id, traits)
    SESSION.answer({"id": person_id, "changed": changed}, f"Written down: {', '.join(changed)}.")


@people_app.command("note")
def note(
    person_id: Id,
    text: Annotated[str, typer.Option(help="What is worth remembering; @name tells a colleague.")],
) -> None:
    """Write a note about a person."""
    SESSION.boot()
    from regulars.profiles.hanging import notes

    made = notes.write(SESSION.actor(), person_id, text)
    SESSION.answer({"id": made}, f"Note {made} is written down.")


@people_app.command("task")
def task(
    person_id: Id,
    what: Annotated[str, typer.Option(help="What is to be done.")],
    due: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="By when.")] = None,
) -> None:
    """Write down something to do about a person."""
    SESSION.boot()
    from regulars.profiles.hanging import tasks

    due_on = due.date() if due else None
    made = tasks.add(SESSION.actor(), what=what, due_on=due_on, profile_id=person_id)
    SESSION.answer({"id": made}, f"Task {made} is written down.")


@app.command("tasks")
def all_tasks() -> None:
    """What is to be done, by day, and what was done last."""
    SESSION.boot()
    from dataclasses import asdict

    from regulars.profiles.hanging import tasks
    from regulars.profiles.person import plain

    found = tasks.listing(SESSION.actor())
    rows = [(one.id, one.what, one.due_on or "", one.who, one.done_by) for one in found]
    answer = {"tasks": [plain(asdict(one)) for one in found]}
    SESSION.answer(answer, table(rows, ("task", "what", "by", "about", "done by")))


@people_app.command("merge")
def merge(
    person_id: Id,
    other_id: Id,
    reason: Annotated[str, typer.Option(help="Why they are one person.")] = ...,  # type: ignore[assignment]
) -> None:
    """Say that two people are one. `people split` undoes it exactly."""
    SESSION.boot()
    from regulars.insights import following
    from regulars.profiles import merging

    outcome = merging.merge(SESSION.actor(), person_id, other_id, reason=reason)
    following.soon(SESSION.actor())
    [person] = outcome.people
    SESSION.answer(outcome.as_json(), f"Merge {outcome.merge_id}: they are person {person} now.")


@people_app.command("split")
def split(
    merge_id: Annotated[str, typer.Argument(metavar="MERGE_ID", help="As `people merges` says.")],
    reason: Annotated[str, typer.Option(help="Why it is taken back.")] = "",
) -> None:
    """Take a join back: everybody has again what was theirs."""
    SESSION.boot()
    from regulars.insights import following
    from regulars.profiles import merging

    outcome = merging.split(SESSION.actor(), merge_id, reason=reason)
    following.soon(SESSION.actor())
    people = " and ".join(map(str, outcome.people))
    now = f"The people are {people} now."
    if len(outcome.people) == 1:
        now = f"They are still one person, {people}: more joins them."
    SESSION.answer(outcome.as_json(), f"Merge {merge_id} is split. {now}")


@people_app.command("merges")
def merges(person_id: Id) -> None:
    """Every join of a person: by whom, on what evidence, how sure; the split ones too."""
    SESSION.boot()
    from regulars.identity.edges import edges_of
    from regulars.profiles.looks import keeping as looks

    looks.see(SESSION.actor(), person_id)
    edges = edges_of(SESSION.actor(), person_id)
    rows = [
        (one.id, one.by, one.one.value, one.other.value, one.score, "" if one.stands else "split")
        for one in edges
    ]
    head = ("merge", "by", "one", "other", "chance", "")
    answer = {"id": person_id, "merges": [one.as_json() for one in edges]}
    SESSION.answer(answer, table(rows, head))


@people_app.command("export")
def export(
    person_id: Id,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A .zip with pages, JSON and files; or .html, or .json."),
    ] = None,
) -> None:
    """Everything known about one person: as JSON, or as pages to read and hand over."""
    SESSION.boot()
    if out is not None:
        from dataclasses import asdict

        from regulars.profiles import taking_out

        taken = taking_out.write(SESSION.actor(), person_id, out)
        SESSION.answer(asdict(taken), f"{taken.path}: {taken.rows} rows of {taken.tables} kinds.")
        return
    from regulars.profiles import erasure

    SESSION.as_json = True
    SESSION.answer(erasure.export(SESSION.actor(), person_id), "")


@people_app.command("erase")
def erase(
    person_id: Id,
    why: Annotated[str, typer.Option(help="Why; keep names out of it.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a person from every table and file. Their sales stay, as nobody's."""
    SESSION.boot()
    from regulars.insights import refresh
    from regulars.profiles import erasure

    if not (yes or SESSION.as_json):
        typer.confirm(f"Erase person {person_id} everywhere, for ever?", abort=True)
    receipt = erasure.erase(SESSION.actor(), person_id, why=why)
    refresh.refresh(SESSION.actor())
    SESSION.answer(receipt.as_json(), f"Erased: {sum(receipt.rows.values())} rows in all.")


@people_app.command("welcome-back")
def welcome_back(
    value: Annotated[str, typer.Argument(metavar="VALUE", help="An address or number of theirs.")],
) -> None:
    """Let somebody who was erased come back: what names them counts again from now on."""
    SESSION.boot()
    from regulars.sources import forgetting

    ended = forgetting.welcome_back(SESSION.actor(), value)
    SESSION.answer({"hashes": ended}, "They may come back.")


@app.command("data-map")
def data_map() -> None:
    """What is kept about people, from where, why, and until when."""
    SESSION.boot()
    from regulars.profiles import data_map as mapping

    found = mapping.data_map(SESSION.actor())
    lines = [
        f"{one['what']}: {one['why']} {one['until']}"
        + (f" From {', '.join(one['from'])}." if one["from"] else "")
        for one in found["rows"]
    ]
    SESSION.answer(found, "\n".join(lines))
