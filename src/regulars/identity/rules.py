"""Which identifiers may join people, and how many of a stronger kind they may join.

A household shares a phone and an address book shares a typing error: a value that stands beside
more different values of a stronger kind than its limit is *shared* and joins nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

# kind family -> how many different values of any one stronger kind it may stand beside.
LIMITS = {"anonymous_id": 1, "phone": 1, "card": 2, "email": 5}
# Every kind not named here: a vendor's own number for a customer is one person.
_UNLIMITED = 1_000_000

Pair = tuple[int, int]


def shared_values(pairs: Iterable[Pair], kinds: dict[int, str]) -> set[int]:
    """Return the identifiers that stand beside too many values of some other kind.

    ``kinds`` gives each identifier's kind (``phone``, ``email``, ``customer_id:shopify``…).
    """
    partners: dict[tuple[int, str], set[int]] = defaultdict(set)
    for low, high in pairs:
        for one, other in ((low, high), (high, low)):
            if _limit(kinds[one]) < _UNLIMITED and kinds[one] != kinds[other]:
                partners[one, kinds[other]].add(other)
    return {
        one
        for (one, other_kind), found in partners.items()
        if _is_stronger(other_kind, kinds[one]) and len(found) > _limit(kinds[one])
    }


def components(
    identifiers: Iterable[int], pairs: Iterable[Pair], shared: set[int]
) -> dict[int, int]:
    """Return identifier → profile number: the least identifier of its connected set.

    Shared values are in no set. The result depends on the sets alone, never on their order.
    """
    parent = {one: one for one in identifiers if one not in shared}

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for low, high in pairs:
        if low in parent and high in parent:
            first, second = root(low), root(high)
            if first != second:
                parent[max(first, second)] = min(first, second)
    return {one: root(one) for one in parent}


def _family(kind: str) -> str:
    return kind.split(":", 1)[0]


def _limit(kind: str) -> int:
    return LIMITS.get(_family(kind), _UNLIMITED)


def _is_stronger(kind: str, than: str) -> bool:
    order = ("anonymous_id", "phone", "card", "email", "customer_id")
    rank = {name: place for place, name in enumerate(order)}
    return rank.get(_family(kind), 0) > rank.get(_family(than), 0)
