"""Keeps the cards of people in line with what comes in live, and looks for those who are one."""

from __future__ import annotations

from typing import Any

from regulars.accounts.actors import of_member, owner
from regulars.accounts.models import Member
from regulars.jobs.registry import follower, job
from regulars.jobs.ticker import Every, schedule

_MOST = 1_000
_LOOK_MINUTES = 24 * 60
LOOK = "profiles.look_for_doubles"


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


@job(LOOK, in_child=True, max_attempts=2)
def look_for_doubles(*, member_id: int | None = None, due_at: str = "") -> dict[str, Any]:
    """Join who is certainly one person, and offer who may be."""
    from regulars.profiles.matching.looking import look

    member = Member.objects.filter(pk=member_id or 0, is_active=True).first()
    run = look(of_member(member, "job") if member else owner("job"))
    return {"people": run.people, "joined": run.joined, "offered": run.offered}


def _times() -> list[Every]:
    from regulars.sources.models import Import

    first = Import.objects.order_by("pk").first()
    return [Every(_LOOK_MINUTES, first.started_at)] if first is not None else []


schedule(LOOK, times=_times)


@job("profiles.forget_again", after_restore={})
def forget_again() -> dict[str, Any]:
    """Erase once more whoever was erased after the backup that was put back."""
    # Says how the mart forgets a person.
    from regulars.profiles import erasure

    return {"people": erasure.forget_again()}


@job("profiles.age_looks", max_attempts=2)
def age_looks(*, due_at: str = "") -> dict[str, Any]:
    """Let go of looks that are older than a year."""
    from regulars.profiles.looks import keeping

    return {"looks": keeping.age()}


schedule("profiles.age_looks", times=_times)
