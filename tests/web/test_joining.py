from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

HERE = "/settings/joining"
HEADER = ("Customer ID", "Name", "E-mail")


@pytest.fixture
def shop(owner: Any, tmp_path: Path) -> Any:
    """Ada under two addresses and one number, told in two files."""
    from regulars.accounts import actors
    from regulars.insights import refresh
    from regulars.sources import imports
    from tests import world

    for name, address in (("Ada", "ada@crumb.test"), ("Ada L", "ada@work.test")):
        path = tmp_path / f"{name}.csv"
        world.write(path, HEADER, [("C1", name, address)])
        imports.import_file(
            actors.owner("cli"), path, kind="customers", is_confirmed=True,
            changes={"customer_id": HEADER[0], "name": HEADER[1], "email": HEADER[2]},
        )  # fmt: skip
    refresh.refresh(actors.owner("cli"))
    return owner


def follow() -> int:
    """Do the refresh that the page asked for, and count the people."""
    from regulars.accounts import actors
    from regulars.identity.models import Profile
    from regulars.insights import refresh
    from regulars.jobs.models import Job
    from regulars.profiles.models import Card

    assert Job.objects.filter(name="insights.refresh", finished_at=None).exists()
    refresh.refresh(actors.owner("cli"))
    assert Card.objects.count() == Profile.objects.count()
    return Profile.objects.count()


def typed(**more: str) -> dict[str, str]:
    from regulars.identity.ruling import kind_rules

    given = {"do": "rules"}
    for rank, one in enumerate(kind_rules(), 1):
        given |= {
            f"rank-{one.kind}": str(rank), f"window-{one.kind}": one.window,
            f"limit-{one.kind}": "" if one.limit is None else str(one.limit),
            f"beside-{one.kind}": "" if one.beside is None else str(one.beside),
        }  # fmt: skip
    return given | {name.replace("_", "-", 1): value for name, value in more.items()}


def test_a_limit_parts_people_and_the_defaults_join_them_again(shop: Any) -> None:
    from regulars.identity.models import JoiningRule

    page = shop.get(HERE).content.decode()
    assert "One person may have 5 in a year. Seen with more than 5 customers" in page
    assert page.count("This is the default.") == 5 and "Back to defaults" not in page
    said = shop.post(HERE, typed(limit_email="1"), follow=True).content.decode()
    assert "being worked out anew" in said
    assert "Default: One person may have 5 in a year." in said
    assert follow() == 2
    shop.post(HERE, {"do": "defaults"})
    assert not JoiningRule.objects.exists() and follow() == 1


def test_the_order_follows_the_places_that_were_typed(shop: Any) -> None:
    from regulars.identity.ruling import kind_rules

    shop.post(HERE, typed(rank_phone="2"))
    order = [one.kind for one in kind_rules()]
    assert order == ["customer_id", "phone", "email", "card", "anonymous_id"]
    shop.post(HERE, typed(rank_customer_id="3"))
    order = [one.kind for one in kind_rules()]
    assert order == ["phone", "email", "customer_id", "card", "anonymous_id"]


def test_what_was_saved_unchanged_asks_for_nothing(shop: Any) -> None:
    from regulars.jobs.models import Job

    assert "Nothing has changed." in shop.post(HERE, typed(), follow=True).content.decode()
    assert not Job.objects.filter(name="insights.refresh", finished_at=None).exists()


@pytest.mark.parametrize("wrong", ["many", "0", "1001", "-3", "9" * 40])
def test_what_is_no_limit_is_said_and_stays_in_its_field(shop: Any, wrong: str) -> None:
    answer = shop.post(HERE, typed(limit_email=wrong))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "That did not work." in page and f'value="{wrong}"' in page


