"""How what members typed about people is given out and forgotten."""

from __future__ import annotations

from regulars.kernel.declarations import Kept, PrivacyHandler
from regulars.kernel.telling import told
from regulars.profiles.typed.models import TypedConsent, TypedTrait
from regulars.sources.privacy import delete_rows, exported

NOT_PERSONAL = {"profiles_customfield": "Names of fields that the business made."}
_ERASED = told("Until you erase the person.")

HANDLERS = (
    PrivacyHandler(
        "profiles_typedtrait",
        lambda own, _: exported(TypedTrait.objects.filter(identifier__in=own)),
        lambda own, _: delete_rows(TypedTrait.objects.filter(identifier__in=own)),
        Kept(
            told("What your team typed about people: preferences, days, names"),
            told("To serve each as they like it."),
            _ERASED,
        ),
    ),
    PrivacyHandler(
        "profiles_typedconsent",
        lambda own, _: exported(TypedConsent.objects.filter(identifier__in=own)),
        lambda own, _: delete_rows(TypedConsent.objects.filter(identifier__in=own)),
        Kept(
            told("What people told your team they allow, in their words"),
            told("As the evidence that you may write to them, or may not."),
            _ERASED,
        ),
    ),
)
