"""Sends what waits in the outbox. A message goes out once, or a person is asked.

See docs/algorithms/outbox.md for the promise and the proof.
"""

from __future__ import annotations

import smtplib
from collections import Counter
from datetime import timedelta

from django.db.models import F, Min, Q, QuerySet

from regulars.jobs import mail_server
from regulars.jobs.mime import mail_of
from regulars.jobs.models import Held, OutboxMessage, Post
from regulars.jobs.outbox import JOB
from regulars.jobs.processes import identity, is_dead
from regulars.jobs.queue import enqueue
from regulars.kernel import clock
from regulars.kernel.telling import told

# Longer than one message can take: five turns of the server's answer, 20 seconds each.
_LEASE = timedelta(minutes=5)
# Together 22 hours: inside the patience, so that a message fails by its attempts.
_PAUSES_MINUTES = (1, 5, 15, 60, 180, 360, 720)
PATIENCE = timedelta(days=2)


class _LostLease(Exception):
    """Somebody else has settled the message: it must not be handed over."""


def deliver() -> dict[str, int]:
    """Send every message that is due; returns how many ended in which state.

    Safe to run anywhere, any number of times at once, and after a kill at any moment. Does nothing
    without a mail server. A server that cannot be reached is left alone for a while.
    """
    recover()
    if not mail_server.is_set():
        return {}
    _hold_overdue()
    counts: Counter[str] = Counter()
    server = mail_server.Backend()
    me = identity()
    try:
        while (message := _take(me)) is not None and _open(server, message, counts):
            counts[_send(server, message)] += 1
    finally:
        _close(server)
    _come_again()
    return dict(counts)


def recover() -> int:
    """Settle what somebody was sending who is gone: back to waiting, or held when the mail server
    had it in hand already and it may have gone out. Returns how many."""
    count = 0
    for message in OutboxMessage.objects.filter(state=Post.SENDING):
        is_over = message.leased_until is None or message.leased_until <= clock.now()
        if not is_over and not is_dead(message.leased_by):
            continue
        if message.handed_over_at is None:
            count += _mine(message).update(state=Post.WAITING, leased_until=None)
        else:
            count += _perhaps_sent(message, told("The program was stopped while it was sending."))
    return count


def is_due() -> bool:
    """Whether the outbox needs somebody now."""
    waits = Q(state=Post.WAITING, next_try_at__lte=clock.now())
    over = Q(state=Post.SENDING, leased_until__lte=clock.now())
    return OutboxMessage.objects.filter(waits | over).exists()


def _take(me: str) -> OutboxMessage | None:
    """Take the message that is due longest under a lease, so that nobody else sends it."""
    due = OutboxMessage.objects.filter(state=Post.WAITING, next_try_at__lte=clock.now())
    for pk in due.order_by("next_try_at", "pk").values_list("pk", flat=True):
        taken = due.filter(pk=pk).update(
            state=Post.SENDING,
            leased_by=me,
            leased_until=clock.now() + _LEASE,
            attempts=F("attempts") + 1,
            handed_over_at=None,
        )
        if taken:
            return OutboxMessage.objects.get(pk=pk)
    return None


def _open(server: mail_server.Backend, message: OutboxMessage, counts: Counter[str]) -> bool:
    """Reach the server; False puts the message and all that wait with it back for a while."""
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as error:
        _close(server)
        counts[_try_later(message, mail_server.in_words(error))] += 1
        message.refresh_from_db()
        if message.state == Post.WAITING:
            waiting = OutboxMessage.objects.filter(state=Post.WAITING)
            waiting.filter(next_try_at__lt=message.next_try_at).update(
                next_try_at=message.next_try_at
            )
        return False
    return True


def _send(server: mail_server.Backend, message: OutboxMessage) -> str:
    server.before_data = lambda: _hand_over(message)
    try:
        server.send_messages([mail_of(message, clock.now())])
    except _LostLease:
        _close(server)
        return "lost"
    except (OSError, smtplib.SMTPException, ValueError) as error:
        _close(server)
        said = mail_server.in_words(error)
        if mail_server.is_final(error):
            return _fail(message, said)
        message.refresh_from_db()
        if message.handed_over_at is None or mail_server.is_refusal(error):
            return _try_later(message, said)
        _perhaps_sent(message, said)
        return Post.HELD
    return _sent(message)


def _hand_over(message: OutboxMessage) -> None:
    """Note on disk that from now on the message may go out."""
    until = clock.now() + _LEASE
    if not _mine(message).update(handed_over_at=clock.now(), leased_until=until):
        raise _LostLease


def _sent(message: OutboxMessage) -> str:
    # One that took so long that it was held meanwhile has gone out all the same.
    late = Q(state=Post.HELD, held_for=Held.PERHAPS_SENT)
    mine = OutboxMessage.objects.filter(
        late | Q(state=Post.SENDING),
        pk=message.pk,
        leased_by=message.leased_by,
        attempts=message.attempts,
    )
    settled = {"settled_at": clock.now(), "leased_until": None}
    mine.update(state=Post.SENT, held_for="", problem="", **settled)
    return Post.SENT


def _fail(message: OutboxMessage, said: str) -> str:
    settled = {"settled_at": clock.now(), "leased_until": None}
    _mine(message).update(state=Post.FAILED, problem=said, **settled)
    return Post.FAILED


def _try_later(message: OutboxMessage, said: str) -> str:
    if message.attempts > len(_PAUSES_MINUTES):
        return _fail(message, said)
    pause = timedelta(minutes=_PAUSES_MINUTES[message.attempts - 1])
    _mine(message).update(
        state=Post.WAITING,
        problem=said,
        leased_until=None,
        handed_over_at=None,
        next_try_at=clock.now() + pause,
    )
    return Post.WAITING


def _perhaps_sent(message: OutboxMessage, said: str) -> int:
    held = {"state": Post.HELD, "held_for": Held.PERHAPS_SENT}
    return _mine(message).update(**held, problem=said, leased_until=None)


def _hold_overdue() -> None:
    """What should have gone out long ago (this machine slept) waits for a person instead."""
    waiting = OutboxMessage.objects.filter(state=Post.WAITING)
    late = waiting.filter(wanted_at__lt=clock.now() - PATIENCE)
    late.update(state=Post.HELD, held_for=Held.OVERDUE)


def _come_again() -> None:
    waiting = OutboxMessage.objects.filter(state=Post.WAITING)
    earliest = waiting.aggregate(at=Min("next_try_at"))["at"]
    if earliest is not None:
        enqueue(JOB, unique_key=JOB, run_after=earliest)


def _mine(message: OutboxMessage) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(
        pk=message.pk,
        state=Post.SENDING,
        leased_by=message.leased_by,
        attempts=message.attempts,
    )


def _close(server: mail_server.Backend) -> None:
    try:
        server.close()
    except (OSError, smtplib.SMTPException):
        server.connection = None
