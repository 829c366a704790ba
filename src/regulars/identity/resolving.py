"""Brings profiles and links in line with what the standing imports say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import connection, transaction

from regulars.identity.decisions import Decided, decided, decided_near
from regulars.identity.models import Holder, Link, Profile
from regulars.identity.naming import names_of
from regulars.identity.rules import (
    Rules,
    bounds,
    components,
    contradicted,
    family,
    given_back,
    joining,
    periods_of,
    shared_values,
)
from regulars.identity.ruling import blocked_identifiers, in_force
from regulars.sources.bulk import fetch_by_keys, insert_missing
from regulars.sources.live import standing_ids
from regulars.sources.models import Identifier, IdentifierPair, IdentifierUse, Import

# A turn at the write lock; see HOUSE rule 1.
_CHUNK = 1000
# Why a value is somebody's that stands beside more than its limit.
_Pairs = Iterable[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Ruled:
    """What holds for one run: the rules, the blocked identifiers, the standing imports."""

    standing: frozenset[int]
    rules: Rules = field(default_factory=in_force)
    blocked: set[int] = field(default_factory=blocked_identifiers)


@dataclass(slots=True)
class Resolution:
    """What changed: profiles whose set of identifiers is not what it was, and those gone."""

    people: int = 0
    changed: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    shared: int = 0


def resolve() -> Resolution:
    """Derive every link anew and write only the differences. Safe to run at any time, twice."""
    ruled = _Ruled(standing_ids())
    used, pairs = _used(ruled.standing), _pairs(ruled.standing)
    words = decided()
    joined = {one for word in words.together for one in (word.low, word.high)}
    kinds = _kinds({one for pair in pairs for one in pair} | joined)
    shared = _shared(pairs, kinds, ruled)
    wanted = _sets(used, pairs, shared, kinds, words, ruled.rules)
    back, holders = given_back(pairs, shared - ruled.blocked, wanted)
    stored = dict(Link.objects.values_list("identifier_id", "profile_id"))
    held = set(Holder.objects.values_list("identifier_id", "profile_id"))
    return _write(_Wanted(wanted, back, holders), stored, held, pairs, kinds, len(shared))


def _shared(pairs: _Pairs, kinds: dict[int, str], ruled: _Ruled) -> set[int]:
    """Values that join nobody: beside too many others, beside people of different names, or
    blocked."""
    shared = shared_values(pairs, kinds, ruled.rules) | ruled.blocked
    together, near = set(pairs), pairs
    while True:
        joins = {
            one: partners
            for one, partners in joining(near, kinds, ruled.rules).items()
            if one not in shared
        }
        names = names_of({one for partners in joins.values() for one in partners}, ruled.standing)
        found = contradicted(joins, names, together)
        if not found:
            return shared
        shared |= found
        # What joins nobody vouches for nobody: those whom only an address made one, and who have a
        # telephone besides, are asked for their names again.
        near = _without(_touching(pairs, _touched(pairs, _touched(pairs, found))), shared)


def _touched(pairs: _Pairs, values: set[int]) -> set[int]:
    return {one for pair in pairs if not values.isdisjoint(pair) for one in pair}


def _touching(pairs: _Pairs, values: set[int]) -> list[tuple[int, int]]:
    return [pair for pair in pairs if not values.isdisjoint(pair)]


def _without(pairs: _Pairs, values: set[int]) -> list[tuple[int, int]]:
    return [pair for pair in pairs if values.isdisjoint(pair)]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Identifier → person: by the rules, and of what several have who are one person; and who has
    what several people have."""

    links: dict[int, int]
    back: dict[int, int]
    holders: dict[int, set[int]]


def _sets(
    used: Mapping[int, int],
    pairs: _Pairs,
    shared: set[int],
    kinds: dict[int, str],
    words: Decided,
    rules: Rules,
) -> dict[int, int]:
    period = _periods(used, kinds, rules)
    within = bounds(kinds, words.apart, most=rules.most, period=period)
    return components(
        used, pairs, shared, together=words.together, within=within, kinds=kinds, rules=rules
    )


