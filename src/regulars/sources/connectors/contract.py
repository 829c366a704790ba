"""What a connector is: plain values and functions. See docs/how-to/write-a-connector.md.

Nothing here knows the database or a vendor; a connector needs nothing else but `sale`, `signing`
and `client`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

Json = dict[str, Any]
SIGNING = "signing"
"""Name of the secret that signs webhooks, in every connector."""


class BadSignature(Exception):
    """A webhook that the vendor did not sign, or not for this source. ``reason`` is the code it is
    counted by."""

    def __init__(self, reason: str = "bad_signature") -> None:
        super().__init__(reason)
        self.reason = reason


class NotUnderstood(Exception):
    """A webhook with the right signature whose body says nothing: it must not come again."""


class TokenRefused(Exception):
    """The vendor does not take our token: somebody has to give another one."""


class Later(Exception):
    """The vendor asks us to come again after ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"come again after {seconds} s")
        self.seconds = seconds


class Unreachable(Exception):
    """The vendor does not answer, or not as its documents say; trying again may help."""


class CursorLost(Exception):
    """The vendor does not know our place in its list any more: the list is read from its start."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something the owner gives: a secret, or a plain setting such as the shop's address."""

    name: str
    sentence: str
    is_secret: bool = False
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """One source's side of a connector: what its owner gave, and where its webhooks arrive."""

    source_id: int
    secrets: Mapping[str, str]
    settings: Mapping[str, str]
    hook_url: str

    def __repr__(self) -> str:
        return f"Account({self.source_id})"  # secrets must not stand in a log


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook as it arrived. Names of ``headers`` are in lower case."""

    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """What a webhook says. ``pull`` is true where it only says that something changed."""

    messages: Sequence[Json] = ()
    pull: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a vendor's list: what it says, and where the next one begins.

    ``pause_seconds``: how long to rest before the next request, where the vendor counts them.
    """

    messages: Sequence[Json]
    cursor: str
    is_last: bool
    pause_seconds: float = 0.0


class Answer(Protocol):
    """What came back: a status below 400, headers by any case, JSON."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def data(self) -> Any: ...


class File(Protocol):
    """A file as it came: 304 and no content where it did not change."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def content(self) -> bytes: ...


class Client(Protocol):
    """Asks a vendor. See `client.HttpClient`."""

    def get(self, url: str, params: Mapping[str, Any] | None = None, **headers: str) -> Answer: ...

    def post(self, url: str, said: Json, **headers: str) -> Answer: ...

    def form(self, url: str, said: Mapping[str, str], **headers: str) -> Answer: ...

    def fetch(
        self, url: str, most_bytes: int = ..., redirects: int = ..., **headers: str
    ) -> File: ...


class Over(Exception):
    """Listening shall end: the source is paused or changed, or the worker stops."""


class Connection(Protocol):
    """What a connector that listens is given: where it stopped, and the way onto the disk.

    ``place`` is its own word for what it kept last; ``timezone`` the business's own.
    """

    @property
    def place(self) -> str: ...

    @property
    def timezone(self) -> str: ...

    def is_over(self) -> bool:
        """Whether it shall end; to be asked several times a second."""
        ...

    def works(self) -> None:
        """The vendor let us in: nothing stands in the way any more."""
        ...

    def keep(self, messages: Sequence[Json], place: str) -> None:
        """Put messages and place on the disk; the vendor may be told so once this has returned.

        Waits while there is no room, and raises `Over` where it shall end meanwhile.
        """
        ...

    def turn_away(self, reason: str) -> None:
        """Count what is not taken, for the source's page."""
        ...


def takes_no_webhooks(account: Account, delivery: Delivery) -> Heard:
    """The ``hear`` of a vendor that sends none."""
    raise BadSignature("not_a_hook")


@dataclass(frozen=True, slots=True)
class Connector:
    """One vendor.

    ``kind`` is its name on the command line; ``namespace`` that of its file exports, so that a sale
    told by both is one order. ``hear`` checks a webhook's signature before anything else and says
    what it tells: `BadSignature`, `NotUnderstood`. ``pull`` reads one page of one of ``streams``
    behind a cursor (empty: from the start): `TokenRefused`, `Later`, `Unreachable`, `CursorLost`.
    ``snapshot`` fetches a whole table into a folder instead, and says what tells the next one
    apart; None where it did not change since then. ``can_pull`` says whether an account has all
    that pulling needs. ``listen`` stays with a vendor
    that sends over an open connection until `Connection.is_over`: `TokenRefused`, `Unreachable`.
    ``about`` says in a sentence what it brings, ``steps`` what its owner does at the vendor, in
    order. ``is_public``: anybody may send, so that permissions which a message claims are not
    believed.
    """

    kind: str
    title: str
    namespace: str
    fields: tuple[Field, ...]
    hear: Callable[[Account, Delivery], Heard]
    streams: tuple[str, ...] = ()
    pull: Callable[[Account, str, str, Client], Page] | None = None
    can_pull: Callable[[Account], bool] = field(default=lambda account: False)
    listen: Callable[[Account, Connection], None] | None = None
    snapshot: Callable[[Account, Client, str, Path], tuple[Path, str] | None] | None = None
    about: str = ""
    steps: tuple[str, ...] = ()
    is_public: bool = False
