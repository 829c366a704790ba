"""Derives the card of each person: the one line that is searched and listed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection, transaction

from regulars.identity.models import Link, Profile
from regulars.identity.queries import held_by
from regulars.kernel.ids import key64
from regulars.profiles import search_index
from regulars.profiles.consents import CHANNELS, decide, statements
from regulars.profiles.folding import digits, entries, fold
from regulars.profiles.models import Card
from regulars.profiles.records import Record, Records, full_name
from regulars.sources.bulk import fetch_by_keys
from regulars.sources.cleaning.correcting import mended_addresses
from regulars.sources.files.identifiers import INNER_KINDS
from regulars.sources.live import standing_ids
from regulars.sources.models import Identifier

_READ_AT_ONCE = 1000
# A turn at the write lock is to end within 25 ms, a busy disk included; how many cards go into one
# adapts to that. Fewer than the fewest would save nothing: most of a turn is the disk's flush.
_TURN_SECONDS = 0.010
_TURNS_TO_A_MERGE = 4
_FEWEST, _FIRST, _MOST = 50, 60, 250
_MOST_NAMES, _MOST_IDENTIFIERS, _MOST_WORDS = 5, 100, 40
_UPSERT = (
    "INSERT INTO profiles_card (profile_id, name, email, phone, country, haystack, digest, "
    "allows, words) VALUES ({marks}) ON CONFLICT (profile_id) DO UPDATE SET name = excluded.name, "
    "email = excluded.email, phone = excluded.phone, country = excluded.country, "
    "haystack = excluded.haystack, digest = excluded.digest, allows = excluded.allows, "
    "words = excluded.words"
)


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild did; ``longest_ms`` is its longest turn at the write lock."""

    read: int = 0
    written: int = 0
    removed: int = 0
    longest_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A card as it should be, with the words it is listed under."""

    profile_id: int
    name: str
    email: str
    phone: str
    country: str
    haystack: str
    words: tuple[str, ...]
    allows: str

    def row(self, digest: int) -> tuple[Any, ...]:
        """Values in the order of the upsert."""
        return (
            self.profile_id, self.name, self.email, self.phone, self.country, self.haystack, digest,
            self.allows, " ".join(self.words),
        )  # fmt: skip

    def digest(self) -> int:
        """A key of everything the card says."""
        said = (self.name, self.email, self.phone, self.country, self.haystack)
        return key64(*said, self.allows) if self.allows else key64(*said)


def rebuild(changed: Iterable[int] | None = None, gone: Iterable[int] = ()) -> Rebuilt:
    """Bring the cards of ``changed`` people (``None``: of everybody) in line with the live records,
    and remove those of people ``gone``. Writes only what differs; memory does not grow with people.
    """
    done = Rebuilt()
    writer = _Writer(done)
    for part in _parts(sorted(gone)):
        done.removed += writer.remove(part)
    records = Records(standing_ids())
    people = _everybody() if changed is None else _parts(sorted(set(changed)))
    for part in people:
        done.read += len(part)
        writer.write(_differing(_drawn(part, records)))
    while done.written and search_index.merge_a_little():
        search_index.rest()
    return done


def touched_by(import_ids: Iterable[int]) -> set[int]:
    """The people whom these imports name or tell something about: those whose cards may change."""
    wanted = list(import_ids)
    found: set[int] = set()
    for table in ("sources_identifieruse", "sources_customerrecord"):
        for start in range(0, len(wanted), _READ_AT_ONCE):
            part = wanted[start : start + _READ_AT_ONCE]
            marks = ", ".join(["%s"] * len(part))
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT DISTINCT l.profile_id FROM {table} t JOIN identity_link l "
                    f"ON l.identifier_id = t.identifier_id WHERE t.of_import_id IN ({marks})",
                    part,
                )
                found.update(row[0] for row in cursor.fetchall())
    return found


def _parts(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), _READ_AT_ONCE):
        yield numbers[start : start + _READ_AT_ONCE]


def _everybody() -> Iterator[list[int]]:
    last: int | None = None
    while True:
        rows = Profile.objects.order_by("pk").values_list("pk", flat=True)
        part = list((rows if last is None else rows.filter(pk__gt=last))[:_READ_AT_ONCE])
        if not part:
            return
        yield part
        last = part[-1]


def _drawn(profile_ids: list[int], records: Records) -> list[Drawn]:
    owner: dict[int, int] = dict(
        Link.objects.filter(profile_id__in=profile_ids).values_list("identifier_id", "profile_id")
    )
    known: dict[int, list[tuple[int, str, str]]] = {}
    for row in fetch_by_keys(Identifier, ("id", "kind", "value"), "id", owner):
        known.setdefault(owner[row[0]], []).append(row)
    told: dict[int, list[Record]] = {}
    for identifier, found in records.of(owner).items():
        told.setdefault(owner[identifier], []).extend(found)
    held: dict[int, list[tuple[str, str]]] = {}
    for profile_id, _, kind, value in held_by(profile_ids):
        held.setdefault(profile_id, []).append((kind, value))
    doubtful = _doubtful(known)
    # An address that was put right is the last to be shown.
    used = records.last_used(doubtful) | dict.fromkeys(mended_addresses(doubtful), -1)
    return [
        _draw(one, known[one], held.get(one, []), told.get(one, []), used)
        for one in profile_ids
        if one in known
    ]


def _doubtful(known: dict[int, list[tuple[int, str, str]]]) -> list[int]:
    """Identifiers of people with several of one kind: which is shown depends on their last use."""
    return [
        number
        for rows in known.values()
        for kind in ("email", "phone")
        if len(same := [row[0] for row in rows if row[1] == kind]) > 1
        for number in same
    ]


def _draw(
    profile_id: int,
    identifiers: list[tuple[int, str, str]],
    held: list[tuple[str, str]],
    told: list[Record],
    used: dict[int, int],
) -> Drawn:
    identifiers = sorted(identifiers, key=lambda row: (-used.get(row[0], 0), row[0]))
    # What others have too comes last: it is shown where there is nothing of their own.
    values = [(kind, value) for _, kind, value in identifiers if kind not in INNER_KINDS] + held
    told = sorted(told, key=lambda one: one.weight, reverse=True)
    names = list(dict.fromkeys(filter(None, (full_name(one.traits) for one in told))))
    companies = dict.fromkeys(filter(None, (one.traits.get("company", "") for one in told)))
    listed = [fold(name) for name in islice(dict.fromkeys([*names, *companies]), _MOST_NAMES)]
    country = next((one.traits["country"] for one in told if one.traits.get("country")), "")
    straw = [_straw(kind, value) for kind, value in values[:_MOST_IDENTIFIERS]]
    words = dict.fromkeys(word for name in listed for word in entries(name))
    said = decide(statements(told))
    allowed = {channel for channel, one in said.items() if one.state == "granted"}
    return Drawn(
        profile_id,
        (names[0] if names else next(iter(companies), ""))[:300],
        next((value for kind, value in values if kind == "email"), ""),
        next((value for kind, value in values if kind == "phone"), "")[:40],
        country[:80],
        "\n".join(dict.fromkeys([*listed, *straw])),
        tuple(islice(words, _MOST_WORDS)),
        " ".join(channel for channel in CHANNELS if channel in allowed),
    )


def _straw(kind: str, value: str) -> str:
    return digits(value) if kind == "phone" else fold(value)


def _differing(drawn: list[Drawn]) -> list[tuple[Drawn, int]]:
    stored = dict(
        Card.objects.filter(pk__in=[one.profile_id for one in drawn]).values_list("pk", "digest")
    )
    marked = ((one, one.digest()) for one in drawn)
    return [(one, digest) for one, digest in marked if stored.get(one.profile_id) != digest]


class _Writer:
    """Writes cards in turns whose length it keeps short."""

    def __init__(self, done: Rebuilt) -> None:
        self._done = done
        self._size = _FIRST
        self._turns = 0
        marks = "?" if connection.vendor == "sqlite" else "%s"
        self._upsert = _UPSERT.format(marks=", ".join([marks] * 9))

    def write(self, cards: list[tuple[Drawn, int]]) -> None:
        """Write ``cards``, then let the index merge a little."""
        start = 0
        while start < len(cards):
            part = cards[start : start + self._size]
            start += len(part)
            began = time.perf_counter()
            with transaction.atomic():
                self._done.written += self._write_turn(part)
            self._adapt(time.perf_counter() - began, len(part))
            self._turns += 1
            if self._turns % _TURNS_TO_A_MERGE == 0:
                search_index.rest()
                search_index.merge_a_little()

    def remove(self, profile_ids: list[int]) -> int:
        """Remove the cards of people who are no longer there; returns how many there were."""
        removed = 0
        for start in range(0, len(profile_ids), _FIRST):
            part = profile_ids[start : start + _FIRST]
            with transaction.atomic():
                removed += Card.objects.filter(pk__in=part).delete()[0]
        return removed

    def _write_turn(self, part: list[tuple[Drawn, int]]) -> int:
        # Somebody may have been erased since we read.
        standing = set(
            Profile.objects.filter(pk__in=[one.profile_id for one, _ in part]).values_list(
                "pk", flat=True
            )
        )
        part = [(one, digest) for one, digest in part if one.profile_id in standing]
        with connection.cursor() as cursor, connection.wrap_database_errors:
            # The driver's own cursor, as in sources.bulk: Django rewrites every statement's marks.
            raw = cursor.cursor if connection.vendor == "postgresql" else cursor.connection
            raw.executemany(self._upsert, [one.row(digest) for one, digest in part])
        return len(part)

    def _adapt(self, seconds: float, size: int) -> None:
        self._done.longest_ms = max(self._done.longest_ms, seconds * 1000)
        if size < self._size and seconds < _TURN_SECONDS:
            return
        wanted = int(size * _TURN_SECONDS / max(seconds, 1e-6))
        # Grow slowly, shrink at once.
        self._size = max(_FEWEST, min(_MOST, wanted, int(self._size * 1.3) + 1))
