"""Which identifiers may join people: what is shared, what outranks what, how many one person has.

A household shares a phone and an address book shares a typing error: a value that stands beside
more different values of a stronger kind than its limit is *shared* and joins nobody. What remains
is joined from the strongest evidence on, and never against a limit or a person's word.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations

from regulars.sources.files.identifiers import NAME
from regulars.sources.files.names import may_be_one

# What outranks what, the strongest first; a kind not named here is as weak as the last.
PRIORITY = ("customer_id", "email", "card", "phone", "anonymous_id")
# Kind family -> how many different values of any one stronger kind it may stand beside; of every
# kind not named here any number: a vendor's own number for a customer is one person.
LIMITS: dict[str, int] = {"anonymous_id": 1, "phone": 1, "card": 2, "email": 5}
# So many values may stand beside one that several people have, to be shown as theirs.
MOST_HOLDERS = 20
WINDOWS = ("ever", "annually", "monthly", "weekly")

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Most:
    """How many different values of a kind one person may have, counted by when each was first
    seen: ``ever``, or in one year, month or week."""

    count: int
    window: str = "ever"


# Kind family -> how many a person may have of each kind of it. Who registers anew at a shop gets a
# second number there; whether it is the same person, names say (`contradicted`).
MOST: dict[str, Most] = {
    "customer_id": Most(5),
    "email": Most(5, "annually"),
    "card": Most(5, "annually"),
    "phone": Most(5, "annually"),
    "anonymous_id": Most(50, "monthly"),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What joins people: which kind outranks which, the strongest first, how many values of one
    stronger kind a value may stand beside (a kind not named: any number), and how many values of a
    kind one person may have (a kind not named: any number)."""

    priority: tuple[str, ...] = PRIORITY
    beside: Mapping[str, int] = field(default_factory=lambda: LIMITS)
    most: Mapping[str, Most] = field(default_factory=lambda: MOST)

    def rank(self, kind: str) -> int:
        """A kind's place in the order of strength; the least is the strongest."""
        of = family(kind)
        return self.priority.index(of) if of in self.priority else len(self.priority)

    def limit(self, kind: str) -> int | None:
        """How many values of one stronger kind a value of ``kind`` may stand beside, if bound."""
        return self.beside.get(family(kind))


DEFAULTS = Rules()


