from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.accounts.actors import Actor
from regulars.accounts.models import Member
from regulars.identity.resolving import resolve
from regulars.kernel.errors import NotAllowed, NotFound, RegularsError, WrongUse
from regulars.profiles import cards, erasure, merging, person, search
from regulars.profiles.models import CustomField, TypedConsent, TypedTrait
from regulars.profiles.typed import fields, people, saying
from regulars.sources import imports
from tests import world

HEAD = ("Customer ID", "Name", "E-mail", "City", "Newsletter")
ROWS = (
    ("C1", "Ada Lovelace", "ada@crumb.test", "London", "yes"),
    ("C2", "Bob Stone", "bob@crumb.test", "Leeds", "yes"),
)


@pytest.fixture
def owner(db: None, data_folder: Path, tmp_path: Path) -> Actor:
    shop = world.open_shop().owner
    world.write(tmp_path / "people.csv", HEAD, ROWS)
    imports.import_file(
        shop, tmp_path / "people.csv", kind="customers", is_confirmed=True,
        changes=dict(zip(("customer_id", "name", "email", "city", "consent_email"), HEAD,
                         strict=True)),
    )  # fmt: skip
    resolve()
    cards.rebuild()
    return shop


def who(text: str) -> int:
    return search.find(text)[0].profile_id


def traits(owner: Actor, number: int) -> dict[str, str]:
    return {one.name: one.value for one in person.show(owner, number).traits}


def email(owner: Actor, number: int) -> str:
    allows = person.show(owner, number).allows
    return next(one.state for one in allows if (one.channel, one.purpose) == ("email", "marketing"))


def test_what_is_typed_outranks_the_files_until_it_is_emptied(owner: Actor) -> None:
    ada = who("ada@")
    assert saying.say(owner, ada, {"city": "Bath", "allergies": "nuts"}) == ["allergies", "city"]
    assert traits(owner, ada) == {
        "name": "Ada Lovelace", "city": "Bath", "allergies": "nuts",
    }  # fmt: skip
    told = dict(person.told_of(owner, ada))
    assert [one.value for one in told["city"]] == ["Bath", "London"]
    assert (told["city"][0].origin.source, told["city"][0].origin.import_id) == ("typed by", 0)
    assert saying.say(owner, ada, {"city": "Bath"}) == []
    saying.say(owner, ada, {"city": "", "name": "Ada Byron"})
    assert traits(owner, ada)["city"] == "London"
    assert search.find("byron")[0].name == "Ada Byron"
    assert [one.value for one in saying.history(ada, "city")] == ["", "Bath"]


def test_what_is_typed_goes_with_its_part_when_people_are_merged_and_split(owner: Actor) -> None:
    ada, bob = who("ada@"), who("bob@")
    saying.say(owner, ada, {"allergies": "nuts"})
    saying.say(owner, bob, {"allergies": "milk", "seating": "window"})
    saying.allow(owner, bob, channel="email", state="withdrawn", said="No more mail, please")
    apart = traits(owner, ada), traits(owner, bob)
    merged = merging.merge(owner, ada, bob, reason="the same")
    assert traits(owner, merged.people[0])["allergies"] == "milk"
    assert email(owner, merged.people[0]) == "withdrawn"
    merging.split(owner, merged.merge_id)
    assert (traits(owner, ada), traits(owner, bob)) == apart
    assert (email(owner, ada), email(owner, bob)) == ("granted", "withdrawn")


def test_what_somebody_says_of_themselves_holds_for_all_they_are_known_by(owner: Actor) -> None:
    ada = who("ada@")
    saying.allow(owner, ada, channel="email", state="withdrawn", said="Please stop")
    assert email(owner, ada) == "withdrawn"
    saying.allow(owner, ada, channel="email", state="granted", said="Do write to me again")
    assert email(owner, ada) == "granted"
    saying.allow(
        owner,
        ada,
        channel="sms",
        state="granted",
        purpose="service",
        said="Text me when it is done",
    )
    allows = {(one.channel, one.purpose): one.state for one in person.show(owner, ada).allows}
    assert allows["sms", "service"] == "granted"
    assert allows["sms", "marketing"] == "unknown"
    assert person.allowed(ada)["sms"] == "unknown"


def test_a_person_needs_no_address(owner: Actor) -> None:
    done = people.add(owner, {"name": "The lady with the dog", "likes": "rye"})
    assert not done.was_known
    assert search.find("lady dog")[0].profile_id == done.profile_id
    resolve()
    assert traits(owner, done.profile_id)["likes"] == "rye"
    learnt = people.learn(owner, done.profile_id, "phone", "0113 496 0009")
    assert learnt.profile_id == done.profile_id and not learnt.was_known
    assert person.show(owner, done.profile_id).phone == "+441134960009"


