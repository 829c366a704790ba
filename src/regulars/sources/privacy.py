"""How facts, identifiers and what surrounds them give out and forget one person.

Sales, bookings and ratings stay as anonymous facts, so that the business's figures do not change
with an erasure. Everything that says who it was goes, in every version and from every import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q

from regulars.accounts import business as businesses
from regulars.accounts.models import AuditEntry
from regulars.jobs.models import Job, OutboxMessage
from regulars.kernel import clock
from regulars.kernel.declarations import Kept, PrivacyHandler
from regulars.kernel.telling import told
from regulars.sources import kept_files, mentions
from regulars.sources.connectors import snapshots
from regulars.sources.intake import pointing
from regulars.sources.models import (
    Booking,
    CustomerRecord,
    Doubt,
    Event,
    Feedback,
    Identifier,
    IdentifierPair,
    IdentifierUse,
    Import,
    ImportUndo,
    IntakeRecord,
    Order,
    OrderLine,
    QuarantinedRow,
    Source,
)
from regulars.sources.naming import Naming, naming_of
from regulars.sources.turns import in_turns

Ids = frozenset[int]
Rows = Iterator[Mapping[str, Any]]

NOT_PERSONAL = {
    "sources_source": "Names of shops, tills and programs.",
    "sources_confirmation": "Numbers of rows that an import told again.",
    "sources_mappingmemory": "Which column is read as which field.",
    "sources_product": "Things on sale.",
    "sources_emptiedevent": "Numbers of events that the mart is to take anew.",
    "sources_emptiedorder": "Numbers of orders that the mart is to take anew.",
    "sources_forgotten": "Keyed hashes of those who were erased, which say nothing to a reader.",
    "sources_intakehour": "How many messages a source sent in an hour.",
    "sources_intakekey": "Hashes of numbers that programs gave to messages.",
    "sources_cursor": "Numbers of the last rows looked at.",
    "sources_pull": "Places in the lists of vendors.",
    "sources_refusal": "How often which source was refused.",
}


_ERASED = told("Until you erase the person or undo what told it.")
_ANONYMOUS = told("Until you undo what told it; erasing the person leaves it without a name.")
KEPT = {
    "sources_identifier": Kept(
        told("E-mail addresses, telephone, customer and card numbers"),
        told("To know that two purchases are one person's, and to reach who allows it."),
        _ERASED,
    ),
    "sources_identifieruse": Kept(
        told("Which file or program named an address or number"),
        told("To take it back exactly when an import is undone."),
        _ERASED,
    ),
    "sources_identifierpair": Kept(
        told("Which addresses and numbers stood together"),
        told("The evidence that they are one person's."),
        _ERASED,
    ),
    "sources_customerrecord": Kept(
        told("Names, addresses, birthdays, notes and what people allow"),
        told("To know whom you serve, and to send only what is allowed."),
        _ERASED,
    ),
    "sources_order": Kept(
        told("Purchases: who, when, where"), told("Your figures and each person's history."),
        _ANONYMOUS,
    ),
    "sources_orderline": Kept(
        told("What was bought and for how much"), told("Your figures and each person's history."),
        _ANONYMOUS,
    ),
    "sources_feedback": Kept(
        told("Reviews and answers, with their author"), told("To hear, and to answer."), _ANONYMOUS
    ),
    "sources_booking": Kept(
        told("Appointments, tables and stays"), told("To serve who booked; your figures."),
        _ANONYMOUS,
    ),
    "sources_event": Kept(
        told("What people did on the website, in mail and at the till"),
        told("To know what they are interested in; your figures."),
        _ERASED,
    ),
    "sources_doubt": Kept(
        told("Values that look wrong"), told("To have you put them right."), _ERASED
    ),
    "sources_quarantinedrow": Kept(
        told("Rows that could not land"), told("To be mended by you."),
        told("Until you mend or discard them, erase the person or undo the import."),
    ),
    "sources_import": Kept(
        told("The files that were handed in"), told("To read them again after a kill or a mend."),
        told("Until you erase the person, whose rows are then taken out of the file."),
    ),
    "sources_importundo": Kept(
        told("Why imports were undone"), told("To account for it."),
        told("For good; words that name an erased person are left out."),
    ),
    "sources_intakerecord": Kept(
        told("Messages as programs sent them"),
        told("To read them again when a mapping is mended."),
        told("For %(days)s days once they are read, or until you erase the person."),
    ),
    "accounts_auditentry": Kept(
        told("Who of you did what to whose number"), told("To account for it."),
        told("For good; words that name an erased person are left out."),
    ),
    "jobs_job": Kept(
        told("Work that waits or is done"), told("To be done once, and not twice."),
        told("Until it is done, or you erase the person."),
    ),
    "jobs_outboxmessage": Kept(
        told("Mail that was written"), told("To send it once, and to show what was sent."),
        told("Until you erase the person."),
    ),
}  # fmt: skip


def exported(rows: models.QuerySet[Any]) -> Rows:
    """Yield ``rows`` as plain values, ready for JSON."""
    for row in rows.order_by("pk").values().iterator():
        yield {name: value.isoformat() if hasattr(value, "isoformat") else value
               if isinstance(value, int | float | str | bool | dict | list | None) else str(value)
               for name, value in row.items()}  # fmt: skip


def delete_rows(rows: models.QuerySet[Any]) -> int:
    """Delete ``rows`` and nothing else, in short turns; returns how many there were."""
    numbers = list(rows.order_by().values_list("pk", flat=True))
    for part in in_turns(rows.model, numbers):
        part._raw_delete(part.db)
    return len(numbers)


def _own(model: Any, key: str, identifiers: Ids) -> models.QuerySet[Any]:
    """Rows that hang on the person, and earlier tellings of the same facts."""
    rows: models.QuerySet[Any] = model.objects.filter(pk__in=_own_numbers(model, key, identifiers))
    return rows


def _own_numbers(model: Any, key: str, identifiers: Ids) -> list[int]:
    mine = model.objects.filter(identifier_id__in=identifiers).order_by()
    latest: dict[int, int] = {}
    for fact, version in mine.values_list(key, "version"):
        latest[fact] = max(version, latest.get(fact, 0))
    numbers = set(mine.values_list("pk", flat=True))
    keys = list(latest)
    for start in range(0, len(keys), 1000):
        told = model.objects.filter(**{f"{key}__in": keys[start : start + 1000]}).order_by()
        numbers.update(
            number
            for number, fact, version in told.values_list("pk", key, "version")
            if version < latest[fact]
        )
    return sorted(numbers)


def _fact(
    model: Any, key: str, forget: Callable[[models.QuerySet[Any], Naming], Any] | None
) -> PrivacyHandler:
    """A handler for facts with an anchor; without ``forget`` they are deleted."""

    def export(identifiers: Ids, _: Ids) -> Rows:
        return exported(_own(model, key, identifiers))

    def erase(identifiers: Ids, _: Ids) -> int:
        if forget is None:
            return delete_rows(_own(model, key, identifiers))
        numbers = _own_numbers(model, key, identifiers)
        sought = naming_of(identifiers)
        for part in in_turns(model, numbers):
            forget(part, sought)
        return len(numbers)

    table = model._meta.db_table
    return PrivacyHandler(table, export, erase, KEPT[table])


def _forget_order(rows: models.QuerySet[Any], sought: Naming) -> None:
    # Where a file numbers no orders, their number was made of the customer's and the instant.
    named = [
        number
        for number, external_id in rows.values_list("pk", "external_id")
        if external_id.rpartition("@")[0] in sought.values or sought.in_own_text(external_id)
    ]
    rows.filter(pk__in=named).update(external_id="")
    _blank(rows, ("place", "channel"), sought)
    rows.update(identifier=None)


def _forget_booking(rows: models.QuerySet[Any], sought: Naming) -> None:
    _blank(rows, ("what", "place", "channel", "staff"), sought)
    rows.update(identifier=None)


def _forget_feedback(rows: models.QuerySet[Any], sought: Naming) -> None:
    _blank(rows, ("origin", "place"), sought)
    rows.update(identifier=None, author="", text="", reply_text="")


def _blank(rows: models.QuerySet[Any], columns: tuple[str, ...], sought: Naming) -> None:
    """Empty each of ``columns`` where it names the person."""
    for column in columns:
        named = [
            number for number, text in rows.values_list("pk", column) if sought.in_own_text(text)
        ]
        rows.filter(pk__in=named).update(**{column: ""})


def _own_lines(identifiers: Ids) -> models.QuerySet[OrderLine]:
    keys = Order.objects.filter(identifier_id__in=identifiers).order_by()
    return OrderLine.objects.filter(order_key__in=keys.values("order_key"))


def _erase_lines(identifiers: Ids, _: Ids) -> int:
    sought = naming_of(identifiers)
    told = _own_lines(identifiers).values_list("pk", *mentions.OF_LINES).iterator()
    named = [number for number, *texts in told if any(map(sought.in_own_text, texts))]
    for part in in_turns(OrderLine, named):
        _blank(part, mentions.OF_LINES, sought)
    return len(named) + mentions.empty_lines(sought)


def _quarantined(identifiers: Ids) -> Iterator[QuarantinedRow]:
    sought = naming_of(identifiers)
    columns = {
        run.pk: (kept_files.number_column(run), run.source.namespace)
        for run in Import.objects.select_related("source").filter(quarantined__gt=0)
    }
    for row in QuarantinedRow.objects.order_by("pk").iterator():
        column, namespace = columns.get(row.of_import_id, ("", ""))
        own = [row.cells[column]] if column in row.cells else []
        texts = [str(cell) for cell in row.cells.values()]
        if sought.in_row([*texts, row.message], own, namespace):
            yield row


def _export_quarantine(identifiers: Ids, _: Ids) -> Rows:
    for row in _quarantined(identifiers):
        yield {"import_id": row.of_import_id, "row_no": row.row_no, "cells": row.cells,
               "message": row.message}  # fmt: skip


def _erase_quarantine(identifiers: Ids, _: Ids) -> int:
    # The row stays as a count: landed + unchanged + quarantined = rows read.
    numbers = [row.pk for row in _quarantined(identifiers)]
    for part in in_turns(QuarantinedRow, numbers):
        part.update(
            cells={}, message="Erased with the person it named.", resolution="erased",
            resolved_at=clock.now(),
        )  # fmt: skip
    return len(numbers)


def _export_files(identifiers: Ids, _: Ids) -> Rows:
    for run in kept_files.naming(identifiers, naming_of(identifiers)):
        yield {"import_id": run.pk, "file_name": run.file_name, "kept_copy": run.path}


def _erase_files(identifiers: Ids, _: Ids) -> int:
    sought = naming_of(identifiers)
    found = list(kept_files.naming(identifiers, sought))
    for run in found:
        kept_files.delete(run)
    snapshots.forget_waiting()
    return len(found) + kept_files.scrub_words(sought)


def _export_records(identifiers: Ids, _: Ids) -> Rows:
    return exported(_own(CustomerRecord, "record_key", identifiers))


def _erase_records(identifiers: Ids, _: Ids) -> int:
    count = delete_rows(_own(CustomerRecord, "record_key", identifiers))
    return count + mentions.empty_records(naming_of(identifiers))


def _export_events(identifiers: Ids, _: Ids) -> Rows:
    return exported(_own(Event, "event_key", identifiers))


def _erase_events(identifiers: Ids, _: Ids) -> int:
    count = delete_rows(_own(Event, "event_key", identifiers))
    return count + mentions.empty_events(naming_of(identifiers))


def _undone(identifiers: Ids) -> models.QuerySet[ImportUndo]:
    sought = naming_of(identifiers)
    rows = ImportUndo.objects.exclude(why="").values_list("pk", "why")
    return ImportUndo.objects.filter(pk__in=[pk for pk, why in rows if sought.in_own_text(why)])


def _received(identifiers: Ids) -> Iterator[IntakeRecord]:
    """Messages that point at the person, or name them anywhere."""
    sought, business = naming_of(identifiers), businesses.get()
    own = set(_values(identifiers))
    spaces = dict(Source.objects.values_list("pk", "namespace"))
    for row in IntakeRecord.objects.order_by("pk").iterator():
        namespace = spaces.get(row.source_id, "")
        said = pointing.identifiers_in(row.body, namespace, business.country)
        if own & said or sought.in_own_text(row.body):
            yield row


def _export_received(identifiers: Ids, _: Ids) -> Rows:
    for row in _received(identifiers):
        yield {"received_at": row.received_at.isoformat(), "body": row.body}


def _erase_received(identifiers: Ids, _: Ids) -> int:
    # The key stays: a message that is sent again is not taken again.
    numbers = [row.pk for row in _received(identifiers)]
    return delete_rows(IntakeRecord.objects.filter(pk__in=numbers))


def _audited(identifiers: Ids) -> models.QuerySet[AuditEntry]:
    sought = naming_of(identifiers)
    rows = AuditEntry.objects.order_by().values_list("pk", "subject", "detail").iterator()
    numbers = [pk for pk, subject, detail in rows if sought.in_own_json([subject, detail])]
    return AuditEntry.objects.filter(pk__in=numbers)


def _erase_audit(identifiers: Ids, _: Ids) -> int:
    numbers = list(_audited(identifiers).values_list("pk", flat=True))
    for part in in_turns(AuditEntry, numbers):
        part.update(subject=kept_files.ERASED, detail={})
    return len(numbers)


def _jobs(identifiers: Ids) -> Iterator[Job]:
    """Jobs that name the person; by a full name alone only those that are over, since a namesake's
    may still wait."""
    sought = naming_of(identifiers)
    for job in Job.objects.order_by("pk").iterator():
        said = [job.arguments, job.result, job.failure, job.unique_key]
        if sought.in_json(said) or (job.finished_at and sought.in_own_json(said)):
            yield job


def _export_jobs(identifiers: Ids, _: Ids) -> Rows:
    for job in _jobs(identifiers):
        yield {"name": job.name, "arguments": job.arguments, "queued_at": job.queued_at.isoformat()}


def _erase_jobs(identifiers: Ids, _: Ids) -> int:
    return delete_rows(Job.objects.filter(pk__in=[job.pk for job in _jobs(identifiers)]))


def _messages(identifiers: Ids) -> models.QuerySet[OutboxMessage]:
    """Messages to the person or that name them; a namesake's are only a copy of what was said."""
    sought = naming_of(identifiers)
    rows = OutboxMessage.objects.values_list("pk", "recipient", "subject", "text", "html")
    naming = [pk for pk, *texts in rows.iterator() if sought.in_own_text("\n".join(texts))]
    return OutboxMessage.objects.filter(pk__in=naming)


