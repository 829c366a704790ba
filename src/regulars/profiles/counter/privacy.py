"""How points and what tablets sent are given out and forgotten."""

from __future__ import annotations

from regulars.kernel.declarations import Kept, PrivacyHandler
from regulars.kernel.telling import told
from regulars.profiles.counter.models import CounterEntry, PointsEntry
from regulars.sources.privacy import delete_rows, exported

_ERASED = told("Until you erase the person.")
HANDLERS = (
    PrivacyHandler(
        "profiles_pointsentry",
        lambda own, _: exported(PointsEntry.objects.filter(identifier__in=own)),
        lambda own, _: delete_rows(PointsEntry.objects.filter(identifier__in=own)),
        Kept(told("Points given and taken"), told("So that they can be redeemed."), _ERASED),
    ),
    PrivacyHandler(
        "profiles_counterentry",
        lambda own, _: exported(CounterEntry.objects.filter(identifier__in=own)),
        lambda own, _: delete_rows(CounterEntry.objects.filter(identifier__in=own)),
        Kept(
            told("That something was entered at the counter"),
            told("So that what a tablet sends twice counts once."),
            _ERASED,
        ),
    ),
)
