from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from regulars.accounts.actors import Actor
from regulars.accounts.models import AuditEntry
from regulars.identity import blocking, ruling
from regulars.identity.models import BlockedValue, JoiningRule, Link
from regulars.identity.resolving import resolve, resolve_near
from regulars.identity.rules import DEFAULTS
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from regulars.sources import imports
from regulars.sources.models import Identifier
from tests import world

HEADER = ("Customer ID", "Name", "E-mail", "Phone", "Loyalty card")
ROWS = (
    ("C1", "Ada", "ada@crumb.test", "", ""),
    ("", "Ada", "ada@crumb.test", "020 7946 0111", ""),
    ("C1", "Ada B", "ada@work.test", "", ""),
    ("C1", "Ada C", "ada@home.test", "", ""),
    ("", "Ada", "bob@crumb.test", "020 7946 0111", ""),
    ("C2", "Till", "counter@crumb.test", "020 7946 0222", "L-81"),
)
TILL = frozenset({"C2", "counter@crumb.test", "+442079460222", "L81"})
ADA = frozenset({"C1", "ada@crumb.test", "ada@work.test", "ada@home.test"})
BOB = frozenset({"bob@crumb.test"})


@pytest.fixture
def owner(db: None, data_folder: Path, tmp_path: Path) -> Actor:
    shop = world.open_shop().owner
    for number, row in enumerate(ROWS):
        path = tmp_path / f"people-{number}.csv"
        world.write(path, HEADER, [row])
        imports.import_file(
            shop, path, kind="customers", is_confirmed=True,
            changes={"customer_id": "Customer ID", "name": "Name", "email": "E-mail",
                     "phone": "Phone", "card": "Loyalty card"},
        )  # fmt: skip
    resolve()
    return shop


def links() -> list[tuple[Any, ...]]:
    return list(Link.objects.order_by("pk").values_list())


def people() -> set[frozenset[str]]:
    """Who is who now, the same whether all are resolved or those near each value."""
    resolve()
    whole = links()
    for number in Identifier.objects.values_list("pk", flat=True):
        assert resolve_near([number]).changed == set()
    assert links() == whole
    found: dict[int, set[str]] = {}
    for profile, value in Link.objects.values_list("profile_id", "identifier__value"):
        found.setdefault(profile, set()).add(value)
    return {frozenset(values) for values in found.values()}


def test_a_limit_says_who_is_joined_and_the_default_gives_everything_back(owner: Actor) -> None:
    before = links()
    assert people() == {ADA, BOB, TILL}
    assert ruling.set_rule(owner, "email", {"limit": 2, "window": "ever"})
    assert people() == {ADA - {"ada@home.test"}, frozenset({"ada@home.test"}), BOB, TILL}
    assert ruling.set_rule(owner, "email", {"limit": 5, "window": "annually"})
    assert not JoiningRule.objects.exists()
    assert people() == {ADA, BOB, TILL} and links() == before


def test_more_may_share_a_phone_if_the_owner_says_so(owner: Actor) -> None:
    before, mark = links(), ruling.mark()
    ruling.set_rule(owner, "phone", {"beside": 2})
    assert frozenset({*ADA, *BOB, "+442079460111"}) in people()
    ruling.set_rule(owner, "phone", {"beside": None})
    assert frozenset({*ADA, *BOB, "+442079460111"}) in people()
    assert ruling.mark() != mark
    assert ruling.back_to_defaults(owner) and not ruling.back_to_defaults(owner)
    assert ruling.in_force() == DEFAULTS and ruling.mark() == mark
    assert people() == {ADA, BOB, TILL} and links() == before


def test_the_order_says_what_is_shared(owner: Actor) -> None:
    before = links()
    ruling.set_rule(owner, "phone", {"rank": 1})
    assert ruling.in_force().priority == ("phone", "customer_id", "email", "card", "anonymous_id")
    # Nothing outranks a phone any more: it may stand beside anybody.
    assert frozenset({*ADA, *BOB, "+442079460111"}) in people()
    ruling.set_rule(owner, "phone", {"rank": 4})
    assert not JoiningRule.objects.exists()
    assert people() == {ADA, BOB, TILL} and links() == before


