"""What the fields of a source's messages mean: proposed from what came, decided by a person, and
decided anew with everything that is still kept read once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from django.db import transaction

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor, audit
from regulars.jobs.queue import enqueue
from regulars.kernel import clock
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.sources import imports, origins
from regulars.sources.candidates import Candidate, context_of
from regulars.sources.connectors import snapshots
from regulars.sources.connectors.accounts import connector_of
from regulars.sources.files.plan import CONSTANT, PLUS, Head, check_kind
from regulars.sources.files.propose import propose
from regulars.sources.following import STREAM
from regulars.sources.intake import held, landing, room
from regulars.sources.intake.mapped import HOOK, Plan, columns_of, head_of, items_of
from regulars.sources.live import standing_ids
from regulars.sources.models import Import, IntakeRecord, Source

_SAMPLES = 60
_LEFT_BEHIND_SECONDS = 300.0
JOB = "sources.replay"
_SAYS_LITTLE = {
    "id",
    "no",
    "number",
    "name",
    "code",
    "date",
    "at",
    "time",
    "type",
    "value",
    "amount",
}
NO_MAPPING, NOT_MAPPED = "no_mapping", "not_mapped"


def is_mapped_kind(source: Source) -> bool:
    """Whether somebody says what a source's fields mean."""
    return source.kind == "webhook" or is_table(source)


def is_table(source: Source) -> bool:
    """Whether a source is a table that comes whole."""
    connector = connector_of(source)
    return connector is not None and connector.snapshot is not None


def samples(source: Source) -> list[dict[str, Any]]:
    """The newest bodies that are kept, newest first."""
    rows = IntakeRecord.objects.filter(source_id=source.pk, kind=HOOK).order_by("-pk")
    found = [orjson.loads(body) for body in rows.values_list("body", flat=True)[:_SAMPLES]]
    return [one["payload"] for one in found if isinstance(one.get("payload"), dict)]


def candidate(source: Source, kind: str | None = None) -> Candidate:
    """How the source's messages would be read: as decided before, or as proposed. `WrongUse`
    while none came."""
    if is_table(source):
        return _of_source(source, snapshots.candidate(source, kind))
    payloads = samples(source)
    if not payloads:
        raise WrongUse(told("Nothing came yet: let the program send one message first."))
    if kind is not None:
        check_kind(kind)
    stored = source.settings.get("mapped")
    plan = Plan.from_json(stored) if stored else None
    items = items_of(payloads)
    head = head_of(payloads, plan.items if plan else items)
    if plan is not None and kind in (None, plan.mapping.kind):
        # A field that no kept body has any more stays decided.
        missing = [one for one in columns_of(plan.mapping) if one not in head.columns]
        head = Head(
            [*head.columns, *missing], [[*row, *[""] * len(missing)] for row in head.sample]
        )
        return _candidate(source, head, plan.mapping, is_sure=True)
    spoken = spoken_names(head.columns, items)
    proposal = propose(list(spoken), list(head.sample), kind, context_of(businesses.get()))
    orders_in = str(source.settings.get("orders_in") or source.namespace)
    named = {field: PLUS.join(spoken[one] for one in value.split(PLUS))
             for field, value in proposal.mapping.fields.items()
             if not value.startswith(CONSTANT)}  # fmt: skip
    mapping = replace(
        proposal.mapping, fields={**proposal.mapping.fields, **named}, shape=None,
        namespace=source.namespace, order_namespace=orders_in,
    )  # fmt: skip
    return _candidate(source, head, mapping, is_sure=False)


def _of_source(source: Source, found: Candidate) -> Candidate:
    """A table's candidate whose orders and numbers are the source's own."""
    orders_in = str(source.settings.get("orders_in") or source.namespace)
    if found.shape is None and not found.is_sure:
        found.mapping = replace(
            found.mapping, namespace=source.namespace, order_namespace=orders_in
        )
    return found


def spoken_names(columns: Sequence[str], items: str = "") -> dict[str, str]:
    """Dotted names by what a table's header would call them: as few of their last words as tell
    one from another (``order.customer.mail``: mail), and two where the last alone says little."""
    found: dict[str, str] = {}
    for column in columns:
        words = column.removeprefix(f"{items}.").split(".") if items else column.split(".")
        fewest = 2 if words[-1].lower() in _SAYS_LITTLE else 1
        for count in range(min(fewest, len(words)), len(words) + 1):
            short = " ".join(words[-count:])
            if short not in found:
                break
        found[short if short not in found else column] = column
    return found


def _candidate(source: Source, head: Head, mapping: Any, *, is_sure: bool) -> Candidate:
    table: Any = head
    return Candidate(Path(source.name), table, mapping, source.kind, is_sure)


