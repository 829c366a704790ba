"""The pages of sources that send by themselves, from the choice to the mended message."""

from __future__ import annotations

import re
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.accounts import actors
from regulars.kernel import clock
from regulars.sources import origins
from regulars.sources.connectors import accounts, pulling
from regulars.sources.connectors.found import connectors
from regulars.sources.intake import ageing, landing, room
from regulars.sources.models import IntakeHour, IntakeRecord, OrderLine, Source
from tests.sources.door import knock

pytestmark = pytest.mark.django_db
_PRICELESS = {"order_id": "W1", "products": [{"name": "Loaf <b>", "price": "four"}]}
ORDER = {"type": "track", "event": "Order Completed", "userId": "w1", "properties": _PRICELESS}


def add(owner: Any, kind: str, **given: str) -> Source:
    answer = owner.post("/sources/live/new", {"kind": kind, **given})
    assert answer.status_code == 302, answer.content.decode()
    return Source.objects.get(pk=int(answer["Location"].rpartition("/")[2]))


def send(source: Source, *said: dict[str, Any]) -> None:
    assert knock("/v1/batch", {"batch": list(said)}, key=str(source.write_key)).status == 200
    landing.land_waiting()


def read(owner: Any, path: str) -> str:
    answer = owner.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_every_kind_can_be_chosen(owner: Any, bakery: Any) -> None:
    page = read(owner, "/sources/live/new")
    kinds = re.findall(r'href="\?kind=(\w+)"', page)
    assert kinds[:2] == ["segment", "web"] and set(kinds[2:]) == set(connectors())
    for kind in kinds:
        assert "What you call it" in read(owner, f"/sources/live/new?kind={kind}")


def test_a_website_gets_its_line_and_waits_for_the_first_message(owner: Any, bakery: Any) -> None:
    source = add(owner, "web", name="Our site")
    page = read(owner, f"/sources/live/{source.pk}")
    assert "Nothing came yet" in page and f"data-key=&quot;{source.write_key}&quot;" in page
    part = owner.get(f"/sources/live/{source.pk}/first", headers={"HX-Request": "true"})
    assert "Nothing came yet" in part.content.decode() and "HX-Refresh" not in part
    send(source, {"type": "page", "anonymousId": "a1", "properties": {"title": "Bread"}})
    part = owner.get(f"/sources/live/{source.pk}/first", headers={"HX-Request": "true"})
    assert part["HX-Refresh"] == "true"
    page = read(owner, f"/sources/live/{source.pk}")
    assert "What came last" in page and "Bread" in page and "Nothing came yet" not in page
    listed = read(owner, "/sources")
    assert "Our site" in listed and "Works" in listed


def test_a_vendor_needs_its_secret_and_never_shows_it(owner: Any, bakery: Any) -> None:
    given = {"kind": "shopify", "name": "Shop"}
    assert "Shopify needs" in owner.post("/sources/live/new", given).content.decode()
    secrets = {"secret-signing": "s3cret-key", "secret-token": "t0ken"}
    source = add(owner, "shopify", name="Shop", **secrets, **{"setting-shop": "crumb.test"})
    account = accounts.account_of(source)
    assert account.secrets == {"signing": "s3cret-key", "token": "t0ken"}
    page = read(owner, f"/sources/live/{source.pk}")
    assert f"/v1/hook/{source.write_key}" in page and "order creation" in page
    changing = read(owner, f"/sources/live/{source.pk}/secret")
    assert "crumb.test" in changing
    assert "s3cret" not in page + changing and "t0ken" not in page + changing
    owner.post(f"/sources/live/{source.pk}/secret", {"secret-token": "another"})
    source.refresh_from_db()
    assert accounts.account_of(source).secrets == {"signing": "s3cret-key", "token": "another"}
    assert accounts.account_of(source).settings["shop"] == "crumb.test"


def test_a_problem_is_said_where_it_can_be_mended(owner: Any, bakery: Any) -> None:
    source = add(owner, "shopify", name="Shop", **{"secret-signing": "s3cret"})
    accounts.note_problem(source.pk, accounts.TOKEN, "Shopify does not take the token any more.")
    page = read(owner, f"/sources/live/{source.pk}")
    assert "does not take the token" in page and f"/sources/live/{source.pk}/secret" in page
    assert "Needs you" in read(owner, "/sources")


