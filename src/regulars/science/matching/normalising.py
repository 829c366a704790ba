"""What is compared of a person, brought to one form: letters of every script as plain ones, words
apart, no titles; a birth date as eight digits; a telephone number without its country."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from anyascii import anyascii

# What a record may say, as given. ``name`` is a whole name; ``street`` may bear the house's number.
GIVEN = (
    "first_name", "last_name", "name", "birthday", "email", "phone",
    "street", "house_number", "city", "postcode",
)  # fmt: skip
# What is compared.
COMPARED = ("first", "last", "born", "email", "phone", "street", "house", "city", "postcode")

_WORDS = re.compile(r"[a-z0-9]+")
_APOSTROPHES = re.compile("['’ʼ`´]")
_TITLES = frozenset(
    "mr mrs ms miss mx dr prof sir dame rev herr frau hr fr m mme mlle monsieur madame sr sra srta "
    "don dona senor senora sig".split()
)
# Streets are written short and long.
_SHORT = {
    "street": "st", "str": "st", "strasse": "st", "road": "rd", "avenue": "ave", "av": "ave",
    "drive": "dr", "place": "pl", "court": "ct", "crescent": "cr", "cres": "cr", "lane": "ln",
    "boulevard": "bd", "blvd": "bd", "platz": "pl", "plaza": "pl", "calle": "c", "saint": "st",
}  # fmt: skip
_PHONE_TAIL = 9
_FEWEST_PHONE = 6


def normalise(given: Mapping[str, object]) -> tuple[str | None, ...]:
    """Return what is compared of one record, in the order of ``COMPARED``; ``None``: not known.

    ``given`` maps names of ``GIVEN`` to text; others are not looked at.
    """
    told = {name: str(value) for name in GIVEN if (value := given.get(name)) is not None}
    first, last = names(told.get("first_name", ""), told.get("last_name", ""), told.get("name", ""))
    street, house = _address(told)
    return (
        first or None,
        last or None,
        birth_date(told.get("birthday", "")),
        _email(told.get("email", "")),
        _phone(told.get("phone", "")),
        street or None,
        house or None,
        " ".join(plain_words(told.get("city", ""))) or None,
        "".join(plain_words(told.get("postcode", ""))) or None,
    )


@lru_cache(maxsize=65536)
def plain_words(text: str) -> tuple[str, ...]:
    """Return the words of ``text`` in plain letters: ``Øst-Müller`` is ``ost``, ``muller``."""
    plain = text if text.isascii() else anyascii(text)
    return tuple(_WORDS.findall(_APOSTROPHES.sub("", plain).lower()))


def names(first: str, last: str, whole: str = "") -> tuple[str, str]:
    """Return the first and the last names; ``whole`` is taken apart where there is neither."""
    if not (first.strip() or last.strip()) and whole.strip():
        last, comma, first = whole.partition(",")
        if not comma:
            parts = _without_titles(plain_words(whole))
            return (" ".join(parts[:-1]), parts[-1]) if len(parts) > 1 else ("", " ".join(parts))
    return tuple(" ".join(_without_titles(plain_words(part))) for part in (first, last))  # type: ignore[return-value]


def birth_date(text: str) -> str | None:
    """Return eight digits, year first; ``None`` unless ``text`` has a whole date.

    The day comes before the month unless that cannot be. A date that no calendar knows stays as it
    was typed: it still tells two typing errors apart.
    """
    digits = re.findall(r"\d+", text.partition("T")[0].partition(" 00:")[0])
    if len(digits) == 1 and len(digits[0]) == 8:
        return str(digits[0])
    if len(digits) < 3:
        return None
    one, two, three = digits[:3]
    if len(one) == 4:
        return f"{one}{two:0>2}{three:0>2}"
    if len(three) != 4:
        return None
    day, month = (two, one) if int(two) > 12 else (one, two)
    return f"{three}{month:0>2}{day:0>2}"


def _without_titles(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part for part in parts if part not in _TITLES) or parts


def _email(text: str) -> str | None:
    found = "".join(text.split()).lower()
    return found if "@" in found[1:-1] else None


def _phone(text: str) -> str | None:
    found = "".join(one for one in text if one.isdecimal() and one.isascii())
    return found[-_PHONE_TAIL:] if len(found) >= _FEWEST_PHONE else None


def _address(told: Mapping[str, str]) -> tuple[str, str]:
    parts = [_SHORT.get(part, part) for part in plain_words(told.get("street", ""))]
    house = "".join(plain_words(told.get("house_number", "")))
    if not house:
        house = next((part for part in parts if part[0].isdigit()), "")
        parts = [part for part in parts if part != house]
    return " ".join(parts), house
