"""A mailbox by IMAP (RFC 3501): every new mail becomes an event with its text.

The box is opened read-only and mails stay unread. The place is the folder's UIDVALIDITY and the
highest UID read: where the server numbers anew, the folder is read from its start, and mails known
by their Message-ID change nothing.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import orjson

from regulars.kernel.telling import told
from regulars.sources.connectors.client import is_here
from regulars.sources.connectors.contract import (
    Account,
    Client,
    Connector,
    Field,
    Json,
    Page,
    TokenRefused,
    Unreachable,
    takes_no_webhooks,
)
from regulars.sources.connectors.imap import mapping
from regulars.sources.connectors.messages import gather_one

_PAGE = 50
_MOST_BYTES = 2_000_000
_SECONDS = 30
_DATE = re.compile(rb'INTERNALDATE "([^"]+)"')


def can_pull(account: Account) -> bool:
    """Whether it is known where and as whom to look."""
    return bool(account.secrets.get("password")) and all(
        map(account.settings.get, ("server", "user"))
    )


def pull(account: Account, stream: str, cursor: str, client: Client) -> Page:
    """Read the next mails of the folder."""
    place: Json = orjson.loads(cursor) if cursor else {}
    try:
        with _opened(account) as box:
            return _page(box, account, place)
    except (imaplib.IMAP4.error, OSError, EOFError) as error:
        raise Unreachable(type(error).__name__) from error


@contextmanager
def _opened(account: Account) -> Iterator[imaplib.IMAP4]:
    host, _, port = account.settings["server"].strip().rpartition(":")
    if not host or not port.isdecimal():
        host, port = account.settings["server"].strip(), ""
    # Unencrypted only to this machine: a password goes over it.
    box: imaplib.IMAP4 = (
        imaplib.IMAP4(host, int(port or 143), timeout=_SECONDS) if is_here(host)
        else imaplib.IMAP4_SSL(host, int(port or 993), timeout=_SECONDS,
                               ssl_context=ssl.create_default_context())
    )  # fmt: skip
    try:
        try:
            box.login(account.settings["user"], account.secrets["password"])
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise TokenRefused("the password") from error
        yield box
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            box.logout()


def _page(box: imaplib.IMAP4, account: Account, place: Json) -> Page:
    folder = account.settings.get("folder", "") or "INBOX"
    status, _ = box.select(f'"{folder}"', readonly=True)
    if status != "OK":
        raise Unreachable("there is no such folder")
    valid = (box.response("UIDVALIDITY")[1] or [b""])[0]
    validity = valid.decode() if isinstance(valid, bytes) else ""
    after = place.get("uid", 0) if place.get("validity") == validity else 0
    _, listed = box.uid("SEARCH", f"UID {after + 1}:*")
    # “n:*” always names the last mail, be it below n.
    uids = sorted(uid for uid in map(int, (listed[0] or b"").split()) if uid > after)
    chosen = uids[:_PAGE]
    said = [one for uid in chosen for one in _mail(box, uid, account, f"{folder}/{validity}/{uid}")]
    following = {"validity": validity, "uid": chosen[-1] if chosen else after}
    return Page(said, orjson.dumps(following).decode(), len(uids) <= _PAGE)


def _mail(box: imaplib.IMAP4, uid: int, account: Account, number: str) -> list[Json]:
    # Of a large one the beginning is enough: what comes later is attached.
    _, parts = box.uid("FETCH", str(uid), f"(INTERNALDATE BODY.PEEK[]<0.{_MOST_BYTES}>)")
    head, raw = next((one for one in parts if isinstance(one, tuple)), (b"", None))
    if raw is None:
        return []  # deleted between two questions
    rest = b" ".join(one for one in parts if isinstance(one, bytes))
    date = _DATE.search(head + b" " + rest)
    arrived = _arrived(date[1].decode()) if date else datetime.now(UTC)
    return gather_one({"mail": number}, lambda: mapping.mail(raw, arrived, number,
                                                             account.settings["user"]))  # fmt: skip


def _arrived(text: str) -> datetime:
    return datetime.strptime(text.strip(), "%d-%b-%Y %H:%M:%S %z")


CONNECTOR = Connector(
    kind="imap",
    title=told("Mailbox"),
    namespace="email",
    fields=(
        Field("password", told("The mailbox's password, or an app password."), is_secret=True,
              is_required=True),
        Field("server", told("The IMAP server, e.g. imap.example.org."), is_required=True),
        Field("user", told("The user name, mostly the address."), is_required=True),
        Field("folder", told("The folder, if it is not the inbox.")),
    ),
    about=told("What customers write to your address. Mails stay where they are, and unread."),
    steps=(
        told("Look for “IMAP” in your mail provider's help: server, user name, password."),
        told("With a second factor, make an app password and give that one."),
    ),
    hear=takes_no_webhooks,
    streams=("inbox",),
    pull=pull,
    can_pull=can_pull,
)  # fmt: skip
