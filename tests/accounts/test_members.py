from __future__ import annotations

import json

import pytest

PASSWORD = "seven quiet loaves\n"
SETUP = (
    "setup --name Corner --country GB --currency GBP --timezone Europe/London --sector bakery "
    "--owner owner@example.org --password-stdin"
).split()


@pytest.fixture
def shop(regulars):
    assert regulars(*SETUP, text=PASSWORD).returncode == 0
    return regulars


def answer(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_members_are_added_changed_and_let_go(shop):
    added = answer(
        shop("members", "add", "Hal@example.org", "--password-stdin", "--json", text=PASSWORD)
    )
    assert (added["email"], added["role"]) == ("hal@example.org", "helper")
    changed = answer(shop("members", "role", "hal@example.org", "manager", "--json"))
    assert changed["role"] == "manager"
    assert not answer(shop("members", "deactivate", "hal@example.org", "--json"))["is_active"]
    again = shop("members", "password", "hal@example.org", "--json", text="nine slow scones\n")
    assert answer(again)["is_active"]
    listed = answer(shop("members", "list", "--json"))["members"]
    assert [one["role"] for one in listed] == ["owner", "manager"]


@pytest.mark.parametrize(
    ("words", "text", "says"),
    [
        (("add", "hal", "--password-stdin"), PASSWORD, "not an e-mail address"),
        (("add", "owner@example.org"), "", "a member already"),
        (("add", "a@example.org", "--role", "king"), "", "not a role"),
        (("add", "a@example.org", "--password-stdin"), "short\n", "too short"),
        (("role", "owner@example.org", "helper"), "", "the last one"),
        (("deactivate", "owner@example.org"), "", "the last one"),
    ],
)
def test_what_cannot_be_is_said(shop, words, text, says):
    done = shop("members", *words, text=text)
    assert done.returncode == 2
    assert says in done.stderr


def test_only_the_owner_manages_members(shop):
    answer(shop("members", "add", "hal@example.org", "--json"))
    done = shop("members", "list", "--as-member", "hal@example.org")
    assert done.returncode == 1
    assert "Ask the owner" in done.stderr
