"""Names as lists write them: brought to one form, and whether two may be one person's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from anyascii import anyascii

_WORDS = re.compile(r"[a-z0-9]+")
# From here on two words of names are one with a slip: Meyer and Meier, not Anna and Ben.
_LIKE = 0.75


def folded(traits: Mapping[str, Any]) -> str:
    """Return the full name that ``traits`` tell in plain letters, or ``""``."""
    whole = traits.get("name") or " ".join(
        filter(None, (traits.get("first_name"), traits.get("last_name")))
    )
    return " ".join(_WORDS.findall(anyascii(str(whole)).lower()))


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
