"""Text as the search compares it: lower case, no accents, words apart."""

from __future__ import annotations

import re
import unicodedata

_LONGEST_WORD = 60
# Letters that Unicode does not take apart into a base and an accent.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_APOSTROPHES = re.compile("['’ʼ`´]")
_CONTROLS = re.compile("[\x00-\x20\x7f\ud800-\udfff]+")
_ASCII_WORD = re.compile("[a-z0-9]+")
_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")


def fold(text: str) -> str:
    """Return ``text`` in folded case, without accents, control characters and surplus blanks."""
    text = _CONTROLS.sub(" ", text).strip().casefold()
    if text.isascii():
        return text
    bare = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    # Marks of class 0 (Indic and Thai vowels) are letters to their readers, not accents.
    kept = "".join(one for one in bare if not unicodedata.combining(one))
    return unicodedata.normalize("NFC", kept)


def words(folded: str) -> list[str]:
    """Return the different words of folded text, in order; O'Neil is ``o``, ``neil``, ``oneil``."""
    found = dict.fromkeys(_split(_APOSTROPHES.sub(" ", folded)))
    if _APOSTROPHES.search(folded):
        found |= dict.fromkeys(_split(_APOSTROPHES.sub("", folded)))
    return [word[:_LONGEST_WORD] for word in found]


def entries(folded: str) -> list[str]:
    """Return what a name is listed under: its words, and the tails of words written without blanks
    (``李小龙`` also under ``小龙``)."""
    found: dict[str, None] = {}
    for word in words(folded):
        found[word] = None
        if _IDEOGRAPHS.search(word):
            found |= dict.fromkeys(word[start:] for start in range(1, len(word) - 1))
    return list(found)


def digits(text: str) -> str:
    """Return the digits of ``text`` as ASCII, whatever script they are written in."""
    return "".join(str(unicodedata.digit(one)) for one in text if one.isdecimal())


def _split(text: str) -> list[str]:
    if text.isascii():
        return _ASCII_WORD.findall(text)
    return "".join(one if unicodedata.category(one)[0] in "LMN" else " " for one in text).split()
