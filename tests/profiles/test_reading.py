"""What is read for one person does not grow with the import that told of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from regulars.accounts.actors import owner
from regulars.identity import edges, numbers
from regulars.identity.models import Link
from regulars.insights import people as whole
from regulars.profiles import cards, person
from tests.profiles.people import business, customer, land, refresh, sale

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite_only]
_TOLD = "sources_(?:identifier|customerrecord|order|event|feedback|booking)\\w*"
# All that an import told, or a whole table.
_ALL = re.compile(rf"SEARCH {_TOLD} .*\(of_import_id=\?\)|SCAN (?:{_TOLD}|profiles_)")


@pytest.fixture
def asked() -> Iterator[list[tuple[str, Any]]]:
    found: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith("SELECT"):
            found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


@pytest.mark.parametrize("what", ["page", "scores", "joins", "card", "number"])
def test_no_whole_import_is_read_for_one_person(asked: list[tuple[str, Any]], what: str) -> None:
    business()
    card, mail = ("card", "L1"), ("email", "ada@crumb.test")
    land("customers", [customer("1", ("customer_id:shop", "1"), mail, card, name="Ada")])
    land("sales", [sale("o1", 400, mail, traits={"name": "Ada"})])
    refresh()
    number = Link.objects.get(identifier__value="L1").profile_id
    asked.clear()
    {
        "page": lambda: person.show(owner("cli"), number),
        "scores": lambda: whole.show(owner("cli"), number),
        "joins": lambda: edges.edges_of(owner("cli"), number),
        "card": lambda: cards.rebuild([number]),
        "number": lambda: numbers.number_now(number),
    }[what]()
    assert asked
    plans = {}
    for sql, params in list(asked):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            plans[sql] = [row[3] for row in cursor.fetchall()]
    wide = {sql: plan for sql, plan in plans.items() if any(map(_ALL.search, plan))}
    assert wide == {}
