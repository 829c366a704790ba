"""How somebody stands beside other customers: in words, and nothing of money for who may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.django_db
Browse = Callable[[str | None], Any]


def said(browse: Browse, role: str, ada: int) -> str:
    page = browse(role).get(f"/people/{ada}").context["person"]
    return str(next(one for one in page["scores"]["reasons"] if "Beside" in one))


def test_a_person_s_place_is_said_in_words(world: Any, browse: Browse) -> None:
    sentence = said(browse, "owner", world.person("Ada"))
    assert "here more lately than" in sentence and "bought" in sentence and "spent" in sentence
    assert not any(digit in sentence for digit in "12345")


def test_a_helper_reads_nothing_that_ranks_by_money(world: Any, browse: Browse) -> None:
    from regulars.insights.models import Score

    ada, helper = world.person("Ada"), browse("helper")
    assert "spent" not in said(browse, "helper", ada)
    assert "money" not in helper.get(f"/people/{ada}").context["person"]["scores"]
    assert "money" in browse("owner").get(f"/people/{ada}").context["person"]["scores"]
    for query in ("", "?sort=spent", "?has=email"):
        page = helper.get(f"/people{query}")
        days = [one["last_order_on"] for one in page.context["listing"]["people"]]
        known = [one for one in days if one]
        assert len(known) > 20 and known == sorted(known, reverse=True)
        assert "Best spenders" not in page.content.decode()
        assert "Best spenders" in browse("owner").get(f"/people{query}").content.decode()
    spent = [one["spent"] for one in browse("owner").get("/people").context["listing"]["people"]]
    assert spent == sorted(spent, reverse=True) and Score.objects.count() > 20


def test_a_helper_s_list_goes_on_without_saying_what_was_spent(world: Any, browse: Browse) -> None:
    from regulars.accounts.actors import of_member
    from regulars.accounts.models import Member
    from regulars.insights import people
    from regulars.kernel.errors import WrongUse

    helper = of_member(Member.objects.get(role="helper"), "api")
    found, cursor = [], None
    while True:
        part = people.listing(helper, cursor=cursor, limit=7)
        found += [one["id"] for one in part["people"]]
        cursor = part["next_cursor"]
        if cursor is None:
            break
    assert len(found) == len(set(found)) > 20
    assert found == [one["id"] for one in people.listing(helper, limit=1000)["people"]]
    for wrong in ("0.1", "-4.1", f"{10**17}.1"):
        with pytest.raises(WrongUse):
            people.listing(helper, cursor=wrong)


def test_too_few_customers_are_compared_with_nobody(
    world: Any, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.insights.people.FEWEST", 10_000)
    page = browse("owner").get(f"/people/{world.person('Ada')}").content.decode()
    assert "too few to say who stands out" in page and "Beside your other" not in page
