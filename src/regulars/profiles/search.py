"""Finding people by what somebody remembers of them: part of a name, an address or a number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection, transaction

from regulars.accounts.actors import Actor
from regulars.identity.models import Link
from regulars.identity.queries import holders_of
from regulars.profiles import search_index
from regulars.profiles.folding import digits, fold, words
from regulars.profiles.models import Card
from regulars.sources.models import Identifier

_LONGEST_TEXT = 200
_MOST_TERMS = 8
# Enough to rank a page of hits from; the rest of "everybody called Ma…" is not read.
_CANDIDATES = 100
# Cards that PostgreSQL goes through before it asks the index, and what it need not then.
_READ_THROUGH, _ENOUGH = 3_000, 20
_SHORTEST = 3
_PHONE_LIKE = re.compile(r"[\d\s()+./\-–]+")
_EXACT, _FIRST_WORDS, _PREFIX, _CONTAINS = range(4)


@dataclass(frozen=True, slots=True)
class Hit:
    """One person found; ``matched`` says by what: name, email, phone, card, customer_id, other."""

    profile_id: int
    name: str
    email: str
    phone: str
    matched: str

    def as_json(self) -> dict[str, Any]:
        """The hit as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Query:
    text: str
    folded: str
    prefixes: tuple[str, ...]
    terms: tuple[str, ...]
    number: str


def find(text: str, limit: int = 20, *, actor: Actor | None = None) -> list[Hit]:
    """Return the people that ``text`` may mean, the likeliest first: an identifier in full, then
    names of which each word typed begins a word, then text inside a name, address or number.

    Case, accents and the order of words do not matter. Fewer than two letters or three digits find
    nobody. ``actor`` (when given) needs ``people.see``.
    """
    if actor is not None:
        actor.require("people.see")
    query = _read(text)
    if limit < 1 or not query.folded:
        return []
    exact = _exact(query)
    found = set(_by_words(query.prefixes))
    if len(found) < limit:
        # Whoever is found by name comes first: only a page that they do not fill needs others.
        found |= set(_containing(query.terms))
    found |= set(exact)
    if query.number:
        found |= set(_containing((query.number,)))
    cards = Card.objects.filter(pk__in=found).order_by()
    ranked = sorted((_place(card, query, exact) for card in cards), key=lambda place: place[:3])
    return [
        Hit(card.pk, card.name, card.email, card.phone, matched)
        for _, _, _, card, matched in ranked[:limit]
    ]


def _read(text: str) -> _Query:
    text = text[:_LONGEST_TEXT].replace("\x00", " ").strip()
    folded = fold(text)
    number = _fragment(text) if _PHONE_LIKE.fullmatch(text) else ""
    typed = words(folded)[:_MOST_TERMS]
    # A lone letter is too little to look for, but narrows a longer word beside it.
    is_enough = any(len(word) >= 2 for word in typed)
    terms = tuple(_bare(term) for term in folded.split()[:_MOST_TERMS])
    if not any(len(term) >= _SHORTEST for term in terms):
        terms = ()
    return _Query(text, folded, tuple(typed) if is_enough else (), terms, number)


def _fragment(text: str) -> str:
    """The digits of a phone number as they stand in E.164: no trunk zero, no ``00`` prefix."""
    found = digits(text.replace("(0)", "")).lstrip("0")
    return found if len(found) >= _SHORTEST else ""


def _bare(term: str) -> str:
    return digits(term) if _PHONE_LIKE.fullmatch(term) and digits(term) else term


def _exact(query: _Query) -> dict[int, str]:
    """Profile → kind of the identifier that was typed in full."""
    squeezed = re.sub(r"[\s-]", "", query.text)
    values = {query.text, query.text.lower(), query.text.upper(), squeezed.upper(), squeezed}
    values.add(f"+{query.number}")
    rows = Identifier.objects.filter(value__in=[_storable(value) for value in values])
    kinds = dict(rows.values_list("pk", "kind")[:_CANDIDATES])
    links = Link.objects.filter(identifier_id__in=kinds).values_list("identifier_id", "profile_id")
    held = [(one, person) for one, people in holders_of(kinds).items() for person in people]
    return {person: kinds[one].partition(":")[0] for one, person in (*held, *links)}


def _storable(text: str) -> str:
    return text.encode("utf-8", "ignore").decode()


def _by_words(typed: Sequence[str]) -> list[int]:
    """People whose names have each of ``typed``, and those who have a word that begins so."""
    if not typed:
        return []
    found = _listed(typed, "")
    if len(found) < _CANDIDATES:
        found += _listed(typed, "*")
    return found


