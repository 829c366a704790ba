"""Asks vendors what is new, page by page, and goes on where it stopped.

A page's messages and the place behind it are one transaction: a kill between two pages loses
nothing, and of two that read the same list the slower one stops.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from regulars.jobs.queue import enqueue
from regulars.kernel import clock
from regulars.kernel.telling import told
from regulars.sources import secrets
from regulars.sources.connectors import accounts, snapshots
from regulars.sources.connectors.client import HttpClient, Refused
from regulars.sources.connectors.contract import (
    Account,
    Client,
    Connector,
    CursorLost,
    Later,
    Page,
    TokenRefused,
    Unreachable,
)
from regulars.sources.connectors.found import connectors
from regulars.sources.connectors.kept import as_messages
from regulars.sources.intake import room
from regulars.sources.intake.keeping import KEEPER
from regulars.sources.models import Pull, Source

MOST_SECONDS = 60.0
"""How long one turn goes on: other jobs wait for their child process."""
_LONGEST_REST = 10.0
_REST_UNREACHABLE = 300.0
JOB = "sources.pull"


@dataclass(slots=True)
class Pulled:
    """What one turn did: new messages, pages, and when to go on (None: all was read)."""

    kept: int = 0
    pages: int = 0
    again_in_seconds: float | None = None
    problem: str = ""


class _MovedOn(Exception):
    """Somebody else read this page."""


def pull(
    source_id: int,
    *,
    client: Client | None = None,
    rest: Callable[[float], None] = time.sleep,
    most_seconds: float = MOST_SECONDS,
) -> Pulled:
    """Read all lists of one source to their ends, or as far as time and the vendor allow.

    A refused token makes the source wait and say so; its webhooks are taken all the same.
    """
    source, done = Source.objects.get(pk=source_id), Pulled()
    connector = accounts.connector_of(source)
    if connector is None or source.paused_at is not None or accounts.is_waiting(source):
        return done
    try:
        account = accounts.account_of(source)
        if connector.can_pull(account):
            if connector.snapshot is not None:
                done.kept = snapshots.pull(source, connector, account, client or HttpClient())
                done.pages = 1
                accounts.clear_problem(source_id)
                return done
            until = time.monotonic() + most_seconds
            reader = _Reader(connector, account, client or HttpClient(), rest, until, done)
            reader.read()
    except secrets.Sealed:
        sentence = told("The secret was kept on another machine; give it again.")
        _stop(source_id, done, accounts.SEALED, sentence)
    except TokenRefused:
        sentence = told("%(kind)s does not accept the token any more; give a new one.",
                        kind=connector.title)  # fmt: skip
        _stop(source_id, done, accounts.TOKEN, sentence)
    except Later as later:
        done.again_in_seconds = later.seconds
    except (Unreachable, Refused) as error:
        done.again_in_seconds = _REST_UNREACHABLE
        sentence = told("%(kind)s does not answer as it should (%(why)s).",
                        kind=connector.title, why=str(error)[:120])  # fmt: skip
        _stop(source_id, done, accounts.UNREACHABLE, sentence)
    except _MovedOn:
        pass
    return done


def _stop(source_id: int, done: Pulled, code: str, sentence: str) -> None:
    done.problem = code
    accounts.note_problem(source_id, code, sentence)


@dataclass(slots=True)
class _Reader:
    connector: Connector
    account: Account
    client: Client
    rest: Callable[[float], None]
    until: float
    done: Pulled

    def read(self) -> None:
        for stream in self.connector.streams:
            if not self._read_stream(stream):
                self.done.again_in_seconds = 0.0
                return
        accounts.clear_problem(self.account.source_id)

    def _read_stream(self, stream: str) -> bool:
        """Read one list; whether its end was reached."""
        place, _ = Pull.objects.get_or_create(source_id=self.account.source_id, stream=stream)
        while True:
            if time.monotonic() > self.until:
                return False
            if (full := room.why_full()) is not None:
                raise Later(room.RETRY_SECONDS if full.status == 429 else _REST_UNREACHABLE)
            page = self._page(place)
            self._keep(place, page)
            self.done.pages += 1
            if page.is_last:
                return True
            if page.pause_seconds > _LONGEST_REST:
                raise Later(page.pause_seconds)
            if page.pause_seconds:
                self.rest(page.pause_seconds)

    def _page(self, place: Pull) -> Page:
        assert self.connector.pull is not None
        try:
            page = self.connector.pull(self.account, place.stream, place.cursor, self.client)
        except CursorLost:
            if not place.cursor:
                raise Unreachable("the list has no beginning") from None
            page = self.connector.pull(self.account, place.stream, "", self.client)
        if not page.is_last and page.cursor == place.cursor:
            # A vendor that hands out the same page for ever.
            return Page(page.messages, page.cursor, True)
        return page

    def _keep(self, place: Pull, page: Page) -> None:
        now, before = clock.now(), place.cursor

        def move() -> None:
            changed = Pull.objects.filter(pk=place.pk, cursor=before).update(
                cursor=page.cursor, is_whole=page.is_last, pulled_at=now
            )
            if not changed:
                raise _MovedOn

        said = list(as_messages(page.messages, now))
        self.done.kept += KEEPER.keep(self.account.source_id, now, said, move)
        place.cursor = page.cursor


def enqueue_pull(source_id: int, *, in_seconds: float = 0.0) -> None:
    """Queue a pull of one source, unless one waits already."""
    after = clock.now() + timedelta(seconds=in_seconds) if in_seconds else None
    enqueue(JOB, {"source_id": source_id}, unique_key=f"{JOB}:{source_id}", run_after=after)


def enqueue_all() -> int:
    """Queue a pull of every source that can be asked; returns how many."""
    count = 0
    for source in _askable():
        if not accounts.is_waiting(source) and _is_due(source):
            enqueue_pull(source.pk)
            count += 1
    return count


def _is_due(source: Source) -> bool:
    connector = accounts.connector_of(source)
    return connector is None or connector.snapshot is None or snapshots.is_due(source)


def first_added_at() -> datetime | None:
    """When the first source that can be asked was added; None without any."""
    found = _askable()
    return min((one.created_at for one in found), default=None)


def may_be_asked(source: Source) -> bool:
    """Whether the vendor can be asked, with what the source's owner gave."""
    connector = accounts.connector_of(source)
    if connector is None or (connector.pull is None and connector.snapshot is None):
        return False
    try:
        return connector.can_pull(accounts.account_of(source))
    except secrets.Sealed:
        return True


def _askable() -> list[Source]:
    live = Source.objects.filter(paused_at=None, kind__in=list(connectors()))
    return [one for one in live.exclude(write_key=None) if may_be_asked(one)]
