from __future__ import annotations

import base64
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connections
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from regulars.jobs import delivering, mime, outbox
from regulars.jobs.backup import backup
from regulars.jobs.delivering import deliver, recover
from regulars.jobs.models import Job, OutboxMessage
from regulars.jobs.outbox import Letter, put
from regulars.jobs.restoring import restore
from regulars.kernel import clock
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from tests.jobs import smtp
from tests.jobs.processes import database_url, eventually, start
from tests.jobs.smtp import HANG_UP_EARLY, HANG_UP_LATE, Postbox
from tests.jobs.test_backup import Role, silent

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
LETTER = Letter(
    purpose="sample",
    occasion="2026-W13",
    recipient="olive@crumb.test",
    subject="Revenue is up 12 %",
    text="Revenue £1,820.\n",
    html='<p>Revenue £1,820 <img src="cid:revenue@regulars" alt="up"></p>',
    sender_name="Crumb & Cö",
    pictures={"revenue@regulars": base64.b64encode(PIXEL).decode()},
    headers={"List-Unsubscribe": "<https://crumb.test/settings/mail>"},
)
OWNER, STRANGER = Role("mail.manage", "backup.make"), Role()
pytestmark = pytest.mark.django_db


def use(settings: Any, port: int, **more: Any) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_TIMEOUT = 2
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL = "hello@crumb.test"
    for name, value in more.items():
        setattr(settings, name, value)


@pytest.fixture
def no_server(settings: Any) -> None:
    settings.EMAIL_HOST = ""
    settings.DEFAULT_FROM_EMAIL = "regulars@localhost"


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with smtp.serving() as box:
        use(settings, box.port)
        yield box


def only() -> OutboxMessage:
    return OutboxMessage.objects.get()


def states() -> list[str]:
    return list(OutboxMessage.objects.order_by("pk").values_list("state", flat=True))


def later(hours: float) -> Any:
    return clock.frozen(clock.now() + timedelta(hours=hours))


def release(message: OutboxMessage) -> OutboxMessage:
    return outbox.release(OWNER, message.pk, witness=silent)


def test_a_message_arrives_as_it_was_written(postbox: Postbox) -> None:
    message, is_new = put(LETTER)
    assert is_new and Job.objects.get().name == "jobs.outbox"
    assert deliver() == {"sent": 1}
    [mail] = postbox.arrived
    assert mail["Subject"] == LETTER.subject
    assert mail["From"] == "Crumb & Cö <hello@crumb.test>"
    assert (mail["To"], mail["Message-ID"]) == (LETTER.recipient, message.message_id)
    assert mail["List-Unsubscribe"] == LETTER.headers["List-Unsubscribe"]
    assert mail.get_content_type() == "multipart/related"
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "image/png"]
    [picture] = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    assert (picture["Content-ID"], picture.get_content()) == ("<revenue@regulars>", PIXEL)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.problem) == ("sent", 1, "")
    assert deliver() == {}
    assert len(postbox.arrived) == 1


def test_one_message_per_occasion_and_recipient(postbox: Postbox) -> None:
    first, _ = put(LETTER)
    again, is_new = put(replace(LETTER, subject="Another"))
    assert (again.pk, is_new, only().subject) == (first.pk, False, LETTER.subject)
    put(replace(LETTER, recipient="max@crumb.test"))
    put(replace(LETTER, occasion="2026-W14"))
    assert deliver() == {"sent": 3}
    assert put(LETTER)[1] is False
    assert deliver() == {}


def test_without_a_server_it_waits_for_a_person(no_server: None, settings: Any) -> None:
    message, _ = put(LETTER)
    assert (message.state, message.held_for) == ("held", "no_server")
    assert not Job.objects.exists()
    with pytest.raises(WrongUse, match="No mail server"):
        release(message)
    with smtp.serving() as postbox:
        use(settings, postbox.port)
        assert deliver() == {}, "a server that is set later sent what lay there"
        release(message)
        assert deliver() == {"sent": 1}
        assert [mail["From"] for mail in postbox.arrived] == ["Crumb & Cö <hello@crumb.test>"]


