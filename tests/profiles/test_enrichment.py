"""What others publish of places and days: demanded whole, shown as such, gone at once."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.accounts import actors
from regulars.accounts.actors import Actor
from regulars.accounts.models import AuditEntry
from regulars.identity.models import Link
from regulars.identity.resolving import resolve
from regulars.kernel.errors import NotAllowed, NotFound, WrongUse
from regulars.profiles import erasure, person
from regulars.profiles.enrichment import keeping, reading, showing
from regulars.profiles.enrichment.keeping import Told
from regulars.profiles.enrichment.postcodes import normalise, wider
from regulars.profiles.models import EnrichedPlace, EnrichmentObjection
from regulars.sources import imports
from tests import world

pytestmark = pytest.mark.django_db
SAID = Told(
    name="Income by district", kind="postcode", publisher="Office of Figures", as_of="2026-01-31",
    purpose="To choose where to deliver", basis="legitimate_interests",
    reason="Delivery areas; an average of 5,000 households tells nothing of one",
    licence="OGL 3.0",
)  # fmt: skip
INCOME = ("Postcode District", "Median income", "Households")
DISTRICTS = [("LS1", "31,200", "5021"), ("LS16", "40,100", ""), ("ls", "33,000", "300000")]


@pytest.fixture
def people() -> world.People:
    return world.open_shop()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return world.write(tmp_path / "income.csv", INCOME, DISTRICTS)


@pytest.fixture
def ada(people: world.People, tmp_path: Path) -> int:
    head = ("E-mail", "First name", "Postcode")
    rows = [("ada@crumb.test", "Ada", "ls16 7qb"), ("bo@crumb.test", "Bo", "")]
    path = world.write(tmp_path / "people.csv", head, rows)
    imports.import_file(people.owner, path, kind="customers", is_confirmed=True)
    resolve()
    return Link.objects.get(identifier__value="ada@crumb.test").profile_id


def changed(**changes: str) -> Told:
    from dataclasses import replace

    return replace(SAID, **changes)


@pytest.mark.parametrize(
    "missing", ["name", "publisher", "as_of", "purpose", "basis", "reason"]
)  # fmt: skip
def test_nothing_is_added_that_lacks_its_origin_purpose_or_basis(
    people: world.People, file: Path, missing: str
) -> None:
    with pytest.raises(WrongUse) as refused:
        keeping.add(people.owner, changed(**{missing: " "}), file)
    assert refused.value.detail == {"missing": missing}
    assert not EnrichedPlace.objects.exists()
    for wrong in (changed(kind="stars"), changed(basis="because"), changed(as_of="last year")):
        with pytest.raises(WrongUse):
            keeping.add(people.owner, wrong, file)


def test_a_person_shows_what_is_of_their_area_as_somebody_elses(
    people: world.People, file: Path, ada: int
) -> None:
    keeping.add(people.owner, SAID, file)
    page = person.show(people.helper, ada)
    [beside] = page.third_party
    assert beside["postcode"] == "LS16" and beside["values"] == {"Median income": "40,100"}
    assert (beside["publisher"], beside["basis"]) == ("Office of Figures", "legitimate_interests")
    assert beside["purpose"] == "To choose where to deliver" and beside["as_of"] == "2026-01-31"
    assert not any("income" in one.name.lower() for one in page.traits)
    bo = Link.objects.get(identifier__value="bo@crumb.test").profile_id
    assert person.show(people.helper, bo).third_party == []


def test_removed_it_is_gone_from_everybody_at_once(
    people: world.People, file: Path, ada: int
) -> None:
    one = keeping.add(people.owner, SAID, file)
    keeping.remove(people.owner, one.pk)
    assert person.show(people.owner, ada).third_party == []
    assert not EnrichedPlace.objects.exists()
    with pytest.raises(NotFound):
        keeping.remove(people.owner, one.pk)


def test_an_objection_is_kept_exported_and_erased(
    people: world.People, file: Path, ada: int
) -> None:
    one = keeping.add(people.owner, SAID, file)
    exported = json.dumps(erasure.export(people.owner, ada), default=str)
    assert "40,100" in exported and "Office of Figures" in exported
    keeping.object_to(people.helper, ada, one.pk, is_objecting=True)
    keeping.object_to(people.helper, ada, one.pk, is_objecting=True)
    [beside] = person.show(people.owner, ada).third_party
    assert beside["objected"] and beside["values"] == {}
    told = erasure.export(people.owner, ada)["tables"]
    assert len(told["profiles_enrichmentobjection"]) == 1 and "40,100" not in str(told)
    assert AuditEntry.objects.filter(verb="enrichment.object").count() == 2
    keeping.object_to(people.helper, ada, one.pk, is_objecting=False)
    assert person.show(people.owner, ada).third_party[0]["values"]
    keeping.object_to(people.helper, ada, one.pk, is_objecting=True)
    erasure.erase(people.owner, ada)
    assert not EnrichmentObjection.objects.exists() and EnrichedPlace.objects.count() == 3


def test_who_may(people: world.People, file: Path, ada: int) -> None:
    one = keeping.add(people.manager, SAID, file)
    for actor in (people.helper, people.analyst, people.stranger):
        with pytest.raises(NotAllowed):
            keeping.add(actor, SAID, file)
        with pytest.raises(NotAllowed):
            keeping.remove(actor, one.pk)
    with pytest.raises(NotAllowed):
        keeping.listing(people.helper)
    with pytest.raises(NotAllowed):
        keeping.object_to(people.stranger, ada, one.pk, is_objecting=True)
    with pytest.raises(NotFound):
        keeping.object_to(people.owner, 999_999, one.pk, is_objecting=True)


@pytest.mark.parametrize(
    ("said", "normal", "areas"),
    [
        ("ls16 7qb", "LS167QB", ["LS167QB", "LS167", "LS16", "LS"]),
        ("SW1A 1AA", "SW1A1AA", ["SW1A1AA", "SW1A1", "SW1A", "SW"]),
        ("M1 1AE", "M11AE", ["M11AE", "M11", "M1", "M"]),
        ("01067", "01067", ["01067", "0106", "010", "01"]),
        ("1012 AB", "1012AB", ["1012AB", "1012A", "1012", "101", "10"]),
        ("75008", "75008", ["75008", "7500", "750", "75"]),
    ],
)
def test_postcodes_belong_to_areas(said: str, normal: str, areas: list[str]) -> None:
    assert normalise(said) == normal and wider(normal) == areas


@given(st.text(max_size=20))
def test_any_text_is_a_postcode_or_none(text: str) -> None:
    code = normalise(text)
    assert code == normalise(code)
    assert not code or wider(code)[0] == code


def test_files_without_postcodes_are_refused_and_a_column_can_be_named(
    people: world.People, tmp_path: Path
) -> None:
    path = world.write(tmp_path / "odd.csv", ("Gebiet", "Wert"), [("10115", "1"), ("nowhere", "2")])
    with pytest.raises(WrongUse, match="Gebiet"):
        keeping.add(people.owner, SAID, path)
    assert keeping.add(people.owner, SAID, path, column="Gebiet").row_count == 1
    with pytest.raises(WrongUse):
        keeping.add(people.owner, SAID, path, column="Nowhere")
    with pytest.raises(WrongUse):
        keeping.add(people.owner, SAID)


DWD = """STATIONS_ID;MESS_DATUM;QN_3;  FX;  FM;QN_4; RSK;RSKF; SDK;SHK_TAG;  NM; VPM;  PM; TMK; UPM; TXK; TNK; TGK;eor
        433;20261120;    3;  -999;   3.2;    3;   1.4;   6;   0.0;   0;  7.9;   8.1; 1010;   6.2;  86;   8.9;   3.1;   1.2;eor
        433;20261121;    3;  -999;   2.1;    3;  -999;   6;   5.5;   0;  2.1;   6.0; 1021;  -1.2;  80;   2.0;  -4.4;  -7.0;eor
