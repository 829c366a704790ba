"""People who are joined as messages come in are those that a refresh joins from everything."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.identity.models import Holder, Link, Profile
from regulars.identity.resolving import resolve
from regulars.jobs.registry import followers
from regulars.profiles.models import Card
from regulars.sources import imports, origins
from regulars.sources.models import Source
from tests import world
from tests.sources import states
from tests.sources.door import knock

pytestmark = pytest.mark.django_db
IDENTIFY = st.fixed_dictionaries(
    {},
    optional={
        "userId": st.sampled_from(["u1", "u2", "u3"]),
        "anonymousId": st.sampled_from(["a1", "a2", "a3"]),
        "traits": st.fixed_dictionaries(
            {},
            optional={
                "email": st.sampled_from(["x@crumb.test", "y@crumb.test", "z@crumb.test"]),
                "phone": st.sampled_from(["+441132960001", "+441132960002"]),
                "name": st.sampled_from(["Ann Bell", "Ben Orr"]),
            },
        ),
    },
)


@pytest.fixture
def source(db: None) -> Source:
    return origins.add(world.open_shop().owner, "web", name="Website")


def tell(source: Source, batch: list[dict[str, Any]]) -> None:
    said = [{"type": "identify", **one} for one in batch]
    assert knock("/v1/b", {"batch": said}, key=str(source.write_key)).status == 200
    while any(one() for one in followers()):
        pass


def people() -> set[frozenset[int]]:
    found: dict[int, set[int]] = {}
    oldest: dict[int, int] = {}
    for link in Link.objects.order_by("identifier_id"):
        found.setdefault(link.profile_id, set()).add(link.identifier_id)
        if "all who have it" not in link.evidence:
            oldest.setdefault(link.profile_id, link.identifier_id)
    assert all(profile == oldest[profile] for profile in found)
    assert set(Profile.objects.values_list("pk", flat=True)) == found.keys()
    assert set(Card.objects.values_list("pk", flat=True)) == found.keys()
    return set(map(frozenset, found.values()))


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(parts=st.lists(st.lists(IDENTIFY, min_size=1, max_size=4), min_size=1, max_size=5))
def test_joined_one_by_one_is_joined_at_once(
    source: Source, parts: list[list[dict[str, Any]]]
) -> None:
    with states.scratch():
        for part in parts:
            tell(source, part)
        followed = people()
        held = set(Holder.objects.values_list("identifier_id", "profile_id"))
        assert not {one for one, _ in held} & {one for own in followed for one in own}
        resolution = resolve()
        assert (resolution.changed, resolution.gone) == (set(), set())
        assert people() == followed


def test_a_shared_device_joins_nobody(source: Source) -> None:
    for user in ("u1", "u2", "u3"):
        tell(source, [{"userId": user, "anonymousId": "kiosk"}])
    assert sorted(map(len, people())) == [1, 1, 1]


def test_what_a_message_named_is_let_go_when_its_month_is_undone(source: Source) -> None:
    owner = world.actors.by_email("olive@crumb.test", "cli")
    tell(source, [{"userId": "u1", "traits": {"email": "x@crumb.test"}}])
    [run] = source.imports.all()
    imports.undo(owner, run.pk)
    resolve()
    assert not Link.objects.exists()
    # The same source goes on under a new import.
    tell(source, [{"userId": "u2"}])
    assert len(people()) == 1 and source.imports.count() == 2
