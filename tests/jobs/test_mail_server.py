from __future__ import annotations

from typing import Any

import pytest

from regulars.config.mail import mail
from regulars.jobs import doctor


def test_no_address_means_no_server() -> None:
    made = mail(None, None)
    assert (made["EMAIL_HOST"], made["DEFAULT_FROM_EMAIL"]) == ("", "regulars@localhost")
    assert made["EMAIL_BACKEND"].endswith("dummy.EmailBackend")


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "ssl"),
    [
        ("smtp://olive:p%40ss@mail.crumb.test:587?tls=1", "mail.crumb.test", 587, True, False),
        ("smtp://olive:p%40ss@mail.crumb.test:587", "mail.crumb.test", 587, True, False),
        ("smtp://olive:p%40ss@mail.crumb.test?tls=1", "mail.crumb.test", 25, True, False),
        ("smtps://olive:p%40ss@mail.crumb.test", "mail.crumb.test", 465, False, True),
        ("smtp://olive:p%40ss@localhost:2525", "localhost", 2525, False, False),
        ("smtp://olive:p%40ss@mail.crumb.test:25?tls=0", "mail.crumb.test", 25, False, False),
    ],
)
def test_an_address_becomes_settings(url: str, host: str, port: int, tls: bool, ssl: bool) -> None:
    made = mail(url, "Crumb <hello@crumb.test>")
    assert (made["EMAIL_HOST"], made["EMAIL_PORT"]) == (host, port)
    assert (made["EMAIL_USE_TLS"], made["EMAIL_USE_SSL"]) == (tls, ssl)
    assert (made["EMAIL_HOST_USER"], made["EMAIL_HOST_PASSWORD"]) == ("olive", "p@ss")
    assert made["DEFAULT_FROM_EMAIL"] == "Crumb <hello@crumb.test>"


@pytest.mark.parametrize(
    ("url", "sender", "said"),
    [
        ("mail.crumb.test", "a@b.test", "looks like smtp://"),
        ("http://mail.crumb.test", "a@b.test", "looks like smtp://"),
        ("smtp://", "a@b.test", "looks like smtp://"),
        ("smtp://olive:x@mail.crumb.test:25", "a@b.test", "unencrypted"),
        ("smtp://mail.crumb.test?tls=yes", "a@b.test", "tls=1 or tls=0"),
        ("smtp://mail.crumb.test", None, "REGULARS_MAIL_FROM"),
        ("smtp://mail.crumb.test", "Crumb", "REGULARS_MAIL_FROM"),
    ],
)
def test_what_could_not_work_is_said(url: str, sender: str | None, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        mail(url, sender)


def test_the_user_is_the_sender_where_that_is_an_address() -> None:
    made = mail("smtps://olive%40crumb.test:x@mail.crumb.test", None)
    assert made["DEFAULT_FROM_EMAIL"] == "olive@crumb.test"


@pytest.mark.django_db
def test_the_doctor_says_what_waits(settings: Any) -> None:
    from regulars.jobs.outbox import put
    from tests.jobs.test_outbox import LETTER

    settings.EMAIL_HOST = ""
    put(LETTER)
    check = doctor.mail()
    assert check.ok
    assert check.sentence == "No mail server is set (REGULARS_MAIL_URL): 1 messages wait here."
    assert check.detail == {"is_set": False, "states": {"held": 1}}
    settings.EMAIL_HOST = "mail.crumb.test"
    assert "0 messages wait, 1 are held for a person" in doctor.mail().sentence
