"""Pipelines, stages, leads and their moves, by the verbs that every face calls."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from regulars.accounts.models import AuditEntry, Member
from regulars.identity.models import Link
from regulars.identity.resolving import resolve
from regulars.kernel import clock
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from regulars.profiles import erasure, merging
from regulars.profiles.models import Lead, LeadMove, Pipeline
from regulars.profiles.pipeline import board, facts, leads, moving, stages, texts
from regulars.profiles.pipeline.leads import Told
from regulars.sources import imports
from tests import world

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@pytest.fixture
def people() -> world.People:
    return world.open_shop()


@pytest.fixture
def by_name(people: world.People) -> dict[str, int]:
    """Stage name → its number, of the first pipeline."""
    return {one.name: one.pk for one in stages.of(stages.listing(people.owner)[0])}


def land_people(people: world.People, folder: Path) -> dict[str, int]:
    head = ("E-mail", "First name", "Phone")
    rows = [("ada@crumb.test", "Ada", "+447700900001"), ("bo@crumb.test", "Bo", "")]
    path = world.write(folder / "people.csv", head, rows)
    imports.import_file(people.owner, path, kind="customers", is_confirmed=True)
    resolve()
    found = Link.objects.filter(identifier__kind="email")
    return {one.identifier.value.split("@")[0]: one.profile_id for one in found}


def column(people: world.People, lead: Lead) -> list[str]:
    _, columns = board.show(people.owner, lead.pipeline_id, stage_id=lead.stage_id)
    return [card.lead.title for card in columns[0].cards]


def test_the_first_pipeline_is_made_once_in_the_language_of_who_looks_first(
    people: world.People,
) -> None:
    with translation.override("en"):
        [first] = stages.listing(people.analyst)
    assert stages.listing(people.owner) == [first] and Pipeline.objects.count() == 1
    assert [(one.name, one.kind) for one in stages.of(first)] == [
        ("New", "open"), ("Talking", "open"), ("Offer made", "open"), ("Won", "won"),
        ("Lost", "lost"),
    ]  # fmt: skip


def test_a_lead_goes_through_and_every_step_is_a_row(
    people: world.People, by_name: dict[str, int]
) -> None:
    hana = Member.objects.get(email="hana@crumb.test")
    with clock.frozen(NOW):
        said = Told(title="Wedding cake", name="Eve", value_minor=45_000, source="Fair",
                    next_step="Call", next_on=date(2026, 12, 1), owner_id=hana.pk)  # fmt: skip
        lead = leads.add(people.owner, said)
    with clock.frozen(NOW + timedelta(days=3)):
        moving.move(people.helper, lead.pk, by_name["Talking"])
    with clock.frozen(NOW + timedelta(days=4)):
        assert moving.move(people.helper, lead.pk, by_name["Talking"]) is None
        moving.move(people.helper, lead.pk, by_name["Won"])
    shown = facts.show(people.owner, lead.pk)
    assert [(one["from_stage"], one["to_stage"], one["who"]) for one in shown["moves"]] == [
        ("Talking", "Won", "hana@crumb.test"), ("New", "Talking", "hana@crumb.test"),
        (None, "New", "olive@crumb.test"),
    ]  # fmt: skip
    assert shown["stage_kind"] == "won" and shown["probability"] == 100 and shown["score"] is None
    stayed = LeadMove.objects.filter(lead=lead).order_by("pk").values_list("stayed_seconds")
    assert [one for (one,) in stayed] == [None, 3 * 86_400, 86_400]
    assert AuditEntry.objects.filter(verb="lead.move").count() == 2


def test_lost_wants_a_reason_and_undo_puts_everything_back(
    people: world.People, by_name: dict[str, int]
) -> None:
    under, lead, above = (leads.add(people.owner, Told(title=name)) for name in "abc")
    assert column(people, lead) == ["c", "b", "a"]
    before = (lead.place, lead.entered_at)
    for reason in ("", "  ", "\x00"):
        with pytest.raises(WrongUse) as refused:
            moving.move(people.helper, lead.pk, by_name["Lost"], reason)
        assert refused.value.detail == {"missing": "reason"}
    moving.move(people.helper, lead.pk, by_name["Lost"], "Too dear")
    assert column(people, leads.get(lead.pk)) == ["b"]
    moving.undo(people.helper, lead.pk)
    back = leads.get(lead.pk)
    assert (back.place, back.entered_at) == before and back.stage.name == "New"
    assert column(people, back) == ["c", "b", "a"]
    assert facts.show(people.owner, lead.pk)["moves"][0]["undone_by"] == "hana@crumb.test"
    with pytest.raises(WrongUse):
        moving.undo(people.helper, lead.pk)
    assert under.pk and above.pk


def test_moves_can_be_undone_one_after_the_other(
    people: world.People, by_name: dict[str, int]
) -> None:
    lead = leads.add(people.owner, Told(title="a"))
    for name in ("Talking", "Offer made", "Won"):
        moving.move(people.owner, lead.pk, by_name[name])
    seen = []
    for _ in range(3):
        moving.undo(people.owner, lead.pk)
        seen.append(leads.get(lead.pk).stage.name)
    assert seen == ["Offer made", "Talking", "New"]
    moving.move(people.owner, lead.pk, by_name["Talking"])
    moving.undo(people.owner, lead.pk)
    assert leads.get(lead.pk).stage.name == "New"


def test_a_column_keeps_its_order_and_cards_change_places(people: world.People) -> None:
    first, second, third = (leads.add(people.owner, Told(title=name)) for name in "abc")
    assert moving.shift(people.helper, third.pk, up=False)
    assert column(people, first) == ["b", "c", "a"]
    assert moving.shift(people.helper, first.pk, up=True)
    assert column(people, first) == ["b", "a", "c"]
    assert not moving.shift(people.helper, second.pk, up=True)
    Lead.objects.update(place=0)
    assert moving.shift(people.helper, third.pk, up=True)
    assert column(people, first) == ["c", "a", "b"] or column(people, first) == ["a", "c", "b"]


@pytest.mark.parametrize(
    "said",
    [
        Told(), Told(title=" \x00 "), Told(title="x" * 201), Told(title="a", email="x" * 321),
        Told(title="a", value_minor=-1), Told(title="a", value_minor=2**70),
        Told(title="a", probability=101), Told(title="a", probability=-1),
        Told(title="a", next_on=date(1, 1, 1)), Told(title="a", owner_id=2**70),
        Told(title="a", owner_id=999_999), Told(title="a", note="x" * 4001),
        Told(title="a", email="bad"), Told(email="ada@crumb"),
    ],
)  # fmt: skip
def test_nonsense_is_refused(people: world.People, said: Told) -> None:
    with pytest.raises(WrongUse):
        leads.add(people.owner, said)
    assert not Lead.objects.exists()


def test_an_address_from_before_stays_while_the_rest_is_said(people: world.People) -> None:
    lead = leads.add(people.owner, Told(title="a"))
    Lead.objects.filter(pk=lead.pk).update(email="bad")
    whole = leads.said_of(leads.get(lead.pk))
    assert leads.change(people.owner, lead.pk, replace(whole, title="b")).email == "bad"
    assert leads.change_some(people.owner, lead.pk, {"title": "c"}).email == "bad"
    with pytest.raises(WrongUse):
        leads.change_some(people.owner, lead.pk, {"email": "worse"})


def test_numbers_of_nobody_are_told(people: world.People, by_name: dict[str, int]) -> None:
    lead = leads.add(people.owner, Told(title="a"))
    other = stages.add(people.owner, "Wholesale")
    foreign = stages.of(other)[1].pk
    for number in (0, -1, 2**70, 999_999):
        with pytest.raises(NotFound):
            leads.add(people.owner, Told(title="b", person_id=number))
        for refused in (leads.get, stages.get):
            with pytest.raises(NotFound):
                refused(number)
        with pytest.raises(NotFound):
            board.listing(people.owner, stage_id=number)
    for number in (foreign, 2**70, 0):
        with pytest.raises(WrongUse):
            moving.move(people.owner, lead.pk, number)
    with pytest.raises(WrongUse):
        leads.add(people.owner, Told(title="a"), stage_id=by_name["Lost"])
    for cursor in ("", "x", "9" * 40, "-1"):
        with pytest.raises(WrongUse):
            board.listing(people.owner, cursor=cursor)


@given(st.text(max_size=60))
def test_any_text_can_be_kept(text: str) -> None:
    for said in (texts.line(text, 100, "It"), texts.paragraphs(text, 100, "It")):
        assert "\x00" not in said
        said.encode("utf-8")
        assert texts.paragraphs(said, 400, "It") == said


def test_a_typed_address_becomes_the_person_once_they_are_known(
    people: world.People, tmp_path: Path
) -> None:
    typed = leads.add(people.owner, Told(title="a", email="ADA@crumb.test "))
    called = leads.add(people.owner, Told(title="b", phone="07700 900001"))
    assert board.as_card(typed).person_id is None
    numbers = land_people(people, tmp_path)
    assert board.as_card(leads.get(typed.pk)).person_id == numbers["ada"]
    assert board.as_card(leads.get(called.pk)).person_id == numbers["ada"]
    given_to = leads.add(people.owner, Told(title="c", person_id=numbers["bo"]))
    assert given_to.anchor_id is not None
    listed = board.listing(people.owner, person_id=numbers["ada"])["leads"]
    assert {one["title"] for one in listed} == {"a", "b"}
    # Said anew, it keeps the identifier that it hung on.
    anchor = given_to.anchor_id
    again = leads.change(people.owner, given_to.pk, leads.said_of(leads.get(given_to.pk)))
    assert again.anchor_id == anchor


def test_leads_follow_a_merge_and_part_again_with_it(people: world.People, tmp_path: Path) -> None:
    numbers = land_people(people, tmp_path)
    ada, bo = (leads.add(people.owner, Told(title=one, person_id=numbers[one.lower()]))
               for one in ("Ada", "Bo"))  # fmt: skip

    def whose() -> set[int | None]:
        return {board.as_card(leads.get(one.pk)).person_id for one in (ada, bo)}

    apart = whose()
    done = merging.merge(people.owner, numbers["ada"], numbers["bo"], reason="One person")
    [together] = whose()
    assert together is not None
    listed = board.listing(people.owner, person_id=together)["leads"]
    assert {one["title"] for one in listed} == {"Ada", "Bo"}
    merging.split(people.owner, done.merge_id)
    assert whose() == apart and len(apart) == 2


def test_sums_and_money_by_role(people: world.People, by_name: dict[str, int]) -> None:
    leads.add(people.owner, Told(title="a", value_minor=1_000))
    leads.add(people.owner, Told(title="b", value_minor=3_000, probability=50))
    leads.add(people.owner, Told(title="c"))
    won = leads.add(people.owner, Told(title="d", value_minor=500, probability=10))
    moving.move(people.owner, won.pk, by_name["Won"])
    pipeline = stages.listing(people.owner)[0]
    _, columns = board.show(people.owner, pipeline.pk)
    new, won_column = columns[0], columns[3]
    # 10 percent of 1,000 and 50 of 3,000.
    assert (new.count, new.value_minor, new.weighted_minor) == (3, 4_000, 1_600)
    assert (won_column.value_minor, won_column.weighted_minor) == (500, 500)
    _, columns = board.show(people.helper, pipeline.pk)
    assert {one.value_minor for one in columns} == {None}
    assert {one["value_minor"] for one in board.listing(people.helper)["leads"]} == {None}
    with pytest.raises(NotAllowed):
        leads.add(people.helper, Told(title="x", value_minor=1))
    leads.change(people.helper, won.pk, Told(title="renamed"))
    assert Lead.objects.get(pk=won.pk).value_minor == 500


def test_stages_are_set_up_whole(people: world.People, by_name: dict[str, int]) -> None:
    pipeline = stages.listing(people.owner)[0]
    leads.add(people.owner, Told(title="a"))

    def wanted(**changes: tuple[str, int, str]) -> list[stages.Wanted]:
        rows = {one.name: (one.name, one.probability, one.kind) for one in stages.of(pipeline)}
        rows |= changes
        return [stages.Wanted(by_name.get(name), *said) for name, said in rows.items()]

    for wrong in (
        wanted(New=("", 0, "open")), wanted(New=("New", 0, "won")), wanted(Won=("", 0, "won")),
        wanted(Talking=("New", 0, "open")), wanted(Talking=("Talking", 101, "open")),
        wanted(Talking=("Talking", 1, "odd")), wanted(Talking=("x" * 81, 1, "open")), [],
    ):  # fmt: skip
        with pytest.raises(WrongUse):
            stages.set_up(people.manager, pipeline.pk, "Sales", wrong)
    said = wanted(Talking=("", 0, "open"), Sample=("Sample sent", 40, "open"))
    stages.set_up(people.manager, pipeline.pk, "Cakes", [said[-1], *said[:-1]])
    assert [one.name for one in stages.of(stages.get(pipeline.pk))] == [
        "Sample sent", "New", "Offer made", "Won", "Lost",
    ]  # fmt: skip
    assert leads.add(people.helper, Told(title="b")).stage.name == "Sample sent"


def test_a_move_is_not_undone_into_a_stage_that_is_gone(
    people: world.People, by_name: dict[str, int]
) -> None:
    lead = leads.add(people.owner, Told(title="a"))
    for name in ("Talking", "Won"):
        moving.move(people.owner, lead.pk, by_name[name])
    rows = [one for one in stages.of(leads.get(lead.pk).pipeline) if one.name != "Talking"]
    wanted = [stages.Wanted(one.pk, one.name, one.probability, one.kind) for one in rows]
    stages.set_up(people.owner, lead.pipeline_id, "Sales", wanted)
    with pytest.raises(WrongUse):
        moving.undo(people.owner, lead.pk)
    with pytest.raises(WrongUse):
        moving.move(people.owner, lead.pk, by_name["Talking"])
    assert leads.get(lead.pk).stage.name == "Won"


def test_who_may(people: world.People, by_name: dict[str, int]) -> None:
    lead = leads.add(people.helper, Told(title="a"))
    for actor in (people.analyst, people.stranger):
        for refused in (
            lambda who: leads.add(who, Told(title="x")),
            lambda who: leads.change(who, lead.pk, Told(title="x")),
            lambda who: moving.move(who, lead.pk, by_name["Won"]),
            lambda who: moving.undo(who, lead.pk),
            lambda who: moving.shift(who, lead.pk, up=True),
            lambda who: leads.touch(who, lead.pk),
        ):
            with pytest.raises(NotAllowed):
                refused(actor)
    for actor in (people.helper, people.analyst, people.stranger):
        with pytest.raises(NotAllowed):
            leads.remove(actor, lead.pk)
        with pytest.raises(NotAllowed):
            stages.add(actor, "Other")
    assert board.listing(people.analyst)["leads"]
    with pytest.raises(NotAllowed):
        board.listing(people.stranger)
    leads.remove(people.manager, lead.pk)
    assert not LeadMove.objects.exists()


def test_a_person_takes_their_leads_along_and_is_forgotten_with_them(
    people: world.People, by_name: dict[str, int], tmp_path: Path
) -> None:
    numbers = land_people(people, tmp_path)
    typed = leads.add(people.owner, Told(title="Cake for Ada", email="ada@crumb.test"))
    leads.add(people.owner, Told(title="Rolls", person_id=numbers["ada"]))
    other = leads.add(people.owner, Told(title="Bo's", email="bo@crumb.test"))
    moving.move(people.owner, typed.pk, by_name["Lost"], "Ada moved away")
    leads.touch(people.owner, typed.pk, "Ada called")
    leads.touch(people.owner, other.pk, "Told us to ask ada@crumb.test")
    leads.change(people.owner, other.pk, Told(title="Bo's", email="bo@crumb.test",
                                              note="Pays: 07700 900 001"))  # fmt: skip
    told = json.dumps(erasure.export(people.owner, numbers["ada"]), default=str)
    for words in ("Cake for Ada", "Rolls", "Ada moved away", "Ada called"):
        assert words in told
    receipt = erasure.erase(people.owner, numbers["ada"])
    assert receipt.rows["profiles_lead"] == 3
    [left] = Lead.objects.all()
    assert (left.pk, left.title, left.note) == (other.pk, "Bo's", "(named the person; left out)")
    assert left.contacts.get().words == "(named the person; left out)"
    assert LeadMove.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_hands_move_cards_at_once(people: world.People, by_name: dict[str, int]) -> None:
    numbers = [leads.add(people.owner, Told(title=str(n))).pk for n in range(6)]

    def go(n: int) -> None:
        try:
            for step in range(6):
                moving.shift(people.helper, numbers[n], up=bool((n + step) % 2))
                to = by_name["Talking" if (n + step) % 2 else "New"]
                moving.move(people.helper, numbers[(n + step) % 6], to)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as hands:
        list(hands.map(go, range(6)))
    for lead in Lead.objects.all():
        last = LeadMove.objects.filter(lead=lead, undone_at=None).order_by("pk").last()
        assert last is not None and last.to_stage_id == lead.stage_id
    assert Lead.objects.count() == 6
