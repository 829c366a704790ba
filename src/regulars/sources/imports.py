"""Imports: begin, land, resume, undo; and the decision about repeated lines."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor, audit
from regulars.jobs import leases
from regulars.jobs.queue import enqueue
from regulars.kernel import clock
from regulars.kernel.errors import NoRoom, NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.sources.candidates import Candidate, context_of, look, remember
from regulars.sources.cleaning import correcting
from regulars.sources.files.apart import apart
from regulars.sources.files.mapping import Mapping, compile_reader
from regulars.sources.files.reading import open_tables
from regulars.sources.files.shapes import SHAPES
from regulars.sources.files.tables import Table
from regulars.sources.following import STREAM
from regulars.sources.intake.landing import fold_anew
from regulars.sources.landing import restating
from regulars.sources.landing.orders import OrderLander
from regulars.sources.landing.records import RecordLander
from regulars.sources.landing.run import Lander, Progress, finish, land
from regulars.sources.live import standing_ids
from regulars.sources.models import Import, ImportUndo, RepeatExclusion, Source

# Measured on Online Retail: a row of 80 bytes in the file takes about 330 in the database with its
# indexes and write-ahead log.
_DISK_FACTOR = 5
_WAIT_SECONDS = 600.0
_LEFT_BEHIND_SECONDS = 300.0
_PEOPLE = frozenset({"customer_id", "email", "phone", "card"})


def begin(actor: Actor, candidate: Candidate, *, is_kept_copy: bool = False) -> Import:
    """Open the import of one table, or find the one of the same file that was cut off.

    Raises `NoRoom` when the disk could not take it, `WrongUse` when the mapping was not confirmed.
    """
    actor.require("imports.run")
    if not candidate.is_sure:
        raise WrongUse(
            told("%(file)s: how to read it was not confirmed yet.", file=candidate.path.name)
        )
    # A mapping that cannot be read by is refused here, before anything is written or remembered.
    compile_reader(candidate.table, candidate.mapping, context_of(businesses.get()))
    fingerprint = candidate.table.fingerprint()
    mapping = candidate.mapping.to_json()
    interrupted = Import.objects.filter(
        fingerprint=fingerprint, mapping=mapping, finished_at=None, failure=""
    ).first()
    if interrupted is not None:
        _move(interrupted, candidate.path)
        return Import.objects.get(pk=interrupted.pk)
    check_room(candidate.table.size_bytes)
    with transaction.atomic():
        run = Import.objects.create(
            source=_source_of(candidate),
            file_name=candidate.path.name,
            table_name=candidate.table.name,
            path=stored_path(candidate.path),
            is_kept_copy=is_kept_copy,
            fingerprint=fingerprint,
            size_bytes=candidate.table.size_bytes,
            kind=candidate.mapping.kind,
            recognised_as=candidate.recognised_as,
            shape=candidate.mapping.shape or "",
            mapping=mapping,
            notes=[*candidate.table.notes, *candidate.notes],
            started_by_id=actor.member_id,
        )
        if candidate.is_changed or candidate.shape is None:
            remember(candidate.mapping, candidate.table.columns, actor.member_id)
        audit(actor, "imports.begin", str(run.pk), file=run.file_name, shape=run.recognised_as)
    return run


def go_on(actor: Actor, import_id: int, *, on_progress: Progress | None = None) -> Import:
    """Land an import from where it stands to its end; a finished one is returned as it is.

    One import lands at a time: waits for one under way, `Busy` after ten minutes.
    """
    actor.require("imports.run")
    with leases.hold(leases.LANDING, wait_seconds=_WAIT_SECONDS):
        return _go_on(get(import_id), on_progress)


def _go_on(run: Import, on_progress: Progress | None) -> Import:
    if run.finished_at is not None:
        return run
    if run.position and not run.file.exists():
        raise WrongUse(
            told(
                "The file of import %(n)s (%(file)s) is not at its place.",
                n=run.pk,
                file=run.file_name,
            )
        )
    table = table_of(run)
    mapping = Mapping.from_json(run.mapping)
    reader = apart(table, mapping, compile_reader(table, mapping, context_of(businesses.get())))
    lander = lander_of(run, mapping)
    whole_orders = isinstance(lander, OrderLander) and lander.is_complete
    done = land(run, table, reader, lander, whole_orders=whole_orders, on_progress=on_progress)
    enqueue("sources.look_for_doubts", unique_key="sources.look_for_doubts")
    return done


def import_file(
    actor: Actor,
    path: Path,
    *,
    kind: str | None = None,
    changes: dict[str, str] | None = None,
    is_confirmed: bool = False,
    on_progress: Progress | None = None,
) -> list[Import]:
    """Import every table of ``path``. `WrongUse` with the proposal in ``detail`` when one needs a
    yes first; then nothing of the file is begun."""
    actor.require("imports.run")
    candidates = look(path, businesses.get(), kind=kind, changes=changes)
    # A sheet of notes beside a sheet of sales is no reason to refuse the sales.
    readable = [one for one in candidates if not one.missing]
    for one in candidates:
        if one.missing and readable:
            left = told(
                "%(name)s was left alone: nothing in it is of a kind we read.", name=one.table.name
            )
            readable[0].notes.append(left)
        elif one.missing:
            raise WrongUse(
                told(
                    "%(file)s: no column says “%(missing)s”. Name it with --map "
                    "%(missing)s=COLUMN.",
                    file=path.name,
                    missing=one.missing[0],
                ),
                detail={"proposals": [one.as_json()]},
            )
    candidates = readable
    unsure = [one for one in candidates if not one.is_sure]
    if unsure and not is_confirmed:
        raise WrongUse(
            told(
                "%(file)s is of no known shape. Check the proposed mapping, then "
                "repeat with --yes or change it with --map field=Column.",
                file=path.name,
            ),
            detail={"proposals": [one.as_json() for one in unsure]},
        )
    for one in unsure:
        one.is_sure = True
    return [go_on(actor, begin(actor, one).pk, on_progress=on_progress) for one in candidates]


def undo(actor: Actor, import_id: int, *, why: str = "") -> Import:
    """Retract everything an import told, updates included; what stood before stands again, and
    what other standing imports told as well stays.

    An unfinished import is ended by it. `WrongUse` when it is undone already.
    """
    actor.require("imports.undo")
    with leases.hold(leases.LANDING, wait_seconds=_WAIT_SECONDS):
        run = get(import_id)
        if hasattr(run, "undo"):
            raise WrongUse(told("Import %(n)s is undone already.", n=import_id))
        # What other files told as well stays; it is written out before this import stops counting.
        restating.restate_others(run, standing_ids())
        with transaction.atomic():
            ImportUndo.objects.create(retracted=run, member_id=actor.member_id, why=why[:500])
            correcting.lapse()
            if run.finished_at is None:
                finish(run)
            audit(actor, "imports.undo", str(run.pk), why=why)
            if run.kind == STREAM:
                # Done here below; the job does it where this process is killed in between.
                later = clock.now() + timedelta(seconds=_LEFT_BEHIND_SECONDS)
                enqueue("sources.fold_anew", {"import_id": run.pk},
                        unique_key=f"sources.fold_anew:{run.pk}", run_after=later)  # fmt: skip
        if run.kind == STREAM:
            # What later months told of the same orders was folded with what is gone now.
            fold_anew(run)
    return get(import_id)


def fold_again(import_id: int) -> None:
    """Tell anew what a month of messages that was taken back told of together with others. Changes
    nothing where that is done."""
    with leases.hold(leases.LANDING, wait_seconds=_WAIT_SECONDS):
        fold_anew(get(import_id))


def exclude_repeats(actor: Actor, import_id: int) -> Import:
    """Decide that identical lines inside this import's file are one sale told twice."""
    actor.require("imports.run")
    run = get(import_id)
    with transaction.atomic():
        RepeatExclusion.objects.get_or_create(
            of_import=run, defaults={"member_id": actor.member_id}
        )
        audit(actor, "imports.exclude_repeats", str(run.pk))
    return run


