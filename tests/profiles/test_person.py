from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.accounts.actors import Actor
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from regulars.profiles import person
from regulars.profiles.search import find
from regulars.sources.files.records import EventRow
from regulars.sources.models import ImportUndo, RepeatExclusion
from tests.profiles.people import NOON, booking, customer, land, refresh, review, sale

pytestmark = pytest.mark.django_db

OWNER, HELPER = Actor("owner", "cli"), Actor("helper", "page")
ANN, ANN_MAIL = ("customer_id:shop", "C-1"), ("email", "ann@example.org")


def the_only_one() -> int:
    from regulars.identity.models import Profile

    return Profile.objects.get().pk


def test_a_page_holds_what_is_known() -> None:
    land("customers", [customer("1", ANN, ANN_MAIL, name="Ann Moore", city="York", country="GB")])
    land(
        "sales",
        [
            sale("S1", 500, ANN),
            sale("S1", 250, ANN, name="Bun"),
            sale("S2", -250, ANN, at=NOON + timedelta(days=3)),
            sale(
                "S3", 400, ANN, at=NOON + timedelta(days=5), traits={"city": "Leeds", "name": "A M"}
            ),
        ],
    )
    land("reviews", [review("R1", ANN_MAIL, text="Lovely", author="Ann")])
    land("bookings", [booking("B1", ANN_MAIL)])
    refresh()
    page = person.show(OWNER, the_only_one())
    assert (page.name, page.email, page.country) == ("Ann Moore", "ann@example.org", "GB")
    assert [one.kind for one in page.identifiers] == ["customer_id:shop", "email"]
    assert page.identifiers[0].evidence == "stood beside email"
    city = next(one for one in page.traits if one.name == "city")
    assert (city.value, city.provenance, city.origin.file_name) == (
        "York",
        "declared",
        "customers.csv",
    )
    assert city.origin.source == "Shop"
    assert page.totals.spent_minor == {"GBP": 900}
    assert (page.totals.orders, page.totals.returns) == (2, 1)
    assert [one.external_id for one in page.orders] == ["S3", "S2", "S1"]
    assert {line.name for line in page.orders[2].lines} == {"Loaf", "Bun"}
    assert [one.kind for one in page.timeline] == [
        "order",
        "return",
        "order",
        "feedback",
        "booking",
    ]
    assert json.loads(json.dumps(page.as_json()))["totals"]["feedback"] == 1


def test_what_somebody_said_is_told_as_they_said_it() -> None:
    land("customers", [customer("1", ANN, ANN_MAIL, name="Ann Moore")])
    land("reviews", [review("R1", ANN_MAIL, text="Fine rye", author="Ann M")])
    refresh()
    [one] = person.show(OWNER, the_only_one()).feedback
    assert (one.rating, one.rating_max, one.text, one.author) == (5, 5, "Fine rye", "Ann M")
    assert one.replied_at == NOON


def test_a_helper_sees_no_money() -> None:
    land("sales", [sale("S1", 500, ANN)])
    land("bookings", [booking("B1", ANN)])
    refresh()
    page = person.show(HELPER, the_only_one())
    assert page.totals.spent_minor is None
    assert "500" not in json.dumps(page.as_json()["orders"])
    assert page.bookings[0].amount_minor is None
    assert {one.amount_minor for one in page.timeline} == {None}
    with pytest.raises(NotAllowed):
        person.show(Actor("stranger", "api"), the_only_one())


def test_only_live_facts_show() -> None:
    land("customers", [customer("1", ANN, name="Ann Moore")])
    later = land("customers", [customer("1", ANN, name="Ann Married")])
    wrong = land("sales", [sale("S1", 500, ANN)])
    land("sales", [sale("S9", 900, ANN)], source="till", finished=False)
    again = land("sales", [sale("S2", 100, ANN), sale("S2", 100, ANN)], source="web")
    refresh()
    page = person.show(OWNER, the_only_one())
    assert page.name == "Ann Married"
    assert page.totals.spent_minor == {"GBP": 700}
    for run in (later, wrong):
        ImportUndo.objects.create(retracted=run)
    RepeatExclusion.objects.create(of_import=again)
    refresh()
    page = person.show(OWNER, the_only_one())
    assert page.name == "Ann Moore"
    assert [hit.name for hit in find("moore")] == ["Ann Moore"]
    assert page.totals.spent_minor == {"GBP": 100}


