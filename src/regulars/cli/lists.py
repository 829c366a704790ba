"""`regulars tags` and `regulars views`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from regulars.cli.app import app
from regulars.cli.people import Id, people_app
from regulars.cli.session import SESSION, table
from regulars.kernel.errors import WrongUse

if TYPE_CHECKING:
    from regulars.profiles.viewing.views import View

views_app = typer.Typer(help="Lists of people that are kept under a name.")
app.add_typer(views_app, name="views", no_args_is_help=True)
Word = Annotated[str, typer.Argument(metavar="TAG")]
QUERY = "As the list's address has it: country=DE&tag=VIP"


@app.command("tags")
def all_tags() -> None:
    """The tags that somebody has."""
    SESSION.boot()
    from regulars.profiles.viewing import tags

    found = tags.names(SESSION.actor())
    SESSION.answer({"tags": found}, "\n".join(found) or "Nobody has a tag.")


@people_app.command("tags")
def tags_of(person_id: Id) -> None:
    """A person's tags."""
    SESSION.boot()
    from regulars.profiles.looks import keeping as looks

    looks.see(SESSION.actor(), person_id)
    _answer_tags(person_id)


@people_app.command("tag")
def tag(person_id: Id, name: Word) -> None:
    """Give a person a tag."""
    SESSION.boot()
    from regulars.profiles.viewing import tags

    tags.tag(SESSION.actor(), person_id, name)
    _answer_tags(person_id)


@people_app.command("untag")
def untag(person_id: Id, name: Word) -> None:
    """Take a tag from a person."""
    SESSION.boot()
    from regulars.profiles.viewing import tags

    found = tags.known(name)
    tags.untag(SESSION.actor(), person_id, found.pk if found else 0)
    _answer_tags(person_id)


@views_app.command("list")
def listing() -> None:
    """Your own views and everybody's, each with its query."""
    SESSION.boot()
    from regulars.profiles.viewing import views

    found = [one.as_json() for one in views.listing(SESSION.actor())]
    SESSION.answer({"views": found}, _table(found))


@views_app.command("keep")
def keep(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    query: Annotated[str, typer.Option(help=QUERY)] = "",
    shared: Annotated[bool, typer.Option("--shared", help="For everybody.")] = False,
) -> None:
    """Keep a list of people under a name."""
    SESSION.boot()
    from regulars.profiles.viewing import filters, views

    actor = SESSION.actor()
    made = views.save(actor, name, filters.of_query(query), is_shared=shared)
    _answer_view(views.get(actor, made))


@views_app.command("change")
def change(
    view_id: Id,
    name: Annotated[str | None, typer.Option(help="Its name from now on.")] = None,
    query: Annotated[str | None, typer.Option(help=QUERY)] = None,
    shared: Annotated[
        bool | None, typer.Option("--shared/--own", help="For everybody, or whoever made it.")
    ] = None,
) -> None:
    """Rename a view, have it show another list, share it or no longer."""
    SESSION.boot()
    from regulars.profiles.viewing import filters, views

    if (name, query, shared) == (None, None, None):
        raise WrongUse("Say what is to change: --name, --query, --shared or --own.")
    wanted = None if query is None else filters.of_query(query)
    actor = SESSION.actor()
    _answer_view(views.change(actor, view_id, name=name, filters=wanted, is_shared=shared))


@views_app.command("remove")
def remove(view_id: Id) -> None:
    """Take a view away; `views put-back` brings it again."""
    SESSION.boot()
    from regulars.profiles.viewing import views

    views.remove(SESSION.actor(), view_id)
    SESSION.answer({"removed": view_id}, "The view is gone.")


@views_app.command("put-back")
def put_back(view_id: Id) -> None:
    """Bring a removed view again."""
    SESSION.boot()
    from regulars.profiles.viewing import views

    views.put_back(SESSION.actor(), view_id)
    _answer_view(views.get(SESSION.actor(), view_id))


@views_app.command("people")
def people(
    view_id: Id,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    cursor: Annotated[str | None, typer.Option(help="next_cursor of the page before.")] = None,
) -> None:
    """The people whom a view finds now, in its order."""
    SESSION.boot()
    from regulars.insights import people_list
    from regulars.profiles.viewing import views

    actor = SESSION.actor()
    wanted = views.get(actor, view_id).filters
    page = people_list.listing(actor, wanted, cursor=cursor, limit=limit)
    rows = [
        (one["id"], one["name"], one["email"], one["phone"], ", ".join(one["tags"]))
        for one in page["people"]
    ]
    SESSION.answer(page, table(rows, ("id", "name", "e-mail", "phone", "tags")))


def _answer_tags(person_id: int) -> None:
    from regulars.profiles.viewing import tags

    found = tags.as_json(person_id)
    SESSION.answer(found, "\n".join(one["name"] for one in found["tags"]) or "They have no tag.")


def _answer_view(view: View) -> None:
    found = view.as_json()
    SESSION.answer(found, _table([found]))


def _table(views: list[dict[str, Any]]) -> str:
    rows = [(one["id"], one["name"], one["query"], "yes" if one["is_shared"] else "", one["by"])
            for one in views]  # fmt: skip
    return table(rows, ("id", "view", "query", "for everybody", "by"))
