"""`regulars members`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from regulars.cli.app import app
from regulars.cli.session import SESSION, table

members_app = typer.Typer(help="Who works here: add people, change roles, set a password.")
app.add_typer(members_app, name="members", no_args_is_help=True)
Email = Annotated[str, typer.Argument(metavar="EMAIL")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read a first password from there.")
]


@members_app.command("list")
def list_members() -> None:
    """Everybody who works here."""
    SESSION.boot()
    from regulars.accounts import members

    found = members.listing(SESSION.actor())
    rows = [(one["id"], one["email"], one["role"], one["is_active"]) for one in found]
    SESSION.answer({"members": found}, table(rows, ("id", "e-mail", "role", "may sign in")))


@members_app.command("add")
def add_member(
    email: Email,
    role: Annotated[str, typer.Option(help="owner, manager, helper or analyst")] = "helper",
    name: Annotated[str, typer.Option(help="What they are called.")] = "",
    password_stdin: FromStdin = False,
) -> None:
    """Add a member; without a password they cannot sign in yet."""
    SESSION.boot()
    from regulars.accounts import members

    member = members.add(
        SESSION.actor(),
        email=email,
        role=role,
        name=name,
        password=_read_password() if password_stdin else None,
    )
    SESSION.answer(members.as_json(member), f"{member.email} is a member now: {member.role}.")


@members_app.command("role")
def change_role(email: Email, role: Annotated[str, typer.Argument(metavar="ROLE")]) -> None:
    """Give a member another role."""
    SESSION.boot()
    from regulars.accounts import members

    member = members.change_role(SESSION.actor(), members.by_email(email).pk, role)
    SESSION.answer(members.as_json(member), f"{member.email} is {member.role} now.")


@members_app.command("password")
def set_password(email: Email) -> None:
    """Set a member's password, read from standard input."""
    SESSION.boot()
    from regulars.accounts import members

    member = members.set_password(SESSION.actor(), members.by_email(email).pk, _read_password())
    SESSION.answer(members.as_json(member), f"{member.email} has a new password.")


@members_app.command("deactivate")
def deactivate(email: Email) -> None:
    """Take away a member's sign-in; what they did stays on record."""
    SESSION.boot()
    from regulars.accounts import members

    member = members.deactivate(SESSION.actor(), members.by_email(email).pk)
    SESSION.answer(members.as_json(member), f"{member.email} cannot sign in any more.")


def _read_password() -> str:
    return sys.stdin.readline().rstrip("\r\n")