def test_it_can_be_taken_away_as_a_file(no_server: None) -> None:
    text = mime.as_bytes(put(LETTER)[0])
    assert b"\r\nTo: olive@crumb.test\r\n" in text
    assert b"\r\nContent-ID: <revenue@regulars>" in text
    assert b"regulars@localhost" in text


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("RCPT 550 No such user", "refused the address: 550 No such user"),
        ("554 We think not", "refused: 554 We think not"),
    ],
)
def test_what_is_refused_for_good_fails_at_once(answer: str, said: str, postbox: Postbox) -> None:
    postbox.answers = [answer]
    put(LETTER)
    put(replace(LETTER, recipient="max@crumb.test"))
    assert deliver() == {"failed": 1, "sent": 1}
    failed = OutboxMessage.objects.get(state="failed")
    assert said in failed.problem
    assert [mail["To"] for mail in postbox.arrived] == ["max@crumb.test"]
    release(failed)
    assert deliver() == {"sent": 1}


@pytest.mark.parametrize("answer", ["RCPT 451 Later", "451 Later", HANG_UP_EARLY])
def test_what_may_pass_is_tried_again(answer: str, postbox: Postbox) -> None:
    postbox.answers = [answer]
    put(LETTER)
    Job.objects.all().delete()
    assert deliver() == {"waiting": 1}
    assert only().problem
    assert deliver() == {}, "it did not wait"
    assert Job.objects.filter(name="jobs.outbox", run_after__gt=clock.now()).exists()
    with later(0.1):
        assert deliver() == {"sent": 1}
    assert (only().attempts, only().problem, len(postbox.arrived)) == (2, "", 1)


def test_attempts_come_to_an_end_within_two_days(settings: Any) -> None:
    use(settings, smtp.free_port())
    put(LETTER)
    began = at = clock.now()
    for attempt in range(1, 9):
        with clock.frozen(at):
            assert deliver() == {"failed" if attempt == 8 else "waiting": 1}
            at = only().next_try_at
    assert at - began < delivering.PATIENCE
    assert "cannot be reached (Connection refused)" in only().problem


def test_a_server_that_is_away_is_asked_once_for_all(settings: Any) -> None:
    use(settings, smtp.free_port())
    for number in range(5):
        put(replace(LETTER, recipient=f"{number}@crumb.test"))
    assert deliver() == {"waiting": 1}
    assert sorted(OutboxMessage.objects.values_list("attempts", flat=True)) == [0, 0, 0, 0, 1]
    assert not delivering.is_due()
    with smtp.serving() as postbox, later(1):
        use(settings, postbox.port)
        assert deliver() == {"sent": 5}


def test_a_server_that_says_nothing_is_left_alone(settings: Any) -> None:
    with smtp.silent() as port:
        use(settings, port, EMAIL_TIMEOUT=0.2)
        put(LETTER)
        assert deliver() == {"waiting": 1}
    assert only().problem == f"The mail server 127.0.0.1:{port} did not answer in time."


def test_a_wrong_password_is_said_plainly(settings: Any) -> None:
    options = {"authenticator": smtp.only_olive, "auth_require_tls": False}
    with smtp.serving(**options) as postbox:
        use(settings, postbox.port, EMAIL_HOST_USER="olive", EMAIL_HOST_PASSWORD="wrong")
        put(LETTER)
        assert deliver() == {"waiting": 1}
        assert only().problem == "The mail server does not accept the user name or the password."
        settings.EMAIL_HOST_PASSWORD = "p@ss:word"
        with later(1):
            assert deliver() == {"sent": 1}


def test_what_the_server_had_in_hand_is_not_sent_again_unasked(postbox: Postbox) -> None:
    postbox.answers = [HANG_UP_LATE]
    put(LETTER)
    assert deliver() == {"held": 1}
    assert (only().state, only().held_for) == ("held", "perhaps_sent")
    assert "hung up" in only().problem
    with later(100):
        assert deliver() == {}
    assert len(postbox.arrived) == 1
    release(only())
    assert deliver() == {"sent": 1}
    first, second = postbox.arrived
    assert first["Message-ID"] == second["Message-ID"]