def test_later_outranks_earlier_and_declared_outranks_observed() -> None:
    old, new = datetime(2020, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
    land("customers", [customer("1", ANN, at=new, name="New Name", city="York")])
    land(
        "audience", [customer("9", ANN_MAIL, at=old, name="Old Name", language="fr")], source="mail"
    )
    land("sales", [sale("S1", 1, ANN, ANN_MAIL, traits={"name": "Till Name", "postcode": "YO1"})])
    refresh()
    told = {
        one.name: (one.value, one.provenance) for one in person.show(OWNER, the_only_one()).traits
    }
    assert told["name"] == ("New Name", "declared")
    assert told["language"] == ("fr", "declared")
    assert told["postcode"] == ("YO1", "observed")


def day(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("by_number", "by_mail", "state"),
    [
        ([], [], "unknown"),
        ([("email", "granted", day(2020), "")], [], "granted"),
        (
            [("email", "granted", day(2020), ""), ("email", "withdrawn", day(2021), "")],
            [],
            "withdrawn",
        ),
        (
            [("email", "withdrawn", day(2020), ""), ("email", "granted", day(2021), "")],
            [],
            "granted",
        ),
        (
            [("email", "granted", day(2020), ""), ("email", "withdrawn", day(2020), "")],
            [],
            "withdrawn",
        ),
        (
            [("email", "granted", day(2024), "")],
            [("email", "withdrawn", day(2020), "")],
            "withdrawn",
        ),
        ([("email", "granted", day(2024), "")], [("email", "unknown", None, "")], "unknown"),
    ],
)
def test_what_a_person_allows(by_number: list, by_mail: list, state: str) -> None:
    land("customers", [customer("1", ANN, ANN_MAIL, consents=by_number, at=day(2019))])
    land("audience", [customer("9", ANN_MAIL, consents=by_mail, at=day(2019))], source="mail")
    refresh()
    number = the_only_one()
    allows = {one.channel: one for one in person.show(OWNER, number).allows}
    assert allows["email"].state == state
    assert allows["sms"].state == "unknown"
    assert allows["sms"].origin is None
    assert person.allowed(number) == {"email": state, "sms": "unknown", "post": "unknown"}


def test_the_timeline_is_paged() -> None:
    land("sales", [sale(f"S{n}", 100, ANN, at=NOON + timedelta(hours=n // 2)) for n in range(23)])
    refresh()
    seen, cursor = [], None
    while True:
        page = person.timeline(OWNER, the_only_one(), cursor=cursor, limit=10)
        seen += [one.key for one in page.entries]
        cursor = page.cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 23
    with pytest.raises(WrongUse):
        person.timeline(OWNER, the_only_one(), cursor="nonsense")


def test_nobody_is_not_found() -> None:
    with pytest.raises(NotFound):
        person.show(OWNER, 404)


def test_two_hundred_orders_take_no_more_questions_than_twenty() -> None:
    asked = []
    for first, count in ((0, 20), (20, 180)):
        land(
            "sales",
            [
                sale(f"S{n}", 100 + line, ANN, at=NOON + timedelta(hours=n), name=f"Thing {line}")
                for n in range(first, first + count)
                for line in range(5)
            ],
        )
        refresh()
        with CaptureQueriesContext(connection) as queries:
            page = person.show(OWNER, the_only_one())
        asked.append(len(queries))
    assert page.totals.orders == 200
    assert len(page.orders) == 50
    assert asked[0] == asked[1] < 40


def test_the_first_page_is_what_the_whole_timeline_begins_with() -> None:
    land("customers", [customer("1", ANN, ANN_MAIL, name="Ann Moore")])

    def happened(n: int, who: tuple[str, str]) -> EventRow:
        # Three at a time: what stands first of one instant must not depend on who counts.
        return EventRow(n, f"E{n}", "Product Viewed", NOON + timedelta(hours=n // 3), {}, (who,))

    land("events", [happened(n, ANN_MAIL) for n in range(70)])
    undone = land("events", [happened(n, ANN_MAIL) for n in range(70, 80)], source="till")
    ImportUndo.objects.create(retracted=undone)
    # Told anew, some were somebody else's.
    land("events", [happened(n, ("email", "bo@example.org")) for n in range(60, 65)])
    refresh()
    [ann] = {hit.profile_id for hit in find("Ann Moore")}
    page, first = person.show(OWNER, ann), person.timeline(OWNER, ann)
    assert page.totals.events == 65
    assert (page.timeline, page.timeline_cursor) == (first.entries, first.cursor)
    rest = person.timeline(OWNER, ann, cursor=page.timeline_cursor)
    keys = [one.key for one in (*page.timeline, *rest.entries) if one.kind == "event"]
    assert len(keys) == len(set(keys)) == 65 and rest.cursor is None
