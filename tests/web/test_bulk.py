"""Tags, given one by one and to many at once, and undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from regulars.profiles.models import BulkEdit, Tag, Tagging

pytestmark = pytest.mark.django_db
Browse = Callable[[str | None], Any]


def have(tag: str, owner: Any) -> set[str]:
    answer = owner.get("/people", {"tag": tag})
    return {one["name"] for one in answer.context["listing"]["people"]}


def change(who: Any, do: str, tag: str, **more: Any) -> Any:
    return who.post("/people/edit", {"do": do, "tag": tag, "is_meant": "yes", **more})


def test_a_tag_is_given_and_taken_on_a_person_s_page(world: Any, browse: Browse) -> None:
    owner, ada = browse("owner"), world.person("Ada")
    owner.post(f"/people/{ada}/do", {"do": "tag", "tag": " Likes  Rye "})
    owner.post(f"/people/{ada}/do", {"do": "tag", "tag": "likes rye"})
    assert have("LIKES RYE", owner) == {"Ada Lovelace"}
    assert Tagging.objects.count() == 1
    page = owner.get(f"/people/{ada}").content.decode()
    assert "Likes Rye" in page
    tag = Tag.objects.get()
    owner.post(f"/people/{ada}/do", {"do": "untag", "tag_id": tag.pk})
    row = Tagging.objects.get()
    assert row.ended_at and row.ended_by_id and have("likes rye", owner) == set()


@pytest.mark.parametrize("tag", ["", "  ", "\x00", "x" * 61])
def test_a_tag_that_is_none_changes_nothing(world: Any, browse: Browse, tag: str) -> None:
    owner, ada = browse("owner"), world.person("Ada")
    owner.post(f"/people/{ada}/do", {"do": "tag", "tag": tag})
    change(owner, "tag", tag, all="yes")
    assert not Tagging.objects.exists()


def test_it_says_first_how_many_it_would_change(world: Any, browse: Browse) -> None:
    owner, ada = browse("owner"), world.person("Ada")
    owner.post(f"/people/{ada}/do", {"do": "tag", "tag": "VIP"})
    given = {"do": "tag", "tag": "VIP", "all": "yes", "query": ""}
    preview = owner.post("/people/edit", given).context["preview"]
    assert preview.tagged == 1 and preview.changes == preview.count - 1 > 20
    assert not BulkEdit.objects.exists()


def test_undo_leaves_the_tag_to_those_who_had_it(world: Any, browse: Browse) -> None:
    owner, ada = browse("owner"), world.person("Ada")
    owner.post(f"/people/{ada}/do", {"do": "tag", "tag": "VIP"})
    some = [ada, world.person("Brahim"), world.person("Chloe")]
    done = change(owner, "tag", "VIP", person=some, query="sort=name")
    edit = BulkEdit.objects.get()
    assert done["Location"] == f"/people?sort=name&edit={edit.pk}" and edit.changed == 2
    assert "Tagged 2 people" in owner.get(done["Location"]).content.decode()
    assert len(have("VIP", owner)) == 3
    owner.post(f"/people/edits/{edit.pk}/undo")
    assert have("VIP", owner) == {"Ada Lovelace"}
    again = owner.post(f"/people/edits/{edit.pk}/undo", follow=True)
    assert "undone already" in again.content.decode()
    assert have("VIP", owner) == {"Ada Lovelace"}


def test_taking_a_tag_from_many_is_undone_as_it_was(world: Any, browse: Browse) -> None:
    owner = browse("owner")
    change(owner, "tag", "Old", all="yes", query="has=phone")
    before = list(Tagging.objects.order_by("pk").values())
    change(owner, "untag", "Old", all="yes", query="tag=Old")
    edit = BulkEdit.objects.latest("pk")
    assert edit.changed == len(before) > 20 and have("Old", owner) == set()
    owner.post(f"/people/edits/{edit.pk}/undo")
    assert list(Tagging.objects.order_by("pk").values()) == before


def test_what_two_undone_changes_did_stays_undone(world: Any, browse: Browse) -> None:
    owner, ada = browse("owner"), world.person("Ada")
    change(owner, "tag", "Old", person=[ada])
    change(owner, "untag", "Old", person=[ada])
    for edit in BulkEdit.objects.order_by("pk"):
        owner.post(f"/people/edits/{edit.pk}/undo")
    assert have("Old", owner) == set()


def test_more_than_a_thousand_are_changed_in_the_background(
    world: Any, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    from regulars.insights import bulk_edits
    from regulars.jobs.performing import drain
    from regulars.profiles.viewing import bulk

    monkeypatch.setattr(bulk_edits, "AT_ONCE", 5)
    monkeypatch.setattr(bulk, "TURN", 4)
    owner = browse("owner")
    done = change(owner, "tag", "Many", all="yes", query="")
    assert "It goes on by itself" in owner.get(done["Location"]).content.decode()
    assert have("Many", owner) == set()
    drain()
    edit = BulkEdit.objects.get()
    assert edit.done_at and edit.changed == edit.counted == Tagging.objects.count()
    owner.post(f"/people/edits/{edit.pk}/undo")
    assert len(have("Many", owner)) > 20
    drain()
    assert have("Many", owner) == set()
    assert "as before" in owner.get("/people/edits").content.decode()


def test_a_change_cut_off_goes_on_where_it_stood_and_stops_when_undone(
    world: Any, browse: Browse
) -> None:
    from regulars.accounts.actors import owner as the_owner
    from regulars.insights import bulk_edits, people_list
    from regulars.profiles.viewing import bulk
    from regulars.profiles.viewing.filters import Filters

    actor = the_owner("page")
    people = sorted(people_list.found(actor, Filters()).values_list("pk", flat=True))
    edit = bulk.begin(actor, "tag", "Half", Filters(), chosen=None, counted=len(people))
    assert bulk.turn(edit.pk, people[:5], is_last=False)
    assert bulk.turn(edit.pk, people[:5], is_last=False)
    assert Tagging.objects.count() == 5
    bulk_edits.undo(actor, edit.pk)
    bulk_edits.carry_out(actor, edit.pk)
    assert not Tagging.objects.filter(ended_at=None).exists()


def test_a_helper_undoes_only_their_own_change(world: Any, browse: Browse) -> None:
    ada = world.person("Ada")
    change(browse("owner"), "tag", "VIP", person=[ada])
    edit = BulkEdit.objects.get()
    assert browse("helper").post(f"/people/edits/{edit.pk}/undo").status_code == 403
    change(browse("helper"), "tag", "Mine", person=[ada])
    mine = BulkEdit.objects.latest("pk")
    browse("manager").post(f"/people/edits/{mine.pk}/undo")
    assert have("Mine", browse("owner")) == set()


@pytest.mark.parametrize(
    "given",
    [{"person": ["x", "-1", str(2**70), str(2**62)]}, {"do": "burn", "all": "yes"},
     {"do": "untag", "tag": "unknown", "all": "yes"}, {"query": "country=Atlantis", "all": "yes"}],
)  # fmt: skip
def test_nobody_or_nonsense_changes_nothing(
    world: Any, browse: Browse, given: dict[str, Any]
) -> None:
    owner = browse("owner")
    for meant in ({}, {"is_meant": "yes"}):
        answer = owner.post("/people/edit", {"do": "tag", "tag": "VIP", **given, **meant})
        assert answer.status_code == 302
    assert not Tagging.objects.exists()


def test_a_merge_and_a_split_carry_tags_along(world: Any, browse: Browse) -> None:
    from regulars.accounts.actors import owner as the_owner
    from regulars.profiles import merging

    owner, ada, dov = browse("owner"), world.person("Ada"), world.person("Dov")
    change(owner, "tag", "VIP", person=[dov])
    done = merging.merge(the_owner("page"), ada, dov, reason="one")
    assert len(have("VIP", owner)) == 1
    change(owner, "tag", "VIP", person=list(done.people))
    assert BulkEdit.objects.latest("pk").changed == 0
    merging.split(the_owner("page"), str(done.merge_id))
    assert have("VIP", owner) == {"Dov Katz"}


def test_an_erased_person_has_no_tag_and_names_none(world: Any, browse: Browse) -> None:
    owner, ada = browse("owner"), world.person("Ada")
    change(owner, "tag", "Ada Lovelace", person=[ada, world.person("Dov")])
    owner.post(f"/people/{ada}/erase", {"sure": "yes"})
    assert Tagging.objects.count() == 1
    assert "Ada" not in Tag.objects.get().name
    assert ada not in BulkEdit.objects.get().chosen
