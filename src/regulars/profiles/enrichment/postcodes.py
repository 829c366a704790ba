"""Postcodes in one form, and which shorter ones they belong to."""

from __future__ import annotations

import re

_SIGNS = re.compile(r"[^A-Z0-9]")
_BRITISH = re.compile(r"([A-Z]{1,2})(\d[A-Z\d]?)(\d[A-Z]{2})?")
_AREA = re.compile(r"[A-Z]{1,2}")
_SHORTEST = 2
LONGEST = 16


def normalise(text: str) -> str:
    """Capital letters and digits alone; "" for what is no postcode. Zeros in front stay."""
    found = _SIGNS.sub("", text.upper())
    return found if _SHORTEST <= len(found) <= LONGEST and any(map(str.isdigit, found)) else ""


def area(text: str) -> str:
    """A postcode, or one of the British areas that are one or two letters; "" for neither."""
    letters = text.strip().upper()
    return letters if _AREA.fullmatch(letters) else normalise(text)


def wider(postcode: str) -> list[str]:
    """A normalised postcode and those it belongs to, the narrowest first.

    A British one belongs to its sector (``LS1 4``), its district (``LS1``) and its area (``LS``);
    any other to each of its beginnings of two signs and more.
    """
    british = _BRITISH.fullmatch(postcode)
    if british and postcode[0].isalpha():
        letters, district, inward = british.groups()
        outward = letters + district
        sector = [outward + inward[0]] if inward else []
        return list(dict.fromkeys([postcode, *sector, outward, letters]))
    return [postcode[:length] for length in range(len(postcode), _SHORTEST - 1, -1)]
