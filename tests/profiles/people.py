"""A few people, landed as an import lands them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from regulars.accounts.business import set_up
from regulars.accounts.models import Business
from regulars.identity.resolving import resolve
from regulars.kernel import clock
from regulars.profiles import cards
from regulars.sources.files.records import BookingRow, CustomerRow, FeedbackRow, SaleRow
from regulars.sources.landing.identifiers import IdentifierBook
from regulars.sources.landing.orders import OrderLander
from regulars.sources.landing.records import RecordLander
from regulars.sources.live import standing_ids
from regulars.sources.models import Import, Source

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
Named = tuple[str, str]


def business() -> None:
    if not Business.objects.exists():
        set_up(
            name="Crumb",
            country="GB",
            currency="GBP",
            timezone="Europe/London",
            sector="bakery",
            owner_email="owner@crumb.test",
            password=None,
            face="cli",
        )


def customer(
    record_id: str,
    *identifiers: Named,
    consents: Iterable[Any] = (),
    at: datetime | None = None,
    events: tuple[tuple[str, datetime], ...] = (),
    **traits: str,
) -> CustomerRow:
    return CustomerRow(1, record_id, identifiers, traits, tuple(consents), at, events)


def sale(
    order_id: str,
    minor: int,
    *identifiers: Named,
    at: datetime = NOON,
    name: str = "Loaf",
    kind: str = "goods",
    traits: dict[str, str] | None = None,
    line_id: str | None = None,
) -> SaleRow:
    return SaleRow(
        1,
        order_id,
        line_id,
        at,
        "",
        name,
        "",
        Decimal(1),
        None,
        minor,
        kind,
        "accepted",
        "GBP",
        "Shop",
        "till",
        identifiers,
        traits,
        (),
    )


def review(record_id: str, *identifiers: Named, text: str, author: str) -> FeedbackRow:
    return FeedbackRow(
        1,
        record_id,
        5,
        5,
        text,
        author,
        NOON,
        f"Thank you, {author}",
        NOON,
        "",
        "google",
        identifiers,
    )


def booking(record_id: str, *identifiers: Named, **traits: str) -> BookingRow:
    return BookingRow(
        1, record_id, NOON, None, None, "Table", "kept", 2, 1000, "GBP", "", identifiers, traits
    )


def land(
    kind: str, rows: list[Any], *, source: str = "shop", finished: bool = True, **fields: Any
) -> Import:
    business()
    origin, _ = Source.objects.get_or_create(namespace=source, defaults={"name": source.title()})
    run = Import.objects.create(
        source=origin,
        file_name=f"{kind}.csv",
        fingerprint=f"{kind}{source}",
        kind=kind,
        recognised_as=kind,
        **{"path": ""} | fields,
    )
    base = {"import_id": run.pk, "namespace": source, "currency": "GBP", "standing": standing_ids()}
    if kind == "sales":
        lander: Any = OrderLander(**base, is_complete=False, is_summary=False)
    else:
        lander = RecordLander(**base, kind=kind)
    prepared = lander.prepare(rows)
    with transaction.atomic():
        lander.write(prepared, IdentifierBook(run.pk))
    if finished:
        Import.objects.filter(pk=run.pk).update(finished_at=clock.now())
    return run


def refresh() -> None:
    resolution = resolve()
    cards.rebuild(None, resolution.gone)
