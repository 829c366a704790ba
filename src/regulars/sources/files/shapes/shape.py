"""What a known export looks like and how it is to be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..plan import PLUS, Reader, plain
from ..plan import Mapping as Plan
from ..readers.columns import Columns

LINES = "lines"
ORDER = "order"


@dataclass(frozen=True, slots=True)
class Shape:
    """One vendor's export, known by the names in its header.

    ``required``: each must be among the columns; ``a|b`` means either. ``optional`` names make a
    match more specific. ``fields`` maps our fields to the vendor's columns, the first present
    wins; a name that ends in ``#`` means all columns that end in a number instead. ``read``
    compiles the reader where the vendor's ways need one of their own.

    ``row_model`` is ``one_order_many_rows``, ``row_per_line``, ``row_per_order``,
    ``row_per_payment`` or ``row_per_record``. ``detail_level`` is ``lines`` where the file has the
    articles of an order and ``order`` where it has sums only. Two shapes of one namespace share
    order ids: when lines of an order are known, its ``order`` level rows add only charges of the
    kinds in ``adds_to_lines``, identifiers and traits, and their own line is left out.
    ``complete_orders``: an order in the file is all this shape says of it, so the order's former
    lines from files of this same shape give way.
    ``has_line_ids``: lines have ids that stay the same in later exports.
    ``verified`` only where a page or sample of the vendor itself confirms the header.
    """

    name: str
    title: str
    kind: str
    namespace: str
    required: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    evidence: str
    optional: tuple[str, ...] = ()
    verified: bool = False
    row_model: str = "row_per_record"
    detail_level: str = LINES
    adds_to_lines: frozenset[str] = frozenset()
    complete_orders: bool = False
    has_line_ids: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    read: Callable[[Columns], Reader] | None = None

    def matches(self, names: frozenset[str]) -> bool:
        """Whether a header (its names as :func:`plain` writes them) has all that is required."""
        return all(
            any(plain(name) in names for name in entry.split("|")) for entry in self.required
        )

    def specificity(self, names: frozenset[str]) -> tuple[int, int]:
        """How well a matching header fits: required entries, then all columns of it we know."""
        known = {
            plain(name) for entry in (*self.required, *self.optional) for name in entry.split("|")
        }
        known.update(
            plain(part)
            for given in self.fields.values()
            for name in given
            for part in name.split(PLUS)
        )
        return len(self.required), len(known & names)

    def mapping(self, columns: Sequence[str]) -> Plan:
        """Return the mapping of a header of this shape."""
        present = {plain(name): name for name in reversed(columns)}
        filled: dict[str, str] = {}
        for name, candidates in self.fields.items():
            for candidate in candidates:
                if candidate.startswith("="):
                    filled[name] = candidate
                    break
                if candidate.endswith("#"):
                    parts = _numbered(candidate[:-1], present)
                else:
                    parts = [present.get(plain(part)) for part in candidate.split(PLUS)]
                if parts and all(parts):
                    filled[name] = PLUS.join(part for part in parts if part)
                    break
        return Plan(self.kind, self.namespace, filled, shape=self.name, options=dict(self.options))


def _numbered(stem: str, present: Mapping[str, str]) -> list[str | None]:
    """Return the columns named ``stem`` and a number, by their numbers."""
    found = {
        int(name[len(plain(stem)) :]): title
        for name, title in present.items()
        if re.fullmatch(re.escape(plain(stem)) + r"\d+", name)
    }
    return [found[number] for number in sorted(found)]


def fields(**given: str) -> dict[str, tuple[str, ...]]:
    """Write a shape's fields shortly: ``email="Email|Customer Email"``."""
    return {name: tuple(value.split("|")) for name, value in given.items()}