@dataclass(frozen=True, slots=True)
class Word:
    """Two identifiers that somebody decided are of one person; the weightier counts first."""

    low: int
    high: int
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a set of identifiers may not hold: more of one ``buckets`` value than its ``most``
    (identifiers in no bucket are not counted), or two that stand in ``apart``."""

    buckets: Mapping[int, str] = field(default_factory=dict)
    most: Mapping[str, int] = field(default_factory=dict)
    apart: Collection[Pair] = ()


def shared_values(
    pairs: Iterable[Pair], kinds: Mapping[int, str], rules: Rules = DEFAULTS
) -> set[int]:
    """Return the identifiers that stand beside too many values of some other kind.

    ``kinds`` gives each identifier's kind (``phone``, ``email``, ``customer_id:shopify``…).
    """
    return {one for one, limit, found in _beside(pairs, kinds, rules) if len(found) > limit}


def joining(
    pairs: Iterable[Pair], kinds: Mapping[int, str], rules: Rules = DEFAULTS
) -> dict[int, set[int]]:
    """Return identifier → the values of stronger kinds, and the names in lists, that it alone would
    join: those of whom names have to say whether they are one person."""
    known = set(kinds.values())
    ranks = {kind: rules.rank(kind) for kind in known}
    bound = {kind for kind in known if rules.limit(kind) is not None}
    partners: dict[int, set[int]] = defaultdict(set)
    beside: dict[int, set[int]] = defaultdict(set)
    for low, high in pairs:
        for one, other in ((low, high), (high, low)):
            kind, stronger = kinds[one], kinds[other]
            if stronger == NAME or ranks[stronger] < ranks[kind]:
                beside[other].add(one)
                if kind in bound:
                    partners[one].add(other)

    def are_one_anyway(found: set[int]) -> bool:
        strongest = min(found, key=lambda one: (ranks[kinds[one]], one))
        return found - {strongest} <= beside[strongest]

    return {one: found for one, found in partners.items() if not are_one_anyway(found)}


def contradicted(
    joins: Mapping[int, Collection[int]],
    names: Mapping[int, Collection[str]],
    pairs: Collection[Pair] = (),
) -> set[int]:
    """Return the identifiers that would join people of different names: they are shared.

    ``names`` gives the folded full names told under an identifier. Who has none contradicts
    nobody, nor does an initial, a slip, another surname or the parts in another order, nor do two
    that stand in one of ``pairs``.
    """
    together = set(pairs)
    return {
        one
        for one, partners in joins.items()
        if any(
            not any(may_be_one(mine, other) for mine in names[low] for other in names[high])
            for low, high in combinations(sorted(partners), 2)
            if names.get(low) and names.get(high) and (low, high) not in together
        )
    }


def _beside(
    pairs: Iterable[Pair], kinds: Mapping[int, str], rules: Rules
) -> Iterator[tuple[int, int, set[int]]]:
    """Yield each limited identifier, its limit, and the values of one stronger kind beside it."""
    known = set(kinds.values())
    limits = {kind: rules.limit(kind) for kind in known}
    ranks = {kind: rules.rank(kind) for kind in known}
    partners: dict[tuple[int, str], set[int]] = defaultdict(set)
    for low, high in pairs:
        for one, other in ((low, high), (high, low)):
            kind, stronger = kinds[one], kinds[other]
            if limits[kind] is not None and ranks[stronger] < ranks[kind]:
                partners[one, stronger].add(other)
    for (one, _), found in partners.items():
        limit = limits[kinds[one]]
        if limit is not None:
            yield one, limit, found


def given_back(
    pairs: Iterable[Pair], shared: Collection[int], links: Mapping[int, int]
) -> tuple[dict[int, int], dict[int, set[int]]]:
    """Return shared identifier → the one person who has it after all, as everything that it ever
    stood beside is theirs; and, for the others, shared identifier → the people who have it.

    ``links`` gives the person of each identifier that is not shared. One that more than
    `MOST_HOLDERS` values stand beside, as the shop's own number may, is nobody's.
    """
    beside: dict[int, set[int]] = defaultdict(set)
    for low, high in pairs:
        for one, other in ((low, high), (high, low)):
            if one in shared:
                beside[one].add(other)
    told = {one: {links[other] for other in others if other in links}
            for one, others in beside.items()}  # fmt: skip
    back: dict[int, int] = {}
    holders: dict[int, set[int]] = {}
    for one, others in beside.items():
        if len(others) > MOST_HOLDERS:
            continue
        people = told[one]
        # An address and a telephone of one office stand beside each other, and both are shared.
        all_people = people.union(*(told.get(other, set()) for other in others))
        if len(all_people) == 1 and others <= links.keys() | beside.keys():
            back[one] = all_people.pop()
        elif people:
            holders[one] = people
    return back, holders


def bounds(
    kinds: Mapping[int, str],
    apart: Collection[Pair] = (),
    *,
    most: Mapping[str, Most] = MOST,
    period: Mapping[int, Mapping[str, str]] | None = None,
) -> Bounds:
    """Return the bounds on people with identifiers of ``kinds``.

    ``period`` gives for an identifier each window's period it was first seen in; one of which that
    is not known counts as of one period.
    """
    buckets, limits = {}, {}
    for one, kind in kinds.items():
        limit = most.get(family(kind))
        if limit is not None:
            when = (period or {}).get(one, {}).get(limit.window, "")
            buckets[one] = bucket = f"{kind}\0{when}"
            limits[bucket] = limit.count
    return Bounds(buckets, limits, apart)


def periods_of(at: datetime) -> dict[str, str]:
    """Return the year, month and week of an instant, as limits count by them."""
    year, week, _ = at.isocalendar()
    return {"annually": f"{at:%Y}", "monthly": f"{at:%Y-%m}", "weekly": f"{year}-W{week:02}"}


def components(
    identifiers: Iterable[int],
    pairs: Iterable[Pair],
    shared: Collection[int],
    *,
    together: Iterable[Word] = (),
    within: Bounds | None = None,
    kinds: Mapping[int, str] | None = None,
    rules: Rules = DEFAULTS,
) -> dict[int, int]:
    """Return identifier → profile number: the least identifier of its connected set.

    Shared values are in no set. ``together`` joins first, the weightiest first, then ``pairs``,
    those of the strongest ``kinds`` first; one that would break what sets are bound ``within`` is
    left out (a person's word is bound by apart alone). The result depends on the sets alone, never
    on their order.
    """
    sets = _Sets((one for one in identifiers if one not in shared), within or Bounds())
    for word in sorted(together, key=lambda one: (-one.weight, one.low, one.high)):
        sets.join(word.low, word.high, is_word=True)
    ranks = {one: rules.rank(kind) for one, kind in (kinds or {}).items()}
    weakest = len(rules.priority)

    def strength(pair: Pair) -> tuple[int, int, int, int]:
        one, other = sorted(ranks.get(value, weakest) for value in pair)
        return other, one, *pair

    for low, high in sorted(pairs, key=strength) if sets.is_bound else pairs:
        sets.join(low, high)
    return sets.numbers()


class _Sets:
    """Disjoint sets that know their bounds."""

    def __init__(self, identifiers: Iterable[int], within: Bounds) -> None:
        self._parent = {one: one for one in identifiers}
        self._buckets, self._most = within.buckets, within.most
        self._held: dict[int, Counter[str]] = {}
        self._foes: dict[int, set[int]] = defaultdict(set)
        for low, high in within.apart:
            if low in self._parent and high in self._parent:
                self._foes[low].add(high)
                self._foes[high].add(low)
        self.is_bound = bool(self._buckets or self._foes)

    def join(self, low: int, high: int, *, is_word: bool = False) -> None:
        """Make one set of two, unless that would break their bounds."""
        if low not in self._parent or high not in self._parent:
            return
        first, second = sorted((self._root(low), self._root(high)))
        if first == second or self._are_foes(first, second):
            return
        here, there = self._held_by(first), self._held_by(second)
        if not is_word and any(
            one in there and here[one] + there[one] > self._most[one] for one in here
        ):
            return
        self._parent[second] = first
        if here or there:
            self._held[first] = here + there
            self._held.pop(second, None)
        if second in self._foes:
            self._foes[first] |= self._foes.pop(second)

    def numbers(self) -> dict[int, int]:
        """Each identifier's set, by its least."""
        return {one: self._root(one) for one in self._parent}

    def _root(self, one: int) -> int:
        parent = self._parent
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    def _are_foes(self, first: int, second: int) -> bool:
        found = self._foes.get(first)
        return bool(found) and any(self._root(foe) == second for foe in found or ())

    def _held_by(self, root: int) -> Counter[str]:
        held = self._held.get(root)
        if held is None:
            bucket = self._buckets.get(root)
            held = Counter() if bucket is None else Counter({bucket: 1})
        return held


def family(kind: str) -> str:
    """Return what a kind is of: ``customer_id`` of ``customer_id:shopify``."""
    return kind.split(":", 1)[0]
