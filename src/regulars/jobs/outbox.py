"""The outbox: every message is a row before it is sent, once per occasion and recipient.

See docs/algorithms/outbox.md. `regulars.jobs.delivering` sends what waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import make_msgid
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count

from regulars.jobs import mail_server
from regulars.jobs.backup import Actor, Witness
from regulars.jobs.models import Held, OutboxMessage, Post
from regulars.jobs.queue import enqueue
from regulars.kernel import clock
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told

PERMISSION = "mail.manage"
JOB = "jobs.outbox"
KEPT = timedelta(days=90)
_SUBJECT_LENGTH = 200
MOVABLE = (Post.WAITING, Post.HELD, Post.FAILED)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it was written. ``pictures``: content id → PNG in base64, which the HTML shows
    as ``cid:…``."""

    purpose: str
    occasion: str
    recipient: str
    subject: str
    text: str
    html: str = ""
    sender_name: str = ""
    pictures: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def put(letter: Letter) -> tuple[OutboxMessage, bool]:
    """Put a letter in the outbox; returns its row and whether it is new.

    One that stands there already for this purpose, occasion and recipient is left as it is,
    whatever became of it. Without a mail server it is held until a person sends it.
    """
    is_set = mail_server.is_set()
    row = row_of(letter)
    row.state = Post.WAITING if is_set else Post.HELD
    row.held_for = "" if is_set else Held.NO_SERVER
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            if is_set:
                wake()
    except IntegrityError:
        key = {name: getattr(letter, name) for name in ("purpose", "occasion", "recipient")}
        return OutboxMessage.objects.get(**key), False
    return row, True


def row_of(letter: Letter) -> OutboxMessage:
    """The row of a letter, not yet in the outbox."""
    now = clock.now()
    return OutboxMessage(
        purpose=letter.purpose,
        occasion=letter.occasion,
        recipient=letter.recipient,
        sender_name=" ".join(letter.sender_name.split()),
        subject=" ".join(letter.subject.split())[:_SUBJECT_LENGTH],
        text=letter.text,
        html=letter.html,
        pictures=dict(letter.pictures),
        headers=dict(letter.headers),
        # The same for every attempt: a mail program that gets it twice can tell.
        message_id=make_msgid(domain="regulars.localhost"),
        put_at=now,
        wanted_at=now,
        next_try_at=now,
    )


def wake() -> None:
    """Have the worker look after the outbox, once the caller's transaction commits."""
    enqueue(JOB, unique_key=JOB)


def listing(actor: Actor, *, limit: int = 50) -> list[dict[str, Any]]:
    """The latest messages, newest first, without their text."""
    actor.require(PERMISSION)
    return [as_json(one) for one in OutboxMessage.objects.order_by("-pk")[:limit]]


def counts(actor: Actor) -> dict[str, int]:
    """How many messages are in each state; states without any are left out."""
    actor.require(PERMISSION)
    rows = OutboxMessage.objects.values_list("state").annotate(count=Count("pk")).order_by("state")
    return dict(rows)


def one(actor: Actor, message_id: int) -> OutboxMessage:
    """One message with everything; `NotFound` for an unknown number."""
    actor.require(PERMISSION)
    return _get(message_id)


def release(actor: Actor, message_id: int, *, witness: Witness) -> OutboxMessage:
    """Let a message go out now that waits, is held or has failed. `WrongUse` for any other, and
    without a mail server."""
    actor.require(PERMISSION)
    if not mail_server.is_set():
        raise WrongUse(
            told(
                "No mail server is set, so nothing can be sent. Set REGULARS_MAIL_URL and start "
                "again."
            )
        )
    now = clock.now()
    with transaction.atomic():
        _settle(
            message_id,
            state=Post.WAITING,
            held_for="",
            attempts=0,
            wanted_at=now,
            next_try_at=now,
            handed_over_at=None,
            settled_at=None,
        )
        witness("mail.send", str(message_id))
        wake()
    return _get(message_id)


def drop(actor: Actor, message_id: int, *, witness: Witness) -> OutboxMessage:
    """Set a message aside for good. Its row stays, so that its occasion does not write it anew."""
    actor.require(PERMISSION)
    with transaction.atomic():
        _settle(message_id, state=Post.DROPPED, settled_at=clock.now())
        witness("mail.drop", str(message_id))
    return _get(message_id)


def hold_restored() -> int:
    """Hold everything that is not settled: a restored backup asks before it sends.

    What was under way when the backup was made may have gone out since.
    """
    unsettled = OutboxMessage.objects.filter(state__in=(Post.WAITING, Post.SENDING))
    return unsettled.update(
        state=Post.HELD, held_for=Held.RESTORED, leased_by="", leased_until=None
    )


def purge() -> int:
    """Delete what was put in more than `KEPT` ago, whatever became of it; returns how many."""
    return OutboxMessage.objects.filter(put_at__lt=clock.now() - KEPT).delete()[0]


def as_json(message: OutboxMessage) -> dict[str, Any]:
    """A message as faces list it."""
    return {
        "id": message.pk,
        "purpose": message.purpose,
        "occasion": message.occasion,
        "to": message.recipient,
        "subject": message.subject,
        "state": message.state,
        "held_for": message.held_for or None,
        "problem": message.problem or None,
        "attempts": message.attempts,
        "put_at": message.put_at,
        "next_try_at": message.next_try_at if message.state == Post.WAITING else None,
        "settled_at": message.settled_at,
    }


def shown(message: OutboxMessage) -> dict[str, Any]:
    """A message as faces show one, with its text."""
    return {
        **as_json(message),
        "message_id": message.message_id,
        "text": message.text,
        "has_html": bool(message.html),
        "pictures": len(message.pictures),
    }


def _settle(message_id: int, **changes: Any) -> None:
    movable = OutboxMessage.objects.filter(pk=message_id, state__in=MOVABLE)
    if movable.update(leased_by="", leased_until=None, **changes):
        return
    state = _get(message_id).state
    raise WrongUse(
        told(
            "Message %(id)s is %(state)s; only one that still waits can be changed.",
            id=message_id,
            state=state,
        )
    )


def _get(message_id: int) -> OutboxMessage:
    message = OutboxMessage.objects.filter(pk=message_id).first()
    if message is None:
        raise NotFound(told("There is no message %(id)s in the outbox.", id=message_id))
    return message
