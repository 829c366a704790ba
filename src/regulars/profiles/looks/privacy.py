"""How the trail of looks is given out and forgotten."""

from __future__ import annotations

from regulars.kernel.declarations import Kept, PrivacyHandler
from regulars.kernel.telling import told
from regulars.profiles.looks.models import Look
from regulars.sources.privacy import delete_rows, exported

HANDLERS = (
    PrivacyHandler(
        "profiles_look",
        lambda own, _: exported(Look.objects.filter(identifier__in=own)),
        lambda own, _: delete_rows(Look.objects.filter(identifier__in=own)),
        Kept(
            told("Which of your team looked at whose page"),
            told("So that nobody looks without a reason."),
            told("For a year, or until you erase the person."),
        ),
    ),
)