def test_a_slow_answer_after_the_text_is_perhaps_sent(postbox: Postbox, settings: Any) -> None:
    import time

    settings.EMAIL_TIMEOUT = 0.3
    postbox.on_data = lambda: time.sleep(0.6)
    put(LETTER)
    assert deliver() == {"held": 1}
    assert only().held_for == "perhaps_sent"


_SENDER = """
import django
django.setup()
from regulars.jobs.delivering import deliver
deliver()
"""


def send_in_a_process(postbox: Postbox) -> Any:
    return start(*("-c", _SENDER), **environment(postbox))


def environment(postbox: Postbox) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "regulars.config.settings",
        "REGULARS_DATABASE_URL": database_url(),
        "REGULARS_MAIL_URL": f"smtp://127.0.0.1:{postbox.port}",
        "REGULARS_MAIL_FROM": "hello@crumb.test",
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["before the text", "with the text in hand"])
def test_a_kill_while_sending(moment: str, postbox: Postbox) -> None:
    put(LETTER)
    victims: list[int] = []

    def kill() -> None:
        if victims:
            os.kill(victims.pop(), signal.SIGKILL)

    if moment == "before the text":
        postbox.on_recipient = kill
    else:
        postbox.on_data = kill
    # It cannot have got as far as our server before its number stands in the list.
    sender = send_in_a_process(postbox)
    victims.append(sender.pid)
    assert sender.wait(30) == -signal.SIGKILL
    assert only().state == "sending"
    if moment == "with the text in hand":
        # The server has it all, and its own thread may still be putting it down.
        eventually(lambda: postbox.arrived)
    arrived = len(postbox.arrived)
    result = deliver()
    if moment == "before the text":
        assert (arrived, result, len(postbox.arrived)) == (0, {"sent": 1}, 1)
        assert only().attempts == 2
    else:
        assert (result, only().state, only().held_for) == ({}, "held", "perhaps_sent")
        assert len(postbox.arrived) == arrived


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_what_is_put(postbox: Postbox) -> None:
    worker = start(*("-m", "regulars.jobs"), **environment(postbox))
    try:
        put(LETTER)
        eventually(lambda: states() == ["sent"])
        assert [mail["To"] for mail in postbox.arrived] == [LETTER.recipient]
    finally:
        worker.kill()
        worker.wait()


@pytest.mark.django_db(transaction=True)
def test_many_senders_send_each_message_once(postbox: Postbox) -> None:
    for number in range(12):
        put(replace(LETTER, recipient=f"{number}@crumb.test"))

    def work() -> None:
        try:
            deliver()
        finally:
            connections.close_all()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(mail["To"]) for mail in postbox.arrived) == sorted(
        f"{number}@crumb.test" for number in range(12)
    )
    assert set(states()) == {"sent"}


def test_a_sender_that_lost_its_lease_hands_nothing_over(postbox: Postbox) -> None:
    put(LETTER)
    postbox.on_recipient = lambda: None
    taken = delivering._take("elsewhere:1:1:1")
    assert taken
    with later(1):
        assert recover() == 1
    server = delivering.mail_server.Backend()
    assert delivering._send(server, taken) == "lost"
    assert (postbox.arrived, states()) == ([], ["waiting"])


def test_what_was_held_while_it_was_slowly_sent_counts_as_sent(postbox: Postbox) -> None:
    put(LETTER)
    taken = delivering._take("elsewhere:1:1:1")
    assert taken
    delivering._hand_over(taken)
    with later(1):
        recover()
    assert only().held_for == "perhaps_sent"
    delivering._sent(taken)
    assert only().state == "sent"


def test_what_is_long_overdue_asks_first(postbox: Postbox) -> None:
    put(LETTER)
    with later(49):
        assert deliver() == {}
        assert (only().state, only().held_for) == ("held", "overdue")
        release(only())
        assert deliver() == {"sent": 1}


