from __future__ import annotations

import re
from typing import Any

import pytest

WORDS = "a walk along the canal"


def member(email: str) -> Any:
    from regulars.accounts.models import Member

    return Member.objects.get(email=email)


def add(owner: Any, **given: str) -> Any:
    asked = {"email": "max@crumb.test", "name": "Max", "role": "manager", "password": WORDS}
    return owner.post("/settings/team", {**asked, **given})


def signs_in(email: str, password: str) -> bool:
    from django.test import Client

    client = Client()
    client.post("/account/login", {"login": email, "password": password})
    return client.get("/settings").status_code == 200


def test_a_member_is_added_and_signs_in(owner: Any) -> None:
    page = add(owner).content.decode()
    assert "can sign in with the password you set" in page
    assert WORDS not in page
    assert [one["role"] for one in owner.get("/settings/team").context["team"]] == [
        "owner",
        "manager",
    ]
    assert signs_in("max@crumb.test", WORDS)


def test_a_password_we_make_is_shown_once(owner: Any) -> None:
    page = add(owner, password="")
    secret = page.context["secret"]
    assert re.fullmatch(r"[a-z2-9]{5}(-[a-z2-9]{5}){2}", secret)
    assert secret in page.content.decode()
    assert secret not in owner.get("/settings/team").content.decode()
    assert signs_in("max@crumb.test", secret)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("email", "max", "is not an e-mail address"),
        ("email", "olive@crumb.test", "is a member already"),
        ("password", "password", "too common"),
        ("role", "king", "is not a role"),
    ],
)
def test_what_is_off_is_said_and_what_was_typed_stays(
    field: str, value: str, said: str, owner: Any
) -> None:
    from regulars.accounts.models import Member

    page = add(owner, **{field: value}).content.decode()
    assert said in page
    assert 'value="Max"' in page
    assert Member.objects.count() == 1


def test_another_role_holds_at_once(owner: Any, client: Any) -> None:
    add(owner)
    address = f"/settings/team/{member('max@crumb.test').pk}"
    assert owner.post(address, {"do": "role", "role": "helper"}).status_code == 302
    assert member("max@crumb.test").role == "helper"
    assert "Max: Helper." in owner.get("/settings/team").content.decode()


def test_who_left_is_out_at_once_and_may_come_back(owner: Any) -> None:
    from django.test import Client

    add(owner)
    theirs, address = Client(), f"/settings/team/{member('max@crumb.test').pk}"
    theirs.post("/account/login", {"login": "max@crumb.test", "password": WORDS})
    assert theirs.get("/settings").status_code == 200
    owner.post(address, {"do": "deactivate"})
    assert theirs.get("/settings").status_code == 302
    assert not signs_in("max@crumb.test", WORDS)
    assert "Can no longer sign in" in owner.get(address).content.decode()
    page = owner.post(address, {"do": "password", "password": ""})
    assert signs_in("max@crumb.test", page.context["secret"])


def test_the_last_owner_stays(owner: Any) -> None:
    address = f"/settings/team/{member('olive@crumb.test').pk}"
    for asked in ({"do": "deactivate"}, {"do": "role", "role": "helper"}):
        assert "this is the last one" in owner.post(address, asked).content.decode()
    assert "They no longer work here" not in owner.get(address).content.decode()
    assert owner.get("/settings/team").status_code == 200


def test_an_owner_who_hands_over_lands_where_they_may_be(owner: Any) -> None:
    add(owner, role="owner")
    address = f"/settings/team/{member('olive@crumb.test').pk}"
    answered = owner.post(address, {"do": "role", "role": "manager"})
    assert answered["Location"] == "/settings"
    assert owner.get("/settings/team").status_code == 403
