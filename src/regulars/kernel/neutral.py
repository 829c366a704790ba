"""Cells that a spreadsheet would run: made harmless wherever text leaves in a table."""

from __future__ import annotations

import re

# What spreadsheets take for the beginning of a formula (OWASP, "CSV injection"), with the
# full-width forms that East Asian versions read alike.
_BEGINNINGS = tuple("=+-@\t\r\n＝＋－＠")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def neutralise(text: str) -> str:
    """Return ``text`` with an apostrophe before it if a spreadsheet would run it as a formula.

    Plain numbers stay as they are, signs included: ``-12.50`` is an amount, ``-12.50+cmd`` is not.
    """
    if not text.startswith(_BEGINNINGS) or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"