def test_what_could_not_land_is_mended_on_its_page(owner: Any, bakery: Any) -> None:
    source = add(owner, "segment", name="Till")
    send(source, ORDER, {"type": "track", "userId": "w2"}, {"type": "track", "userId": "w3"})
    page = read(owner, f"/sources/live/{source.pk}")
    assert "not a number" in page and "Set all 2 aside" in page
    held = read(owner, f"/sources/live/{source.pk}/held?reason=bad_number")
    assert "Loaf &lt;b&gt;" in held
    number = re.search(rf"/sources/live/{source.pk}/held/(\d+)", held)
    assert number
    where = f"/sources/live/{source.pk}/held/{number[1]}"
    text = IntakeRecord.objects.get(pk=int(number[1])).body
    kept = owner.post(where, {"text": text.replace('"four"', '"five"')})
    assert "still cannot land" in kept.content.decode() and "&quot;five&quot;" in (
        kept.content.decode()
    )
    assert owner.post(where, {"text": text.replace('"four"', "4")}).status_code == 302
    assert OrderLine.objects.filter(amount_minor=400, name="Loaf <b>").exists()
    assert owner.get(where).status_code == 404
    for do, said in (("again", "0 landed, 2 still wait."), ("aside", "2 messages are set aside.")):
        answer = owner.post(
            f"/sources/live/{source.pk}/held/decide", {"reason": "no_event", "do": do}, follow=True
        )
        assert said in answer.content.decode()
    assert "Set all" not in read(owner, f"/sources/live/{source.pk}")


def test_pausing_is_seen_and_what_was_refused_is_counted(owner: Any, bakery: Any) -> None:
    source = add(owner, "segment", name="Till")
    owner.post(f"/sources/live/{source.pk}/switch", {"do": "pause"})
    assert knock("/v1/track", {"userId": "1", "event": "x"}, key=str(source.write_key)).status == (
        404
    )
    page = read(owner, f"/sources/live/{source.pk}")
    assert "Paused" in page and "The source is paused." in page and "Resume" in page
    owner.post(f"/sources/live/{source.pk}/switch", {"do": "resume"})
    assert "Resume" not in read(owner, f"/sources/live/{source.pk}")


def test_silence_beyond_its_own_habit_is_seen(owner: Any, bakery: Any) -> None:
    source = add(owner, "segment", name="Till")
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    for hours in range(30, 24 * 14, 6):
        IntakeHour.objects.create(source_id=source.pk, hour=now - timedelta(hours=hours), read=3)
    assert "Silent for longer than usual" in read(owner, "/sources")
    IntakeHour.objects.create(source_id=source.pk, hour=now - timedelta(hours=7), read=3)
    # It was silent for 23 hours once, so seven are nothing.
    assert "Silent for longer than usual" not in read(owner, "/sources")


