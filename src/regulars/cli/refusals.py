"""What a wrong word on the command line is answered with: a plain sentence, not a checker's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_NAMED = re.compile(r"Invalid value for (?P<what>.+?): ", re.DOTALL)
_NO_OPTION = re.compile(r"No such option: -\d")
_NEGATIVE = re.compile(r"-\d+")
_LONGEST = 40


def sentence(error: Any, words: Sequence[str]) -> str:
    """Say what was wrong with one of the ``words`` that Typer refused, and what it would take."""
    text = str(error.format_message())
    if _NO_OPTION.match(text):
        # A number below nothing looks like an option to the reader of the line.
        number = next(word for word in words if _NEGATIVE.match(word))
        return f"{number[:_LONGEST]} is no number of a person or thing: they begin at 1."
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
