"""`regulars mail`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from regulars.cli.app import app
from regulars.cli.session import SESSION, table
from regulars.kernel.errors import WrongUse

mail_app = typer.Typer(help="The weekly mail, and the outbox that messages go through.")
app.add_typer(mail_app, name="mail", no_args_is_help=True)
Id = Annotated[int, typer.Argument(metavar="ID")]


@mail_app.command("list")
def list_messages() -> None:
    """The latest fifty messages of the outbox."""
    SESSION.boot()
    from regulars.jobs import mail_server, outbox

    found = outbox.listing(SESSION.actor())
    rows = [(one["id"], one["state"], one["to"], one["subject"]) for one in found]
    text = table(rows, ("id", "state", "to", "subject"))
    if not mail_server.is_set():
        text += "\nNo mail server is set: these wait here."
    SESSION.answer({"server": mail_server.is_set(), "messages": found}, text)


@mail_app.command("show")
def show_message(message_id: Id) -> None:
    """One message, with its words."""
    SESSION.boot()
    from regulars.jobs import outbox

    message = outbox.one(SESSION.actor(), message_id)
    head = f"{message.state}: {message.subject}\nTo {message.recipient}"
    SESSION.answer(
        outbox.shown(message), "\n".join(filter(None, (head, _why(message), "", message.text)))
    )


@mail_app.command("send")
def send_message(message_id: Id) -> None:
    """Send a message that waits, is held or has failed; status 1 when it does not go out."""
    SESSION.boot()
    from regulars.accounts.actors import audit
    from regulars.jobs import outbox
    from regulars.jobs.delivering import deliver

    actor = SESSION.actor()
    outbox.release(actor, message_id, witness=partial(audit, actor))
    deliver()
    message = outbox.one(actor, message_id)
    SESSION.answer(outbox.as_json(message), f"{message.state}. {_why(message)}".strip())
    if message.state not in ("sent", "sending"):
        raise typer.Exit(1)


@mail_app.command("drop")
def drop_message(message_id: Id) -> None:
    """Set a message aside for good."""
    SESSION.boot()
    from regulars.accounts.actors import audit
    from regulars.jobs import outbox

    actor = SESSION.actor()
    message = outbox.drop(actor, message_id, witness=partial(audit, actor))
    SESSION.answer(outbox.as_json(message), f"Message {message_id} is dropped.")


@mail_app.command("weekly")
def weekly_mail(
    to: Annotated[
        Path | None, typer.Option(metavar="FILE.eml", help="Write it into a file instead.")
    ] = None,
) -> None:
    """Put the weekly mail in the outbox now, for all who get it."""
    SESSION.boot()
    from regulars.insights import weekly
    from regulars.jobs import mime, outbox
    from regulars.jobs.delivering import deliver

    actor = SESSION.actor()
    if to is not None:
        if to.exists():
            raise WrongUse(f"{to} exists already; choose another name.")
        written = weekly.own(actor)
        to.write_bytes(mime.as_bytes(outbox.row_of(written)))
        answer = {"put": 0, "to": [written.recipient], "file": str(to)}
        SESSION.answer(answer, f"Written to {to}: {written.subject}")
        return
    done = weekly.put_now(actor)
    deliver()
    SESSION.answer(done, f"{done['put']} put in the outbox, for {', '.join(done['to'])}.")


def _why(message: Any) -> str:
    reason = message.get_held_for_display() if message.state == "held" else ""
    return " ".join(filter(None, (reason, message.problem)))
