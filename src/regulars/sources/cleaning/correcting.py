"""Puts right what a person agreed to, as an import that can be undone, and lets go of corrections
whose fact went.

A correction is a version within the telling it corrects (see `landing.versions`): it has that
telling's digest, so the same told again is no news, and what is told anew stands above it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import models, transaction

from regulars.accounts.actors import Actor, audit
from regulars.jobs import leases
from regulars.kernel import clock
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.sources.bulk import fetch_by_keys
from regulars.sources.cleaning.finding import open_doubts
from regulars.sources.cleaning.kinds import AGE, CLEANING, EMAIL, KINDS, NAME, ORDER, PUT_RIGHT
from regulars.sources.landing.identifiers import IdentifierBook
from regulars.sources.landing.versions import STEP
from regulars.sources.live import standing, standing_ids
from regulars.sources.models import (
    CustomerRecord,
    Doubt,
    Identifier,
    IdentifierPair,
    IdentifierUse,
    Import,
    Order,
    Source,
)

_WAIT_SECONDS = 600.0
_SAMPLE = 200
_FIRST_PLACE = STEP // 2
Change = Callable[[Any, Doubt], dict[str, Any] | None]


def listed(actor: Actor, kind: str | None = None, most: int = _SAMPLE) -> dict[str, Any]:
    """What is open, by kind, with the first ``most`` of each. Needs ``imports.run``: it names
    people."""
    actor.require("imports.run")
    if kind is not None and kind not in KINDS:
        raise WrongUse(told("There is no kind %(kind)s. Kinds: %(kinds)s.",
                            kind=repr(kind), kinds=", ".join(KINDS)))  # fmt: skip
    found = []
    for one in KINDS if kind is None else [kind]:
        rows = open_doubts().filter(kind=one).order_by("pk")
        count = rows.count()
        if count:
            worth = rows.aggregate(sum=models.Sum("worth_minor"))["sum"]
            found.append({"kind": one, "count": count, "worth_minor": worth,
                          "doubts": [_as_json(row) for row in rows[:most]]})  # fmt: skip
    return {"kinds": found, "open": sum(one["count"] for one in found)}


def _as_json(one: Doubt) -> dict[str, Any]:
    return {"id": one.pk, "before": one.before, "after": one.after, "reason": one.reason,
            "worth_minor": one.worth_minor}  # fmt: skip


def put_right(actor: Actor, kind: str, ids: Iterable[int] | None = None) -> Import:
    """Put right the open doubts of one kind, all or those of ``ids``, as one import. Needs
    ``imports.run``. `WrongUse` where none is open any more."""
    actor.require("imports.run")
    with leases.hold(leases.LANDING, wait_seconds=_WAIT_SECONDS), transaction.atomic():
        doubts = list(_chosen(kind, ids))
        source, _ = Source.objects.get_or_create(
            namespace=CLEANING, defaults={"name": PUT_RIGHT, "kind": CLEANING}
        )
        run = Import.objects.create(
            source=source, file_name=PUT_RIGHT, table_name=kind, path="", kind=CLEANING,
            shape=CLEANING, fingerprint=f"{CLEANING}:{clock.now().timestamp()}",
            recognised_as=KINDS[kind], started_by_id=actor.member_id,
        )  # fmt: skip
        done = _WAYS[kind](run, doubts)
        if not done:
            raise WrongUse(told("Nothing of this is open any more."))
        Doubt.objects.filter(pk__in=done).update(
            put_right_by=run, decided_by_id=actor.member_id, left_at=None
        )
        run.landed = len(done)
        run.position = len(done)
        run.finished_at = clock.now()
        run.share_done = 1.0
        run.save()
        audit(actor, "cleaning.put_right", str(run.pk), kind=kind, count=len(done))
    return run


def leave(actor: Actor, kind: str, ids: Iterable[int] | None = None) -> int:
    """Leave open doubts as they are, all of one kind or those of ``ids``: they do not come again.
    Returns how many. Needs ``imports.run``."""
    actor.require("imports.run")
    with transaction.atomic():
        numbers = [one.pk for one in _chosen(kind, ids)]
        Doubt.objects.filter(pk__in=numbers).update(
            left_at=clock.now(), put_right_by=None, decided_by_id=actor.member_id
        )
        audit(actor, "cleaning.leave", "", kind=kind, count=len(numbers))
    return len(numbers)


def mended_addresses(identifier_ids: Iterable[int]) -> set[int]:
    """Those of ``identifier_ids`` that a standing correction put right: nobody is reached there."""
    wanted = set(identifier_ids)
    corrections = standing().filter(kind=CLEANING, table_name=EMAIL)
    mended = Doubt.objects.filter(kind=EMAIL, put_right_by__in=corrections)
    return wanted & set(mended.values_list("subject", flat=True)) if wanted else set()


def lapse() -> int:
    """Remove corrections of facts that no standing import tells any more; returns how many.

    Called inside the transaction that undoes an import.
    """
    corrections = set(standing().filter(kind=CLEANING).values_list("pk", flat=True))
    if not corrections:
        return 0
    stood = standing_ids() - corrections
    count = 0
    for model, key in ((CustomerRecord, "record_key"), (Order, "order_key")):
        mine = list(
            model.objects.filter(of_import__in=corrections).values_list("pk", key, "version")
        )
        slots = _slots(model, key, [row[1] for row in mine], stood)
        lost = [pk for pk, fact, version in mine if (fact, version // STEP) not in slots]
        model.objects.filter(pk__in=lost)._raw_delete("default")
        count += len(lost)
    return count + _lapse_addresses(corrections, stood)


def _lapse_addresses(corrections: set[int], stood: frozenset[int]) -> int:
    mended = Doubt.objects.filter(kind=EMAIL, put_right_by__in=corrections)
    wrong = dict(mended.values_list("subject", "put_right_by"))
    rows = fetch_by_keys(
        IdentifierUse, ("identifier_id", "of_import_id"), "identifier_id", list(wrong)
    )
    used = {row[0] for row in rows if row[1] in stood}
    lost = [(number, run) for number, run in wrong.items() if number not in used]
    for number, run in lost:
        pairs = IdentifierPair.objects.filter(of_import=run)
        pairs = pairs.filter(models.Q(low=number) | models.Q(high=number))
        both = {one for pair in pairs.values_list("low_id", "high_id") for one in pair} | {number}
        pairs.delete()
        others = IdentifierPair.objects.filter(of_import=run)
        still = {one for pair in others.values_list("low_id", "high_id") for one in pair}
        IdentifierUse.objects.filter(of_import=run, identifier__in=both - still).delete()
    return len(lost)


def _slots(
    model: type[models.Model], key: str, keys: list[int], stood: frozenset[int]
) -> set[tuple[int, int]]:
    rows = fetch_by_keys(model, (key, "version", "of_import_id"), key, set(keys))
    return {(row[0], row[1] // STEP) for row in rows if row[2] in stood}


def _chosen(kind: str, ids: Iterable[int] | None) -> Any:
    if kind not in KINDS:
        raise WrongUse(told("There is no kind %(kind)s. Kinds: %(kinds)s.",
                            kind=repr(kind), kinds=", ".join(KINDS)))  # fmt: skip
    rows = open_doubts().filter(kind=kind).order_by("pk").select_for_update(of=("self",))
    return rows if ids is None else rows.filter(pk__in=list(ids))


# ---- ways to put right --------------------------------------------------------------------------


def _addresses(run: Import, doubts: list[Doubt]) -> list[int]:
    known = {row[0] for row in fetch_by_keys(
        Identifier, ("id",), "id", [one.subject for one in doubts])}  # fmt: skip
    wanted = [one for one in doubts if one.subject in known]
    book = IdentifierBook(run.pk)
    book.write([(("email", one.after), ("email", one.before)) for one in wanted])
    return [one.pk for one in wanted]


def _versions(model: Any, key: str, change: Change) -> Callable[[Import, list[Doubt]], list[int]]:
    def correct(run: Import, doubts: list[Doubt]) -> list[int]:
        stood = standing_ids()
        by_key: dict[int, list[Any]] = {}
        subjects = [one.subject for one in doubts]
        for start in range(0, len(subjects), 500):
            for row in model.objects.filter(**{f"{key}__in": subjects[start : start + 500]}):
                by_key.setdefault(getattr(row, key), []).append(row)
        fresh, done = [], []
        for place, one in enumerate(doubts, 1):
            told_of = by_key.get(one.subject, [])
            live = max((row for row in told_of if row.of_import_id in stood),
                       key=lambda row: row.version, default=None)  # fmt: skip
            if live is None or (changed := change(live, one)) is None:
                continue
            slot = live.version // STEP
            taken = [row.version for row in told_of if row.version // STEP == slot]
            version = max(*taken, slot * STEP + _FIRST_PLACE) + 1
            own = {field.attname: getattr(live, field.attname)
                   for field in model._meta.concrete_fields if not field.primary_key}  # fmt: skip
            fresh.append(model(**{**own, **changed, "version": version, "of_import_id": run.pk,
                                  "row_no": place}))  # fmt: skip
            done.append(one.pk)
        model.objects.bulk_create(fresh, batch_size=500)
        return done

    return correct


def _name_turned(record: Any, one: Doubt) -> dict[str, Any] | None:
    given, _, family = one.before.partition(" | ")
    traits = record.traits
    if (traits.get("first_name"), traits.get("last_name")) != (given, family):
        return None
    turned = {**traits, "first_name": family, "last_name": given}
    if traits.get("name", "").casefold() == f"{given} {family}".casefold():
        turned["name"] = f"{family} {given}"
    return {"traits": turned}


def _without_birthday(record: Any, one: Doubt) -> dict[str, Any] | None:
    if record.traits.get("birthday") != one.before:
        return None
    return {"traits": {name: value for name, value in record.traits.items() if name != "birthday"}}


def _cancelled(order: Any, _: Doubt) -> dict[str, Any] | None:
    return {"status": "cancelled"} if order.status == "accepted" else None


_WAYS = {
    EMAIL: _addresses,
    NAME: _versions(CustomerRecord, "record_key", _name_turned),
    AGE: _versions(CustomerRecord, "record_key", _without_birthday),
    ORDER: _versions(Order, "order_key", _cancelled),
}
