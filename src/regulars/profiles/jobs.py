"""Keeps the cards of people in line with what comes in live."""

from __future__ import annotations

from regulars.jobs.registry import follower

_MOST = 1_000


@follower
def follow() -> int:
    """Draw the cards of whoever was named, or told something about, since."""
    from regulars.identity.models import ProfileChange
    from regulars.identity.queries import profiles_of
    from regulars.profiles import cards
    from regulars.sources.following import news, seen
    from regulars.sources.models import CustomerRecord

    told = news("card records", CustomerRecord, "identifier_id", _MOST)
    changes = list(ProfileChange.objects.order_by("pk").values_list("pk", "profile_number")[:_MOST])
    people = {number for _, number in changes} | set(profiles_of(told.values).values())
    if people:
        cards.rebuild(people)
        ProfileChange.objects.filter(pk__in=[pk for pk, _ in changes]).delete()
    seen("card records", told)
    return told.count + len(changes)
