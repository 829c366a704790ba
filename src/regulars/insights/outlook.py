"""What the last refresh worked out for Today, read by pages and written by the refresh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import transaction

from regulars.insights.models import Outlook, ScoreRun
from regulars.mart.engine import Snapshot

# Raised when what is worked out changes, so that the next refresh works it out anew.
VERSION = "4"
# What the segments hold is kept too: counting anew takes the longer the more people there are.
SEGMENTS = "segments"


@dataclass(frozen=True, slots=True)
class Looking:
    """What there is to look at: one version of the mart, the scores in force, and the day."""

    snapshot: Snapshot
    as_of: date | None
    today: date
    currency: str
    zone: str
    run: ScoreRun | None

    def rows(self, sql: str, **values: object) -> list[dict[str, Any]]:
        """The answer to ``sql`` as dictionaries; ``{names}`` in it are filled from ``values``."""
        return self.snapshot.run(sql.format(currency=self.currency, **values)).dicts()

    def columns(self, sql: str, names: Sequence[str], **values: object) -> list[Any]:
        """Columns of whole numbers of the answer as arrays; loads pyarrow."""
        table = self.snapshot.arrow(sql.format(currency=self.currency, **values))
        return [table.column(name).to_numpy(zero_copy_only=False).astype("int64") for name in names]


def current() -> dict[str, Any]:
    """Every fact by name; empty before the first refresh."""
    newest = Outlook.objects.order_by("-pk").values_list("pk", "version", "at").first()
    return _facts(*newest) if newest else {}


def facts(name: str) -> dict[str, Any]:
    """The facts called ``name``; empty when there are none."""
    found: dict[str, Any] = current().get(name) or {}
    return found


def current_day() -> date | None:
    """The last complete day of data that the newest outlook knows."""
    return Outlook.objects.order_by("-pk").values_list("as_of", flat=True).first()


def is_of(as_of: date | None) -> bool:
    """Whether the newest outlook is of that day and of this version of the program."""
    newest = Outlook.objects.order_by("-pk").values_list("as_of", "made_by").first()
    return newest == (as_of, VERSION)


def keep(as_of: date | None, found: dict[str, Any]) -> None:
    """Put ``found`` in force and let go of what was in force before."""
    with transaction.atomic():
        new = Outlook.objects.create(as_of=as_of, made_by=VERSION, facts=found)
        Outlook.objects.filter(pk__lt=new.pk).delete()


@lru_cache(maxsize=4)
def _facts(number: int, version: int, at: datetime) -> dict[str, Any]:
    # A refresh may have put the next one in force meanwhile; that one is as good.
    rows = Outlook.objects.filter(pk__gte=number).order_by("-pk")
    found: dict[str, Any] = rows.values_list("facts", flat=True).first() or {}
    return found