def test_an_address_that_is_somebodys_is_their_page(owner: Actor) -> None:
    ada = who("ada@")
    done = people.add(owner, {"email": "ADA@crumb.test", "must_know": "Walks with a stick"})
    assert (done.profile_id, done.was_known) == (ada, True)
    lady = people.add(owner, {"name": "The lady with the dog"})
    joined = people.learn(owner, lady.profile_id, "email", "bob@crumb.test")
    assert joined.was_known
    assert len(person.show(owner, joined.profile_id).identifiers) == 2


def test_another_name_for_somebody_known_is_said(owner: Actor) -> None:
    same = people.add(owner, {"email": "ada@crumb.test", "name": "Ada Lovelace", "likes": "rye"})
    assert (same.was_known, same.replaced) == (True, {})
    other = people.add(owner, {"email": "ada@crumb.test", "name": "Ada Byron", "likes": "oats"})
    assert other.replaced == {"name": "Ada Lovelace", "likes": "rye"}
    assert traits(owner, other.profile_id)["name"] == "Ada Byron"
    assert [one.value for one in saying.history(other.profile_id, "likes")] == ["oats", "rye"]


def test_a_page_says_that_somebody_was_called_otherwise(owner: Actor, client: Client) -> None:
    client.force_login(
        Member.objects.get(pk=owner.member_id),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    typed = {"name": "<b>Ada", "email": "ada@crumb.test"}
    page = client.post("/people/new", typed, follow=True).content.decode()
    assert "This person is here already." in page
    assert "it was “Ada Lovelace”, now it is “&lt;b&gt;Ada”." in page


@pytest.mark.parametrize(
    "given",
    [{}, {"name": " "}, {"email": "nobody"}, {"phone": "12"}, {"email": "test@test.com"},
     {"name": "x" * 1001}, {"nonsense": "x"}],
)  # fmt: skip
def test_who_cannot_be_told_apart_is_not_written_down(owner: Actor, given: dict[str, str]) -> None:
    before = len(set(search.find("a", limit=99)))
    with pytest.raises(RegularsError):
        people.add(owner, given)
    assert len(set(search.find("a", limit=99))) == before


def test_fields_of_their_own(owner: Actor) -> None:
    pet = fields.define(owner, label="Pet’s name", kind="text")
    size = fields.define(owner, label="Shoe size", kind="choice", choices=["38", "39", " ", "38"])
    assert size.choices == ("38", "39")
    ada = who("ada@")
    saying.say(owner, ada, {pet.key: "Rex", size.key: "39"})
    assert traits(owner, ada)[pet.key] == "Rex"
    with pytest.raises(WrongUse, match="choose one"):
        saying.say(owner, ada, {size.key: "44"})
    with pytest.raises(WrongUse, match="that name already"):
        fields.define(owner, label="pet’s NAME", kind="text")
    fields.take_away(owner, pet.key)
    with pytest.raises(NotFound):
        saying.say(owner, ada, {pet.key: "Max"})
    assert traits(owner, ada)[pet.key] == "Rex"
    again = fields.define(owner, label="Pet’s name", kind="text")
    assert again.key != pet.key


@pytest.mark.parametrize(
    ("label", "kind", "choices"),
    [("", "text", []), ("x" * 81, "text", []), ("A", "colour", []), ("A", "choice", []),
     ("A", "text", ["b"]), ("Allergies", "text", []), ("A", "choice", ["x" * 81])],
)  # fmt: skip
def test_a_field_that_is_none_is_refused(
    owner: Actor, label: str, kind: str, choices: list[str]
) -> None:
    with pytest.raises(WrongUse):
        fields.define(owner, label=label, kind=kind, choices=choices)
    assert not CustomField.objects.exists()


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [("number", "1 234,5", "1234.5"), ("number", "nan", None), ("number", "1e99", None),
     ("text", " a\x00b ", "a b"), ("yes", "anything", "yes"), ("text", "  ", ""),
     ("date", "--05-17", None), ("date", "17 May", None), ("date", "17 May 2027", "2027-05-17"),
     *(("day", text, "1990-05-17") for text in
       ("1990-05-17", "17.5.1990", "17/05/90", "17 mai 1990", "17. Mai 1990", "May 17, 1990")),
     *(("day", text, "--05-17") for text in
       ("--05-17", "17 May", "17. Mai", "17 de mayo", "May 17", "17/05", "17.5.")),
     ("day", "29.2.", "--02-29"),
     *(("day", text, None) for text in
       ("--02-30", "31/02/1990", "1990", "17", "45231", "May", "13/13", "17 May 1990 14:00",
        "2199-01-01", "1750-01-01"))],
)  # fmt: skip
def test_what_is_typed_is_read(kind: str, text: str, value: str | None) -> None:
    field = fields.Field("key", "Label", kind, "own")
    if value is None:
        with pytest.raises(WrongUse, match="Label"):
            fields.read(field, text)
    else:
        assert fields.read(field, text) == value


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(fields.KINDS), st.text(max_size=40))
def test_reading_settles_and_never_breaks(kind: str, text: str) -> None:
    field = fields.Field("key", "Label", kind, "own", ("a",))
    try:
        value = fields.read(field, text)
    except WrongUse:
        return
    assert fields.read(field, value) == value
    value.encode()


