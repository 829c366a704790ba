from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.accounts.actors import Actor
from regulars.accounts.models import Member
from regulars.identity.resolving import resolve
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from regulars.profiles import cards, erasure, merging, person, search
from regulars.profiles.hanging import files, notes, relations, tasks
from regulars.profiles.models import NoteText, PersonFile, Task
from regulars.sources import imports
from tests import world

HEAD = ("Customer ID", "Name", "E-mail")
ROWS = (("C1", "Ada Lovelace", "ada@crumb.test"), ("C2", "Bob Stone", "bob@crumb.test"))


@pytest.fixture
def owner(db: None, data_folder: Path, tmp_path: Path) -> Actor:
    shop = world.open_shop().owner
    world.write(tmp_path / "people.csv", HEAD, ROWS)
    changes = dict(zip(("customer_id", "name", "email"), HEAD, strict=True))
    imports.import_file(
        shop, tmp_path / "people.csv", kind="customers", is_confirmed=True, changes=changes
    )
    resolve()
    cards.rebuild()
    return shop


def who(text: str) -> int:
    return search.find(text)[0].profile_id


def helper() -> Actor:
    row, _ = Member.objects.get_or_create(
        email="hana@crumb.test", defaults={"role": "helper", "name": "Hana Berg"}
    )
    return Actor("helper", "page", row.pk, "Hana Berg")


def test_a_note_keeps_what_it_said_and_can_be_put_back(owner: Actor) -> None:
    ada = who("ada@")
    number = notes.write(owner, ada, "Likes rye")
    notes.change(owner, number, "Likes rye, not wheat")
    [one] = notes.of(ada, owner)
    assert (one.text, one.was_changed, one.is_mine) == ("Likes rye, not wheat", True, True)
    assert list(NoteText.objects.order_by("pk").values_list("text", flat=True)) == [
        "Likes rye", "Likes rye, not wheat",
    ]  # fmt: skip
    notes.remove(owner, number)
    assert notes.of(ada) == []
    notes.put_back(owner, number)
    assert [one.text for one in notes.of(ada)] == ["Likes rye, not wheat"]


def test_a_mention_reaches_its_colleague(owner: Actor) -> None:
    hana = helper()
    notes.write(owner, who("ada@"), "@hana please ring her; @nobody and mail@crumb.test are not us")
    [one] = notes.mentioning(hana)
    assert one.mentions == [str(Member.objects.get(pk=hana.member_id))] and one.profile_id == who(
        "ada@"
    )
    assert notes.mentioning(owner) == []


def test_somebody_elses_note_is_for_leads(owner: Actor) -> None:
    hana = helper()
    mine, theirs = (notes.write(one, who("ada@"), "x") for one in (hana, owner))
    with pytest.raises(NotAllowed, match="somebody else"):
        notes.remove(hana, theirs)
    notes.remove(owner, mine)
    with pytest.raises(NotAllowed):
        notes.write(Actor("analyst", "page"), who("ada@"), "x")


@pytest.mark.parametrize("text", ["", "  ", "\x00", "x" * 4001])
def test_an_empty_or_endless_note_is_refused(owner: Actor, text: str) -> None:
    with pytest.raises(WrongUse):
        notes.write(owner, who("ada@"), text)


def test_tasks_stand_by_day_and_are_done_and_reopened(owner: Actor) -> None:
    ada = who("ada@")
    late = tasks.add(owner, what="Ring up", due_on=date(2025, 1, 2), profile_id=ada)
    tasks.add(owner, what="Some day")
    soon = tasks.add(owner, what="Bake", due_on=date(2099, 1, 2), member_id=helper().member_id)
    assert [one.what for one in tasks.listing(owner)] == ["Ring up", "Bake", "Some day"]
    assert [one.what for one in tasks.listing(owner, is_mine=True)] == ["Ring up", "Some day"]
    tasks.mark(owner, late, is_done=True)
    found = tasks.listing(owner)
    assert [one.what for one in found] == ["Bake", "Some day", "Ring up"]
    assert not found[-1].is_overdue and found[-1].done_by
    assert [one.kind for one in person.show(owner, ada).timeline] == ["task"]
    tasks.mark(owner, late, is_done=False)
    assert tasks.of(ada)[0].is_overdue
    for number in (0, soon + 99, 2**70):
        with pytest.raises(NotFound):
            tasks.mark(owner, number, is_done=True)


def test_what_hangs_on_people_goes_with_its_part(owner: Actor) -> None:
    ada, bob = who("ada@"), who("bob@")
    notes.write(owner, ada, "about Ada")
    tasks.add(owner, what="about Bob", profile_id=bob)
    relations.relate(owner, ada, kind="friend", other=bob)
    merged = merging.merge(owner, ada, bob, reason="the same")
    [one] = merged.people
    assert len(notes.of(one)) == len(tasks.of(one)) == 1
    assert relations.of(one) == []
    merging.split(owner, merged.merge_id)
    assert len(notes.of(ada)) == len(tasks.of(bob)) == 1
    assert notes.of(bob) == tasks.of(ada) == []
    assert [known.profile_id for known in relations.of(ada)] == [bob]