def _export_messages(identifiers: Ids, _: Ids) -> Rows:
    return iter(_messages(identifiers).values("recipient", "subject", "text").order_by("pk"))


def _values(identifiers: Ids) -> list[tuple[str, str]]:
    return list(Identifier.objects.filter(pk__in=identifiers).values_list("kind", "value"))


def _pairs(identifiers: Ids) -> models.QuerySet[IdentifierPair]:
    return IdentifierPair.objects.filter(Q(low_id__in=identifiers) | Q(high_id__in=identifiers))


def _uses(identifiers: Ids) -> models.QuerySet[IdentifierUse]:
    return IdentifierUse.objects.filter(identifier_id__in=identifiers)


def _doubts(identifiers: Ids) -> models.QuerySet[Doubt]:
    return Doubt.objects.filter(identifier_id__in=identifiers)


def _export_identifiers(identifiers: Ids, _: Ids) -> Rows:
    return exported(Identifier.objects.filter(pk__in=identifiers))


def _erase_identifiers(identifiers: Ids, _: Ids) -> int:
    numbers = Identifier.objects.filter(pk__in=identifiers)
    with transaction.atomic():
        # An import may have named them since the turns before.
        _pairs(identifiers)._raw_delete(numbers.db)
        _uses(identifiers)._raw_delete(numbers.db)
        return int(numbers._raw_delete(numbers.db))


