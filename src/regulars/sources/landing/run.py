"""One import, from first row to last: read, prepare outside the lock, write in short turns."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction

from regulars.accounts import business as businesses
from regulars.kernel import clock
from regulars.kernel.errors import UnreadableFile
from regulars.kernel.ids import key64
from regulars.kernel.telling import told, told_count
from regulars.sources import forgetting
from regulars.sources.files.plan import Reader
from regulars.sources.files.records import Rejected, SaleRow
from regulars.sources.files.tables import BadRow, Table
from regulars.sources.landing import remarks, restating, unusable
from regulars.sources.landing.batch import Outcome
from regulars.sources.landing.identifiers import IdentifierBook
from regulars.sources.landing.orders import OrderLander
from regulars.sources.landing.records import RecordLander
from regulars.sources.live import standing_ids
from regulars.sources.models import Import, QuarantinedRow

# A batch holds the write lock while it is written; a thousand lines take about 10 ms.
BATCH_ROWS = 1000
# PostgreSQL's writers do not wait for one another; larger batches save it round trips.
TIMES_WITHOUT_ONE_LOCK = 4
# Orders told whole are not cut; one of this many lines is.
LONGEST_ORDER = 5000
_TRIES = 5

Progress = Callable[[float, Import], None]


@dataclass(slots=True)
class Batch:
    """Rows as read: records in file order, rejected rows, and where in the file they end."""

    records: list[Any]
    rejected: list[Rejected]
    cells: dict[int, list[str]]
    last_row_no: int
    row_count: int
    left_out: int = 0


def batches(table: Table, reader: Reader, *, start: int, whole_orders: bool) -> Iterator[Batch]:
    """Yield batches from row ``start`` on; ``whole_orders`` never cuts an order in two.

    Of a file that breaks off, all rows before the break come; then what reading raised is raised.
    """
    most = BATCH_ROWS * (1 if connection.vendor == "sqlite" else TIMES_WITHOUT_ONE_LOCK)
    batch = Batch([], [], {}, start, 0)
    open_order: str | None = None
    rows = table.rows(start)
    broke_off: UnreadableFile | None = None
    while True:
        try:
            row = next(rows)
        except StopIteration:
            break
        except UnreadableFile as error:
            broke_off = error
            break
        if isinstance(row, BadRow):
            record: Any = Rejected(row.row_no, row.cells, "unreadable", row.reason)
            row_no, cells = row.row_no, row.cells
        else:
            row_no, cells = row
            record = reader(row_no, cells)
        if batch.row_count >= most and not (
            whole_orders
            and batch.row_count < LONGEST_ORDER
            and isinstance(record, SaleRow)
            and record.order_id == open_order
        ):
            yield batch
            batch = Batch([], [], {}, batch.last_row_no, 0)
        batch.row_count += 1
        batch.last_row_no = row_no
        batch.cells[row_no] = cells
        if isinstance(record, Rejected):
            batch.rejected.append(record)
        else:
            batch.records.append(record)
            if whole_orders:
                open_order = record.order_id
    if batch.row_count:
        yield batch
    if broke_off is not None:
        raise broke_off


Lander = OrderLander | RecordLander


def land(
    run: Import,
    table: Table,
    reader: Reader,
    lander: Lander,
    *,
    whole_orders: bool,
    on_progress: Progress | None = None,
) -> Import:
    """Land ``table`` from ``run.position`` on and mark the import finished.

    A file that breaks off lands what stands before the break; the import is then finished with the
    break in its notes, and `UnreadableFile` says so. Where no row could be read the import fails.
    """
    book, without = IdentifierBook(run.pk), forgetting.sieve()
    left_out = 0
    began = time.monotonic()
    before = run.seconds
    broke_off: UnreadableFile | None = None
    try:
        for batch in batches(table, reader, start=run.position, whole_orders=whole_orders):
            run.seconds = before + time.monotonic() - began
            run.share_done = table.progress()
            if without is not None:
                left_out += _sift(batch, without)
            _land_batch(run, table.columns, batch, lander, book)
            if on_progress:
                on_progress(run.share_done, run)
    except UnreadableFile as error:
        if run.position == 0:
            _fail(run, error.message)
            raise
        run.notes = [*run.notes, error.message]
        broke_off = error
    run.seconds = before + time.monotonic() - began
    run.notes = [*run.notes, *remarks.sentences(run.remarks, lander.currency)]
    if left_out:
        said = told_count(
            "%(n)s row about somebody who was erased was left out.",
            "%(n)s rows about people who were erased were left out.",
            left_out,
        )
        run.notes = [*run.notes, said]
    finish(run)
    if broke_off is not None:
        raise UnreadableFile(
            told(
                "%(message)s What stands before the break, %(position)s rows, landed "
                "as import %(n)s; import the whole file when you have it.",
                message=broke_off.message,
                position=f"{run.position:,}",
                n=run.pk,
            ),
            detail={"import_id": run.pk},
        ) from broke_off
    return run


def _sift(batch: Batch, without: forgetting.Sieve) -> int:
    """Take what names erased people out of a batch; how many rows went whole."""
    region = businesses.get().country
    batch.records, gone = without.sifted(batch.records)
    rejected = [one for one in batch.rejected if not without.is_in_cells(one.cells, region)]
    gone += len(batch.rejected) - len(rejected)
    batch.rejected = rejected
    batch.left_out = gone
    return gone


def finish(run: Import) -> None:
    """Mark the import finished: from now on its facts count."""
    restating.restate_own(run, standing_ids())
    run.finished_at = clock.now()
    run.share_done = 1.0
    run.failure = ""
    with transaction.atomic():
        run.save()


def _fail(run: Import, message: str) -> None:
    run.failure = message
    with transaction.atomic():
        run.save(update_fields=["failure"])


def _land_batch(
    run: Import, columns: list[str], batch: Batch, lander: Lander, book: IdentifierBook
) -> None:
    for attempt in range(_TRIES):
        prepared = lander.prepare(batch.records)
        outcome = prepared.outcome
        outcome.rejected += batch.rejected
        # What tells nothing that may be kept tells nothing new.
        outcome.unchanged += batch.left_out
        quarantined = quarantine_rows(run, columns, batch, outcome)
        counted = _counted(run, columns, batch, outcome, home=lander.currency)
        try:
            with transaction.atomic():
                lander.write(prepared, book)  # type: ignore[arg-type]
                QuarantinedRow.objects.bulk_create(quarantined)
                Import.objects.filter(pk=run.pk).update(**counted)
        except IntegrityError:
            # Another import told the same facts between our reading and our writing.
            book.forget()
            lander.traits.forget()
            lander.standing = lander.traits.standing = standing_ids() | {run.pk}
            if attempt == _TRIES - 1:
                raise
            continue
        lander.confirmations.committed()
        for name, value in counted.items():
            setattr(run, name, value)
        return


def _counted(
    run: Import, columns: list[str], batch: Batch, outcome: Outcome, *, home: str
) -> dict[str, Any]:
    reasons = Counter(run.reasons)
    reasons.update(row.reason for row in outcome.rejected)
    return {
        "position": run.position + batch.row_count,
        "landed": run.landed + outcome.landed,
        "unchanged": run.unchanged + outcome.unchanged,
        "quarantined": run.quarantined + len(outcome.rejected),
        "repeated": run.repeated + outcome.repeated,
        "reasons": dict(reasons),
        "unusable": unusable.counted(run, columns, batch.records, batch.cells),
        "remarks": remarks.counted(
            run.remarks,
            batch.records,
            batch.cells,
            columns=columns,
            fields=run.mapping.get("fields", {}),
            home=home,
            now=clock.now(),
        ),
        "seconds": round(run.seconds, 3),
        "share_done": round(run.share_done, 4),
    }


def quarantine_rows(
    run: Import, columns: list[str], batch: Batch, outcome: Outcome
) -> list[QuarantinedRow]:
    """The quarantine's rows for what ``outcome`` rejected, with cells by column name."""
    rows = []
    for rejected in outcome.rejected:
        cells = batch.cells.get(rejected.row_no) or rejected.cells
        named = dict(zip(columns, cells, strict=False))
        if len(cells) > len(columns):
            named[""] = "\x1f".join(cells[len(columns) :])
        whole = {name: text.replace("\x00", "\ufffd") for name, text in named.items()}
        rows.append(
            QuarantinedRow(
                of_import_id=run.pk,
                row_no=rejected.row_no,
                cells=whole,
                digest=key64(*whole, *whole.values()),
                reason=rejected.reason,
                message=rejected.message,
            )
        )
    return rows
