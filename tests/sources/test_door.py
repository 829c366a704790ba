"""The door where programs send: what is answered, what is kept, what becomes of it."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError

from regulars.jobs.registry import followers
from regulars.kernel import clock
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from regulars.sources import origins
from regulars.sources.intake import ageing, landing, room
from regulars.sources.intake.landing import land_waiting
from regulars.sources.models import Event, IntakeRecord, Refusal, Source
from tests import world
from tests.sources.door import knock

pytestmark = pytest.mark.django_db
PAGE = {"type": "page", "userId": "7", "messageId": "m1"}


@pytest.fixture
def people() -> world.People:
    return world.open_shop()


@pytest.fixture
def source(people: world.People) -> Source:
    return origins.add(people.owner, "segment", name="Web shop")


@pytest.fixture
def key(source: Source) -> str:
    assert source.write_key
    return source.write_key


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v1/track", "track"), ("/v1/t", "track"), ("//v1//t/", "track"), ("/v1/p", "page"),
        ("/v1/identify", "identify"), ("/v1/i", "identify"), ("/v1/s", "screen"),
        ("/v1/group", "group"), ("/v1/a", "alias"), ("/v1/alias/", "alias"),
    ],
)  # fmt: skip
def test_every_path_takes_its_message(path: str, kind: str, key: str) -> None:
    said = {"userId": "7", "event": "A", "groupId": "g", "previousId": "p"}
    answer = knock(path, said, key=key)
    assert (answer.status, answer.said) == (200, {"success": True})
    record = IntakeRecord.objects.get()
    assert (record.kind, record.reason) == (kind, "")


@pytest.mark.parametrize(
    "path", ["/v1/batch", "/v1/b", "/v1/import", "/beacon/v1/batch", "/v1/b//"]
)
def test_batches_come_by_every_path_and_with_the_key_in_every_place(path: str, key: str) -> None:
    batch = {"batch": [PAGE]}
    assert knock(path, batch, key=key).status == 200
    assert knock(path, {**batch, "writeKey": key}).status == 200
    assert knock(path, batch, query=f"writeKey={key}").status == 200
    packed = gzip.compress(json.dumps(batch).encode())
    assert knock(path, packed, key=key, headers={"Content-Encoding": "gzip"}).status == 200
    assert knock(path, batch, key=key, headers={"Content-Type": "text/plain"}).status == 200
    # Five times the same message is one.
    assert IntakeRecord.objects.count() == 1


def test_the_same_number_from_two_sources_is_two_messages(people: world.People, key: str) -> None:
    other = origins.add(people.owner, "web", name="Website")
    for one in (key, str(other.write_key), key):
        assert knock("/v1/b", {"batch": [PAGE]}, key=one).status == 200
    assert IntakeRecord.objects.count() == 2


def test_what_must_not_come_again_is_refused_for_good(key: str) -> None:
    for body in (b"", b"{", b"[]", {"batch": 5}, {"batch": [{}] * 2501}, b"5"):
        answer = knock("/v1/batch", body, key=key)
        assert answer.status == 400 and answer.said["message"]
        # Where there is no code, RudderStack's SDK for Python sends it again.
        assert answer.said["code"] == "bad_request"
    bomb = gzip.compress(bytes(60_000_000))
    assert knock("/v1/b", bomb, key=key, headers={"Content-Encoding": "gzip"}).status == 400
    assert knock("/v1/b", b"x" * 4_000_001, key=key).status == 400
    assert knock("/v1/nothing", {}, key=key).status == 404
    assert knock("/v1/track", key=key, method="GET").status == 405
    assert not IntakeRecord.objects.exists()


def test_strangers_and_paused_sources_are_refused_and_counted(
    people: world.People, source: Source, key: str
) -> None:
    assert knock("/v1/b", {"batch": [PAGE]}, key="nobody").status == 401
    assert knock("/v1/b", {"batch": [PAGE]}).status == 401
    origins.pause(people.owner, source.pk)
    assert knock("/v1/b", {"batch": [PAGE]}, key=key).status == 404
    assert knock("/v1/b", {"batch": [PAGE]}, key=key).status == 404
    assert origins.show(people.analyst, source.pk)["refused"] == {"paused": 2}
    for odd in ("\x00", "a\x00b", "ÿ" * 300, "a\nb"):
        assert knock("/v1/b", {"batch": [PAGE], "writeKey": odd}).status == 401
    counted = Refusal.objects.filter(source_number=0).values_list("reason", "count")
    assert sorted(counted) == [("bad_key", 5), ("no_key", 1)]
    origins.resume(people.owner, source.pk)
    assert knock("/v1/b", {"batch": [PAGE]}, key=key).status == 200


def test_without_room_senders_are_asked_to_come_again(
    source: Source, key: str, monkeypatch: pytest.MonkeyPatch, people: world.People
) -> None:
    monkeypatch.setattr(room, "MOST_WAITING", 0)
    assert knock("/v1/b", {"batch": [PAGE]}, key=key).status == 200
    full = knock("/v1/b", {"batch": [{**PAGE, "messageId": "m2"}]}, key=key)
    assert full.status == 429 and int(full.headers["Retry-After"]) > 0
    land_waiting()
    monkeypatch.setattr(room, "LEAST_FREE_BYTES", 1 << 60)
    monkeypatch.setattr(room, "LEAST_FREE_SHARE", 2.0)
    assert knock("/v1/b", {"batch": [PAGE]}, key=key).status == 503
    assert origins.show(people.owner, source.pk)["refused"] == {"disk_full": 1, "queue_full": 1}
    assert IntakeRecord.objects.count() == 1


def test_a_database_that_does_not_answer_is_told_apart(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> int:
        raise OperationalError("database is locked")

    monkeypatch.setattr("regulars.sources.intake.door.KEEPER.keep", locked)
    answer = knock("/v1/b", {"batch": [PAGE]}, key=key)
    assert answer.status == 503 and "Retry-After" in answer.headers


def test_browsers_may_ask_and_send_from_any_page(key: str) -> None:
    origin = {"Origin": "https://shop.example"}
    asked = {**origin, "Access-Control-Request-Headers": "authorization,anonymousid,content-type"}
    answer = knock("/v1/track", method="OPTIONS", headers=asked)
    assert answer.status == 204 and answer.body == b""
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert "anonymousid" in answer.headers["Access-Control-Allow-Headers"]
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    sent = knock("/v1/p", {"anonymousId": "a"}, key=key, headers=origin)
    assert sent.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    # Without leave a page cannot see when to come again.
    assert "Retry-After" in sent.headers["Access-Control-Expose-Headers"]


def test_sdks_find_the_settings_they_ask_for(key: str, source: Source) -> None:
    found = knock(f"/v1/projects/{key}/settings", method="GET").said
    assert found["integrations"]["Segment.io"]["apiKey"] == key
    assert knock("/v1/projects/nobody/settings", method="GET").status == 404
    config = knock("/sourceConfig/", method="GET", key=key, query="p=npm&v=3").said
    assert config["source"]["writeKey"] == key and config["source"]["enabled"] is True
    assert knock("/sourceConfig", method="GET").status == 401
    assert knock("/v1/m", {"series": []}).status == 200


def test_a_picture_is_a_picture_whatever_its_address_says(key: str) -> None:
    query = f"writeKey={key}&event=Opened&userId=7"
    for asked in (query, "data=%%%", "writeKey=x&userId=7", "", "a=1&" * 300):
        answer = knock("/v1/pixel/track", method="GET", query=asked)
        assert answer.status == 200 and answer.body.startswith(b"GIF89a")
        assert answer.headers["Content-Type"] == "image/gif"
    assert (
        knock("/pixel/v1/page", method="GET", query=f"writeKey={key}&anonymousId=a").status == 200
    )
    assert list(IntakeRecord.objects.order_by("pk").values_list("kind", flat=True)) == [
        "track",
        "page",
    ]


def test_pages_stay_with_the_pages() -> None:
    for path in ("/", "/people", "/api/v1/people", "/v1", "/v2/track"):
        assert knock(path, method="GET").body == b"a page"


def test_one_bad_message_is_held_back_and_its_neighbours_land(
    people: world.People, source: Source, key: str
) -> None:
    bad: list[Any] = [5, {"type": "track", "userId": "7"}]
    assert knock("/v1/b", {"batch": [*bad, PAGE]}, key=key).status == 200
    assert origins.count(people.owner) == {"events": 0, "quarantined": 2, "waiting": 1}
    assert land_waiting() == 3
    assert origins.count(people.owner) == {"events": 1, "quarantined": 2, "waiting": 0}
    assert origins.count(people.owner, name="Page Viewed")["events"] == 1
    assert origins.count(people.owner, name="Nothing", source_id=source.pk)["events"] == 0
    told = origins.show(people.owner, source.pk)
    assert told["read"] == told["landed"] + told["unchanged"] + told["quarantined"] == 3
    assert told["reasons"] == {"not_an_object": 1, "no_event": 1}
    assert Event.objects.get().name == "Page Viewed"


def test_however_deep_a_neighbour_is_nested(source: Source, key: str) -> None:
    page = json.dumps(PAGE).encode()
    for depth in (300, 600, 1_000):
        deep = b"[" * depth + b"]" * depth
        inside = b'{"type":"page","userId":"8","properties":{"n":%s}}' % deep
        body = b'{"batch":[%s]}' % b",".join((deep, inside, page, deep))
        assert knock("/v1/b", body, key=key).status == 200
    land_waiting()
    assert Event.objects.count() == 1


def test_who_may_do_what(people: world.People, source: Source) -> None:
    for actor in (people.helper, people.analyst, people.stranger):
        with pytest.raises(NotAllowed):
            origins.add(actor, "segment", name="Other")
        with pytest.raises(NotAllowed):
            origins.pause(actor, source.pk)
    for actor in (people.helper, people.stranger):
        with pytest.raises(NotAllowed):
            origins.listing(actor)
    assert origins.add(people.manager, "web", name="Website").kind == "web"
    assert [one["name"] for one in origins.listing(people.analyst)] == ["Web shop", "Website"]
    for kind, name in (("fax", "Fax"), ("web", " "), ("web", "web shop"), ("web", "x" * 121)):
        with pytest.raises(WrongUse):
            origins.add(people.owner, kind, name=name)
    for number in (0, -1, 99, 1 << 70):
        with pytest.raises(NotFound):
            origins.get(number)


def test_who_is_erased_goes_from_the_messages_too(
    people: world.People, source: Source, key: str
) -> None:
    from regulars.identity.models import Link
    from regulars.profiles import erasure

    mine = {"userId": "u-7", "anonymousId": "visitor-7"}
    told = [
        {"type": "identify", **mine, "traits": {"email": "marked@crumb.test", "name": "Mark Ed"}},
        {"type": "page", "anonymousId": "visitor-7", "properties": {"title": "Bread"}},
        {
            "type": "track",
            "event": "Said",
            "userId": "u-8",
            "properties": {"by": "marked@crumb.test"},
        },
        {"type": "track", "event": 5, "userId": "u-7"},
        {"type": "page", "userId": "u-9"},
    ]
    assert knock("/v1/b", {"batch": told}, key=key).status == 200
    while any(one() for one in followers()):
        pass
    person = Link.objects.get(identifier__value="u-7").profile_id
    given = erasure.export(people.owner, person)["tables"]
    assert len(given["sources_intakerecord"]) == 4
    erasure.erase(people.owner, person)
    left = "\n".join(IntakeRecord.objects.values_list("body", flat=True))
    assert "u-9" in left
    for trace in ("marked@", "Mark Ed", "u-7", "visitor-7"):
        assert trace not in left
        assert not any(
            trace in str(one) for one in Event.objects.values_list("properties", flat=True)
        )
    # What was taken once is not taken again.
    assert knock("/v1/b", {"batch": [{"type": "page", "userId": "u-9"}]}, key=key).status == 200
    assert IntakeRecord.objects.count() == 1


def test_messages_go_after_their_days_and_what_waits_stays(key: str) -> None:
    old = datetime(2026, 10, 1, tzinfo=UTC)
    with clock.frozen(old):
        assert knock("/v1/b", {"batch": [PAGE, 5]}, key=key).status == 200
        land_waiting()
    assert knock("/v1/b", {"batch": [{**PAGE, "messageId": "m2"}]}, key=key).status == 200
    land_waiting()
    assert ageing.purge() == 2 and ageing.purge() == 0
    assert sorted(IntakeRecord.objects.values_list("reason", flat=True)) == ["", "not_an_object"]
    assert knock("/v1/b", {"batch": [PAGE]}, key=key).status == 200
    assert IntakeRecord.objects.count() == 2 and Event.objects.count() == 2


def test_a_record_nobody_foresaw_is_held_back_alone(
    people: world.People, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = landing.translate_all

    def breaks(number: int, said: dict[str, Any], setting: Any) -> Any:
        if said.get("event") == "Boom":
            raise RuntimeError("nobody foresaw this")
        return real(number, said, setting)

    monkeypatch.setattr(landing, "translate_all", breaks)
    boom = {"type": "track", "event": "Boom", "userId": "7", "messageId": "b"}
    batch = [{**PAGE, "messageId": "m0"}, boom, *({**PAGE, "messageId": f"n{n}"} for n in range(3))]
    assert knock("/v1/b", {"batch": batch}, key=key).status == 200
    assert land_waiting() == 5
    assert origins.count(people.owner) == {"events": 4, "quarantined": 1, "waiting": 0}
    assert IntakeRecord.objects.get(reason="unexpected").kind == "track"
