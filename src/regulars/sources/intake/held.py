"""Messages that could not land: mended and landed, tried again, or set aside for good."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import transaction
from django.db.models import Count, QuerySet

from regulars.accounts.actors import Actor, audit
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.sources.connectors.messages import text_of
from regulars.sources.intake import room
from regulars.sources.intake.landing import land_held
from regulars.sources.intake.mapped import HOOK
from regulars.sources.intake.protocol import Message, Refused, mended
from regulars.sources.intake.reasons import sentence_of
from regulars.sources.models import IntakeRecord

_AT_ONCE = 500


def waiting(source_id: int, reason: str = "") -> QuerySet[IntakeRecord]:
    """Messages of one source that are held back and wait for somebody, newest first."""
    rows = IntakeRecord.objects.filter(source_id=source_id, resolution="", pk__lte=room.position())
    rows = rows.filter(reason=reason) if reason else rows.exclude(reason="")
    return rows.order_by("-pk")


def groups(source_id: int) -> list[dict[str, Any]]:
    """Why messages of one source wait, and how many, the commonest first."""
    counted = waiting(source_id).order_by().values("reason").annotate(count=Count("pk"))
    return [dict(row) for row in counted.order_by("-count", "reason")]


def get(source_id: int, record_id: int) -> IntakeRecord:
    """Return one message that waits; `NotFound` when there is none of that number."""
    found = waiting(source_id).filter(pk=record_id if 0 < record_id < 2**63 else 0).first()
    if found is None:
        raise NotFound(told("No such message waits here."))
    return found


def mend(actor: Actor, source_id: int, record_id: int, text: str) -> None:
    """Land a message as ``text`` (JSON) has it. Needs ``imports.run``.

    Raises `WrongUse` with the reason when it still cannot land; nothing is changed then.
    """
    actor.require("imports.run")
    record = get(source_id, record_id)
    try:
        message = _mended(orjson.loads(text), record)
    except orjson.JSONDecodeError:
        raise WrongUse(told("This is not valid JSON.")) from None
    except Refused as problem:
        raise WrongUse(_still(problem.sentence)) from None
    with transaction.atomic():
        record = _locked([record.pk]).get()
        record.body, record.kind = message.body, message.type
        record.save(update_fields=["body", "kind"])
        if still := land_held([record]):
            raise WrongUse(_still(still[record.pk]))
        audit(actor, "intake.mend", f"message {record.pk}", source=source_id)


def try_again(actor: Actor, source_id: int, reason: str) -> tuple[int, int]:
    """Read the messages that wait for one reason once more, as after a mapping was mended; returns
    how many landed and how many still wait. Needs ``imports.run``."""
    actor.require("imports.run")
    numbers = list(waiting(source_id, reason).order_by("pk").values_list("pk", flat=True))
    landed = 0
    for start in range(0, len(numbers), _AT_ONCE):
        with transaction.atomic():
            records = [one for one in _locked(numbers[start : start + _AT_ONCE]) if _is_whole(one)]
            landed += len(records) - len(land_held(records))
    with transaction.atomic():
        audit(actor, "intake.try_again", f"source {source_id}", reason=reason, landed=landed)
    return landed, len(numbers) - landed


def discard(actor: Actor, source_id: int, reason: str) -> int:
    """Set the messages that wait for one reason aside for good; returns how many."""
    actor.require("imports.run")
    with transaction.atomic():
        count = waiting(source_id, reason).order_by().update(resolution="discarded")
        audit(actor, "intake.discard", f"source {source_id}", reason=reason, messages=count)
    return count


def _is_whole(record: IntakeRecord) -> bool:
    try:
        _mended(orjson.loads(record.body), record)
    except (orjson.JSONDecodeError, Refused):
        return False
    return True


def _mended(said: Any, record: IntakeRecord) -> Message:
    """A message as a person put it right; one that a mapping reads may have any fields."""
    if isinstance(said, dict) and said.get("type") == HOOK == record.kind:
        times = {name: text_of(record.received_at) for name in ("timestamp", "receivedAt")}
        return Message(b"", HOOK, orjson.dumps({**times, **said}).decode())
    return mended(said, record.received_at)


def _locked(numbers: list[int]) -> QuerySet[IntakeRecord]:
    return IntakeRecord.objects.select_for_update().filter(pk__in=numbers, resolution="")


def _still(problem: str) -> str:
    return told("The message still cannot land: %(problem)s", problem=sentence_of(problem))
