from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from regulars.accounts import actors, keys
from regulars.accounts.models import ApiKey, Member
from regulars.identity import blocking
from regulars.insights import decisions
from regulars.jobs.outbox import Letter, put
from regulars.profiles import merging
from regulars.profiles.hanging import files, relations, tasks
from regulars.profiles.models import SavedView
from regulars.profiles.pipeline import leads, moving, stages
from regulars.profiles.pipeline.leads import Told
from regulars.profiles.viewing import filters, tags, views
from tests.api.conftest import Ask
from tests.contract.world import OWNER, World

READS = {
    "people": "owner manager helper analyst",
    "people/{person}": "owner manager helper analyst",
    "people/{person}/export": "owner manager",
    "people/{person}/merges": "owner manager helper analyst",
    "people/{person}/notes": "owner manager helper analyst",
    "people/{person}/files": "owner manager helper analyst",
    "files/{file}": "owner manager helper analyst",
    "people/{person}/relations": "owner manager helper analyst",
    "people/{person}/points": "owner manager helper analyst",
    "people/{person}/looks": "owner manager",
    "looks": "owner manager",
    "people/{person}/tags": "owner manager helper analyst",
    "tags": "owner manager helper analyst",
    "views": "owner manager helper analyst",
    "views/{view}": "owner manager helper analyst",
    "views/{view}/people": "owner manager helper analyst",
    "tasks": "owner manager helper analyst",
    "segments": "owner manager analyst",
    "segments/champions/people": "owner manager helper analyst",
    "orders": "owner manager analyst",
    "metrics": "owner manager analyst",
    "metrics/revenue": "owner manager analyst",
    "metrics/query?name=orders": "owner manager analyst",
    "products": "owner manager analyst",
    "hours": "owner manager analyst",
    "findings": "owner manager analyst",
    "imports": "owner manager analyst",
    "imports/{run}": "owner manager analyst",
    "imports/{run}/quarantine": "owner manager analyst",
    "quality": "owner manager analyst",
    "opening-hours": "owner manager analyst",
    "identity/rules": "owner",
    "pipelines": "owner manager helper analyst",
    "leads": "owner manager helper analyst",
    "leads/{lead}": "owner manager helper analyst",
    "today": "owner manager analyst",
    "today/things": "owner manager analyst",
    "today/decisions": "owner manager analyst",
    "mail": "owner manager",
    "mail/{message}": "owner manager",
}
CHANGES = {
    ("post", "refresh"): "owner manager",
    ("post", "imports/{run}/undo"): "owner manager",
    ("put", "imports/{run}/repeats"): "owner manager",
    ("post", "imports/{run}/quarantine/discard"): "owner manager",
    ("post", "today/decisions"): "owner manager",
    ("post", "today/decisions/{decision}/take-back"): "owner manager",
    ("post", "mail/weekly"): "owner manager",
    ("post", "mail/{message}/drop"): "owner manager",
    ("put", "opening-hours"): "owner manager",
    ("put", "identity/rules/email"): "owner",
    ("post", "identity/blocked"): "owner",
    ("delete", "identity/blocked/{blocked}"): "owner",
    ("post", "people/{person}/merges"): "owner manager",
    ("post", "merges/{merge}/split"): "owner manager",
    ("post", "people"): "owner manager helper",
    ("post", "people/{person}/notes"): "owner manager helper",
    ("delete", "files/{file}"): "owner manager",
    ("post", "people/{person}/relations"): "owner manager helper",
    ("delete", "relations/{relation}"): "owner manager helper",
    ("post", "people/{person}/points"): "owner manager helper",
    ("post", "people/{person}/tags"): "owner manager helper",
    ("delete", "people/{person}/tags/{tag}"): "owner manager helper",
    ("post", "views"): "owner manager helper analyst",
    ("patch", "views/{view}"): "owner manager",
    ("delete", "views/{view}"): "owner manager",
    ("post", "views/{gone}/put-back"): "owner manager",
    ("post", "tasks"): "owner manager helper",
    ("put", "tasks/{task}"): "owner manager helper",
    ("put", "people/{person}/traits"): "owner manager helper",
    ("post", "people/{person}/consents"): "owner manager helper",
    ("post", "leads"): "owner manager helper",
    ("patch", "leads/{lead}"): "owner manager helper",
    ("delete", "leads/{lead}"): "owner manager",
    ("post", "leads/{lead}/contacts"): "owner manager helper",
    ("post", "leads/{lead}/move"): "owner manager helper",
    ("post", "leads/{moved}/undo-move"): "owner manager helper",
    ("delete", "people/{person}"): "owner",
}
BODY: dict[str, Any] = {
    "repeats": {"excluded": True},
    "discard": {},
    "decisions": {"key": "quarantine", "what": "done"},
    "opening-hours": {"place": "Market", "days": []},
    "email": {"limit": 2},
    "blocked": {"kind": "email", "value": "counter@crumb.test"},
    "split": {},
    "notes": {"text": "Likes rye"},
    "relations": {"kind": "works_for", "company": "Mill"},
    "points": {"points": 5},
    "tags": {"tag": "VIP"},
    "views": {"name": "Who may be written to", "query": "allows=email"},
    "{view}": {"name": "Renamed"},
    "tasks": {"what": "Ring up"},
    "{task}": {"done": True},
    "people": {"email": "new@crumb.test"},
    "traits": {"traits": {"allergies": "nuts"}},
    "consents": {"channel": "email", "state": "granted", "said": "Do write"},
    "leads": {"title": "Wedding cake"},
    "{lead}": {"next_step": "Call"},
    "contacts": {"words": "Rang up"},
}


