"""Names as lists write them: brought to one form, and whether two may be one person's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from anyascii import anyascii

from .identifiers import clean, is_blocked_word

_MOST_LETTERS, _MOST_WORDS, _LONGEST = 120, 6, 320
_WORDS = re.compile(r"[a-z0-9]+")
_BULLETS = frozenset("-–—*#=_+>•·~|[(<")
_DIGIT = re.compile(r"[0-9]")
_WHOLE_DAY = re.compile(r"\d{4} \d\d \d\d")
# From here on two words of names are one with a slip: Meyer and Meier, not Anna and Ben.
_LIKE = 0.75


def folded(traits: Mapping[str, Any]) -> str:
    """Return the full name that ``traits`` tell in plain letters, or ``""``."""
    return _plain(_written(traits))


def _written(traits: Mapping[str, Any]) -> str:
    parts = (traits.get("first_name"), traits.get("last_name"))
    return str(traits.get("name") or " ".join(filter(None, parts))).strip()


def _plain(text: Any) -> str:
    return " ".join(_WORDS.findall(anyascii(str(text or "")).lower()))


def in_any_order(name: str) -> str:
    """``name``, folded, with its words in one order: *Bell, Ann* is *Ann Bell*."""
    return " ".join(sorted(name.split()))[:_MOST_LETTERS]


def beside(name: str, address: str) -> str:
    """The value that stands for ``name``, folded, beside an address or a number others have too."""
    return f"{in_any_order(name)} {address}"[:_LONGEST]


@dataclass(frozen=True, slots=True)
class ByName:
    """Somebody told by name alone: the value that stands for them, and whether nothing but the list
    itself says that it is one person."""

    value: str
    is_bare: bool


def by_name(traits: Mapping[str, Any], namespace: str) -> ByName | None:
    """What stands for somebody of whom no address or number is told, or ``None`` where nothing told
    is a name (a line below a list is none).

    With a birthday, or else with street and town, the name means the same person in every list.
    Anything less means them in the lists of ``namespace`` alone.
    """
    name, written = folded(traits), _written(traits)
    is_note = _DIGIT.search(name) or len(name.split()) > _MOST_WORDS or written[:1] in _BULLETS
    if not name or is_note or any(is_blocked_word(clean(one)) for one in (name, written)):
        return None
    born, street, postcode, town = (
        _plain(traits.get(one)) for one in ("birthday", "street", "postcode", "city")
    )
    if _WHOLE_DAY.fullmatch(born):
        parts, is_bare = [born], False
    elif street and (postcode or town):
        parts, is_bare = [street, postcode or town], False
    else:
        parts, is_bare = [born, street, postcode, town, f"in {namespace}"], True
    value = " ".join(filter(None, [in_any_order(name), *parts]))
    return ByName(value[:_LONGEST], is_bare)


@lru_cache(maxsize=4096)
def may_be_one(name: str, other: str) -> bool:
    """Whether two folded full names may be one person's: the first words are alike (a surname
    changes), or every word of the shorter name is in the other, in whatever order."""
    mine, others = sorted((name.split(), other.split()), key=len)
    if not mine or _is_like(mine[0], others[0]):
        return True
    left = list(others)
    for word in mine:
        like = next((one for one in left if _is_like(word, one)), None)
        if like is None:
            return False
        left.remove(like)
    return True


def _is_like(word: str, other: str) -> bool:
    short = min(len(word), len(other))
    if short == 1:
        return word[0] == other[0]
    return word == other or SequenceMatcher(None, word, other).ratio() >= _LIKE
