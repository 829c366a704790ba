"""The program's commands and how they end."""

from __future__ import annotations

import sys
from typing import Annotated, cast

import typer

from regulars.cli.refusals import sentence
from regulars.cli.session import SESSION
from regulars.kernel.errors import NotFound, RegularsError, WrongUse


class _Said(Exception):
    """What Typer's own Click raises for wrong words; known here by a public subclass of it."""

    def format_message(self) -> str:
        return str(self)


class _Internal(RegularsError):
    """A fault of ours."""

    code = "internal"


_Refusal = cast("type[_Said]", typer.BadParameter.__mro__[2])

app = typer.Typer(
    name="regulars",
    help="Regulars: who buys, who comes back, who has gone quiet, and what to do about it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def program(
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer as JSON (on every command).")
    ] = False,
    as_member: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="Act as this member, not as the owner.")
    ] = None,
) -> None:
    """Options that every command takes."""
    SESSION.as_json = as_json
    SESSION.as_member = as_member


def run(arguments: list[str]) -> int:
    """Run one command; return its exit status. One plain sentence on standard error if it fails."""
    _register()
    # Wrong words may be refused before the option is read.
    SESSION.as_json = "--json" in arguments
    try:
        ended = app(arguments, standalone_mode=False)
        return ended if isinstance(ended, int) else 0
    except typer.Exit as ended:
        return ended.exit_code
    except typer.Abort:
        print("Stopped.", file=sys.stderr)
        return 1
    except _Refusal as error:
        SESSION.print_failure(WrongUse(sentence(error, arguments)))
        return 2
    except RegularsError as error:
        SESSION.print_failure(error)
        return error.exit_status
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except OSError as error:
        SESSION.print_failure(_of_system(error))
        return 1
    except Exception as error:
        SESSION.note(error)
        what = f"{type(error).__name__}: {error}"
        SESSION.print_failure(_Internal(f"This went wrong on our side ({what})."))
        return 1


def _of_system(error: OSError) -> RegularsError:
    """What the machine refused, with the file it was about."""
    parts = (error.strerror or str(error), str(error.filename or ""))
    # A file's name may be no text, and JSON is.
    words = ": ".join(filter(None, parts)).encode("utf-8", "replace").decode()
    is_absent = isinstance(error, FileNotFoundError)
    return NotFound(words) if is_absent else RegularsError(words)


def _register() -> None:
    from regulars.cli import (  # noqa: F401
        cleaning,
        counter,
        enrich,
        hanging,
        identity,
        imports,
        insights,
        leads,
        lists,
        mail,
        members,
        opening_hours,
        people,
        products,
        sources,
        today,
        upkeep,
    )