def as_json(found: Candidate, changes: Mapping[str, str]) -> dict[str, Any]:
    """What the fields would mean with ``changes``, as programs get it."""
    found.mapping = found.mapping.changed(found.table.columns, dict(changes))
    return {
        "kind": found.mapping.kind,
        "map": dict(found.mapping.fields),
        "missing": list(found.missing),
        "fields": list(found.table.columns),
        "is_decided": found.is_sure,
    }


def decide(actor: Actor, source_id: int, kind: str | None, changes: Mapping[str, str]) -> int:
    """Decide what the fields mean and land what waited for it; returns how many landed. Needs
    ``sources.manage``. `WrongUse` while a needed field is named by nothing."""
    actor.require("sources.manage")
    source = origins.get(source_id)
    if not is_mapped_kind(source):
        raise WrongUse(told("The messages of this source say themselves what they mean."))
    found = candidate(source, kind)
    mapping = found.mapping.changed(found.table.columns, dict(changes))
    found.mapping = mapping
    if found.missing:
        raise WrongUse(told("Not said yet: %(names)s.", names=", ".join(found.missing)))
    if is_table(source):
        with transaction.atomic():
            audit(actor, "sources.map", f"source {source.pk}", kind=mapping.kind)
        return snapshots.decide(actor, source, found)
    stored = source.settings.get("mapped")
    items = Plan.from_json(stored).items if stored else items_of(samples(source))
    with transaction.atomic():
        source = Source.objects.select_for_update().get(pk=source.pk)
        source.settings["mapped"] = Plan(mapping, items).to_json()
        source.save(update_fields=["settings"])
        audit(actor, "sources.map", f"source {source.pk}", kind=mapping.kind)
    return sum(held.try_again(actor, source_id, one)[0] for one in (NO_MAPPING, NOT_MAPPED))


def replayable(source: Source) -> list[Import]:
    """The months of a source all of whose messages are still kept as they came: those can be read
    once more."""
    runs = Import.objects.filter(source=source, kind=STREAM, pk__in=standing_ids())
    standing = runs.order_by("pk")
    return [one for one in standing if _of_month(source, one.table_name).count() >= one.position]


def replay(actor: Actor, source_id: int) -> int:
    """Read everything that is still kept once more, by the mapping as it is now: what the old one
    told is taken back first. Returns how many messages were read. Needs ``sources.manage``.

    What is to be done is written down before, so that a job goes on after a kill.
    """
    begin_replay(actor, source_id, in_seconds=_LEFT_BEHIND_SECONDS)
    return go_on(actor, source_id)


def begin_replay(actor: Actor, source_id: int, *, in_seconds: float = 0.0) -> int:
    """Let a job do what `replay` does; returns how many messages it is about. Needs
    ``sources.manage``."""
    actor.require("sources.manage")
    source = origins.get(source_id)
    runs = replayable(source)
    with transaction.atomic():
        source = Source.objects.select_for_update().get(pk=source.pk)
        _note(source, {**_noted(source), **{run.table_name: run.pk for run in runs}})
        audit(actor, "intake.replay", f"source {source_id}", months=len(runs))
        after = clock.now() + timedelta(seconds=in_seconds) if in_seconds else None
        said = {"source_id": source_id, "member_id": actor.member_id}
        enqueue(JOB, said, unique_key=f"{JOB}:{source_id}", run_after=after)
    return sum(_of_month(source, run.table_name).count() for run in runs)


def go_on(actor: Actor, source_id: int) -> int:
    """Do what `begin_replay` wrote down, month by month; returns how many messages were read."""
    count = 0
    for month, run_id in _noted(origins.get(source_id)).items():
        if run_id in standing_ids():
            imports.undo(actor, run_id, why="replay")
        count += _read_anew(source_id, month)
        with transaction.atomic():
            source = Source.objects.select_for_update().get(pk=source_id)
            _note(source, {one: pk for one, pk in _noted(source).items() if one != month})
    return count


def _read_anew(source_id: int, month: str) -> int:
    source, count, after = origins.get(source_id), 0, 0
    until = room.position()
    while True:
        rows = _of_month(source, month).filter(pk__gt=after, pk__lte=until).order_by("pk")
        numbers = list(rows.values_list("pk", flat=True)[: landing.TURN])
        if not numbers:
            return count
        landing.land_again(numbers)
        count, after = count + len(numbers), numbers[-1]


def _noted(source: Source) -> dict[str, int]:
    """Months that are to be read anew, and the run of each that is to be taken back before."""
    return dict(source.settings.get("replaying", {}))


def _note(source: Source, months: dict[str, int]) -> None:
    source.settings["replaying"] = months
    source.save(update_fields=["settings"])


def _of_month(source: Source, month: str) -> Any:
    """Records that came in a month (UTC), under which they landed."""
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    following = (first + timedelta(days=32)).replace(day=1)
    return IntakeRecord.objects.filter(
        source_id=source.pk, received_at__gte=first, received_at__lt=following
    )
