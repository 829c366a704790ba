"""What the standing customer records, and members, say about some identifiers, the weightiest
first."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from regulars.accounts.models import Member
from regulars.profiles.typed.models import TypedConsent, TypedTrait
from regulars.sources.models import CustomerRecord, Import

_DECLARED = frozenset({"customers", "audience"})
_TABLE = CustomerRecord._meta.db_table
_COLUMNS = (
    "record_key, version, id, identifier_id, of_import_id, happened_at, origin, traits, consents"
)
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Record:
    """One live customer record. ``at`` is when it was true: as told, or when its import began.

    What a member typed is a record of no import (0); ``typed_by`` says who.
    """

    id: int
    identifier_id: int
    import_id: int
    at: datetime
    is_declared: bool
    traits: dict[str, str]
    consents: list[dict[str, Any]]
    typed_by: str | None = None

    @property
    def weight(self) -> tuple[bool, bool, datetime, int]:
        """What a member typed outranks what files say, what the owner was told outranks what was
        seen on a sale; later outranks earlier."""
        return (self.typed_by is not None, self.is_declared, self.at, self.id)


class Records:
    """Reads live records as of one set of standing imports."""

    def __init__(self, standing: Iterable[int]) -> None:
        self.standing = frozenset(standing)
        # The plus keeps SQLite, which has no statistics, from reading all of an import instead of
        # looking up what is asked for.
        among = ", ".join(map(str, sorted(self.standing))) or "NULL"
        self._stands = f"+of_import_id IN ({among})"
        self._began: dict[int, datetime] = dict(
            Import.objects.order_by().values_list("pk", "started_at")
        )

    def of(self, identifier_ids: Iterable[int]) -> dict[int, list[Record]]:
        """Return identifier → its live records, the weightiest first."""
        found: dict[int, list[Record]] = {}
        wanted = sorted(identifier_ids)
        told = (self._record(row) for row in self._rows(wanted))
        for record in (*told, *typed(wanted)):
            found.setdefault(record.identifier_id, []).append(record)
        for records in found.values():
            records.sort(key=lambda one: one.weight, reverse=True)
        return found

    def last_used(self, identifier_ids: Iterable[int]) -> dict[int, int]:
        """Return identifier → the latest standing import that named it."""
        return dict(
            self._select(
                "SELECT identifier_id, max(of_import_id) FROM sources_identifieruse "
                f"WHERE identifier_id IN (%s) AND {self._stands} "
                "GROUP BY identifier_id",
                sorted(identifier_ids),
            )
        )

    def _rows(self, identifier_ids: list[int]) -> list[tuple[Any, ...]]:
        told = self._select(
            f"SELECT {_COLUMNS} FROM {_TABLE} WHERE identifier_id IN (%s) AND {self._stands}",
            identifier_ids,
        )
        # A second question by key: as one with NOT EXISTS, PostgreSQL reads the whole table.
        latest: dict[int, int] = dict(
            self._select(
                f"SELECT record_key, max(version) FROM {_TABLE} "
                f"WHERE record_key IN (%s) AND {self._stands} GROUP BY record_key",
                sorted({row[0] for row in told}),
            )
        )
        return [row[2:] for row in told if latest.get(row[0]) == row[1]]

    def _select(self, sql: str, ids: list[int]) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        with connection.cursor() as cursor:
            for start in range(0, len(ids), _AT_ONCE):
                part = ids[start : start + _AT_ONCE]
                cursor.execute(sql.replace("%s", ", ".join(["%s"] * len(part)), 1), part)
                found += cursor.fetchall()
        return found

    def _record(self, row: tuple[Any, ...]) -> Record:
        number, identifier_id, import_id, at, origin, traits, consents = row
        return Record(
            number,
            identifier_id,
            import_id,
            aware(at) or self._began.get(import_id, datetime.min.replace(tzinfo=UTC)),
            origin in _DECLARED,
            _loaded(traits),
            _loaded(consents),
        )


def typed(identifier_ids: list[int]) -> list[Record]:
    """What members typed under each of ``identifier_ids``: the latest of each trait, unless it was
    emptied, and everything said about consents."""
    rows: list[tuple[Any, ...]] = []
    said: list[tuple[Any, ...]] = []
    for start in range(0, len(identifier_ids), _AT_ONCE):
        part = identifier_ids[start : start + _AT_ONCE]
        traits = TypedTrait.objects.filter(identifier__in=part).order_by("at", "pk")
        rows += traits.values_list("identifier_id", "name", "pk", "at", "member_id", "value")
        consents = TypedConsent.objects.filter(identifier__in=part)
        said += consents.values_list(
            "identifier_id", "pk", "at", "member_id", "channel", "purpose", "state", "said"
        )
    if not (rows or said):
        return []
    latest = {(of, name): row for of, name, *row in rows}
    names = _members({row[2] for row in latest.values()} | {row[3] for row in said})
    return [
        Record(pk, of, 0, at, True, {name: value}, [], names.get(member, ""))
        for (of, name), (pk, at, member, value) in latest.items()
        if value
    ] + [
        Record(pk, of, 0, at, True, {}, [_consent(at, *rest)], names.get(member, ""))
        for of, pk, at, member, *rest in said
    ]


def _consent(at: datetime, channel: str, purpose: str, state: str, said: str) -> dict[str, Any]:
    return {
        "channel": channel, "purpose": purpose, "state": state, "at": at.isoformat(),
        "origin": said,
    }  # fmt: skip


def _members(numbers: set[int | None]) -> dict[int | None, str]:
    known = Member.objects.in_bulk([one for one in numbers if one is not None])
    return {number: str(member) for number, member in known.items()}


def aware(at: datetime | None) -> datetime | None:
    """Return ``at`` in UTC: SQLite keeps instants without their zone."""
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


def full_name(traits: dict[str, str]) -> str:
    """Return the name a record gives, or ``""``."""
    parts = (traits.get("first_name", ""), traits.get("last_name", ""))
    return traits.get("name", "").strip() or " ".join(part for part in parts if part).strip()


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
