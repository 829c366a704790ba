from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from regulars.profiles.hanging import files, relations
from tests.api.conftest import Ask
from tests.contract.world import World

_PAGE = b"<script>alert(1)</script>"


@pytest.fixture
def ada(world: World, db: None) -> int:
    return world.person("Ada Lovelace")


def keep(ask: Ask, person: int, role: str | None = "helper", content: bytes = _PAGE) -> Any:
    file = SimpleUploadedFile("../plan 1.html", content, "text/html")
    return ask(role, f"people/{person}/files", "post", data={"file": file})


def relate(ask: Ask, person: int, **said: Any) -> Any:
    path = f"people/{person}/relations"
    return ask("helper", path, "post", data=said, content_type="application/json")


def test_a_file_is_kept_listed_and_fetched_as_it_came(ada: int, ask: Ask) -> None:
    made = keep(ask, ada)
    assert made.status_code == 200, made.content
    listed = ask("analyst", f"people/{ada}/files").json()
    [told] = listed["files"]
    assert (listed["id"], told["id"], told["size_bytes"]) == (ada, made.json()["id"], len(_PAGE))
    assert (told["name"], told["media_type"]) == ("plan 1.html", "text/html")
    answer = ask("analyst", f"files/{told['id']}")
    assert b"".join(answer.streaming_content) == _PAGE


def test_a_file_never_opens_as_a_page_of_ours(ada: int, ask: Ask) -> None:
    answer = ask("analyst", f"files/{keep(ask, ada).json()['id']}")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="plan 1.html"'
    assert answer["Content-Security-Policy"] == "sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"


def test_a_file_is_removed_for_good(world: World, ada: int, ask: Ask) -> None:
    made = keep(ask, ada).json()["id"]
    assert ask("helper", f"files/{made}", "delete").status_code == 403
    assert ask("manager", f"files/{made}", "delete").json() == {"removed": made}
    assert files.of(ada) == []
    assert ask("manager", f"files/{made}").status_code == 404
    assert ask("manager", f"files/{made}", "delete").status_code == 404


def test_who_may_keep_a_file(ada: int, ask: Ask) -> None:
    answers = {role: keep(ask, ada, role).status_code for role in ("manager", "analyst", None)}
    assert answers == {"manager": 200, "analyst": 403, None: 401}
    assert len(files.of(ada)) == 1


def test_what_is_no_file_is_refused(ada: int, ask: Ask) -> None:
    assert keep(ask, ada, content=b"").status_code == 422
    assert keep(ask, ada, content=b"x" * (files.MOST_BYTES + 1)).status_code == 422
    assert ask("helper", f"people/{ada}/files", "post", data={}).status_code == 422
    assert keep(ask, 999_999).status_code == 404
    assert files.of(ada) == []


def test_two_are_related_and_each_sees_the_other(world: World, ada: int, ask: Ask) -> None:
    dov = world.person("Dov Katz")
    made = relate(ask, ada, kind="guardian", other=dov)
    assert made.status_code == 200, made.content
    seen = {}
    for person in (ada, dov):
        [one] = ask("analyst", f"people/{person}/relations").json()["relations"]
        seen[person] = (one["word"], one["profile_id"], one["name"])
    assert seen == {
        ada: ("Looks after", dov, "Dov Katz"), dov: ("Is looked after by", ada, "Ada Lovelace")
    }  # fmt: skip
    number = made.json()["id"]
    assert ask("helper", f"relations/{number}", "delete").json() == {"removed": number}
    assert relations.of(ada) == relations.of(dov) == []
    assert ask("helper", f"relations/{number}", "delete").status_code == 404


def test_a_company_is_worked_for(ada: int, ask: Ask) -> None:
    assert relate(ask, ada, kind="works_for", company=" The  Mill ").status_code == 200
    [one] = ask("analyst", f"people/{ada}/relations").json()["relations"]
    assert (one["kind"], one["profile_id"], one["name"]) == ("works_for", None, "The Mill")


@pytest.mark.parametrize(
    "said",
    [{"kind": "enemy", "company": "Mill"}, {"kind": "friend"}, {"kind": "friend", "company": "M"},
     {"kind": "works_for", "other": 2, "company": "Mill"}, {"company": "Mill"}],
    ids=str,
)  # fmt: skip
def test_what_is_no_relation_is_refused(said: dict[str, Any], ada: int, ask: Ask) -> None:
    assert relate(ask, ada, **said).status_code == 422
    assert relate(ask, ada, kind="friend", other=ada).status_code == 422
    assert relations.of(ada) == []


def test_nobody_is_related_to_no_one(ada: int, ask: Ask) -> None:
    assert relate(ask, ada, kind="friend", other=999_999).status_code == 404
    assert relate(ask, 999_999, kind="friend", other=ada).status_code == 404
