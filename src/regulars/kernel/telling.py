"""Sentences in English that are kept or raised below the faces, and said anew in other languages.

A reason in quarantine is written once and read by whoever opens the page, each in a language of
their own; an error is raised where nobody knows who reads it. Such a sentence is told in English,
which is also what programs get, and marked here so that it is put to the translators. The pages
find it again by its words: `regulars.accounts.sentences.said`.
"""

from __future__ import annotations


def told(sentence: str, /, **parts: object) -> str:
    """Return ``sentence`` with its ``%(name)s`` filled from ``parts``; as it is without any."""
    return sentence % parts if parts else sentence


def told_count(one: str, many: str, n: int, /, **parts: object) -> str:
    """Return ``one`` or ``many`` for the whole number ``n``, which fills ``%(n)s`` too."""
    return (one if n == 1 else many) % {"n": n, **parts}
