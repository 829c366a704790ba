"""Traits seen in passing, on a sale or a booking: who the customer said they were that day."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from typing import Any

from regulars.kernel.ids import key64
from regulars.sources.bulk import fetch_by_keys, insert_rows, stamp
from regulars.sources.landing.confirmations import Confirmations, Retold
from regulars.sources.landing.identifiers import IdentifierBook, Named
from regulars.sources.landing.versions import Told, next_version, same_telling
from regulars.sources.models import CustomerRecord

COLUMNS = (
    "record_key version digest of_import_id row_no identifier_id happened_at origin traits consents"
).split()
_REMEMBERED = 80_000
_RECORDS = CustomerRecord._meta.db_table


class ObservedTraits:
    """Records each distinct set of traits of an anchor once, by its content."""

    def __init__(
        self,
        import_id: int,
        namespace: str,
        standing: frozenset[int],
        confirmations: Confirmations,
    ) -> None:
        self.import_id = import_id
        self.namespace = namespace
        self.standing = standing
        self.confirmations = confirmations
        self._seen: set[int] = set()

    def write(
        self, observed: list[tuple[Named, dict[str, str], datetime]], book: IdentifierBook
    ) -> Retold:
        """Inside the batch's transaction: write the sets that do not stand yet; returns the rows
        of those that do."""
        fresh: dict[int, tuple[Named, str, datetime]] = {}
        for anchor, traits, at in observed:
            text = json.dumps(traits, ensure_ascii=False, sort_keys=True)
            key = key64("observed", self.namespace, *anchor, text)
            if key not in self._seen and key not in fresh:
                fresh[key] = (anchor, text, at)
        if not fresh:
            return {}
        columns = ("record_key", "version", "digest", "of_import_id", "id")
        told: dict[int, list[Told]] = defaultdict(list)
        for key, *version in fetch_by_keys(CustomerRecord, columns, "record_key", fresh):
            told[key].append(Told(*version))
        retold: list[int] = []
        news: list[tuple[Named, tuple[Any, ...]]] = []
        for key, (anchor, text, at) in fresh.items():
            if self._is_own(told[key]):
                continue
            digest = key64(str(key), stamp(at) or "")
            same = same_telling(told[key], digest, self.standing, self._was_retold)
            if same is not None:
                retold.append(same.number)
                continue
            row = (key, next_version(told[key]), digest, self.import_id, 0)
            news.append((anchor, (*row, stamp(at), "sale", text, "[]")))
        book.write([(anchor,) for anchor, _ in news])
        rows = [(*row[:5], book.number(anchor), *row[5:]) for anchor, row in news]
        insert_rows(CustomerRecord, COLUMNS, rows)
        if len(self._seen) > _REMEMBERED:
            self._seen.clear()
        self._seen.update(fresh)
        return {_RECORDS: retold}

    def _is_own(self, told: list[Told]) -> bool:
        # In one file, the first sale that shows a set of traits dates it.
        return any(
            one.of_import == self.import_id or self._was_retold(self.import_id, one.number)
            for one in told
        )

    def _was_retold(self, import_id: int, number: int) -> bool:
        return self.confirmations.has(import_id, _RECORDS, number)

    def forget(self) -> None:
        """Drop what was remembered, after a rolled-back batch."""
        self._seen.clear()
