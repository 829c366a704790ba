"""Numbers that people had before lead to who they are now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.django_db
Browse = Callable[[str | None], Any]


def merged(one: int, other: int) -> Any:
    from regulars.accounts.actors import owner
    from regulars.profiles import merging

    return merging.merge(owner("page"), one, other, reason="one voice")


def by_number(number: int) -> int:
    from regulars.accounts.actors import owner
    from regulars.insights import people

    return int(people.show_by_number(owner("api"), number)["id"])


def test_after_merges_each_old_number_leads_to_the_person(world: Any, browse: Browse) -> None:
    from regulars.accounts.actors import owner as the_owner
    from regulars.profiles import merging

    owner = browse("owner")
    first, middle, last = sorted(world.person(name) for name in ("Ada", "Brahim", "Dov"))
    merged(middle, last)
    second = merged(first, middle)
    for old in (middle, last):
        assert owner.get(f"/people/{old}")["Location"] == f"/people/{first}"
        assert by_number(old) == first
    to = owner.get(f"/people/{last}?show=order&before=")["Location"]
    assert to == f"/people/{first}?show=order&before="
    for part in ("/merges", "/merge", "/facts", "/erase", "/export"):
        assert owner.get(f"/people/{last}{part}")["Location"] == f"/people/{first}{part}"
    merging.split(the_owner("page"), second.merge_id)
    assert owner.get(f"/people/{middle}").status_code == 200
    assert owner.get(f"/people/{last}")["Location"] == f"/people/{middle}"


def test_what_is_written_means_the_person_who_was_seen(world: Any, browse: Browse) -> None:
    owner = browse("owner")
    first, last = sorted(world.person(name) for name in ("Ada", "Dov"))
    merged(first, last)
    assert owner.post(f"/people/{last}/erase", {"sure": "yes"}).status_code == 404
    assert owner.get(f"/people/{first}").status_code == 200


def test_an_erased_person_s_numbers_lead_nowhere(world: Any, browse: Browse) -> None:
    owner = browse("owner")
    first, last = sorted(world.person(name) for name in ("Ada", "Dov"))
    merged(first, last)
    owner.post(f"/people/{first}/erase", {"sure": "yes"})
    for number in (first, last, 999_999, 2**63):
        assert owner.get(f"/people/{number}").status_code == 404


def test_a_change_to_many_follows_who_was_merged_since_they_were_ticked(
    world: Any, browse: Browse
) -> None:
    from regulars.profiles.models import BulkEdit, Tagging

    owner = browse("owner")
    first, last = sorted(world.person(name) for name in ("Ada", "Dov"))
    merged(first, last)
    owner.post("/people/edit", {"do": "tag", "tag": "VIP", "is_meant": "yes", "person": [last]})
    edit = BulkEdit.objects.get()
    assert edit.changed == 1
    tagged = owner.get("/people", {"tag": "VIP"}).context["listing"]["people"]
    assert [one["id"] for one in tagged] == [first]
    owner.post(f"/people/edits/{edit.pk}/undo")
    assert not Tagging.objects.filter(ended_at=None).exists()
    owner.post(f"/people/{first}/erase", {"sure": "yes"})
    edit.refresh_from_db()
    assert edit.chosen == []
