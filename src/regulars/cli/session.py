"""What one run of the command line carries: its options, its actor, how it answers."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.kernel.errors import RegularsError, WrongUse

if TYPE_CHECKING:
    from regulars.accounts.actors import Actor


@dataclass
class Session:
    """The options of the program and what follows from them."""

    as_json: bool = False
    as_member: str | None = None

    def boot(self) -> None:
        """Load the application and bring the database's tables up to date."""
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
        import django

        django.setup()
        from regulars.jobs.migrations_due import migrate_if_due

        migrate_if_due()

    def actor(self) -> Actor:
        """Whoever this run acts as: the owner, or the member that ``--as-member`` names."""
        from regulars.accounts import actors

        if self.as_member:
            return actors.by_email(self.as_member, "cli")
        return actors.owner("cli")

    def answer(self, data: Any, text: str) -> None:
        """Print ``data`` as JSON where asked for, else ``text``."""
        print(json.dumps(data, ensure_ascii=False, default=_plain) if self.as_json else text)

    def warn(self, sentence: str) -> None:
        """Print what does not change the answer, but how it is to be read, on standard error."""
        print(f"regulars: {sentence}", file=sys.stderr)

    def note(self, error: Exception) -> None:
        """Keep where an unforeseen error came from in ``last-error.txt`` of the data folder."""
        from django.conf import settings

        if settings.configured:
            text = "".join(traceback.format_exception(error))
            (Path(settings.DATA_FOLDER) / "last-error.txt").write_text(text, "utf-8")

    def print_failure(self, error: RegularsError) -> None:
        """One sentence on standard error; the detail as JSON on standard output where asked."""
        if self.as_json:
            failure = {"error": {"code": error.code, "message": error.message}, **error.detail}
            print(json.dumps(failure, ensure_ascii=False, default=_plain))
        elif "proposals" in error.detail:
            print(_proposals_text(error.detail["proposals"]))
        print(f"regulars: {error.message}", file=sys.stderr)


SESSION = Session()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def day(text: str | None) -> date | None:
    """Read a day as options give it; `WrongUse` for anything else."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongUse(f"{text!r} is not a day such as 2026-03-31.") from error


def where_of(pairs: Iterable[str]) -> dict[str, list[str]]:
    """Read ``dimension=value`` options; `WrongUse` for one without an equals sign."""
    wanted: dict[str, list[str]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise WrongUse(f"--where wants dimension=value, not {pair!r}.")
        wanted.setdefault(name.strip(), []).append(value)
    return wanted


def table(rows: Iterable[Sequence[Any]], header: Sequence[str]) -> str:
    """Return ``rows`` as text in columns, numbers to the right."""
    cells = [list(map(_cell, row)) for row in rows]
    if not cells:
        return "Nothing to show."
    widths = [max(len(line[i]) for line in [list(header), *cells]) for i in range(len(header))]
    lines = [_line(header, widths), _line(["─" * width for width in widths], widths)]
    return "\n".join([*lines, *(_line(line, widths) for line in cells)])


def _cell(value: Any) -> str:
    return "–" if value is None else str(value)


def _line(cells: Sequence[str], widths: list[int]) -> str:
    parts = []
    for cell, width in zip(cells, widths, strict=True):
        is_number = cell.replace(",", "").replace(".", "").lstrip("-").isdigit()
        parts.append(cell.rjust(width) if is_number else cell.ljust(width))
    return "  ".join(parts).rstrip()


def _proposals_text(proposals: Any) -> str:
    lines = []
    for one in proposals:
        lines.append(f"{one['file']} ({one['recognised_as']}):")
        lines += [f"  --map {name}={column!r}" for name, column in one["map"].items()]
        lines += [f"  note: {note}" for note in one["notes"]]
    return "\n".join(lines)
