"""What somebody typed, made fit to be kept: text, money, days and numbers, each within bounds."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from regulars.accounts import business as businesses
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.sources.files.identifiers import normalise_email, normalise_phone

MOST_MINOR = 10**12
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Reach:
    """How somebody is reached: as typed, and as identifiers are written ("" where it is none)."""

    name: str
    email: str
    phone: str
    email_key: str
    phone_key: str


def line(text: str, most: int, what: str) -> str:
    """One line of text, blanks within folded. `WrongUse` when longer than ``most``."""
    return _bounded(" ".join(_plain(text).split()), most, what)


def paragraphs(text: str, most: int, what: str) -> str:
    """Text of several lines. `WrongUse` when longer than ``most``."""
    return _bounded(_plain(text).replace("\r\n", "\n").replace("\r", "\n").strip(), most, what)


def _plain(text: str) -> str:
    # A surrogate alone cannot be written in UTF-8, and PostgreSQL takes no NUL.
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", _CONTROLS.sub(" ", whole))


def _bounded(text: str, most: int, what: str) -> str:
    if len(text) > most:
        sentence = told("%(kind)s is too long: %(n)s letters at most.", kind=what, n=most)
        raise WrongUse(sentence)
    return text


def reach(name: str, email: str, phone: str) -> Reach:
    """Name, address and number as typed and in their one form. `WrongUse` when too long."""
    said = (
        line(name, 200, told("The name")),
        line(email, 320, told("The e-mail address")),
        line(phone, 60, told("The phone number")),
    )
    country = businesses.get().country
    email_key = (normalise_email(said[1]) if said[1] else None) or ""
    phone_key = (normalise_phone(said[2], country) if said[2] else None) or ""
    return Reach(*said, email_key[:320], phone_key[:320])


def require_address(said: Reach) -> None:
    """`WrongUse` where what was typed as an e-mail address is none."""
    if said.email and not said.email_key:
        raise WrongUse(told("That is no e-mail address."), detail={"missing": "email"})


def minor(value: int | None) -> int | None:
    """An amount in minor units; `WrongUse` below nothing or beyond all reason."""
    if value is not None and not 0 <= value <= MOST_MINOR:
        raise WrongUse(told("That value is none a sale can have."))
    return value


def percent(value: int | None) -> int | None:
    """A probability in percent, or `WrongUse`."""
    if value is not None and not 0 <= value <= 100:
        raise WrongUse(told("A probability lies between 0 and 100 percent."))
    return value


def day(on: date | None) -> date | None:
    """A day within two centuries, or `WrongUse`."""
    if on is not None and not _FIRST_DAY <= on <= _LAST_DAY:
        raise WrongUse(told("%(day)s is no day to do something on.", day=on.isoformat()))
    return on


def number(given: int) -> int:
    """A row's number, or 0 (nobody's) where no database can hold it."""
    return given if 0 < given <= _LARGEST else 0