def address(path: str, world: World) -> str:
    from regulars.sources.models import Import

    run = Import.objects.filter(kind="sales").get()
    made = 0
    if "{decision}" in path:
        made = decisions.decide(actors.owner("cli"), key="quarantine", what="done").pk
    message, _ = put(Letter("sample", "1", OWNER, "Words", "Words"))
    person = world.person("Ada Lovelace")
    merge = ""
    if "{merge}" in path:
        other = world.person("Dov Katz")
        merge = merging.merge(actors.owner("cli"), person, other, reason="One till").merge_id
    lead = leads.add(actors.owner("cli"), Told(title="Cake")).pk if "{lead}" in path else 0
    moved = leads.add(actors.owner("cli"), Told(title="Roll")).pk if "{moved}" in path else 0
    if moved:
        moving.move(actors.owner("cli"), moved, talking())
    view = shared_view() if "{view}" in path else 0
    gone = shared_view() if "{gone}" in path else 0
    if gone:
        views.remove(actors.owner("cli"), gone)
    file = kept_file(person) if "{file}" in path else 0
    relation = related(person) if "{relation}" in path else 0
    tag = 0
    if "{tag}" in path:
        tags.tag(actors.owner("cli"), person, "VIP")
        tag = tags.of(person)[0].pk
    task = tasks.add(actors.owner("cli"), what="Ring up") if "{task}" in path else 0
    blocked = 0
    if "{blocked}" in path:
        blocked = blocking.block(actors.owner("cli"), "email", "till@crumb.test").pk
    return path.format(
        task=task,
        person=person, run=run.pk, decision=made, message=message.pk, merge=merge, lead=lead,
        moved=moved, view=view, gone=gone, tag=tag, file=file, relation=relation, blocked=blocked,
    )  # fmt: skip


def kept_file(person: int) -> int:
    return files.keep(actors.owner("cli"), person, name="plan.txt", chunks=[b"plan"])


def related(person: int) -> int:
    return relations.relate(actors.owner("cli"), person, kind="works_for", company="Mill")


def shared_view() -> int:
    """A view of everybody's, which owners and managers alone may change."""
    name, quiet = f"Quiet {SavedView.objects.count()}", filters.of_query("quiet=1")
    return views.save(actors.owner("cli"), name, quiet, is_shared=True)


def talking() -> int:
    """The stage beside the first."""
    return stages.of(stages.listing(actors.owner("cli"))[0])[1].pk


def said(path: str, world: World) -> dict[str, object] | None:
    if path.endswith("/merges"):
        return {"other": world.person("Dov Katz"), "reason": "One till"}
    if path.endswith("/move"):
        return {"stage": talking()}
    return BODY.get(path.rpartition("/")[2])


