"""What a wrong word on the command line is answered with: a plain sentence, not a checker's."""

from __future__ import annotations

import re
from typing import Any

_NAMED = re.compile(r"Invalid value for (?P<what>.+?): ", re.DOTALL)
_LONGEST = 40


def sentence(error: Any) -> str:
    """Say what was wrong with a word that Typer refused, and what it would take instead."""
    text = str(error.format_message())
    tell = getattr(error.__cause__, "errors", None)
    named = _NAMED.match(text)
    if tell is None or named is None:
        return text
    fault = tell()[0]
    what, given = named["what"].strip("'"), str(fault["input"])
    shown = repr(given if len(given) <= _LONGEST else f"{given[:_LONGEST]}…")
    return f"{what} {_wants(fault['type'], fault.get('ctx', {}))}, not {shown}."


def _wants(kind: str, bounds: dict[str, Any]) -> str:
    if kind.startswith("int"):
        return "takes a whole number"
    if kind.startswith("float"):
        return "takes a number"
    if kind == "greater_than_equal":
        return f"takes {bounds['ge']} or more"
    if kind == "less_than_equal":
        return f"takes {bounds['le']} at most"
    return "takes another value"
