"""`regulars setup`, `serve`, `demo`, `doctor`, `backup`, `restore` and `keys`."""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from regulars.cli.app import app
from regulars.cli.session import SESSION, table
from regulars.kernel.errors import WrongUse

keys_app = typer.Typer(help="Keys for programs that use the API.")
app.add_typer(keys_app, name="keys", no_args_is_help=True)


@app.command("setup")
def setup(
    name: Annotated[str, typer.Option(help="The business's name.")],
    country: Annotated[str, typer.Option(help="Two letters: GB, FR, DE …")],
    currency: Annotated[str, typer.Option(help="Three letters: GBP, EUR …")],
    timezone: Annotated[str, typer.Option(help="Europe/London, Europe/Paris …")],
    owner: Annotated[str, typer.Option(help="The owner's e-mail address.")],
    sector: Annotated[str, typer.Option(help="bakery, retail, hospitality, …")] = "retail",
    password_stdin: Annotated[bool, typer.Option(help="Read the password from there.")] = False,
) -> None:
    """Set up the business and its owner."""
    SESSION.boot()
    from regulars.accounts import business

    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = getpass.getpass("Password for the owner: ")
    else:
        raise WrongUse("Give the owner's password on standard input with --password-stdin.")
    made = business.set_up(
        name=name,
        country=country,
        currency=currency,
        timezone=timezone,
        sector=sector,
        owner_email=owner,
        password=password,
        face="cli",
    )
    answer = {"business": made.name, "currency": made.currency, "timezone": made.timezone}
    SESSION.answer(answer, f"{made.name} is set up. Next: regulars import FILE…, regulars serve")


@app.command("serve")
def serve(
    port: Annotated[int, typer.Option()] = 8000,
    host: Annotated[str, typer.Option()] = "127.0.0.1",
) -> None:
    """Serve the pages and the API, and do background work, until Ctrl-C."""
    module = "regulars.config.serving"
    words = [sys.executable, "-m", module, "--host", host, "--port", str(port)]
    os.execv(sys.executable, words)  # noqa: S606 - becomes the server, with our own words


@app.command("demo")
def demo(
    port: Annotated[int, typer.Option()] = 8000,
    people: Annotated[
        int | None, typer.Option(help="How many people it has; each sector has its own number.")
    ] = None,
    sector: Annotated[
        str,
        typer.Option(help="bakery, retail, hospitality, services or professional."),
    ] = "bakery",
    serve_after: Annotated[bool, typer.Option("--serve/--no-serve")] = True,
) -> None:
    """Build a demo business through the front door, then serve it."""
    os.environ["REGULARS_DATA"] = os.environ.get("REGULARS_DATA") or "demo-data"
    SESSION.boot()
    from regulars.cli.demo_progress import Printing
    from regulars.sectors import demo as demos

    owner, password, made = demos.build(pack=sector, people=people, telling=Printing())
    if not made:
        print("The demo world is there already.")
    print(f"Sign in as {owner} with the password {password}")
    print(f"Data folder: {Path(os.environ['REGULARS_DATA']).absolute()}")
    if serve_after:
        serve(port=port, host="127.0.0.1")


@app.command("doctor")
def doctor() -> None:
    """Examine the installation and the data folder."""
    SESSION.boot()
    from regulars.jobs import doctor as doctors

    checks = doctors.examine()
    data = {"ok": all(one.ok for one in checks), "checks": [asdict(one) for one in checks]}
    rows = [("ok" if one.ok else "LOOK", one.name, one.sentence) for one in checks]
    SESSION.answer(data, table(rows, ("", "what", "how it is")))
    if not data["ok"]:
        raise typer.Exit(1)


@app.command("backup")
def backup(file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Take everything away in one file."""
    SESSION.boot()
    from regulars.accounts.actors import audit
    from regulars.jobs.backup import backup as make

    actor = SESSION.actor()
    made = make(actor, file, witness=partial(audit, actor))
    SESSION.answer(asdict(made), f"Saved {made.rows} rows and {made.files} files to {file}.")


@app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    yes: Annotated[bool, typer.Option("--yes", help="Replace what is there.")] = False,
) -> None:
    """Put a backup back, then make the figures anew."""
    SESSION.boot()
    from regulars.accounts.actors import audit, owner
    from regulars.insights import refresh
    from regulars.jobs.restoring import restore as put_back
    from regulars.profiles import erasure

    actor = SESSION.actor()
    # The members are the backup's own by then: the restore is noted under its owner.
    put = put_back(actor, file, witness=lambda *said: audit(owner("cli"), *said), is_confirmed=yes)
    refresh.refresh(SESSION.actor(), rebuild=True)
    again = erasure.forget_again()
    if again:
        refresh.refresh(SESSION.actor())
    said = f"Restored {put.rows} rows, saved at {put.made_at}."
    if again:
        said += f" {again} people were erased since, and are erased again."
    SESSION.answer({**asdict(put), "erased_again": again}, said)


@keys_app.command("make")
def make_key(
    name: Annotated[str, typer.Argument()],
    role: Annotated[str, typer.Option(help="manager, helper or analyst")] = "analyst",
) -> None:
    """Make a key; it is shown this once."""
    SESSION.boot()
    from regulars.accounts import keys

    key, secret = keys.make(SESSION.actor(), name=name, role=role)
    answer = {"id": key.pk, "name": key.name, "role": key.role, "key": secret}
    SESSION.answer(answer, f"{secret}\nKeep it now: it is not shown again.")


@keys_app.command("list")
def list_keys() -> None:
    """All keys and when they were last used."""
    SESSION.boot()
    from regulars.accounts.models import ApiKey

    SESSION.actor().require("keys.manage")
    found = [
        {
            "id": key.pk,
            "name": key.name,
            "role": key.role,
            "last_used_at": key.last_used_at,
            "revoked_at": key.revoked_at,
        }
        for key in ApiKey.objects.order_by("pk")
    ]
    rows = [tuple(one.values()) for one in found]
    SESSION.answer({"keys": found}, table(rows, ("id", "name", "role", "last used", "revoked")))


@keys_app.command("revoke")
def revoke_key(key_id: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """Stop a key from working."""
    SESSION.boot()
    from regulars.accounts import keys

    keys.revoke(SESSION.actor(), key_id)
    SESSION.answer({"revoked": key_id}, f"Key {key_id} no longer works.")