def signed_in(email: str, **more: bool) -> Client:
    client = Client(**more)
    client.force_login(
        Member.objects.get(email=email), "allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def email_of(role: str) -> str:
    return OWNER if role == "owner" else f"{role}@crumb.test"


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("role", ["owner", "manager", "helper", "analyst"])
def test_reading_by_role(path: str, role: str, world: World, db: None) -> None:
    answer = signed_in(email_of(role)).get(f"/api/v1/{address(path, world)}")
    assert answer.status_code == (200 if role in READS[path].split() else 403), answer.content
    if answer.status_code == 403:
        assert answer.json()["error"]["code"] == "not_allowed"


@pytest.mark.parametrize("path", READS)
def test_a_key_reads_what_its_role_may(path: str, world: World, ask: Ask) -> None:
    for role in ("manager", "helper", "analyst"):
        answer = ask(role, address(path, world))
        assert answer.status_code == (200 if role in READS[path].split() else 403)


@pytest.mark.parametrize("path", READS)
def test_a_stranger_reads_nothing(path: str, world: World, ask: Ask) -> None:
    answer = ask(None, address(path, world))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["error"]["code"] == "not_signed_in"


@pytest.mark.parametrize(("method", "path"), CHANGES)
@pytest.mark.parametrize("role", [None, "manager", "helper", "analyst"])
def test_changing_by_key(method: str, path: str, role: str | None, world: World, ask: Ask) -> None:
    body = said(path, world)
    answer = ask(role, address(path, world), method, data=body, content_type="application/json")
    allowed = role in CHANGES[method, path].split()
    assert answer.status_code == (401 if role is None else (answer.status_code if allowed else 403))
    assert (answer.status_code < 300) == allowed, answer.content


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_session_alone_changes_nothing(method: str, path: str, world: World, db: None) -> None:
    client = signed_in(OWNER, enforce_csrf_checks=True)
    body = said(path, world)
    url = f"/api/v1/{address(path, world)}"
    answer = getattr(client, method)(url, data=body, content_type="application/json")
    assert answer.status_code == 403
    assert "X-CSRFToken" in answer.json()["error"]["message"]


def test_the_owner_erases_from_the_page_with_its_token(
    world: World, db: None, mart_put_back: None
) -> None:
    client = signed_in(OWNER, enforce_csrf_checks=True)
    client.cookies["csrftoken"] = token = "t" * 32
    person = world.person("Dov Katz")
    answer = client.delete(f"/api/v1/people/{person}", headers={"x-csrftoken": token})
    assert answer.status_code == 200, answer.content
    assert sum(answer.json()["rows"].values()) > 0
    assert client.get(f"/api/v1/people/{person}").status_code == 404


def test_the_owner_blocks_a_value_and_lets_it_go(world: World, db: None) -> None:
    from regulars.jobs.models import Job

    client = signed_in(OWNER)

    def block(kind: str, value: str) -> Any:
        body = {"kind": kind, "value": value}
        return client.post("/api/v1/identity/blocked", body, content_type="application/json")

    made = block("email", " Till@Crumb.test")
    assert made.status_code == 201, made.content
    [blocked] = made.json()["blocked"]
    assert (blocked["kind"], blocked["value"]) == ("email", "till@crumb.test")
    assert Job.objects.filter(name="insights.refresh").count() == 1
    assert client.get("/api/v1/identity/rules").json() == made.json()
    for kind, value in (("email", "till@crumb.test"), ("email", "bad"), ("colour", "red")):
        assert block(kind, value).status_code == 422
    gone = client.delete(f"/api/v1/identity/blocked/{blocked['id']}")
    assert (gone.status_code, gone.json()["blocked"]) == (200, [])
    assert client.delete(f"/api/v1/identity/blocked/{blocked['id']}").status_code == 404


@pytest.mark.parametrize("token", ["", "rg_", "rg_x_y", "nonsense", "rg_0123456789_wrong"])
def test_a_wrong_key_opens_nothing(token: str, world: World, db: None) -> None:
    client = Client(headers={"authorization": f"Bearer {token}"})
    assert client.get("/api/v1/people").status_code == 401


def test_a_revoked_key_opens_nothing(world: World, ask: Ask) -> None:
    assert ask("analyst", "metrics").status_code == 200
    keys.revoke(actors.owner("cli"), ApiKey.objects.get(name="analyst").pk)
    assert ask("analyst", "metrics").status_code == 401


def test_money_stays_with_those_who_may_see_it(world: World, ask: Ask) -> None:
    person = world.person("Ada Lovelace")
    assert ask("manager", "people").json()["people"][0]["spent"] > 0
    assert "spent" not in ask("helper", "people").json()["people"][0]
    page = ask("helper", f"people/{person}").json()
    assert page["totals"]["spent_minor"] is None
    assert "spent" not in page["scores"]
    assert "spent" not in ask("helper", "people?format=csv").content.decode().splitlines()[0]