def include_repeats(actor: Actor, import_id: int) -> Import:
    """Take the decision back: each identical line is a sale of its own."""
    actor.require("imports.run")
    run = get(import_id)
    with transaction.atomic():
        RepeatExclusion.objects.filter(of_import=run).delete()
        audit(actor, "imports.include_repeats", str(run.pk))
    return run


def get(import_id: int) -> Import:
    """Return one import; `NotFound` when there is none of that number."""
    runs = Import.objects.select_related("source", "undo", "repeat_exclusion")
    run = runs.filter(pk=import_id).first()
    if run is None:
        raise NotFound(told("There is no import %(n)s.", n=import_id))
    return run


def table_of(run: Import) -> Table:
    """Open the table this import reads; `WrongUse` when its file changed or is gone."""
    for table in open_tables(run.file):
        if table.name == run.table_name:
            if table.fingerprint() != run.fingerprint:
                break
            return table
    raise WrongUse(
        told(
            "%(file)s has changed since import %(n)s began; import it afresh.",
            file=run.file_name,
            n=run.pk,
        )
    )


def lander_of(run: Import, mapping: Mapping) -> Lander:
    """The lander for an import's kind and shape."""
    currency = businesses.get().currency
    standing = standing_ids()
    if run.kind != "sales":
        return RecordLander(
            import_id=run.pk,
            namespace=mapping.namespace,
            currency=currency,
            standing=standing,
            kind=run.kind,
        )
    shape = SHAPES.get(mapping.shape or "")
    return OrderLander(
        import_id=run.pk,
        namespace=mapping.orders_in,
        currency=currency,
        standing=standing,
        is_complete=bool(shape and shape.complete_orders),
        is_anonymous=not _PEOPLE & mapping.fields.keys(),
        peers=_peers(run),
        is_summary=bool(shape and shape.detail_level == "order"),
        adds_to_lines=shape.adds_to_lines if shape else frozenset(),
        zone=None if shape else businesses.zone(),
    )