def _listed(typed: Sequence[str], more: str) -> list[int]:
    if connection.vendor == "postgresql":
        ends = ":*" if more else ""
        quoted = (word.replace("\\", "\\\\").replace("'", "''") for word in typed)
        sought = " & ".join(f"'{word}'{ends}" for word in quoted)
        return _numbers(
            f"SELECT profile_id FROM profiles_card WHERE {search_index.WORDS} @@ %s::tsquery "
            f"LIMIT {_CANDIDATES}",
            [sought],
        )
    if search_index.kind() == "none":
        # Between two blanks stands a whole word.
        ends = "%" if more else " %"
        clause = " AND ".join(["' ' || words || ' ' LIKE %s ESCAPE '\\'"] * len(typed))
        values = [f"% {_escaped(word)}{ends}" for word in typed]
        sql = f"SELECT profile_id FROM profiles_card WHERE {clause} LIMIT {_CANDIDATES}"
        return _numbers(sql, values)
    quoted = (word.replace('"', '""') for word in typed)
    sought = " AND ".join(f'"{word}"{more}' for word in quoted)
    return _numbers(
        f"SELECT rowid FROM profiles_names WHERE profiles_names MATCH %s LIMIT {_CANDIDATES}",
        [sought],
    )


def _containing(terms: Sequence[str]) -> list[int]:
    if not terms:
        return []
    if connection.vendor == "postgresql":
        return _containing_on_postgres(terms)
    inside = " AND ".join(["instr(c.haystack, %s) > 0"] * len(terms))
    if search_index.kind() == "none":
        sql = f"SELECT profile_id FROM profiles_card c WHERE {inside} LIMIT {_CANDIDATES}"
        return _numbers(sql, list(terms))
    # MATCH narrows by trigrams, which know no order; the card itself decides.
    return _numbers(
        "SELECT c.profile_id FROM profiles_search JOIN profiles_card c "
        f"ON c.profile_id = profiles_search.rowid WHERE profiles_search MATCH %s AND {inside} "
        f"LIMIT {_CANDIDATES}",
        [_trigrams(terms), *terms],
    )


def _containing_on_postgres(terms: Sequence[str]) -> list[int]:
    """What many have is found among the first; only what few have is worth the index, which the
    planner, who takes several words for unrelated, would pass over."""
    clause = " AND ".join(["haystack LIKE %s"] * len(terms))
    values = [f"%{_escaped(term)}%" for term in terms]
    first = f"(SELECT profile_id, haystack FROM profiles_card LIMIT {_READ_THROUGH}) one"
    found = _numbers(f"SELECT profile_id FROM {first} WHERE {clause} LIMIT {_CANDIDATES}", values)
    if len(found) >= _ENOUGH:
        return found
    sql = f"SELECT profile_id FROM profiles_card WHERE {clause} LIMIT {_CANDIDATES}"
    return _numbers(sql, values, ("enable_seqscan",) if search_index.kind() != "none" else ())


def _trigrams(terms: Iterable[str]) -> str:
    """An FTS5 query for the trigrams of ``terms``, each quoted: nothing in it is an operator."""
    found = {
        term[start : start + _SHORTEST]: None
        for term in terms
        for start in range(len(term) - _SHORTEST + 1)
    }
    return " AND ".join('"' + gram.replace('"', '""') + '"' for gram in found)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _numbers(sql: str, values: Sequence[Any], without: Sequence[str] = ()) -> list[int]:
    """The numbers that ``sql`` answers; ``without`` names ways PostgreSQL shall not go."""
    with transaction.atomic() if without else nullcontext(), connection.cursor() as cursor:
        for way in without:
            cursor.execute(f"SET LOCAL {way} = off")
        cursor.execute(sql, list(values))
        found = [row[0] for row in cursor.fetchall()]
        for way in without:
            # Inside somebody's transaction it would hold until its end.
            cursor.execute(f"SET LOCAL {way} = on")
    return found


def _place(card: Card, query: _Query, exact: dict[int, str]) -> tuple[int, str, int, Card, str]:
    """Where a card stands among the hits, and by what it was found."""
    name = fold(card.name)
    if card.pk in exact:
        return _EXACT, name, card.pk, card, exact[card.pk]
    if query.number and len(query.number) > 6 and digits(card.phone).endswith(query.number):
        return _EXACT, name, card.pk, card, "phone"
    if query.prefixes:
        own = words(name)
        if all(any(word.startswith(typed) for word in own) for typed in query.prefixes):
            rank = _FIRST_WORDS if name.startswith(query.folded) else _PREFIX
            return rank, name, card.pk, card, "name"
    return _CONTAINS, name, card.pk, card, _found_in(card, name, query)


def _found_in(card: Card, name: str, query: _Query) -> str:
    sought = query.terms or query.prefixes
    if sought and all(term in name for term in sought):
        return "name"
    if query.number and query.number in digits(card.phone):
        return "phone"
    if sought and all(term in fold(card.email) for term in sought):
        return "email"
    return "other"