@pytest.mark.django_db(transaction=True)
def test_a_restored_backup_asks_first(postbox: Postbox, tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path
    put(LETTER)
    delivering._take("elsewhere:1:1:1")
    put(replace(LETTER, recipient="max@crumb.test"))
    kept = backup(OWNER, tmp_path / "kept.zip", witness=silent).path
    recover_by_hand = OutboxMessage.objects.filter(state="sending")
    recover_by_hand.update(state="waiting")
    assert deliver() == {"sent": 2}
    restore(OWNER, kept, witness=silent, is_confirmed=True)
    assert deliver() == {}
    held = OutboxMessage.objects.values_list("state", "held_for").distinct()
    assert list(held) == [("held", "restored")]
    assert len(postbox.arrived) == 2


def test_a_person_may_drop_what_waits(postbox: Postbox) -> None:
    said: list[tuple[str, str]] = []
    message, _ = put(LETTER)
    outbox.drop(OWNER, message.pk, witness=lambda *words: said.append(words))
    assert (deliver(), states(), said) == ({}, ["dropped"], [("mail.drop", str(message.pk))])
    assert put(LETTER)[1] is False
    for verb in (outbox.drop, outbox.release):
        with pytest.raises(WrongUse, match="is dropped"):
            verb(OWNER, message.pk, witness=silent)


def test_only_those_who_may_decide(postbox: Postbox) -> None:
    message, _ = put(LETTER)
    for ask in (
        lambda: outbox.listing(STRANGER),
        lambda: outbox.one(STRANGER, message.pk),
        lambda: outbox.release(STRANGER, message.pk, witness=silent),
        lambda: outbox.drop(STRANGER, message.pk, witness=silent),
    ):
        with pytest.raises(NotAllowed):
            ask()
    with pytest.raises(NotFound):
        outbox.one(OWNER, 10**9)


def test_the_outbox_stays_bounded(no_server: None) -> None:
    put(LETTER)
    assert outbox.purge() == 0
    with later(24 * 91):
        put(replace(LETTER, occasion="2026-W30"))
        assert outbox.purge() == 1


def test_an_address_that_cannot_be_written_fails_plainly(postbox: Postbox) -> None:
    put(replace(LETTER, recipient="olive@crumb.test\nBcc: sly@x.test"))
    assert deliver() == {"failed": 1}
    assert only().problem.startswith("This cannot be sent as mail")
    assert postbox.arrived == []


def test_a_name_with_a_line_break_adds_no_header(postbox: Postbox) -> None:
    put(replace(LETTER, sender_name="Crumb\r\nBcc: sly@x.test", subject="Up\r\nBcc: sly@x.test"))
    assert deliver() == {"sent": 1}
    [mail] = postbox.arrived
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Up Bcc: sly@x.test"


ANSWERS = ("250 Taken", "451 Later", "550 No", "RCPT 450 Later", HANG_UP_EARLY, HANG_UP_LATE)


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.sampled_from(ANSWERS), max_size=8),
    st.lists(st.sampled_from(["wait", "crash", "put"]), max_size=8),
)
def test_whatever_the_server_does_nothing_goes_twice(
    postbox: Postbox, answers: list[str], steps: list[str]
) -> None:
    OutboxMessage.objects.all().delete()
    postbox.arrived.clear()
    postbox.answers = list(answers)
    at = clock.now()
    for step in ["put", *steps]:
        with clock.frozen(at):
            for number in range(2):
                put(replace(LETTER, recipient=f"{number}@crumb.test"))
            if step == "crash":
                delivering._take("elsewhere:1:1:1")
            deliver()
        at += timedelta(hours=1)
    got = [str(mail["To"]) for mail in postbox.arrived]
    assert len(got) == len(set(got))
    sent = OutboxMessage.objects.filter(state="sent").values_list("recipient", flat=True)
    assert set(sent) <= set(got)
    # What arrived is known as sent, or a person is asked.
    perhaps = OutboxMessage.objects.filter(held_for="perhaps_sent")
    assert set(got) <= set(sent) | set(perhaps.values_list("recipient", flat=True))