def test_a_full_house_is_said(owner: Any, bakery: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Nothing is taken" not in read(owner, "/sources")
    monkeypatch.setattr(room, "MOST_WAITING", -1)
    assert "Nothing is taken at the moment." in read(owner, "/sources")


def test_days_of_keeping_are_set_and_followed(owner: Any, bakery: Any) -> None:
    source = add(owner, "segment", name="Till")
    send(source, {"type": "page", "userId": "1"}, {"type": "track", "userId": "2"})
    IntakeRecord.objects.update(received_at=clock.now() - timedelta(days=9))
    assert ageing.purge() == 0
    asked = {"days": "8", "source": str(source.pk)}
    assert owner.post("/sources/live/keeping", asked).status_code == 302
    assert 'value="8"' in read(owner, f"/sources/live/{source.pk}")
    ageing.purge()
    # What waits to be mended stays.
    assert [one.reason for one in IntakeRecord.objects.all()] == ["no_event"]
    for days in ("0", "366", "", "many", "³"):
        assert owner.post("/sources/live/keeping", {"days": days}).status_code == 422


SALE = {"no": "A-1", "date": "2026-11-20", "article": "Loaf", "qty": 2, "price": "3.50",
        "customer": {"mail": "ada@crumb.test"}}  # fmt: skip


def knock_with(source: Source, said: dict[str, Any]) -> None:
    headers = {"Authorization": "Bearer it signs"}
    assert knock(f"/v1/hook/{source.write_key}", said, headers=headers).status == 200
    landing.land_waiting()


def test_what_a_programs_fields_mean_is_said_on_a_page(owner: Any, bakery: Any) -> None:
    source = add(owner, "webhook", name="Till", **{"secret-signing": "it signs"})
    fields = f"/sources/live/{source.pk}/fields"
    assert fields not in read(owner, f"/sources/live/{source.pk}")
    assert owner.get(fields)["Location"] == f"/sources/live/{source.pk}"
    knock_with(source, SALE)
    page = read(owner, f"/sources/live/{source.pk}")
    assert f'href="{fields}"' in page and "Messages came." in page
    assert "Needs you" in read(owner, "/sources")
    page = read(owner, fields)
    assert "customer.mail" in page and "ada@crumb.test" in page and "Our guess" not in page
    assert "Read all that is kept once more" not in page
    places = re.findall(r'for="c(\d+)">([\w.]+)<', page)
    [place] = [number for number, name in places if name == "no"]
    form = {"kind": "sales", "of": "sales", f"c{place}": "order_id"}
    part = owner.post(fields, {**form, "do": "look"}, headers={"HX-Request": "true"})
    assert part.status_code == 200 and "<html" not in part.content.decode()
    [date] = [f"c{number}" for number, one in places if one == "date"]
    refused = owner.post(fields, {**form, date: "", "do": "decide"}).content.decode()
    assert "Not said yet: date" in refused
    answer = owner.post(fields, {**form, "do": "decide"}, follow=True)
    assert "1 message that waited has landed." in answer.content.decode()
    assert OrderLine.objects.filter(amount_minor=700).exists()
    assert "Read all that is kept once more" in read(owner, fields)
    answer = owner.post(f"/sources/live/{source.pk}/replay", follow=True)
    assert "1 message is being read once more." in answer.content.decode()


def test_a_table_waits_on_its_page_until_its_columns_are_explained(
    owner: Any, bakery: Any, tmp_path: Path
) -> None:
    base = tmp_path / "till.db"
    with sqlite3.connect(base) as made:
        made.execute("CREATE TABLE sold (nr, day, what, each)")
        made.execute("INSERT INTO sold VALUES ('T1', '2026-11-20', 'Loaf', '4.00')")
    given = {"address": f"sqlite:///{base}", "query": "sold"}
    form = {f"setting-{name}": value for name, value in given.items()}
    refused = owner.post("/sources/live/new", {"kind": "table", "name": "Till base", **form})
    assert "given at this machine" in refused.content.decode()
    source = origins.add(actors.owner("cli"), "table", name="Till base", secret="", given=given)
    pulling.pull(source.pk)
    page = read(owner, f"/sources/live/{source.pk}")
    assert "A table came" in page and f"/sources/live/{source.pk}/fields" in page
    fields = f"/sources/live/{source.pk}/fields"
    found = re.findall(r'for="(c\d+)">([\w.]+)<', read(owner, fields))
    means = {"nr": "order_id", "day": "date", "what": "item", "each": "unit_price"}
    form = {place: means[name] for place, name in found}
    form |= {"kind": "sales", "of": "sales", "do": "decide"}
    answer = owner.post(fields, form, follow=True).content.decode()
    assert "1 row landed." in answer and "Tables that came" in answer
    assert "A table came" not in answer and owner.get(fields).status_code == 302


def test_another_kind_forgets_what_was_chosen_for_the_last(owner: Any, bakery: Any) -> None:
    source = add(owner, "webhook", name="Till", **{"secret-signing": "it signs"})
    knock_with(source, SALE)
    path = f"/sources/live/{source.pk}/fields"
    shown = owner.post(path, {"kind": "reviews", "of": "sales", "c0": "order_id", "do": "look"})
    assert shown.status_code == 200 and 'value="rating"' in shown.content.decode()
    nonsense = owner.post(path, {"kind": "sales", "of": "sales", "c0": "colour", "do": "decide"})
    assert "There is no field" in nonsense.content.decode()
