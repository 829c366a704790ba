"""Turns records as received into facts: a short turn at a time, in the order of their numbers.

Facts, counts, what is held back and how far it went are one transaction. Who lands moves the
position from where it was read, so of two that try the same records one writes nothing.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from django.db import IntegrityError, OperationalError, connection, transaction

from regulars.accounts import business as businesses
from regulars.accounts.models import Business
from regulars.kernel import clock
from regulars.kernel.ids import key64
from regulars.sources import forgetting
from regulars.sources.bulk import fetch_by_keys, stamp
from regulars.sources.candidates import context_of
from regulars.sources.connectors.found import connectors
from regulars.sources.files.records import CustomerRow, EventRow
from regulars.sources.following import STREAM
from regulars.sources.intake import mapped, room, states
from regulars.sources.intake.ecommerce import ORDERS, OrderTold, Unreadable
from regulars.sources.intake.folding import OrderWriter, fold
from regulars.sources.intake.translating import Setting, order_in, state_in, translate_all
from regulars.sources.landing.identifiers import IdentifierBook
from regulars.sources.landing.records import RecordLander
from regulars.sources.live import standing_ids
from regulars.sources.models import (
    Cursor,
    Event,
    Identifier,
    Import,
    IntakeHour,
    IntakeRecord,
    Source,
)

TURN = 1_000
_log = logging.getLogger("regulars.intake")
_TRIES = 5
_KEYS_AT_ONCE = 200
Row = tuple[int, int, datetime, str, str]


@dataclass(slots=True)
class Share:
    """What one source told in one month, of the records at hand."""

    run: Import
    setting: Setting
    read: int = 0
    events: list[EventRow] = field(default_factory=list)
    people: list[CustomerRow] = field(default_factory=list)
    orders: list[OrderTold] = field(default_factory=list)
    states: list[states.StateTold] = field(default_factory=list)
    held: dict[int, str] = field(default_factory=dict)
    was_held: Counter[str] = field(default_factory=Counter)
    """Why these records could not land before, where they are landed once more."""
    without: forgetting.Sieve | None = None
    forgotten: list[int] = field(default_factory=list)
    """Records about somebody who was erased: nothing of them lands or stays."""
    hours: dict[int, datetime] = field(default_factory=dict)
    """The hour each record came in."""


class _MovedOn(Exception):
    """Somebody else landed these records."""


def land_waiting(most_turns: int = 20) -> int:
    """Land what waits, for at most ``most_turns`` turns; returns how many records that were."""
    count = 0
    for _ in range(most_turns):
        turn = _land_turn()
        if turn == 0:
            break
        count += turn
    return count


def _land_turn() -> int:
    position = room.position()
    rows = _read(position)
    if not rows:
        return 0
    for attempt in range(_TRIES):
        try:
            with transaction.atomic():
                _land(rows, position)
            return len(rows)
        except _MovedOn:
            return 0
        except IntegrityError:
            # An import told the same facts between our reading and our writing.
            if attempt == _TRIES - 1:
                raise
        except OperationalError:
            raise
        except Exception:
            _log.exception("Records %s to %s could not land together", rows[0][0], rows[-1][0])
            break
    return _land_one_by_one(rows, position)


def _land_one_by_one(rows: list[Row], position: int) -> int:
    """One record must not stop all that come after it: whichever cannot land is held back."""
    for row in rows:
        for one in (row, (*row[:4], "unexpected")):
            try:
                with transaction.atomic():
                    _land([one], position)
                break
            except _MovedOn:
                return 0
            except OperationalError:
                raise
            except Exception:
                if one is not row:
                    raise
        position = row[0]
    return len(rows)


def land_held(records: Iterable[IntakeRecord]) -> dict[int, str]:
    """Land records that are held back, as they stand now; returns the reasons of those that still
    cannot land, by number. To be called in a transaction that holds the records locked."""
    found = list(records)
    if not found:
        return {}
    rows = [(one.pk, one.source_id, one.received_at, one.body, "") for one in found]
    reasons = {one.pk: one.reason for one in found}
    standing, currency = standing_ids(), businesses.get().currency
    still: dict[int, str] = {}
    for share in _shares(rows):
        share.was_held = Counter(reasons[number] for number in share.hours)
        share.read, share.hours = 0, {}
        _land_share(share, standing, currency)
        still |= share.held
    done = [number for number in reasons if number not in still]
    IntakeRecord.objects.filter(pk__in=done).update(resolution="landed")
    return still


def land_again(numbers: Iterable[int]) -> None:
    """Land records once more, after what they told was taken back; those that were set aside stay
    so. What already stands again is not told twice."""
    with transaction.atomic():
        found = IntakeRecord.objects.select_for_update().filter(pk__in=list(numbers))
        found.exclude(reason="").exclude(resolution="discarded").update(reason="", resolution="")
        rows = [(one.pk, one.source_id, one.received_at, one.body, one.reason)
                for one in found.order_by("pk")]  # fmt: skip
        standing, currency = standing_ids(), businesses.get().currency
        for share in _shares(rows):
            share.hours = {}
            _land_share(share, standing, currency)


def _read(position: int) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, source_id, received_at, body, reason "
            f"FROM {IntakeRecord._meta.db_table} WHERE id > %s ORDER BY id LIMIT %s",
            [position, TURN],
        )
        return [(*row[:2], _aware(row[2]), *row[3:]) for row in cursor.fetchall()]


def _aware(at: datetime | str) -> datetime:
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _land(rows: list[Row], position: int) -> None:
    _move(position, rows[-1][0])
    shares = _shares(rows)
    standing = standing_ids()
    currency = businesses.get().currency
    for share in shares:
        _land_share(share, standing, currency)


def _move(position: int, to: int) -> None:
    if position == 0:
        Cursor.objects.get_or_create(name=room.LANDING)
    if not Cursor.objects.filter(name=room.LANDING, position=position).update(position=to):
        raise _MovedOn


def _shares(rows: list[Row]) -> list[Share]:
    business = businesses.get()
    sources = {one.pk: one for one in Source.objects.filter(pk__in={row[1] for row in rows})}
    found: dict[tuple[int, str], Share] = {}
    without = forgetting.sieve()
    for number, source_id, received_at, body, reason in rows:
        month = f"{received_at:%Y-%m}"
        share = found.get((source_id, month))
        if share is None:
            source = sources[source_id]
            share = found[source_id, month] = Share(
                stream_of(source, month),
                _setting_of(source, business),
                without=without,
            )
        share.read += 1
        share.hours[number] = received_at.replace(minute=0, second=0, microsecond=0)
        if reason:
            share.held[number] = reason
        else:
            _translate(share, number, body)
    return list(found.values())


def _setting_of(source: Source, business: Business) -> Setting:
    stored = source.settings.get("mapped")
    return Setting(
        source.namespace,
        source.settings.get("orders_in") or source.namespace,
        business.country,
        business.currency,
        plan=mapped.Plan.from_json(stored) if stored else None,
        context=context_of(business),
        trusts_consents=(vendor := connectors().get(source.kind)) is not None
        and not vendor.is_public,
    )


def _translate(share: Share, number: int, body: str) -> None:
    try:
        found = translate_all(number, orjson.loads(body), share.setting)
    except Unreadable as problem:
        share.held[number] = problem.reason
        return
    if share.without is not None and _is_forgotten(found, share.without):
        share.forgotten.append(number)
        return
    for told in found:
        share.events.append(told.event)
        share.people += told.people
        share.orders += told.orders
        share.states += told.states


def _is_forgotten(found: Iterable[Any], without: forgetting.Sieve) -> bool:
    return any(
        without.is_forgotten(one.identifiers)
        for told in found
        for one in (told.event, *told.people)
    )


def stream_of(source: Source, month: str) -> Import:
    """The import under which the messages of ``month`` (``2026-11``) land; it counts at once."""
    standing = Import.objects.filter(source=source, kind=STREAM, table_name=month, undo=None)
    return standing.first() or Import.objects.create(
        source=source,
        kind=STREAM,
        table_name=month,
        file_name=source.name,
        path="",
        fingerprint=f"stream:{source.pk}:{month}",
        recognised_as=source.kind,
        shape=STREAM,
        finished_at=clock.now(),
        share_done=1,
    )


def _land_share(share: Share, standing: frozenset[int], currency: str) -> None:
    run = share.run
    book = IdentifierBook(run.pk)

    def lander(kind: str) -> RecordLander:
        return RecordLander(
            import_id=run.pk,
            namespace=share.setting.namespace,
            currency=currency,
            standing=standing,
            kind=kind,
        )

    events, people = lander("events"), lander("customers")
    prepared = events.prepare(share.events)
    said = people.prepare(share.people)
    folded = _folded(share, standing | {run.pk})
    writer = OrderWriter(import_id=run.pk, namespace=share.setting.orders_in, standing=standing)
    changes = writer.changes(folded)
    stated = _stated(share, standing | {run.pk})
    # Whoever an order hangs on stands in its events, whether they landed now or before.
    book.write([(one.anchor,) for one in folded.values() if one.anchor])
    book.write(states.anchors(stated.values()))
    events.write(prepared, book)
    people.write(said, book)
    changes.write(book)
    states.write(stated, import_id=run.pk, standing=standing, currency=currency, book=book)
    _hold(share)
    _forget(share)
    _count(share, prepared.outcome.landed, prepared.outcome.unchanged)


def _forget(share: Share) -> None:
    """Empty the records of people who were erased; their numbers stay, so that what is sent again
    is known."""
    records = IntakeRecord.objects.filter(pk__in=share.forgotten)
    records.update(body="{}", reason="", resolution="forgotten")


def _folded(share: Share, standing: frozenset[int]) -> dict[int, Any]:
    """The orders that these records tell of, with all that was told of them before."""
    tellings: dict[int, dict[tuple[int, str], OrderTold]] = defaultdict(dict)
    namespace = share.setting.orders_in
    for event, order in zip(_of_orders(share.events), share.orders, strict=True):
        key = key64("order", namespace, order.order_id)
        tellings[key][event.row_no, event.record_id] = order
    if not tellings:
        return {}
    now = {key64("events", share.setting.namespace, one.record_id) for one in share.events}
    for key, event_key, order in _told_before(tellings, share.setting, standing):
        if event_key not in now:
            tellings[key][order.row_no, str(event_key)] = order
    return {key: fold(told.values()) for key, told in tellings.items()}


def _told_before(
    keys: Iterable[int], setting: Setting, standing: frozenset[int]
) -> Iterator[tuple[int, int, OrderTold]]:
    """What standing events tell of the orders ``keys``: order key, event key, what it tells."""
    for key, event_key, name, at, who, said, _, row_no in _events_of(keys, standing):
        if name in ORDERS:
            yield key, event_key, order_in(row_no, name, said, at, who, setting.currency)


def _events_of(keys: Iterable[int], standing: frozenset[int]) -> Iterator[tuple[Any, ...]]:
    """Standing events about the things ``keys``: subject key, event key, name, time, identifiers,
    properties, import, record number."""
    columns = ("subject_key", "identifier_id", "name", "happened_at", "properties",
               "of_import_id", "row_no", "event_key")  # fmt: skip
    rows = [row for row in fetch_by_keys(Event, columns, "subject_key", keys)
            if row[5] in standing]  # fmt: skip
    values = {pk: (kind, value) for pk, kind, value in fetch_by_keys(
        Identifier, ("id", "kind", "value"), "id", {row[1] for row in rows if row[1]})}  # fmt: skip
    for key, who, name, at, told, of_import, row_no, event_key in rows:
        said = told if isinstance(told, dict) else orjson.loads(told)
        identifiers = (values[who],) if who in values else ()
        yield key, event_key, name, _aware(at), identifiers, said, of_import, row_no


def fold_anew(run: Import) -> None:
    """After a month of messages was taken back: orders and things with a state that other messages
    tell of too are told from those alone, under the latest import that tells of them. Safe to
    repeat."""
    setting, standing = _setting_of(run.source, businesses.get()), standing_ids()
    told = Event.objects.filter(of_import=run).exclude(subject_key=None)
    keys = sorted({key for key in told.values_list("subject_key", flat=True) if key is not None})
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        part = keys[start : start + _KEYS_AT_ONCE]
        with transaction.atomic():
            _fold_part(part, setting, standing)


def _fold_part(keys: list[int], setting: Setting, standing: frozenset[int]) -> None:
    latest: dict[int, int] = {}
    rows = fetch_by_keys(Event, ("subject_key", "of_import_id", "name"), "subject_key", keys)
    for key, of_import, name in rows:
        if of_import in standing and (name in ORDERS or name in states.NAMES):
            latest[key] = max(of_import, latest.get(key, 0))
    stated = states.newest(told for _, told in _states_before(latest, setting, standing))
    tellings: dict[int, list[OrderTold]] = defaultdict(list)
    for key, _, order in _told_before(latest, setting, standing):
        tellings[key].append(order)
    for import_id in sorted(set(latest.values())):
        folded = {key: fold(told) for key, told in tellings.items() if latest[key] == import_id}
        own = {key: told for key, told in stated.items() if latest[key] == import_id}
        book = IdentifierBook(import_id)
        writer = OrderWriter(import_id=import_id, namespace=setting.orders_in, standing=standing)
        changes = writer.changes(folded)
        book.write([(one.anchor,) for one in folded.values() if one.anchor])
        book.write(states.anchors(own.values()))
        changes.write(book)
        states.write(own, import_id=import_id, standing=standing,
                     currency=setting.currency, book=book)  # fmt: skip


def _of_orders(events: Iterable[EventRow]) -> Iterable[EventRow]:
    return (one for one in events if one.subject_key is not None and one.name in ORDERS)


def _stated(share: Share, standing: frozenset[int]) -> dict[int, states.StateTold]:
    """The things with a state that these records tell of, as they were told of last by their own
    time, now or before."""
    if not share.states:
        return {}
    keys = {one.key for one in share.states}
    before = _states_before(keys, share.setting, standing)
    return states.newest([*share.states, *(told for _, told in before)])


def _states_before(
    keys: Iterable[int], setting: Setting, standing: frozenset[int]
) -> Iterator[tuple[int, states.StateTold]]:
    """What standing events tell of the things ``keys``: the import, what it tells."""
    for _, _, name, at, who, said, of_import, row_no in _events_of(keys, standing):
        if name in states.NAMES:
            yield of_import, state_in(row_no, name, said, at, who, setting)


def _hold(share: Share) -> None:
    by_reason: dict[str, list[int]] = defaultdict(list)
    for number, reason in share.held.items():
        by_reason[reason].append(number)
    for reason, numbers in by_reason.items():
        IntakeRecord.objects.filter(pk__in=numbers).update(reason=reason)


def _count(share: Share, landed: int, unchanged: int) -> None:
    run = Import.objects.select_for_update().get(pk=share.run.pk)
    run.position += share.read
    run.landed += landed
    run.unchanged += unchanged
    run.quarantined = max(run.quarantined + len(share.held) - share.was_held.total(), 0)
    reasons = Counter(run.reasons) + Counter(share.held.values())
    run.reasons = dict(reasons - share.was_held)
    run.save(update_fields=["position", "landed", "unchanged", "quarantined", "reasons"])
    _count_hours(run.source_id, share)


def _count_hours(source_id: int, share: Share) -> None:
    read = Counter(share.hours.values())
    held = Counter(hour for number, hour in share.hours.items() if number in share.held)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {IntakeHour._meta.db_table} AS stood (source_id, hour, read, held) "
            "VALUES (%s, %s, %s, %s) ON CONFLICT (source_id, hour) "
            "DO UPDATE SET read = stood.read + excluded.read, held = stood.held + excluded.held",
            [(source_id, stamp(hour), count, held[hour]) for hour, count in read.items()],
        )