def _periods(
    used: Mapping[int, int], kinds: Mapping[int, str], rules: Rules
) -> dict[int, dict[str, str]]:
    """In which year, month and week each identifier of a kind whose limit is by window was first
    told: by the start of the first standing import that named it."""
    by_window = {name for name, most in rules.most.items() if most.window != "ever"}
    began = dict(Import.objects.order_by().values_list("pk", "started_at"))
    in_words = {number: periods_of(at) for number, at in began.items()}
    return {
        one: in_words[used[one]]
        for one, kind in kinds.items()
        if family(kind) in by_window and one in used
    }


def _write(
    found: _Wanted,
    stored: dict[int, int],
    held: set[tuple[int, int]],
    pairs: _Pairs,
    kinds: dict[int, str],
    shared: int,
) -> Resolution:
    wanted = found.links | found.back
    why = {
        one: f"stood beside {kinds[other]}" for pair in pairs for one, other in (pair, pair[::-1])
    } | dict.fromkeys(found.back, Link.ALL_ONE)
    fresh = [one for one, profile in wanted.items() if stored.get(one) != profile]
    stale = [one for one in stored if one not in wanted]
    result = Resolution(people=len(set(wanted.values())), shared=shared)
    result.changed = {wanted[one] for one in fresh} | {
        stored[one] for one in (*fresh, *stale) if one in stored
    }
    for start in range(0, len(fresh), _CHUNK):
        _link(fresh[start : start + _CHUNK], wanted, why)
    for start in range(0, len(stale), _CHUNK):
        with transaction.atomic():
            Link.objects.filter(identifier_id__in=stale[start : start + _CHUNK]).delete()
    result.gone = set(stored.values()) - set(wanted.values())
    result.changed |= _write_holders(found.holders, held)
    _remove_profiles(sorted(result.gone))
    result.changed -= result.gone
    return result


def resolve_near(identifier_ids: Iterable[int]) -> Resolution:
    """The same for these identifiers and all that hangs together with them, and nothing else.

    Walks from value to value along the standing pairs. A shared value joins nobody, so the walk
    goes on behind it only where it joined people until now.
    """
    ruled = _Ruled(standing_ids())
    near = _Near(ruled)
    near.walk(set(identifier_ids))
    shared = _shared(near.pairs, near.kinds, ruled)
    wanted = _sets(near.used(), sorted(near.pairs), shared, near.kinds, near.words(), ruled.rules)
    several = (shared - ruled.blocked) & near.seen
    back, holders = given_back(near.pairs, several, near.links_beside() | wanted)
    links = Link.objects.filter(identifier_id__in=near.seen)
    held = Holder.objects.filter(identifier_id__in=near.seen)
    return _write(
        _Wanted(wanted, back, holders),
        dict(links.values_list("identifier_id", "profile_id")),
        set(held.values_list("identifier_id", "profile_id")),
        near.pairs,
        near.kinds,
        len(shared),
    )


class _Near:
    """What hangs together with some identifiers: their numbers, pairs and kinds."""

    def __init__(self, ruled: _Ruled) -> None:
        self._ruled = ruled
        self.seen: set[int] = set()
        self.pairs: set[tuple[int, int]] = set()
        self.kinds: dict[int, str] = {}

    def walk(self, start: set[int]) -> None:
        """Take in ``start`` and whoever is reached from it."""
        edge = start
        while edge:
            self.seen |= edge
            found = _pairs_of(edge, self._ruled.standing)
            self.pairs |= found
            partners = {one for pair in found for one in pair}
            self.kinds |= _kinds((partners | edge) - self.kinds.keys())
            profiles = dict(
                Link.objects.filter(identifier_id__in=edge).values_list(
                    "identifier_id", "profile_id"
                )
            )
            # Behind a value that was shared before and is now, nobody's set changes.
            closed = self._closed(found, edge - profiles.keys())
            reached = {
                other
                for pair in found
                for one, other in (pair, pair[::-1])
                if one in edge and one not in closed
            }
            mates = Link.objects.filter(profile_id__in=set(profiles.values()))
            reached |= set(mates.values_list("identifier_id", flat=True))
            edge = (reached | decided_near(edge).partners(edge)) - self.seen

    def _closed(self, found: set[tuple[int, int]], loose: set[int]) -> set[int]:
        shared = _shared(found, self.kinds, self._ruled) & loose
        crowded = shared_values(found, self.kinds, self._ruled.rules) | self._ruled.blocked
        by_names = shared - crowded
        if not by_names:
            return shared
        # Names count only between values that do not stand side by side themselves.
        beside = {one for pair in found if by_names & set(pair) for one in pair} - by_names
        more = found | _pairs_of(beside, self._ruled.standing)
        self.kinds |= _kinds({one for pair in more for one in pair} - self.kinds.keys())
        return shared - (by_names - _shared(more, self.kinds, self._ruled))

    def links_beside(self) -> dict[int, int]:
        """The people, as they stand, of what was not walked to."""
        beyond = {one for pair in self.pairs for one in pair} - self.seen
        rows = fetch_by_keys(
            Link, ("identifier_id", "profile_id", "evidence"), "identifier_id", beyond
        )
        return {one: person for one, person, why in rows if why != Link.ALL_ONE}

    def words(self) -> Decided:
        """What was decided about those in reach."""
        return decided_near(self.seen)

    def used(self) -> dict[int, int]:
        """Those that a standing import names, each with the first that does."""
        rows = fetch_by_keys(
            IdentifierUse, ("identifier_id", "of_import_id"), "identifier_id", self.seen
        )
        found: dict[int, int] = {}
        for one, of_import in sorted(rows):
            if of_import in self._ruled.standing:
                found.setdefault(one, of_import)
        return found


