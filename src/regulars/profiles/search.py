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
# So many who have one of the words are looked at for the others, before all are.
_LOOKED_AT, _ENOUGH, _COUNTED = 500, 20, 60_000
# Cards that PostgreSQL goes through before it asks the index.
_READ_THROUGH = 3_000
_SHORTEST = 3
_PHONE_LIKE = re.compile(r"[\d\s()+./\-–]+")
_AFTER_ALL = "\U0010ffff"
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
    found = set(exact) | set(_by_prefix(query.prefixes)) | set(_containing(query.terms))
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


def _by_prefix(prefixes: Sequence[str]) -> list[int]:
    """People whose names have a word for each of ``prefixes``."""
    if not prefixes:
        return []
    counted = sorted((_rarity(prefix), prefix) for prefix in set(prefixes))
    rarest_first = [prefix for _, prefix in counted]
    found = _with_others(rarest_first[0], rarest_first[1:])
    is_everybody = counted[0][0][0] <= _LOOKED_AT
    if is_everybody or len(found) >= _ENOUGH or len(counted) == 1:
        return found
    if connection.vendor == "sqlite":
        # The smaller set is the one to hold in memory.
        rarest_first.sort(key=lambda prefix: _rarity(prefix, _COUNTED))
    return _with_all(rarest_first)


def _rarity(prefix: str, most: int = _LOOKED_AT + 1) -> tuple[int, int]:
    """How many words begin like that, counted up to ``most``; then the longer is rarer."""
    clause, values = _begins(prefix)
    [count] = _numbers(
        f"SELECT count(*) FROM (SELECT 1 FROM profiles_nameword WHERE {clause} LIMIT {most}) one",
        values,
    )
    return count, -len(prefix)


def _with_others(first: str, others: Sequence[str]) -> list[int]:
    """Those who have a word for all, among some who have one for ``first``."""
    clause, values = _begins(first)
    found = _numbers(
        f"SELECT profile_id FROM profiles_nameword WHERE {clause} LIMIT {_LOOKED_AT}", values
    )
    for prefix in others:
        if not found:
            return []
        clause, values = _begins(prefix)
        among = ", ".join(map(str, found))
        found = _numbers(
            f"SELECT profile_id FROM profiles_nameword WHERE profile_id IN ({among}) AND {clause}",
            values,
        )
    return list(dict.fromkeys(found))[:_CANDIDATES]


def _with_all(rarest_first: Sequence[str]) -> list[int]:
    """Those who have a word for all, among everybody."""
    rarest, *rest, commonest = rarest_first
    if connection.vendor == "postgresql":
        clause, values = _begins(commonest)
        also, more = _also("one", [rarest, *rest])
        # Each set is hashed once; the planner would look up everybody, one by one.
        return _numbers(
            f"SELECT one.profile_id FROM profiles_nameword one WHERE {clause}{also} "
            f"LIMIT {_CANDIDATES}",
            [*values, *more],
            ("enable_nestloop", "enable_mergejoin"),
        )
    # The commonest is gone through beside the set of the rarest, and who is in both is looked up
    # for the rest. The plus keeps SQLite from looking up everybody.
    (clause, values), (beside, more) = _begins(rarest), _begins(commonest)
    also, last = _also("one", rest)
    return _numbers(
        f"SELECT DISTINCT one.profile_id FROM profiles_nameword one WHERE {beside} AND "
        "+one.profile_id IN (SELECT profile_id FROM profiles_nameword "
        f"WHERE {clause}){also} LIMIT {_CANDIDATES}",
        [*more, *values, *last],
    )


def _also(whose: str, prefixes: Sequence[str]) -> tuple[str, list[str]]:
    """The condition that a person has a word for each of ``prefixes`` as well, and its values."""
    said, values = "", []
    for prefix in prefixes:
        clause, own = _begins(prefix)
        said += (
            " AND EXISTS (SELECT 1 FROM profiles_nameword "
            f"WHERE profile_id = {whose}.profile_id AND {clause})"
        )
        values += own
    return said, values


def _begins(prefix: str) -> tuple[str, list[str]]:
    if connection.vendor == "sqlite":
        return "word >= %s AND word < %s", [prefix, prefix + _AFTER_ALL]
    return "word LIKE %s", [_escaped(prefix) + "%"]


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
