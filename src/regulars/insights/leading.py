"""Which metrics lead in this business's trade, and what they are called there.

The packs stand on a floor above; `config` hands over how to find one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.utils.translation import gettext

from regulars.accounts import business as businesses
from regulars.insights import registry
from regulars.insights.told_by import table_of
from regulars.kernel.declarations import SectorPack
from regulars.mart.engine import Snapshot

MOST = 5
# For a trade without a pack's own choice, and to fill up what it has no facts for.
ALWAYS = (
    "revenue",
    "orders",
    "average_order_value",
    "customers",
    "returning_customers",
    "bookings",
    "review_mean",
    "reviews",
)
_finders: list[Callable[[str], SectorPack]] = []


def declare(find: Callable[[str], SectorPack]) -> None:
    """Say how a pack is found by its name."""
    _finders[:] = [find]


def numbers(snapshot: Snapshot) -> tuple[str, ...]:
    """At most five metrics, the most telling of this trade first, of whose facts the mart has any.

    A business without facts of any kind gets its trade's first five.
    """
    wanted = tuple(dict.fromkeys((*_pack_leading(), *ALWAYS)))
    known = tuple(name for name in wanted if snapshot.manifest.tables.get(table_of(name)))
    return (known or wanted)[:MOST]


def titles() -> dict[str, str]:
    """What this trade calls its metrics, in the reader's language; only where it has own words."""
    return {name: str(words) for pack in _pack() for name, words in pack.titles.items()}


def title(name: str) -> str:
    """What the metric ``name`` is called in this trade, in the reader's language."""
    return titles().get(name) or gettext(registry.METRICS[name].title)


def _pack_leading() -> tuple[str, ...]:
    return tuple(name for pack in _pack() for name in pack.leading if name in registry.METRICS)


def _pack() -> Iterator[SectorPack]:
    business = businesses.find()
    if business is not None and _finders:
        yield _finders[0](business.sector)