def _pairs_of(edge: set[int], standing: frozenset[int]) -> set[tuple[int, int]]:
    columns = ("low_id", "high_id", "of_import_id")
    rows = [
        *fetch_by_keys(IdentifierPair, columns, "low_id", edge),
        *fetch_by_keys(IdentifierPair, columns, "high_id", edge),
    ]
    return {(low, high) for low, high, of_import in rows if of_import in standing}


def _used(standing: frozenset[int]) -> dict[int, int]:
    rows = _column_query(
        "SELECT identifier_id, min(of_import_id) FROM sources_identifieruse WHERE of_import_id IN",
        standing,
        "GROUP BY identifier_id ORDER BY identifier_id",
    )
    return {row[0]: row[1] for row in rows}


def _pairs(standing: frozenset[int]) -> list[tuple[int, int]]:
    rows = _column_query(
        "SELECT DISTINCT low_id, high_id FROM sources_identifierpair WHERE of_import_id IN",
        standing,
    )
    return sorted((row[0], row[1]) for row in rows)


def _column_query(sql: str, standing: frozenset[int], end: str = "") -> list[tuple[int, ...]]:
    if not standing:
        return []
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(standing))
        cursor.execute(f"{sql} ({marks}) {end}", sorted(standing))
        return list(cursor.fetchall())


def _kinds(identifiers: set[int]) -> dict[int, str]:
    return dict(fetch_by_keys(Identifier, ("id", "kind"), "id", identifiers))


def _write_holders(wanted: dict[int, set[int]], stored: set[tuple[int, int]]) -> set[int]:
    """Write who has what several people have; the people of whom that changed."""
    told = {(one, person) for one, people in wanted.items() for person in people}
    fresh, stale = sorted(told - stored), sorted(stored - told)
    for start in range(0, len(stale), _CHUNK):
        with transaction.atomic():
            for one, person in stale[start : start + _CHUNK]:
                Holder.objects.filter(identifier_id=one, profile_id=person).delete()
    for start in range(0, len(fresh), _CHUNK):
        with transaction.atomic():
            insert_missing(Holder, ("identifier_id", "profile_id"), fresh[start : start + _CHUNK])
    return {person for _, person in (*fresh, *stale)}


def _link(chunk: list[int], wanted: dict[int, int], why: dict[int, str]) -> None:
    with transaction.atomic():
        insert_missing(Profile, ("id",), sorted({(wanted[one],) for one in chunk}))
        Link.objects.bulk_create(
            [
                Link(
                    identifier_id=one,
                    profile_id=wanted[one],
                    evidence=why.get(one, ""),
                )
                for one in chunk
            ],
            update_conflicts=True,
            unique_fields=["identifier"],
            update_fields=["profile", "evidence"],
        )


def _remove_profiles(gone: list[int]) -> None:
    for start in range(0, len(gone), _CHUNK):
        with transaction.atomic():
            Profile.objects.filter(pk__in=gone[start : start + _CHUNK]).delete()
