"""Stays with vendors that send over an open connection: they hear of it once it is on disk."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import orjson
from django.db import DatabaseError

from regulars.accounts import business as businesses
from regulars.jobs.registry import Wanted
from regulars.kernel import clock
from regulars.kernel.telling import told
from regulars.sources import secrets
from regulars.sources.connectors import accounts
from regulars.sources.connectors.contract import Json, Over, TokenRefused, Unreachable
from regulars.sources.connectors.found import connectors
from regulars.sources.connectors.kept import as_messages
from regulars.sources.intake import keys, room
from regulars.sources.intake.keeping import KEEPER
from regulars.sources.models import Pull, Source

_STREAM = "connection"
_ROOM_SECONDS = 0.2
_log = logging.getLogger("regulars.intake")


def listens(source: Source) -> bool:
    """Whether somebody has to listen to what a source sends."""
    connector = accounts.connector_of(source)
    return connector is not None and connector.listen is not None


def wanted() -> Iterator[Wanted]:
    """Yield the connections of all sources that are not paused and have what it needs."""
    kinds = [kind for kind, one in connectors().items() if one.listen is not None]
    found = Source.objects.filter(paused_at=None, kind__in=kinds).exclude(write_key=None)
    for source in found if kinds else ():
        if not accounts.is_waiting(source):
            given = [source.settings.get(name) for name in ("secrets", "connector")]
            yield Wanted(f"source {source.pk}", orjson.dumps(given).decode(),
                         partial(listen, source.pk))  # fmt: skip


def listen(source_id: int, is_over: Callable[[], bool]) -> None:
    """Listen to one source until ``is_over`` or until the connection breaks; its page says why.

    A refused password makes the source wait until another is given.
    """
    source = Source.objects.get(pk=source_id)
    connector = accounts.connector_of(source)
    if connector is None or connector.listen is None or source.paused_at is not None:
        return
    if accounts.is_waiting(source):
        return
    try:
        connector.listen(accounts.account_of(source), _Connection(source_id, is_over))
    except Over:
        pass
    except secrets.Sealed:
        sentence = told("The secret was kept on another machine; give it again.")
        accounts.note_problem(source_id, accounts.SEALED, sentence)
    except TokenRefused:
        sentence = told("%(kind)s does not accept the user or the password; give others.",
                        kind=connector.title)  # fmt: skip
        accounts.note_problem(source_id, accounts.TOKEN, sentence)
    except DatabaseError:
        raise
    except Exception as error:
        # What somebody else's connector says of a failure may hold what must not be kept.
        why = str(error)[:120] if isinstance(error, Unreachable) else type(error).__name__
        sentence = told("%(kind)s does not answer as it should (%(why)s).",
                        kind=connector.title, why=why)  # fmt: skip
        accounts.note_problem(source_id, accounts.UNREACHABLE, sentence)


class _Connection:
    """One source's `contract.Connection`."""

    def __init__(self, source_id: int, is_over: Callable[[], bool]) -> None:
        self.source_id = source_id
        self.is_over = is_over
        self.timezone = businesses.get().timezone
        stood, _ = Pull.objects.get_or_create(source_id=source_id, stream=_STREAM)
        self._number, self.place = stood.pk, stood.cursor

    def works(self) -> None:
        accounts.clear_problem(self.source_id)

    def keep(self, messages: Sequence[Json], place: str) -> None:
        while room.why_full() is not None:
            if self.is_over():
                raise Over
            time.sleep(_ROOM_SECONDS)
        now = clock.now()

        def move() -> None:
            stood = Pull.objects.filter(pk=self._number)
            stood.update(cursor=place, is_whole=True, pulled_at=now)

        KEEPER.keep(self.source_id, now, list(as_messages(messages, now)), move)
        self.place = place

    def turn_away(self, reason: str) -> None:
        keys.count_refusal(self.source_id, reason)
