"""`regulars sources` and `regulars events`."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from regulars.cli.app import app
from regulars.cli.session import SESSION, table

sources_app = typer.Typer(help="Programs and websites that send what happens as it happens.")
app.add_typer(sources_app, name="sources", no_args_is_help=True)
events_app = typer.Typer(help="What sources sent.")
app.add_typer(events_app, name="events", no_args_is_help=True)
Id = Annotated[int, typer.Argument(metavar="ID")]
SecretStdin = Annotated[
    bool,
    typer.Option(
        "--secret-stdin",
        help="Read a vendor's secrets from there: the signing secret, then lines like token=….",
    ),
]
Given = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="A vendor's setting, e.g. shop=….", show_default=False
    ),
]


@sources_app.command("add")
def add_source(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="segment, web, or a vendor such as shopify")
    ],
    name: Annotated[str, typer.Option(help="What you call it.")],
    orders_in: Annotated[
        str, typer.Option(metavar="NAMESPACE", help="Whose order numbers it uses, e.g. shopify.")
    ] = "",
    secret_stdin: SecretStdin = False,
    given: Given = None,
) -> None:
    """Add a source; prints the write key that goes into the program or the website, or the address
    that a vendor's webhooks go to."""
    SESSION.boot()
    from regulars.sources import origins
    from regulars.sources.connectors import accounts
    from regulars.sources.connectors.contract import takes_no_webhooks
    from regulars.sources.connectors.listening import listens

    source = origins.add(
        SESSION.actor(),
        kind,
        name=name,
        orders_in=orders_in,
        secret=sys.stdin.read() if secret_stdin else "",
        given=_pairs(given),
    )
    said = origins.as_json(source)
    text = f"{source.name} may send to {said['webhook_url']}"
    text += "" if source.write_key in said["webhook_url"] else f" with the key {source.write_key}"
    connector = accounts.connector_of(source)
    if listens(source):
        text = f"{source.name} is listened to while Regulars runs."
    elif connector is not None and connector.hear is takes_no_webhooks:
        text = f"{source.name} is asked by itself while Regulars runs; or now, by: "
        text += f"regulars sources pull {source.pk}"
    if said["snippet"]:
        text = f"Put this into every page of {source.name}:\n{said['snippet']}"
    SESSION.answer(said, text)


@sources_app.command("secret")
def give_secret(number: Id, given: Given = None) -> None:
    """Give a vendor's source another secret or token, read from standard input."""
    SESSION.boot()
    from regulars.sources import origins

    source = origins.give_secret(
        SESSION.actor(), number, secret=sys.stdin.read(), given=_pairs(given)
    )
    SESSION.answer(origins.as_json(source), f"{source.name} has another secret now.")


@sources_app.command("pull")
def pull_source(number: Id) -> None:
    """Ask a source's vendor now for what is new, page by page."""
    SESSION.boot()
    from regulars.sources import origins

    said = origins.pull(SESSION.actor(), number)
    text = f"{said['kept']} new messages on {said['pages']} pages."
    if said["problem"]:
        text += f" {said['problem']['sentence']}"
    elif not said["is_done"]:
        text += " There is more; it goes on by itself."
    SESSION.answer(said, text)


@sources_app.command("profile")
def profile_source(number: Id) -> None:
    """What a source tells, column by column: how complete, how different, in which range."""
    SESSION.boot()
    from regulars.insights.quality import profiling

    found = profiling.profile(SESSION.actor(), number)
    lines = [f"{found['name']}: {found['landed']} of {found['read']} rows landed"]
    lines += [f"  {one['title']}. {one['reason']}" for one in found["drift"]]
    for one in found["tables"]:
        shown = [
            (field["field"], f"{field['filled']:.0%}", field["different"], _range(field))
            for field in one["fields"]
        ]
        lines.append(f"{one['table']}, {one['rows']}")
        lines.append(table(shown, ("column", "filled", "different", "range or most common")))
    SESSION.answer(found, "\n".join(lines))


def _range(field: dict[str, Any]) -> str:
    if field["middle"] is not None:
        return f"{field['low']:g} – {field['middle']:g} – {field['high']:g}"
    if field["newest"]:
        return f"{field['oldest']} – {field['newest']}"
    return ", ".join(f"{value} ({n})" for value, n in field["values"])


