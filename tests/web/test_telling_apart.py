"""Namesakes are told apart wherever people are listed, and whoever has no name has a label."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regulars.web.templatetags.naming import called_by, person_name, told_apart

HEADER = ("Customer ID", "Name", "E-mail", "Phone", "Town", "Card")
SALES = ("Order", "Date", "Customer ID", "Item", "Qty", "Price")


@pytest.fixture
def shop(owner: Any, tmp_path: Path) -> Any:
    """Four called Anna Miller, two of whom nothing tells apart; Bo; and two without a name."""
    from regulars.accounts import actors
    from regulars.insights import refresh
    from regulars.sources import imports
    from tests import world

    people = [
        ("C1", "Anna Miller", "anna@crumb.test", "020 7946 0111", "Leeds", ""),
        ("C2", "Anna  MILLER", "", "020 7946 0222", "York", ""),
        ("C3", "Anna Miller", "", "", "", ""),
        ("C4", "Anna Miller", "", "", "", ""),
        ("C5", "Bo Berg", "bo@crumb.test", "", "York", ""),
        ("C6", "", "", "", "", ""),
        ("", "", "", "", "", "CARD-77"),
    ]
    world.write(tmp_path / "people.csv", HEADER, people)
    imports.import_file(
        actors.owner("cli"), tmp_path / "people.csv", kind="customers", is_confirmed=True,
        changes={"customer_id": HEADER[0], "name": HEADER[1], "email": HEADER[2],
                 "phone": HEADER[3], "city": HEADER[4], "card": HEADER[5]},
    )  # fmt: skip
    sales = [(str(n), "2026-03-05", f"C{n}", "Loaf", 1, "4.00") for n in (1, 5, 6)]
    world.write(tmp_path / "sales.csv", SALES, sales)
    imports.import_file(
        actors.owner("cli"), tmp_path / "sales.csv", kind="sales", is_confirmed=True
    )
    refresh.refresh(actors.owner("cli"))
    return owner


def lines(context: Any, people: list[tuple[int, Any]]) -> list[tuple[str, str]]:
    beside = context["beside"]
    return sorted(
        (called_by(one, number, beside), told_apart(beside.get(number))) for number, one in people
    )


def test_namesakes_are_told_apart_in_the_list(shop: Any) -> None:
    answer = shop.get("/people", {"sort": "name", "q": "miller"})
    found = [(one["id"], one) for one in answer.context["listing"]["people"]]
    told = dict.fromkeys(line for _, line in lines(answer.context, found))
    assert len(told) == len(found) == 4
    text = answer.content.decode()
    assert "anna@crumb.test · phone …0111 · Leeds · last seen 5 Mar 2026" in text
    assert "phone …0222 · York" in text
    # Of the two with nothing beside, their numbers speak.
    assert sum(line.startswith("no. ") for line in told) == 2


def test_a_namesake_on_another_page_counts_and_one_alone_has_no_line(shop: Any) -> None:
    bought = shop.get("/people")
    anna, bo = (
        next(one for one in bought.context["listing"]["people"] if one["name"] == name)
        for name in ("Anna Miller", "Bo Berg")
    )
    assert told_apart(bought.context["beside"].get(anna["id"])).startswith("anna@crumb.test")
    assert bo["id"] not in bought.context["beside"]


@pytest.mark.parametrize("path", ["/people?q=anna", "/counter?q=anna"])
def test_answers_of_a_search_are_told_apart(shop: Any, path: str) -> None:
    answer = shop.get(path)
    text = answer.content.decode()
    assert len(answer.context["hits"]) == 4
    assert "York" in text and "Leeds · last seen 5 Mar 2026" in text and text.count("no. ") == 2


def test_whoever_has_no_name_has_a_label_that_is_theirs(shop: Any) -> None:
    answer = shop.get("/people?who=nameless")
    people = answer.context["listing"]["people"]
    said = [one for one, _ in lines(answer.context, [(one["id"], one) for one in people])]
    assert len(set(said)) == len(people) == 2
    assert "Loyalty card CARD77" in said[1] and "C6" in said[0]
    for one in people:
        page = shop.get(f"/people/{one['id']}")
        label = person_name(page.context["person"])
        assert label in said and f"<h1>{label}</h1>" in page.content.decode()
        for part in ("facts", "merges", "merge"):
            assert label in shop.get(f"/people/{one['id']}/{part}").content.decode()


def test_a_look_at_somebody_without_a_name_is_told_by_number(shop: Any) -> None:
    [one, _] = shop.get("/people?who=nameless").context["listing"]["people"]
    shop.get(f"/people/{one['id']}")
    assert f"Without a name, no. {one['id']}" in shop.get("/people/looks").content.decode()