"""  # noqa: E501
METEOSTAT = "date,tavg,tmin,tmax,prcp,snow,wdir,wspd\n2026-11-20,6.2,3.1,8.9,1.4,,,\n"
GHCN = (
    "STATION,DATE,LATITUDE,PRCP,TMAX,TMIN\nGM1,2026-11-20,52.4,14,89,31\n"
    "GM1,2026-11-21,52.4,0,120,60\n"
)
OPEN_METEO = (
    "latitude,longitude,elevation\n52.52,13.41,38.0\n\n"
    "time,temperature_2m_max (°C),temperature_2m_min (°C),precipitation_sum (mm)\n"
    "2026-11-20,8.9,3.1,1.4\n2026-11-21,12.0,6.0,0.0\n"
)


@pytest.mark.parametrize("text", [DWD, METEOSTAT, GHCN, OPEN_METEO])
def test_weather_is_read_as_its_publishers_write_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "weather.csv"
    path.write_text(text, encoding="utf-8")
    day = reading.weather(path).rows["2026-11-20"]
    assert (day["high"], day["low"], day["rain"]) == ("8.9", "3.1", "1.4")


def test_what_is_missing_stays_missing(tmp_path: Path) -> None:
    path = tmp_path / "dwd.txt"
    path.write_text(DWD, encoding="utf-8")
    day = reading.weather(path).rows["2026-11-21"]
    assert "rain" not in day and day["low"] == "-4.4" and day["sun"] == "5.5"
    other = world.write(tmp_path / "no.csv", INCOME, DISTRICTS)
    with pytest.raises(WrongUse):
        reading.weather(other)


def test_days_bear_their_holiday_and_weather(people: world.People, tmp_path: Path) -> None:
    path = tmp_path / "weather.csv"
    path.write_text(METEOSTAT.replace("2026-11-20", "2026-12-25"), encoding="utf-8")
    keeping.add(people.owner, changed(kind="holidays", basis="no_personal_data"))
    weather = changed(kind="weather", basis="no_personal_data", publisher="Weather Office")
    keeping.add(people.owner, weather, path)
    [day] = showing.between(people.analyst, date(2026, 12, 25), date(2026, 12, 25))
    assert day.holiday == "Christmas Day" and day.weather["high"] == "8.9"
    assert day.publishers == ("Office of Figures", "Weather Office")
    assert showing.of_days([date(2026, 12, 23)]) == {}
    with pytest.raises(NotAllowed):
        showing.between(people.helper, date(2026, 1, 1), date(2026, 1, 2))


def test_a_country_without_known_holidays_says_so() -> None:
    world.open_shop(country="AQ")
    said = changed(kind="holidays", basis="no_personal_data")
    try:
        one: Any = keeping.add(actors.owner("cli"), said)
    except WrongUse as refused:
        assert "AQ" in refused.message
    else:
        assert one.row_count >= 0


def test_the_owner_of_a_stranger_sees_nothing() -> None:
    world.open_shop()
    with pytest.raises(NotAllowed):
        keeping.listing(Actor("stranger", "cli"))
