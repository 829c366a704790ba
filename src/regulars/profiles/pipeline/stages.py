"""Pipelines and their stages: the first is made on first use, the owner sets up the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regulars.accounts.actors import Actor, audit
from regulars.accounts.models import Business
from regulars.kernel import clock
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.profiles.pipeline import texts
from regulars.profiles.pipeline.models import Lead, Pipeline, Stage

OPEN, WON, LOST = "open", "won", "lost"
KINDS = (OPEN, WON, LOST)
CLOSED = (WON, LOST)
MOST_STAGES = 12
_MOST_PIPELINES = 50
_FIRST = (
    (gettext_noop("New"), 10, OPEN),
    (gettext_noop("Talking"), 30, OPEN),
    (gettext_noop("Offer made"), 60, OPEN),
    (gettext_noop("Won"), 100, WON),
    (gettext_noop("Lost"), 0, LOST),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A stage as somebody wants it; ``id`` None for one more, ``name`` "" takes one away."""

    id: int | None
    name: str
    probability: int
    kind: str


def listing(actor: Actor) -> list[Pipeline]:
    """Every pipeline, the oldest first; makes the first where there is none, in the language of
    whoever looks. Needs ``leads.see``."""
    actor.require("leads.see")
    found = list(Pipeline.objects.order_by("pk"))
    return found or [_first()]


def _first() -> Pipeline:
    with transaction.atomic():
        # Two who look at once make one: the business's only row is the lock.
        list(Business.objects.select_for_update().order_by("pk"))
        found = Pipeline.objects.order_by("pk").first()
        return found or _make(_("Sales"), None)


def _make(name: str, member_id: int | None) -> Pipeline:
    made = Pipeline.objects.create(name=name, made_at=clock.now(), made_by_id=member_id)
    Stage.objects.bulk_create(
        Stage(pipeline=made, name=_(word), place=place, probability=chance, kind=kind)
        for place, (word, chance, kind) in enumerate(_FIRST)
    )
    return made


def add(actor: Actor, name: str) -> Pipeline:
    """Add a pipeline with the usual stages. Needs ``leads.set_up``. `WrongUse` without a name."""
    actor.require("leads.set_up")
    said = _named(name)
    with transaction.atomic():
        if Pipeline.objects.count() >= _MOST_PIPELINES:
            raise WrongUse(told("There are %(n)s pipelines; that is the most.", n=_MOST_PIPELINES))
        made = _make(said, actor.member_id)
        audit(actor, "pipeline.add", f"pipeline {made.pk}", name=said)
    return made


def get(pipeline_id: int) -> Pipeline:
    """One pipeline; `NotFound` where there is none of that number."""
    found = Pipeline.objects.filter(pk=texts.number(pipeline_id)).first()
    if found is None:
        raise NotFound(told("There is no pipeline %(n)s.", n=pipeline_id))
    return found


def of(pipeline: Pipeline) -> list[Stage]:
    """The stages of a pipeline that are in use, in their order."""
    return list(pipeline.stages.filter(taken_away_at=None).order_by("place", "pk"))


def stage(pipeline_id: int, stage_id: int) -> Stage:
    """A stage of that pipeline; `WrongUse` where it is none of its."""
    found = Stage.objects.filter(
        pk=texts.number(stage_id), pipeline_id=pipeline_id, taken_away_at=None
    ).first()
    if found is None:
        raise WrongUse(told("This pipeline has no stage %(n)s.", n=stage_id))
    return found


def known(stage_id: int) -> Stage:
    """A stage of any pipeline, also one that was taken away; `NotFound` where there is none."""
    found = Stage.objects.filter(pk=texts.number(stage_id)).first()
    if found is None:
        raise NotFound(told("There is no stage %(n)s.", n=stage_id))
    return found


def hold(stage_id: int) -> Stage:
    """A stage in use, held until the transaction ends: leads that come at once get places of their
    own, and none comes into a stage that is being taken away. `WrongUse` where it is gone."""
    rows = Stage.objects.select_for_update(no_key=True).filter(pk=stage_id, taken_away_at=None)
    found = rows.first()
    if found is None:
        raise WrongUse(told("This stage was taken away since."))
    return found


def set_up(actor: Actor, pipeline_id: int, name: str, wanted: Sequence[Wanted]) -> Pipeline:
    """Name a pipeline and set its stages, in the order given. Needs ``leads.set_up``.

    `WrongUse` unless there are one open, one won and one lost stage, or where leads stand in one
    that would be taken away or would open or close them by changing its kind.
    """
    actor.require("leads.set_up")
    said = _named(name)
    kept = [_checked(one) for one in wanted if one.name.strip()]
    _check_all(kept)
    with transaction.atomic():
        pipeline = Pipeline.objects.select_for_update().get(pk=get(pipeline_id).pk)
        pipeline.name = said
        pipeline.save(update_fields=["name"])
        _write(pipeline, kept)
        audit(actor, "pipeline.set_up", f"pipeline {pipeline.pk}", stages=len(kept))
    return pipeline


def _named(name: str) -> str:
    said = texts.line(name, 120, told("The name"))
    if not said:
        raise WrongUse(told("A pipeline needs a name."))
    return said


def _checked(one: Wanted) -> Wanted:
    if one.kind not in KINDS:
        raise WrongUse(told("There is no kind of stage %(kind)s.", kind=repr(one.kind)))
    name = texts.line(one.name, 80, told("The name of a stage"))
    chance = {WON: 100, LOST: 0}.get(one.kind, one.probability)
    texts.percent(chance)
    return Wanted(one.id, name, chance, one.kind)


def _check_all(kept: Sequence[Wanted]) -> None:
    if len(kept) > MOST_STAGES:
        raise WrongUse(told("A pipeline has %(n)s stages at most.", n=MOST_STAGES))
    if len({one.name.casefold() for one in kept}) < len(kept):
        raise WrongUse(told("Two stages have the same name."))
    if {one.kind for one in kept} != set(KINDS):
        raise WrongUse(told("A pipeline needs a stage that is open, one won and one lost."))


def _write(pipeline: Pipeline, kept: Sequence[Wanted]) -> None:
    rows = Stage.objects.select_for_update().filter(pipeline=pipeline, taken_away_at=None)
    known = {one.pk: one for one in rows.order_by("pk")}
    filled = set(Lead.objects.filter(pipeline=pipeline).order_by().values_list("stage", flat=True)
                 .distinct())  # fmt: skip
    for place, one in enumerate(kept):
        if one.id is None:
            Stage.objects.create(pipeline=pipeline, name=one.name, place=place,
                                 probability=one.probability, kind=one.kind)  # fmt: skip
            continue
        row = known.pop(one.id, None)
        if row is None:
            raise WrongUse(told("This pipeline has no stage %(n)s.", n=one.id))
        if row.kind != one.kind and row.pk in filled:
            raise WrongUse(
                told("Leads stand in %(name)s. Move them before it changes.", name=row.name)
            )
        row.name, row.place, row.probability, row.kind = one.name, place, one.probability, one.kind
        row.save()
    for row in known.values():
        if row.pk in filled:
            raise WrongUse(
                told("Leads stand in %(name)s. Move them before it goes.", name=row.name)
            )
        row.taken_away_at = clock.now()
        row.save(update_fields=["taken_away_at"])


def as_json(stage: Stage) -> dict[str, Any]:
    """One stage as programs get it."""
    return {"id": stage.pk, "name": stage.name, "kind": stage.kind,
            "probability": stage.probability}  # fmt: skip