def test_a_blocked_value_joins_nobody_until_it_is_let_go(owner: Actor) -> None:
    before, mark = links(), ruling.mark()
    made = blocking.block(owner, "email", " Counter@Crumb.test ")
    assert (made.kind, made.value) == ("email", "counter@crumb.test")
    assert ruling.mark() != mark
    assert people() == {ADA, BOB, TILL - {"counter@crumb.test"}}
    blocking.block(owner, "customer_id:shop", "C2")
    # A till's row hangs off its number: without it the rest stands for itself.
    assert people() == {ADA, BOB, frozenset({"+442079460222"}), frozenset({"L81"})}
    with pytest.raises(WrongUse, match="already"):
        blocking.block(owner, "email", "counter@crumb.test")
    for one in BlockedValue.objects.all():
        blocking.unblock(owner, one.pk)
    assert people() == {ADA, BOB, TILL} and links() == before
    with pytest.raises(NotFound):
        blocking.unblock(owner, made.pk)


def test_what_is_said_is_shown_beside_the_default(owner: Actor) -> None:
    ruling.set_rule(owner, "card", {"limit": 2, "window": "weekly", "rank": 2})
    shown = ruling.shown(owner)
    assert [one["kind"] for one in shown["kinds"]] == [
        "customer_id", "card", "email", "phone", "anonymous_id"
    ]  # fmt: skip
    assert shown["kinds"][1] == {
        "kind": "card", "rank": 2, "limit": 2, "window": "weekly", "beside": 2,
        "default": {"rank": 3, "limit": 5, "window": "annually", "beside": 2},
    }  # fmt: skip
    assert not shown["is_default"]


def test_a_kind_of_ones_own_has_a_rule_too(owner: Actor) -> None:
    Identifier.objects.create(kind="badge:gym", value="7")
    shown = ruling.shown(owner)["kinds"][-1]
    assert (shown["kind"], shown["limit"], shown["beside"]) == ("badge", None, None)
    ruling.set_rule(owner, "badge", {"limit": 1, "rank": 1})
    assert ruling.in_force().rank("badge:gym") == 0
    assert people() == {ADA, BOB, TILL}


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("shoe", {"limit": 1}), ("email", {"limit": 0}), ("email", {"limit": 1001}),
        ("email", {"window": "daily"}), ("email", {"rank": 0}), ("email", {"rank": 6}),
        ("phone", {"beside": -1}),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_refused(owner: Actor, kind: str, changes: dict[str, Any]) -> None:
    with pytest.raises(WrongUse):
        ruling.set_rule(owner, kind, changes)
    assert ruling.in_force() == DEFAULTS


@pytest.mark.parametrize(
    ("kind", "value"),
    [("shoe", "44"), ("email", "nobody at all"), ("email", "test@test.com"), ("phone", "000000")],
)
def test_what_joins_nobody_anyway_is_not_blocked(owner: Actor, kind: str, value: str) -> None:
    with pytest.raises(WrongUse):
        blocking.block(owner, kind, value)


def test_the_owner_alone_sets_rules_and_each_change_is_on_the_trail(owner: Actor) -> None:
    for role in ("manager", "helper", "analyst"):
        other = Actor(role, "page")
        for verb in (
            lambda: ruling.set_rule(other, "email", {"limit": 1}),  # noqa: B023
            lambda: ruling.back_to_defaults(other),  # noqa: B023
            lambda: ruling.shown(other),  # noqa: B023
            lambda: blocking.block(other, "email", "a@crumb.test"),  # noqa: B023
            lambda: blocking.unblock(other, 1),  # noqa: B023
        ):
            with pytest.raises(NotAllowed):
                verb()
    trail = AuditEntry.objects.filter(verb=ruling.PERMISSION)
    assert not trail.exists()
    ruling.set_rule(owner, "email", {"limit": 2})
    assert not ruling.set_rule(owner, "email", {"limit": 2})
    blocking.unblock(owner, blocking.block(owner, "email", "a@crumb.test").pk)
    ruling.back_to_defaults(owner)
    assert trail.count() == 4
    assert "a@crumb.test" not in str(list(trail.values_list("detail", "subject")))