def test_relations_are_seen_from_both_sides_and_end(owner: Actor) -> None:
    ada, bob = who("ada@"), who("bob@")
    number = relations.relate(owner, ada, kind="works_for", other=bob)
    relations.relate(owner, ada, kind="works_for", company="Analytical Engines Ltd")
    assert [one.word for one in relations.of(ada)] == ["Works for", "Works for"]
    assert [(one.word, one.name) for one in relations.of(bob)] == [("Employs", "Ada Lovelace")]
    for kind, other, company in (
        ("works_for", bob, ""), ("works_for", None, "Analytical Engines Ltd"), ("friend", ada, ""),
        ("friend", None, "A firm"), ("enemy", bob, ""), ("friend", None, ""),
    ):  # fmt: skip
        with pytest.raises(WrongUse):
            relations.relate(owner, ada, kind=kind, other=other, company=company)
    second = relations.relate(owner, ada, kind="works_for", company="The Mill")
    assert relations.of(ada)[-1].name == "The Mill"
    relations.end(owner, second)
    relations.end(owner, number)
    assert relations.of(bob) == []
    with pytest.raises(NotFound):
        relations.end(owner, number)


def test_a_file_is_kept_once_and_goes_with_the_last_who_has_it(
    owner: Actor, data_folder: Path
) -> None:
    ada, bob = who("ada@"), who("bob@")
    first = files.keep(owner, ada, name="../../secret/plan.pdf", chunks=[b"pl", b"an"])
    files.keep(owner, bob, name="x" * 300, chunks=[b"plan"], media_type="Image/PNG; a=b")
    row, path = files.find(owner, first)
    assert (row.name, row.media_type) == ("plan.pdf", "application/octet-stream")
    assert path.read_bytes() == b"plan" and data_folder in path.parents
    assert PersonFile.objects.values("digest").distinct().count() == 1
    erasure.erase(owner, ada)
    assert path.exists()
    erasure.erase(owner, bob)
    assert not path.exists()


@pytest.mark.parametrize("chunks", [[], [b""], [b"x" * 2**20] * 21])
def test_an_empty_or_huge_file_is_refused_and_leaves_nothing(
    owner: Actor, data_folder: Path, chunks: list[bytes]
) -> None:
    with pytest.raises(WrongUse):
        files.keep(owner, who("ada@"), name="a", chunks=chunks)
    assert not [one for one in (data_folder / "files").rglob("*") if one.is_file()]


def test_erasing_takes_notes_about_others_that_name_the_person(owner: Actor) -> None:
    notes.write(owner, who("bob@"), "Came with ada@crumb.test")
    tasks.add(owner, what="Write to ada@crumb.test")
    notes.write(owner, who("ada@"), "Likes rye")
    erasure.erase(owner, who("ada@"))
    assert not NoteText.objects.filter(text__contains="ada@").exists()
    assert not Task.objects.filter(what__contains="ada@").exists()
    assert len(notes.of(who("bob@"))) == 1


def test_the_page_takes_notes_tasks_files_and_relations(owner: Actor) -> None:
    client, ada = Client(), who("ada@")
    client.force_login(
        Member.objects.get(pk=owner.member_id),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    path = f"/people/{ada}/do"
    client.post(path, {"do": "note", "text": "Likes <rye>"})
    client.post(path, {"do": "task", "what": "Ring up", "due_on": "2025-01-02"})
    client.post(path, {"do": "relate", "kind": "friend", "whom": "bob stone"})
    sent = SimpleUploadedFile("plan.html", b"<script>alert(1)</script>", "text/html")
    client.post(path, {"do": "file", "file": sent})
    page = client.get(f"/people/{ada}").content.decode()
    for words in ("Likes &lt;rye&gt;", "Ring up", "Friend of", "plan.html", "overdue"):
        assert words in page
    got = client.get(f"/people/files/{files.of(ada)[0].id}")
    assert got["Content-Disposition"].startswith("attachment")
    assert (got["X-Content-Type-Options"], got["Content-Type"]) == (
        "nosniff", "application/octet-stream",
    )  # fmt: skip
    only = client.get(f"/people/{ada}?show=task").content.decode()
    assert only.count("<li><time datetime") == 0
    refused = client.post(path, {"do": "task", "what": "x", "due_on": "soon"}, follow=True)
    assert "Write the day like" in refused.content.decode()
    client.post("/people/tasks", {"done": tasks.of(ada)[0].id})
    assert "done by" in client.get("/people/tasks").content.decode()
    only = client.get(f"/people/{ada}?show=task").content.decode()
    assert only.count("<li><time datetime") == 1