def test_a_value_is_blocked_and_let_go(shop: Any) -> None:
    from regulars.identity.models import BlockedValue

    block = {"do": "block", "identifier": "customer_id", "value": "C1"}
    assert "C1" in shop.post(HERE, block, follow=True).content.decode()
    assert follow() == 2
    assert shop.post(HERE, block).status_code == 422
    assert shop.post(HERE, block | {"value": "guest"}).status_code == 422
    shop.post(HERE, {"take": str(BlockedValue.objects.get().pk)})
    assert follow() == 1
    assert shop.post(HERE, {"take": "1"}).status_code == 422


@pytest.mark.parametrize(("phone", "is_one"), [("", True), ("020 7946 0111", False)])
def test_the_number_of_a_blocked_value_leads_to_who_it_stood_beside(
    owner: Any, tmp_path: Path, phone: str, is_one: bool
) -> None:
    from regulars.accounts import actors
    from regulars.identity import blocking
    from regulars.identity.models import Link
    from regulars.insights import refresh
    from regulars.profiles.models import BulkEdit, Tagging
    from regulars.sources import imports
    from regulars.sources.models import Identifier
    from tests import world

    path = tmp_path / "ada.csv"
    world.write(path, (*HEADER, "Phone"), [("C1", "Ada", "ada@crumb.test", phone)])
    imports.import_file(
        actors.owner("cli"), path, kind="customers", is_confirmed=True,
        changes={"customer_id": HEADER[0], "name": HEADER[1], "email": HEADER[2], "phone": "Phone"},
    )  # fmt: skip
    refresh.refresh(actors.owner("cli"))
    (before,) = set(Link.objects.values_list("profile_id", flat=True))
    tag = {"do": "tag", "tag": "VIP", "is_meant": "yes", "person": [before]}
    owner.post("/people/edit", tag)
    oldest = Identifier.objects.get(pk=before)
    blocking.block(actors.owner("cli"), oldest.kind, oldest.value)
    refresh.refresh(actors.owner("cli"))
    left = sorted(set(Link.objects.values_list("profile_id", flat=True)))
    assert before not in left
    # Without the number the address and the telephone are anybody's: two people.
    answer = owner.get(f"/people/{before}")
    assert answer.status_code == (302 if is_one else 404) and len(left) == (1 if is_one else 2)
    assert answer.get("Location", "") == (f"/people/{left[0]}" if is_one else "")
    owner.post(f"/people/edits/{BulkEdit.objects.get().pk}/undo")
    assert not Tagging.objects.filter(ended_at=None).exists()


def test_what_is_made_up_for_people_written_down_by_hand_has_no_rule(shop: Any) -> None:
    from regulars.identity.models import JoiningRule
    from regulars.sources.models import Identifier

    made = shop.post("/people/new", {"name": "Cleo"})["Location"]
    [own] = Identifier.objects.filter(kind="person").values_list("value", flat=True)
    page = shop.get(HERE)
    assert "person" not in page.context["kinds"]
    assert 'name="rank-person"' not in page.content.decode()
    shown = shop.get(made).content.decode()
    assert own not in shown and "By name alone" in shown
    # An order that names every kind leaves this one out, too.
    shop.post(HERE, typed(rank_phone="1"))
    kinds = set(JoiningRule.objects.values_list("kind", flat=True))
    assert "phone" in kinds and "person" not in kinds
    refused = shop.post(HERE, {"do": "block", "identifier": "person", "value": own})
    assert refused.status_code == 422


def test_a_join_with_somebody_written_down_by_hand_is_shown_in_words(shop: Any) -> None:
    from regulars.sources.models import Identifier

    cleo = int(shop.post("/people/new", {"name": "Cleo"})["Location"].rpartition("/")[2])
    ada = Identifier.objects.get(value="ada@crumb.test").link.profile_id
    shop.post(f"/people/{ada}/merge", {"other": cleo, "reason": "one voice"})
    page = shop.get(f"/people/{ada}/merges").content.decode()
    assert "Written down by hand" in page
    assert Identifier.objects.get(kind="person").value not in page
