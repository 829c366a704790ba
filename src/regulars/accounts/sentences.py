"""Sentences told in English further down, said in the reader's language.

The English text is matched with the sentences that are marked by `regulars.kernel.telling`: a text
that fits ``%(column)s is empty.`` is that sentence, whatever filled it, and is said in the words of
its translation. What fits none is shown as it is. The list of marked sentences is packaged beside
the catalogues; ``make languages`` writes both.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language, npgettext, pgettext

from regulars.accounts import locales

TOLD = "told"
_PLACE = re.compile(r"%\((\w+)\)[sd]")
# Parts that are such sentences or words themselves; the others are names, which stay as they are.
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_SENTENCES_WITHIN = frozenset("form kind message order other problem role shape why".split())


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A told sentence with places to fill; ``many`` where it counts something."""

    pattern: re.Pattern[str]
    one: str
    many: str
    letters: int

    def said(self, parts: dict[str, str]) -> str:
        if not self.many:
            return pgettext(TOLD, self.one) % parts
        digits = re.sub(r"\D", "", parts.get("n", "1")) or "1"
        return npgettext(TOLD, self.one, self.many, int(digits)) % parts


def said(text: object) -> str:
    """Return an English sentence in the reader's language; parts that are such sentences too, and
    the part ``day`` as the reader writes days."""
    language, sentence = get_language() or "en", str(text)
    has_day = _DAY.search(sentence) is not None
    if language.startswith("en") and not has_day:
        return sentence
    # How days are written hangs on the business's country too, which is looked up for them alone.
    return _said(sentence, language, locales.locale() if has_day else "")


@lru_cache(maxsize=4096)
def _said(text: str, language: str, days_in: str) -> str:
    plain, filled = _sentences()
    if text in plain:
        return pgettext(TOLD, text)
    for sentence in filled:
        if found := sentence.pattern.fullmatch(text):
            parts = found.groupdict()
            for name in _SENTENCES_WITHIN & parts.keys():
                parts[name] = _said(parts[name], language, days_in)
            if "day" in parts:
                with suppress(ValueError):
                    parts["day"] = locales.day(date.fromisoformat(parts["day"]))
            return sentence.said(parts)
    return text


@lru_cache(maxsize=1)
def _sentences() -> tuple[frozenset[str], list[_Sentence]]:
    """The told sentences: those that stand as they are, and those to be filled, the most telling
    first."""
    told: list[list[str]] = json.loads(Path(settings.LOCALE_PATHS[0], "told.json").read_text())
    plain: set[str] = set()
    filled: list[_Sentence] = []
    for forms in told:
        if not _PLACE.search(forms[-1]):
            plain.add(forms[0])
            continue
        many = forms[1] if len(forms) > 1 else ""
        for form in forms:
            letters = len(_PLACE.sub("", form))
            filled.append(_Sentence(_pattern(form), forms[0], many, letters))
    return frozenset(plain), sorted(filled, key=lambda one: -one.letters)


def _pattern(sentence: str) -> re.Pattern[str]:
    parts: list[str] = []
    at, seen = 0, set()
    for place in _PLACE.finditer(sentence):
        name = place[1]
        parts.append(_literal(sentence[at : place.start()]))
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.+?)")
        seen.add(name)
        at = place.end()
    parts.append(_literal(sentence[at:]))
    return re.compile("".join(parts), re.DOTALL)


def _literal(text: str) -> str:
    return re.escape(text.replace("%%", "%"))