@sources_app.command("map")
def map_source(
    number: Id,
    kind: Annotated[
        str, typer.Option("--as", metavar="KIND", help="sales, customers, bookings, reviews, …")
    ] = "",
    given: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="field=NAME", help="What a field of its messages fills.",
                     show_default=False),
    ] = None,
    is_sure: Annotated[bool, typer.Option("--yes", help="Decide it so.")] = False,
) -> None:  # fmt: skip
    """Show what the fields of a program's messages would mean, or decide it with --yes."""
    SESSION.boot()
    from regulars.sources import origins, reading_hooks

    actor, changes = SESSION.actor(), _pairs(given)
    actor.require("sources.manage")
    source = origins.get(number)
    found = reading_hooks.candidate(source, kind or None)
    said = reading_hooks.as_json(found, changes)
    if is_sure:
        said["landed"] = reading_hooks.decide(actor, number, kind or None, changes)
    lines = [f"{source.name}: {said['kind']}"]
    lines += [f"  --map {name}='{value}'" for name, value in said["map"].items()]
    lines += [f"  nothing says {name} yet" for name in said["missing"]]
    if is_sure:
        lines.append(f"  decided; {said['landed']} messages that waited have landed")
    SESSION.answer(said, "\n".join(lines))


@sources_app.command("replay")
def replay_source(number: Id) -> None:
    """Read all of a program's messages that are still kept once more, by the mapping as it is."""
    SESSION.boot()
    from regulars.sources import reading_hooks

    count = reading_hooks.replay(SESSION.actor(), number)
    SESSION.answer({"id": number, "read": count}, f"{count} messages were read once more.")


def _pairs(given: list[str] | None) -> dict[str, str]:
    from regulars.kernel.errors import WrongUse
    from regulars.kernel.telling import told

    found: dict[str, str] = {}
    for one in given or ():
        name, is_pair, value = one.partition("=")
        if not is_pair:
            raise WrongUse(told("“%(text)s” is not of the form name=value.", text=one))
        found[name.strip()] = value
    return found


@sources_app.command("list")
def list_sources() -> None:
    """All sources that send by themselves."""
    SESSION.boot()
    from regulars.sources import origins

    found = origins.listing(SESSION.actor())
    rows = [
        (one["id"], one["name"], one["kind"], "paused" if one["is_paused"] else "") for one in found
    ]
    SESSION.answer({"sources": found}, table(rows, ("id", "name", "kind", "")))


@sources_app.command("show")
def show_source(number: Id) -> None:
    """One source: its key, how much it told, what is held back, what was refused."""
    SESSION.boot()
    from regulars.sources import origins
    from regulars.sources.intake.reasons import sentence_of

    said = origins.show(SESSION.actor(), number)
    lines = [f"{said['name']}  ({said['kind']}, source {said['id']})"]
    lines += [f"  key {said['write_key']}", f"  {said['read']} messages read"]
    lines.append(f"  {said['landed']} landed, {said['unchanged']} said nothing new")
    lines += [f"  {n} held back: {sentence_of(reason)}" for reason, n in said["reasons"].items()]
    lines += [f"  {n} requests refused: {sentence_of(reason)}"
              for reason, n in said["refused"].items()]  # fmt: skip
    if said["problem"]:
        lines.append(f"  {said['problem']['sentence']}")
    if said["is_paused"]:
        lines.append("  paused: nothing is taken")
    SESSION.answer(said, "\n".join(lines))


@sources_app.command("pause")
def pause_source(number: Id) -> None:
    """Take nothing more from a source until it is resumed."""
    SESSION.boot()
    from regulars.sources import origins

    source = origins.pause(SESSION.actor(), number)
    SESSION.answer(origins.as_json(source), f"{source.name} is paused; what it sends is refused.")


@sources_app.command("resume")
def resume_source(number: Id) -> None:
    """Take from a paused source again."""
    SESSION.boot()
    from regulars.sources import origins

    source = origins.resume(SESSION.actor(), number)
    SESSION.answer(origins.as_json(source), f"{source.name} may send again.")


@events_app.command("count")
def count_events(
    name: Annotated[str, typer.Option(help="Only events of this name.")] = "",
    source: Annotated[
        int | None, typer.Option(metavar="ID", help="Only what this source sent.")
    ] = None,
) -> None:
    """How many events landed, how many messages are held back, how many wait to be read."""
    SESSION.boot()
    from regulars.sources import origins

    said = origins.count(SESSION.actor(), name=name, source_id=source)
    text = f"{said['events']} events, {said['quarantined']} held back, {said['waiting']} waiting"
    SESSION.answer(said, text)
