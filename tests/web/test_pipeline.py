"""The board and the page of a lead, by plain links and forms."""

from __future__ import annotations

import json
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.accounts.models import Member
from regulars.kernel import clock
from regulars.profiles.models import Lead, LeadMove, Pipeline, Stage
from tests.web.leads import add_lead, stage

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def read(browser: Any, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_a_lead_is_written_down_moved_lost_and_brought_back(owner: Any, bakery: Path) -> None:
    board = owner.get("/people/pipeline", follow=True)
    assert "No leads yet" in board.content.decode()
    typed = {"title": "Cake <b>", "email": "eve@crumb.test", "value": "1250.50", "source": "Fair",
             "next_on": "2026-12-24", "next_step": "Call"}  # fmt: skip
    made = owner.post("/people/leads/new", typed)
    lead = Lead.objects.get()
    assert made["Location"] == f"/people/leads/{lead.pk}" and lead.value_minor == 125_050
    page = read(owner, f"/people/leads/{lead.pk}")
    assert "£1,250.50" in page and "Cake &lt;b&gt;" in page and "of 100 points" in page
    assert "Only 0 leads are closed yet." in page
    path = f"/people/leads/{lead.pk}/move"
    to = {"to": stage("Talking").pk, "back": "board"}
    moved = owner.post(path, to, follow=True).content.decode()
    assert "Cake &lt;b&gt; is now in Talking." in moved and "Undo" in moved
    asked = owner.post(path, {"to": stage("Lost").pk})
    assert asked.status_code == 422 and "Say why it was lost." in asked.content.decode()
    owner.post(path, {"to": stage("Lost").pk, "why": "Too dear"})
    assert "Too dear" in read(owner, f"/people/leads/{lead.pk}")
    owner.post(f"/people/leads/{lead.pk}/undo")
    assert Lead.objects.get().stage.name == "Talking"
    owner.post(f"/people/leads/{lead.pk}/touch", {"words": "Likes <i>rye</i>"})
    assert "Likes &lt;i&gt;rye" in read(owner, f"/people/leads/{lead.pk}")
    edit = f"/people/leads/{lead.pk}/edit"
    assert 'value="1250.50"' in read(owner, edit)
    owner.post(edit, {"title": "Cake", "value": "9"})
    assert (Lead.objects.get().value_minor, Lead.objects.get().email) == (900, "")
    unsure = owner.post(f"/people/leads/{lead.pk}/remove")
    assert "Tick the box" in unsure.content.decode()
    owner.post(f"/people/leads/{lead.pk}/remove", {"sure": "yes"})
    assert not LeadMove.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("value", "many"), ("value", "NaN"), ("value", "-1"), ("value", "1e999"),
        ("value", str(2**70)), ("probability", "5.5"), ("probability", str(2**70)),
        ("probability", "²"), ("next_on", "soon"), ("next_on", "0001-01-01"), ("owner", "x"),
        ("owner", str(2**60)), ("person", str(2**60)), ("title", "x" * 201), ("note", "x" * 5000),
    ],
)  # fmt: skip
def test_nonsense_is_said_and_what_was_typed_stays(
    owner: Any, bakery: Path, field: str, value: str
) -> None:
    answer = owner.post("/people/leads/new", {"title": "Cake", "source": "Fair", field: value})
    page = answer.content.decode()
    assert answer.status_code == 200 and 'role="alert"' in page and 'value="Fair"' in page
    assert not Lead.objects.exists()


def test_what_is_no_address_is_said_at_its_field(owner: Any, bakery: Path) -> None:
    typed = {"title": "Cake", "email": "bad"}
    page = owner.post("/people/leads/new", typed).content.decode()
    assert "That is no e-mail address." in page and not Lead.objects.exists()
    assert re.search(r'name="email" value="bad"[^>]* aria-invalid="true"', page)
    lead = add_lead("Cake", email="eve@crumb.test")
    page = owner.post(f"/people/leads/{lead.pk}/edit", typed).content.decode()
    assert "That is no e-mail address." in page and page.count('aria-invalid="true"') == 1
    assert Lead.objects.get().email == "eve@crumb.test"


def test_the_board_is_asked_as_programs_ask(owner: Any, bakery: Path) -> None:
    first, second = add_lead("A"), add_lead("B")
    path = f"/people/leads/{first.pk}"
    told = owner.post(f"{path}/move", {"to": stage("Talking").pk}, headers=JSON).json()
    assert told["said"] == "A is now in Talking." and told["board"].endswith(f"?moved={first.pk}")
    lost = owner.post(f"{path}/move", {"to": stage("Lost").pk}, headers=JSON).json()
    assert lost["said"] == "Say why it was lost." and "Why, if it is lost" in read(
        owner, lost["next"]
    )
    nowhere = owner.post(f"{path}/move", {"to": str(2**70)}, headers=JSON).json()
    assert nowhere["next"] == "" and "has no stage" in nowhere["said"]
    owner.post(f"{path}/undo")
    up = owner.post(f"{path}/shift", {"do": "up"}, headers=JSON).json()
    assert up["said"] == "A went up."
    assert owner.post(f"{path}/shift", {"do": "up"}, headers=JSON).json()["said"].endswith("New.")
    page = read(owner, f"/people/pipeline/{first.pipeline_id}")
    assert page.index(">A</a>") < page.index(">B</a>") and second.pk