def _peers(run: Import) -> frozenset[int]:
    if not run.shape:
        return frozenset()
    # What messages told of an order gives way to a file that tells it whole as well.
    same = Q(shape=run.shape) | Q(kind=STREAM)
    others = Import.objects.filter(same, undo__isnull=True)
    return frozenset(others.order_by().values_list("pk", flat=True))


def check_room(size_bytes: int) -> None:
    """Raise `NoRoom` when the data folder's disk could not take a file of that size."""
    free = shutil.disk_usage(settings.DATA_FOLDER).free
    needed = size_bytes * _DISK_FACTOR + 50_000_000
    if free < needed:
        raise NoRoom(
            told(
                "This import needs about %(needed)s MB and %(free)s MB are free. "
                "Nothing was begun.",
                needed=f"{needed // 1000000:,}",
                free=f"{free // 1000000:,}",
            )
        )


def as_json(run: Import) -> dict[str, Any]:
    """One import as the contract shows it."""
    return {
        "id": run.pk,
        "file": run.file_name,
        "table": run.table_name,
        "kind": run.kind,
        "recognised_as": run.recognised_as,
        "source": run.source.name,
        "rows_read": run.position,
        "landed": run.landed,
        "unchanged": run.unchanged,
        "quarantined": run.quarantined,
        "repeated": run.repeated,
        "seconds": round(run.seconds, 3),
        "reasons": run.reasons,
        "notes": run.notes,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "undone_at": run.undo.at.isoformat() if hasattr(run, "undo") else None,
        "repeats_excluded": hasattr(run, "repeat_exclusion"),
        "failure": run.failure or None,
    }


def stored_path(path: Path) -> str:
    """How an import keeps where its file lies: relative to the data folder if inside it."""
    folder, path = Path(settings.DATA_FOLDER).absolute(), path.absolute()
    return str(path.relative_to(folder) if folder in path.parents else path)


def _move(interrupted: Import, path: Path) -> None:
    """Go on from the file as it was handed in now; a copy kept of it before is not needed twice."""
    if interrupted.is_kept_copy and interrupted.file != path.absolute():
        interrupted.file.unlink(missing_ok=True)
    Import.objects.filter(pk=interrupted.pk).update(path=stored_path(path))


def _source_of(candidate: Candidate) -> Source:
    namespace = candidate.mapping.namespace
    name = candidate.shape.title if candidate.shape else f"Files ({namespace})"
    source, _ = Source.objects.get_or_create(
        namespace=namespace, defaults={"name": name, "kind": "file"}
    )
    return source
