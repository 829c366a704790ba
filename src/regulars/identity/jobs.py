"""Follows the identifiers that come in live; files are resolved by the refresh after them."""

from __future__ import annotations

from regulars.jobs.registry import follower

_MOST = 1_000
_WAIT_SECONDS = 30.0


@follower
def follow() -> int:
    """Join who stands together in what was told since."""
    from regulars.identity.models import ProfileChange
    from regulars.identity.resolving import resolve_near
    from regulars.jobs import leases
    from regulars.sources.following import news, seen
    from regulars.sources.models import IdentifierPair, IdentifierUse

    uses = news("identity uses", IdentifierUse, "identifier_id", _MOST)
    pairs = news("identity pairs", IdentifierPair, "low_id", _MOST)
    if uses.values or pairs.values:
        with leases.hold(leases.IDENTITY, wait_seconds=_WAIT_SECONDS):
            changed = resolve_near({*uses.values, *pairs.values}).changed
        ProfileChange.objects.bulk_create(ProfileChange(profile_number=one) for one in changed)
    seen("identity uses", uses)
    seen("identity pairs", pairs)
    return uses.count + pairs.count