def test_a_helper_works_and_sees_no_money(owner: Any, bakery: Path, client: Any) -> None:
    lead = add_lead(value_minor=123_400, probability=50)
    hana = Member.objects.create_user("hana@crumb.test", None, role="helper")
    client.force_login(hana, "allauth.account.auth_backends.AuthenticationBackend")
    for path in (f"/people/pipeline/{lead.pipeline_id}", f"/people/leads/{lead.pk}",
                 f"/people/leads/{lead.pk}/edit"):  # fmt: skip
        page = read(client, path)
        assert "£" not in page and "1234" not in page and "1,234" not in page
    client.post(f"/people/leads/{lead.pk}/edit", {"title": "Renamed", "value": "1"})
    lead.refresh_from_db()
    assert (lead.title, lead.value_minor) == ("Renamed", 123_400)
    assert client.get(f"/people/pipeline/{lead.pipeline_id}/set-up").status_code == 403


def test_stages_are_set_up_on_a_page(owner: Any, bakery: Path) -> None:
    lead = add_lead()
    path = f"/people/pipeline/{lead.pipeline_id}/set-up"
    typed = {"name": "Cakes", "stage-name-new": "Sample", "stage-kind-new": "open",
             "stage-probability-new": "40", "stage-place-new": "2"}  # fmt: skip
    for place, one in enumerate(Stage.objects.order_by("place"), 1):
        typed |= {f"stage-name-{one.pk}": one.name, f"stage-kind-{one.pk}": one.kind,
                  f"stage-probability-{one.pk}": str(one.probability),
                  f"stage-place-{one.pk}": str(place)}  # fmt: skip
    refused = owner.post(path, {**typed, "stage-probability-new": "many"})
    assert 'role="alert"' in refused.content.decode() and "many" in refused.content.decode()
    assert owner.post(path, typed).status_code == 302
    page = read(owner, f"/people/pipeline/{lead.pipeline_id}")
    assert "Sample" in page and "<h1>Pipeline of leads: Cakes</h1>" in page
    owner.post("/people/pipeline", {"name": "Wholesale"})
    assert Pipeline.objects.count() == 2 and "Wholesale" in read(owner, "/people/forms")
    assert "Wholesale" in read(owner, "/people/leads/new")


def test_a_person_shows_their_leads(owner: Any, bakery: Path, tmp_path: Path) -> None:
    from regulars.accounts import actors
    from regulars.identity.models import Link
    from regulars.identity.resolving import resolve
    from regulars.sources import imports
    from tests import world

    path = world.write(tmp_path / "p.csv", ("E-mail", "First name"), [("eve@crumb.test", "Eve")])
    imports.import_file(actors.owner("cli"), path, kind="customers", is_confirmed=True)
    resolve()
    eve = Link.objects.get().profile_id
    lead = add_lead("Her cake", email="eve@crumb.test")
    assert f"/people/leads/{lead.pk}" in read(owner, f"/people/{eve}")
    assert f'name="person" value="{eve}"' in read(owner, f"/people/leads/new?person={eve}")
    assert f"/people/{eve}" in read(owner, f"/people/leads/{lead.pk}")


def fill(pipeline: Pipeline, most: int) -> None:
    """Leads over all stages, most of them with a value."""
    rows = list(pipeline.stages.order_by("place"))
    now = clock.now()
    Lead.objects.bulk_create(
        (
            Lead(pipeline=pipeline, stage=rows[n % len(rows)], place=n, title=f"Lead {n}",
                 entered_at=now - timedelta(days=n % 90), made_at=now, value_minor=n * 10,
                 probability=n % 100 if n % 3 == 0 else None, source=f"S{n % 7}")
            for n in range(most)
        ),
        batch_size=2_000,
    )  # fmt: skip
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def test_a_board_of_fifty_thousand_opens_at_once(owner: Any, bakery: Path) -> None:
    owner.get("/people/pipeline")
    pipeline = Pipeline.objects.get()
    path = f"/people/pipeline/{pipeline.pk}"
    with CaptureQueriesContext(connection) as few:
        read(owner, path)
    fill(pipeline, 50_000)
    with CaptureQueriesContext(connection) as many:
        page = read(owner, path)
    # The first fifty of five columns; whose names they bear would be one question more.
    assert len(many) <= len(few) + 2 and page.count("data-lead=") == 250
    assert page.count("10,000</span></h2>") == 5
    packed = owner.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip" and len(packed.content) < 40_000
    spent = min(_timed(lambda: read(owner, path)) for _ in range(2))
    assert spent < 1.0
    more = f"{path}?stage={stage('New').pk}&after="
    assert more.replace("&", "&amp;") in page
    seen, after = set(), ""
    for _ in range(3):
        part = owner.get(more + after if after else f"{path}?stage={stage('New').pk}")
        cards = part.context["columns"][0]
        seen |= {card.lead.pk for card in cards.cards}
        after = cards.more
    assert len(seen) == 150
    for wrong in ("x", "1", "_", "9" * 40 + "_1", "--1_2"):
        assert owner.get(more + wrong).status_code == 422
    assert owner.get(f"{path}?stage=999999").status_code == 422


def _timed(run: Any) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def test_answers_for_programs_hold_no_markup_of_ours(owner: Any, bakery: Path) -> None:
    lead = add_lead("<b>&")
    told = owner.post(f"/people/leads/{lead.pk}/shift", {"do": "up"}, headers=JSON)
    assert told["Content-Type"] == "application/json" and "<b>&" in json.loads(told.content)["said"]
