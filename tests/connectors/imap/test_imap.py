"""A mailbox: each mail once, with its words, whatever it looks like."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.sources import origins
from regulars.sources.connectors.imap import mapping
from regulars.sources.connectors.messages import Unclear
from regulars.sources.models import IntakeRecord, Source
from tests import world
from tests.connectors.hooks import told
from tests.connectors.imap import server
from tests.connectors.imap.server import Box


def mail(number: int, sender: str = "Ada <ada@crumb.test>", **headers: str) -> bytes:
    found = EmailMessage()
    found["From"], found["To"] = sender, "hello@bakery.test"
    found["Subject"], found["Message-ID"] = f"Cake {number}", f"<{number}@crumb.test>"
    for name, value in headers.items():
        found[name.replace("_", "-")] = value
    found.set_content(f"Is there cake {number}?\n")
    return found.as_bytes()


@pytest.fixture
def box() -> Iterator[Box]:
    with server.running(Box()) as found:
        yield found


@pytest.fixture
def owner() -> Any:
    return world.open_shop().owner


@pytest.fixture
def source(owner: Any, box: Box) -> Source:
    given = {"server": f"127.0.0.1:{box.port}", "user": "hello@bakery.test"}
    return origins.add(owner, "imap", name="Mail", secret="password=p1", given=given)


@pytest.mark.django_db
def test_every_mail_is_read_once_and_stays_unread(owner: Any, source: Source, box: Box) -> None:
    assert origins.pull(owner, source.pk)["kept"] == 0
    box.mails = {uid: mail(uid) for uid in range(3, 120)}
    assert origins.pull(owner, source.pk)["pages"] == 3
    rows = [row for row in told() if row[0] == "Email Received"]
    assert len(rows) == 117 and {who for _, who, _ in rows} == {"ada@crumb.test"}
    first = next(said for _, _, said in rows if said["mail_id"] == "<3@crumb.test>")
    assert first["subject"] == "Cake 3" and first["text"] == "Is there cake 3?"
    assert origins.pull(owner, source.pk)["kept"] == 0
    assert any(said.startswith("EXAMINE") for said in box.seen)
    assert not [said for said in box.seen if "BODY[]" in said and "PEEK" not in said]


@pytest.mark.django_db
def test_a_line_that_drops_and_a_folder_numbered_anew_lose_and_double_nothing(
    owner: Any, source: Source, box: Box
) -> None:
    box.mails = {uid: mail(uid) for uid in range(1, 81)}
    box.breaks_after = 60
    assert origins.pull(owner, source.pk)["problem"]["code"] == "unreachable"
    box.breaks_after = None
    assert origins.pull(owner, source.pk)["problem"] is None
    assert len([row for row in told() if row[0] == "Email Received"]) == 80
    box.validity = 8
    assert origins.pull(owner, source.pk)["problem"] is None
    assert len([row for row in told() if row[0] == "Email Received"]) == 80


@pytest.mark.django_db
def test_what_no_customer_wrote_is_told_apart(owner: Any, source: Source, box: Box) -> None:
    box.mails = {
        1: mail(1, "hello@bakery.test"),
        2: mail(2, Auto_Submitted="auto-replied"),
        3: mail(3, List_Unsubscribe="<https://x.test>"),
        4: b"\xff\xfe no mail at all",
    }
    origins.pull(owner, source.pk)
    rows = told()
    assert [said.get("is_automatic") for _, _, said in rows] == [True, True]
    assert not IntakeRecord.objects.exclude(reason="").exists()


@pytest.mark.django_db
def test_a_wrong_password_or_folder_is_said(owner: Any, source: Source, box: Box) -> None:
    origins.give_secret(owner, source.pk, secret="password=old")
    assert origins.pull(owner, source.pk)["problem"]["code"] == "token_refused"
    origins.give_secret(owner, source.pk, secret="password=p1", given={"folder": "Nowhere"})
    assert origins.pull(owner, source.pk)["problem"]["code"] == "unreachable"


def read(raw: bytes) -> list[Any]:
    return list(mapping.mail(raw, datetime(2026, 11, 26, tzinfo=UTC), "n1", "me@bakery.test"))


def test_html_alone_and_odd_alphabets_become_words() -> None:
    found = EmailMessage()
    found["From"] = "=?utf-8?q?J=C3=BCrgen?= <j@crumb.test>"
    found.set_content("<style>p{}</style><p>One</p><p>Two &amp; three</p>", subtype="html")
    person, event = read(found.as_bytes())
    assert person["traits"]["name"] == "Jürgen"
    assert event["properties"]["text"] == "One\nTwo & three"
    strange = b"From: a@crumb.test\r\nContent-Type: text/plain; charset=klingon\r\n\r\nqapla'\r\n"
    assert read(strange)[-1]["properties"]["text"] == "qapla'"


@settings(max_examples=150, deadline=None)
@given(head=st.lists(st.tuples(
    st.sampled_from(["From", "Reply-To", "Subject", "Content-Type", "Message-ID", "References",
                     "Content-Transfer-Encoding", "Auto-Submitted", "To", "Date"]),
    st.text(max_size=40).map(lambda text: text.replace("\n", " ").replace("\r", " "))
    | st.sampled_from(["a@crumb.test", "multipart/mixed; boundary=x", "base64", "text/html",
                       "<@>", "\"", "=?utf-8?b?//?=", "a@b <c@d.test>"])), max_size=6),
    body=st.binary(max_size=60))  # fmt: skip
def test_no_mail_stops_its_neighbours(head: list[tuple[str, str]], body: bytes) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in head)
    with suppress(Unclear):
        read(lines.encode("utf-8", "replace") + b"\r\n" + body)