def test_an_analyst_writes_nothing(owner: Actor) -> None:
    analyst, ada = Actor("analyst", "page"), who("ada@")
    for verb in (
        lambda: saying.say(analyst, ada, {"city": "Bath"}),
        lambda: saying.allow(analyst, ada, channel="sms", state="granted", said="x"),
        lambda: people.add(analyst, {"name": "x"}),
        lambda: people.learn(analyst, ada, "phone", "0113 496 0009"),
        lambda: fields.define(Actor("helper", "page"), label="x", kind="text"),
    ):
        with pytest.raises(NotAllowed):
            verb()
    assert saying.say(Actor("helper", "page"), ada, {"likes": "rye"}) == ["likes"]


def test_erasing_takes_what_was_typed(owner: Actor) -> None:
    ada = who("ada@")
    saying.say(owner, ada, {"allergies": "nuts"})
    saying.allow(owner, ada, channel="sms", state="granted", said="Yes")
    told = erasure.export(owner, ada)["tables"]
    assert told["profiles_typedtrait"][0]["value"] == "nuts"
    erasure.erase(owner, ada)
    assert not TypedTrait.objects.exists() and not TypedConsent.objects.exists()


def test_the_pages_write_and_say_who_said_what(owner: Actor) -> None:
    client, ada = Client(), who("ada@")
    client.force_login(
        Member.objects.get(pk=owner.member_id),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    path = f"/people/{ada}/facts"
    client.post(path, {"do": "say", "allergies": "<b>nuts</b>", "birthday": "--12-10"})
    client.post(path, {"do": "allow", "channel": "sms", "state": "granted", "purpose": "review",
                       "said": "Ask me"})  # fmt: skip
    page = client.get(f"/people/{ada}").content.decode()
    assert "&lt;b&gt;nuts&lt;/b&gt;" in page and "A question how it was" in page
    told = client.get(path).content.decode()
    assert "typed by" in told and "London" in told
    refused = client.post(path, {"do": "say", "birthday": "soon", "allergies": "eggs"})
    assert refused.status_code == 422
    told = refused.content.decode()
    assert "write a day like" in told and 'value="eggs"' in told
    learnt = client.post(path, {"do": "learn", "kind": "card", "value": "L-77"}, follow=True)
    assert "L77" in client.get(f"/people/{ada}").content.decode()
    assert learnt.status_code == 200
    made = client.post("/people/new", {"name": "Cleo"}, follow=True).content.decode()
    assert "Written down." in made and "Cleo" in made
    assert client.post("/people/new", {"name": ""}).status_code == 422
    client.post("/settings/fields", {"label": "Pet", "kind": "text", "choices": "typed before"})
    assert "Pet" in client.get(path).content.decode()
    client.post("/settings/fields", {"take": "own_pet"})
    assert "own_pet" not in client.get(path).content.decode()


def test_whoever_has_a_number_that_a_family_shares_can_be_written_down(
    owner: Actor, tmp_path: Path
) -> None:
    head = ("Customer ID", "Name", "Phone", "Card")
    family = [(f"M{n}", f"{name} Miller", "+442079460001", "CARD-7001")
              for n, name in enumerate(("Anna", "Ben", "Cara"))]  # fmt: skip
    world.write(tmp_path / "family.csv", head, family)
    imports.import_file(owner, tmp_path / "family.csv", kind="customers", is_confirmed=True)
    resolve()
    cards.rebuild()
    dad = people.add(owner, {"name": "Dad Miller", "phone": "020 7946 0001"})
    assert (dad.was_known, dad.is_shared) == (False, True)
    assert person.show(owner, dad.profile_id).name == "Dad Miller"
    found = {people.add(owner, {"phone": "020 7946 0001"}).profile_id,
             people.add(owner, {"card": "CARD-7001"}).profile_id}  # fmt: skip
    names = {one.name for one in search.find("miller")}
    assert len(found - {dad.profile_id}) == 2
    assert names == {"Anna Miller", "Ben Miller", "Cara Miller", "Dad Miller"}
    ada = who("ada@")
    told = people.learn(owner, ada, "phone", "020 7946 0001")
    assert (told.profile_id, told.is_shared) == (ada, True)
    assert not people.learn(owner, ada, "phone", "+442079460999").is_shared
    resolve()
    assert {one.name for one in search.find("miller")} == names