def _export_uses(identifiers: Ids, _: Ids) -> Rows:
    rows = _uses(identifiers).annotate(file_name=F("of_import__file_name"))
    return exported(rows)


def _handler(table: str, export: Any, erase: Any) -> PrivacyHandler:
    return PrivacyHandler(table, export, erase, KEPT[table])


# Erasure goes from the last to the first: what others point at stands before them.
HANDLERS = (
    _handler("sources_identifier", _export_identifiers, _erase_identifiers),
    _handler("sources_identifieruse", _export_uses, lambda mine, _: delete_rows(_uses(mine))),
    _handler(
        "sources_identifierpair",
        lambda mine, _: exported(_pairs(mine)),
        lambda mine, _: delete_rows(_pairs(mine)),
    ),
    _handler("sources_customerrecord", _export_records, _erase_records),
    _fact(Order, "order_key", _forget_order),
    _handler("sources_orderline", lambda mine, _: exported(_own_lines(mine)), _erase_lines),
    _fact(Feedback, "feedback_key", _forget_feedback),
    _fact(Booking, "booking_key", _forget_booking),
    _handler("sources_event", _export_events, _erase_events),
    _handler(
        "sources_doubt",
        lambda mine, _: exported(_doubts(mine)),
        lambda mine, _: delete_rows(_doubts(mine)),
    ),
    _handler("sources_quarantinedrow", _export_quarantine, _erase_quarantine),
    _handler("sources_import", _export_files, _erase_files),
    _handler(
        "sources_importundo",
        lambda mine, _: exported(_undone(mine)),
        lambda mine, _: _undone(mine).update(why=kept_files.ERASED),
    ),
    _handler("sources_intakerecord", _export_received, _erase_received),
    _handler("accounts_auditentry", lambda mine, _: exported(_audited(mine)), _erase_audit),
    _handler("jobs_job", _export_jobs, _erase_jobs),
    _handler("jobs_outboxmessage", _export_messages, lambda mine, _: delete_rows(_messages(mine))),
)
