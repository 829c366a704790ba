"""What a source sent and could not land waits; it is mended, tried again or set aside."""

from __future__ import annotations

import json
from typing import Any

import pytest

from regulars.accounts import actors
from regulars.accounts.actors import Actor
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from regulars.sources import origins
from regulars.sources.intake import held, landing
from regulars.sources.models import Event, IntakeHour, OrderLine, Source
from tests import world
from tests.sources.door import knock

pytestmark = pytest.mark.django_db
_PRICELESS = {"order_id": "W1", "products": [{"name": "Loaf", "price": "four"}]}
ORDER = {"type": "track", "event": "Order Completed", "userId": "w1", "properties": _PRICELESS}
NAMELESS = {"type": "track", "userId": "w1"}


@pytest.fixture
def owner(data_folder: Any) -> Actor:
    return world.open_shop().owner


@pytest.fixture
def source(owner: Actor) -> Source:
    return origins.add(owner, "segment", name="Till")


def send(source: Source, *said: dict[str, Any]) -> None:
    assert knock("/v1/batch", {"batch": list(said)}, key=str(source.write_key)).status == 200
    landing.land_waiting()


def balance(owner: Actor, source: Source) -> dict[str, int]:
    shown = origins.show(owner, source.pk)
    return {name: shown[name] for name in ("read", "landed", "unchanged", "quarantined")}


def test_a_mended_message_lands_and_the_sums_stay_true(owner: Actor, source: Source) -> None:
    send(source, ORDER, NAMELESS, {"type": "page", "userId": "w1"})
    assert balance(owner, source) == {"read": 3, "landed": 1, "unchanged": 0, "quarantined": 2}
    assert [one["reason"] for one in held.groups(source.pk)] == ["bad_number", "no_event"]
    waits = held.waiting(source.pk, "bad_number").get()
    said = json.loads(waits.body)
    with pytest.raises(WrongUse, match="still cannot land: An amount"):
        held.mend(owner, source.pk, waits.pk, json.dumps(said))
    said["properties"]["products"][0]["price"] = 4
    held.mend(owner, source.pk, waits.pk, json.dumps(said))
    assert OrderLine.objects.get().amount_minor == 400
    assert balance(owner, source) == {"read": 3, "landed": 2, "unchanged": 0, "quarantined": 1}
    with pytest.raises(NotFound):
        held.mend(owner, source.pk, waits.pk, json.dumps(said))
    # Its time stands as it was told; the same message sent again changes nothing.
    assert (
        Event.objects.get(name="Order Completed").happened_at.isoformat()[:19]
        == (said["timestamp"][:19])
    )
    assert origins.show(owner, source.pk)["reasons"] == {"no_event": 1}


@pytest.mark.parametrize(
    "text", ["", "[]", '{"type": "dance"}', '{"type": "track", "userId": "w1"}', "{", "NaN"]
)
def test_what_is_no_message_is_refused_and_nothing_changes(
    owner: Actor, source: Source, text: str
) -> None:
    send(source, NAMELESS)
    waits = held.waiting(source.pk).get()
    with pytest.raises(WrongUse):
        held.mend(owner, source.pk, waits.pk, text)
    assert held.waiting(source.pk).get().body == waits.body
    assert balance(owner, source) == {"read": 1, "landed": 0, "unchanged": 0, "quarantined": 1}


def test_all_of_one_reason_are_set_aside(owner: Actor, source: Source) -> None:
    send(source, ORDER, NAMELESS, NAMELESS | {"messageId": "2"})
    assert held.try_again(owner, source.pk, "no_event") == (0, 2)
    assert held.discard(owner, source.pk, "no_event") == 2
    assert [one["reason"] for one in held.groups(source.pk)] == ["bad_number"]
    assert held.discard(owner, source.pk, "no_event") == 0


def test_what_can_be_read_by_now_lands(
    owner: Actor, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(landing, "translate_all", lambda *_: 1 / 0)
        send(source, {"type": "page", "userId": "w1"}, {"type": "page", "userId": "w2"})
    assert [one["reason"] for one in held.groups(source.pk)] == ["unexpected"]
    assert held.try_again(owner, source.pk, "unexpected") == (2, 0)
    assert Event.objects.count() == 2 and held.groups(source.pk) == []
    assert balance(owner, source) == {"read": 2, "landed": 2, "unchanged": 0, "quarantined": 0}


def test_hours_are_counted_once(owner: Actor, source: Source) -> None:
    send(source, ORDER, NAMELESS)
    send(source, {"type": "page", "userId": "w1"})
    hours = IntakeHour.objects.filter(source_id=source.pk)
    assert sum(one.read for one in hours) == 3 and sum(one.held for one in hours) == 2
    held.try_again(owner, source.pk, "no_event")
    assert sum(one.read for one in IntakeHour.objects.all()) == 3


def test_a_helper_mends_nothing(source: Source) -> None:
    send(source, NAMELESS)
    helper = actors.by_email("hana@crumb.test", "cli")
    for act in (
        lambda: held.mend(helper, source.pk, held.waiting(source.pk).get().pk, "{}"),
        lambda: held.discard(helper, source.pk, "no_event"),
        lambda: held.try_again(helper, source.pk, "no_event"),
    ):
        with pytest.raises(NotAllowed):
            act()
