from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest

ROLES = (None, "helper", "analyst", "manager", "owner")
# Method, address, then what nobody, helper, analyst, manager and owner get. "in" is the sign-in
# page, "ask" asks for the password again. PERSON, IMPORT, ROW and MEMBER exist; 999999 does not.
TABLE = """
GET  /                              in   /people 200 200 200
GET  /today/all                     in   403 200 200 200
POST /today/decide                  in   403 403 / /
GET  /today/decisions               in   403 200 200 200
POST /today/decisions/999999/take-back in 403 403 404 404
GET  /people                        in   200 200 200 200
GET  /people?q=ada                  in   200 200 200 200
GET  /people?quiet=1                in   200 200 200 200
GET  /people?segment=champions      in   200 200 200 200
GET  /people?thing=nothing          in   403 404 404 404
GET  /people?segment=none           in   422 422 422 422
GET  /people/PERSON                 in   200 200 200 200
GET  /people/999999                 in   404 404 404 404
GET  /people/999999999999999999999  in   404 404 404 404
GET  /people/999999999999999999999/erase in 403 403 403 404
GET  /people/999999999999999999999/export in 403 403 404 404
GET  /people/PERSON/export          in   403 403 200 200
GET  /people/PERSON/erase           in   403 403 403 200
GET  /people/looks                  in   403 403 200 200
GET  /people/looks?member=1         in   403 403 200 200
GET  /people/list.csv               in   403 403 200 200
GET  /people/list.xlsx?quiet=1      in   403 403 200 200
GET  /people/list.pdf               in   403 403 422 422
GET  /people/list.csv?segment=none  in   403 403 422 422
GET  /people?country=none&has=phone&allows=email&sort=name&show=tags&tag=none in 200 200 200 200
GET  /people?sort=up                in   422 422 422 422
GET  /people/views                  in   200 200 200 200
POST /people/views                  in   422 422 422 422
GET  /people/views/999999           in   404 404 404 404
POST /people/views/999999           in   404 404 404 404
GET  /people/views/999999999999999999999 in 404 404 404 404
GET  /people/edit                   in   /people 403 /people /people
POST /people/edit                   in   /people 403 /people /people
GET  /people/edits                  in   200 403 200 200
GET  /people/edits/1/undo           in   405 403 405 405
POST /people/edits/999999/undo      in   404 403 404 404
POST /people/edits/999999999999999999999/undo in 404 403 404 404
GET  /people/new                    in   200 403 200 200
POST /people/new                    in   422 403 422 422
GET  /counter                       in   200 200 200 200
GET  /counter?q=nobody+at+all       in   200 200 200 200
GET  /counter/PERSON                in   200 200 200 200
GET  /counter/999999                in   404 404 404 404
GET  /counter/enter                 in   /counter 403 /counter /counter
POST /counter/enter                 in   /counter 403 /counter /counter
GET  /counter/people.json           in   200 403 200 200
GET  /counter/worker.js             in   200 200 200 200
GET  /counter/app.webmanifest       in   200 200 200 200
GET  /people/tasks                  in   200 200 200 200
GET  /people/tasks?whose=mine       in   200 200 200 200
POST /people/tasks                  in   422 422 422 422
GET  /people/PERSON/do              in   HERE 403 HERE HERE
POST /people/PERSON/do              in   HERE 403 HERE HERE
GET  /people/files/1                in   404 404 404 404
GET  /people/files/999999999999999999999 in 404 404 404 404
GET  /people/PERSON?show=order&show=note in 200 200 200 200
GET  /people/PERSON/facts           in   200 200 200 200
POST /people/PERSON/facts           in   FACTS 422 FACTS FACTS
GET  /people/999999/facts           in   404 404 404 404
GET  /settings/fields               in   403 403 200 200
POST /settings/fields               in   403 403 422 422
GET  /settings/joining              in   403 403 403 200
POST /settings/joining              in   403 403 403 /settings/joining
GET  /people/PERSON/merges          in   200 200 200 200
GET  /people/999999/merges          in   404 404 404 404
POST /people/PERSON/merges          in   403 403 200 200
GET  /people/PERSON/merge           in   403 403 200 200
POST /people/PERSON/merge           in   403 403 422 422
GET  /people/matches                in   403 403 200 200
GET  /people/matches?after=x        in   403 403 200 200
GET  /people/matches/1              in   403 403 /people/matches /people/matches
POST /people/matches/1              in   403 403 /people/matches /people/matches
POST /people/matches/undo/1         in   403 403 404 404
POST /people/matches/look           in   403 403 /people/matches /people/matches
GET  /people/pipeline               in   THERE THERE THERE THERE
POST /people/pipeline               in   403 403 422 422
GET  /people/pipeline/BOARD         in   200 200 200 200
GET  /people/pipeline/BOARD?stage=999999 in 422 422 422 422
GET  /people/pipeline/BOARD?after=nowhere in 422 422 422 422
GET  /people/pipeline/999999999999999999999 in 404 404 404 404
GET  /people/pipeline/BOARD/set-up  in   403 403 200 200
POST /people/pipeline/BOARD/set-up  in   403 403 200 200
GET  /people/pipeline/999999/set-up in   403 403 404 404
GET  /people/leads/new              in   200 403 200 200
GET  /people/leads/new?pipeline=999999 in 200 403 200 200
POST /people/leads/new              in   200 403 200 200
GET  /people/leads/LEAD             in   200 200 200 200
GET  /people/leads/999999           in   404 404 404 404
GET  /people/leads/999999999999999999999 in 404 404 404 404
GET  /people/leads/LEAD/edit        in   200 403 200 200
POST /people/leads/LEAD/edit        in   200 403 200 200
GET  /people/leads/LEAD/move        in   200 403 200 200
POST /people/leads/LEAD/move        in   422 403 422 422
GET  /people/leads/LEAD/undo        in   405 403 405 405
POST /people/leads/LEAD/undo        in   422 403 422 422
POST /people/leads/LEAD/shift       in   THERE 403 THERE THERE
POST /people/leads/LEAD/touch       in   BESIDE 403 BESIDE BESIDE
POST /people/leads/999999/touch     in   404 403 404 404
GET  /people/leads/LEAD/remove      in   403 403 200 200
POST /people/leads/LEAD/remove      in   403 403 200 200
GET  /people/forms                  in   200 200 200 200
GET  /people/forms/new              in   403 403 200 200
POST /people/forms/new              in   403 403 200 200
GET  /people/forms/FORM             in   403 403 200 200
GET  /people/forms/999999           in   403 403 404 404
POST /people/forms/FORM             in   403 403 200 200
GET  /people/forms/held             in   200 403 200 200
POST /people/forms/held/HELD        in   /people/forms/held 403 404 404
POST /people/forms/held/999999      in   404 403 404 404
GET  /f/PUBLIC                      200  200 200 200 200
GET  /f/PUBLIC?sent=1               200  200 200 200 200
POST /f/PUBLIC                      422  422 422 422 422
GET  /f/wrong                       404  404 404 404 404
GET  /voices                        in   200 200 200 200
GET  /voices?waiting=1              in   200 200 200 200
GET  /voices?stars=5                in   200 200 200 200
GET  /voices?stars=6                in   422 422 422 422
GET  /voices?stars=many             in   422 422 422 422
GET  /voices?after=never            in   422 422 422 422
GET  /insights                      in   403 200 200 200
GET  /insights?whole=1              in   403 200 200 200
GET  /insights?period=soon          in   403 422 422 422
GET  /insights/numbers?format=csv   in   403 200 200 200
GET  /insights/chart?format=csv     in   403 200 200 200
GET  /insights/boxes/places         in   403 200 200 200
GET  /insights/boxes/nothing        in   403 404 404 404
GET  /insights/products             in   403 200 200 200
GET  /insights/products?place=Market&metric=orders&sort=change&all=1 in 403 200 200 200
GET  /insights/products?format=csv  in   403 200 200 200
GET  /insights/products?format=csv&table=hour in 403 200 200 200
GET  /insights/products?format=csv&table=none in 403 422 422 422
GET  /insights/products?sort=colour in   403 422 422 422
GET  /insights/shares               in   403 403 200 200
POST /insights/shares               in   403 403 200 200
POST /insights/shares/999999/revoke in   403 403 404 404
GET  /shared/TOKEN                  200  200 200 200 200
GET  /shared/TOKEN/numbers?format=csv 200 200 200 200 200
GET  /shared/TOKEN/chart?format=csv 200  200 200 200 200
GET  /shared/TOKEN/boxes/places     200  200 200 200 200
GET  /shared/TOKEN/charts/DIGEST.light.svg 200 200 200 200 200
GET  /shared/TOKEN/charts/DIGEST.light.json 200 200 200 200 200
GET  /shared/TOKEN/charts/0123456789abcdef0123456789abcdef.light.svg 404 404 404 404 404
POST /shared/TOKEN                  405  405 405 405 405
GET  /shared/wrong                  404  404 404 404 404
GET  /charts/00000000000000000000000000000000.light.svg  in 403 404 404 404
GET  /charts/00000000000000000000000000000000.dark.json  in 403 404 404 404
GET  /charts/nothing.pink.svg       in   403 404 404 404
GET  /charts/vega.0.js              404  404 404 404 404
GET  /sources                       in   403 200 200 200
GET  /sources/refreshing            in   403 204 204 204
GET  /sources/quality               in   403 200 200 200
GET  /sources/quality?format=csv    in   403 200 200 200
GET  /sources/quality/LIVE          in   403 200 200 200
GET  /sources/quality/999999        in   403 404 404 404
GET  /sources/elsewhere             in   403 200 200 200
POST /sources/elsewhere             in   403 403 200 200
GET  /sources/elsewhere/999999/remove in 403 403 405 405
POST /sources/elsewhere/999999/remove in 403 403 404 404
GET  /people/PERSON/elsewhere/999999 in  405 405 405 405
POST /people/PERSON/elsewhere/999999 in  404 404 404 404
GET  /sources/data-map              in   403 200 200 200
GET  /sources/data-map?format=csv   in   403 200 200 200
GET  /sources/cleaning              in   403 403 200 200
POST /sources/cleaning              in   403 403 200 200
GET  /sources/live/new              in   403 403 200 200
GET  /sources/live/new?kind=shopify in   403 403 200 200
POST /sources/live/new              in   403 403 200 200
POST /sources/live/keeping          in   403 403 422 422
GET  /sources/live/LIVE             in   403 200 200 200
GET  /sources/live/999999           in   403 404 404 404
GET  /sources/live/999999999999999999999 in 403 404 404 404
GET  /sources/live/LIVE/first       in   403 200 200 200
POST /sources/live/LIVE/switch      in   403 403 /sources/live/LIVE /sources/live/LIVE
GET  /sources/live/LIVE/secret      in   403 403 422 422
GET  /sources/live/LIVE/fields      in   403 403 /sources/live/LIVE /sources/live/LIVE
POST /sources/live/LIVE/fields      in   403 403 /sources/live/LIVE /sources/live/LIVE
GET  /sources/live/LIVE/replay      in   403 403 405 405
POST /sources/live/LIVE/replay      in   403 403 /sources/live/LIVE /sources/live/LIVE
GET  /sources/live/LIVE/held        in   403 200 200 200
POST /sources/live/LIVE/held/decide in   403 403 422 422
GET  /sources/live/LIVE/held/999999 in   403 403 404 404
GET  /sources/new                   in   403 403 200 200
POST /sources/new                   in   403 403 /sources/new /sources/new
GET  /sources/new/0123456789abcdef/0          in 403 403 404 404
POST /sources/new/0123456789abcdef/0/counts   in 403 403 404 404
POST /sources/new/0123456789abcdef/discard    in 403 403 404 404
GET  /sources/IMPORT                in   403 200 200 200
GET  /sources/999999                in   403 404 404 404
POST /sources/999999/resume         in   403 403 404 404
GET  /sources/IMPORT/undo           in   403 403 200 200
POST /sources/999999/undo           in   403 403 404 404
POST /sources/999999/repeats        in   403 403 404 404
POST /sources/999999/discard        in   403 403 404 404
GET  /sources/IMPORT/rows/ROW       in   403 403 200 200
GET  /sources/999999/rows/1         in   403 403 404 404
GET  /settings                      in   200 200 200 200
GET  /settings/business             in   403 403 403 200
POST /settings/business             in   403 403 403 200
GET  /settings/hours                in   403 403 200 200
GET  /settings/hours?place=Market   in   403 403 200 200
POST /settings/hours                in   403 403 /settings/hours /settings/hours
GET  /settings/keys                 in   403 403 403 200
POST /settings/keys                 in   403 403 403 200
POST /settings/keys/999999/revoke   in   403 403 403 404
GET  /settings/team                 in   403 403 403 200
POST /settings/team                 in   403 403 403 200
GET  /settings/team/MEMBER          in   403 403 403 200
POST /settings/team/MEMBER          in   403 403 403 200
GET  /settings/team/999999          in   403 403 403 404
GET  /settings/mail                 in   403 200 200 200
POST /settings/mail                 in   403 422 422 422
GET  /settings/mail/preview         in   403 200 200 200
POST /settings/mail/weekly          in   403 403 /settings/mail /settings/mail
GET  /settings/mail/MESSAGE         in   403 403 200 200
GET  /settings/mail/MESSAGE/look    in   403 403 200 200
GET  /settings/mail/MESSAGE.eml     in   403 403 200 200
GET  /settings/mail/999999          in   403 403 404 404
POST /settings/mail/999999/send     in   403 403 422 422
POST /settings/mail/999999/drop     in   403 403 404 404
GET  /settings/security             in   200 200 200 200
GET  /kept                          in   200 200 200 200
POST /kept                          in   /   /   /   /
GET  /patterns                      in   200 200 200 200
POST /language                      /    /   /   /   /
GET  /patterns/charts               in   200 200 200 200
GET  /patterns/insights             in   200 200 200 200
GET  /setup                         /    /   /   /   /
GET  /account/login                 200  /   /   /   /
GET  /account/logout                /    200 200 200 200
GET  /account/signup                403  403 403 403 403
GET  /account/inactive              403  403 403 403 403
GET  /account/password              in   200 200 200 200
GET  /account/confirm               in   200 200 200 200
GET  /account/second-factor         in   /   /   /   /
GET  /account/second-factor/again   in   ask  ask ask ask
GET  /account/second-factor/all     in   200 200 200 200
GET  /account/second-factor/app     in   ask  ask ask ask
GET  /account/second-factor/app/remove in 404 404 404 404
GET  /account/recovery-codes        in   404 404 404 404
GET  /account/recovery-codes/new    in   ask  ask ask ask
GET  /account/recovery-codes/file   in   404 404 404 404
GET  /account/passkeys/login        in   /   /   /   /
GET  /account/passkeys/add          in   ask  ask ask ask
GET  /account/passkeys/again        in   ask  ask ask ask
GET  /account/passkeys/all          in   200 200 200 200
GET  /account/passkeys/1/remove     in   ask  ask ask ask
GET  /healthz                       200  200 200 200 200
GET  /nothing                       404  404 404 404 404
"""
LINES = [line.split() for line in TABLE.strip().splitlines()]


def answer(response: Any) -> str:
    if response.status_code in (301, 302):
        path = response["Location"].partition("?")[0]
        return {"/account/login": "in", "/account/confirm": "ask"}.get(path, path)
    return str(response.status_code)


@pytest.fixture
def numbers(world: Any) -> dict[str, str]:
    from regulars.accounts import actors
    from regulars.accounts.models import Member
    from regulars.jobs.outbox import Letter, put
    from regulars.sources import origins
    from regulars.sources.models import Import, QuarantinedRow
    from tests.web.leads import add_form, add_held, add_lead

    row = QuarantinedRow.objects.first()
    assert row is not None
    letter = Letter("sample", "1", "olive@crumb.test", "Words", "Words", "<p>Words</p>")
    lead, form = add_lead(), add_form()
    return {
        "BOARD": str(lead.pipeline_id),
        "THERE": f"/people/pipeline/{lead.pipeline_id}",
        "BESIDE": f"/people/leads/{lead.pk}",
        "LEAD": str(lead.pk),
        "FORM": str(form.pk),
        "HELD": str(add_held(form)),
        "PUBLIC": form.token,
        "MESSAGE": str(put(letter)[0].pk),
        "TOKEN": world.share(),
        "DIGEST": world.chart(),
        "PERSON": str(world.person("Ada")),
        "HERE": f"/people/{world.person('Ada')}",
        "FACTS": f"/people/{world.person('Ada')}/facts",
        "IMPORT": str(Import.objects.get(pk=row.of_import_id).pk),
        "ROW": str(row.pk),
        "LIVE": str(origins.add(actors.owner("cli"), "segment", name="Till").pk),
        "MEMBER": str(Member.objects.get(role="helper").pk),
    }


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line[:2]))
def test_who_may_open_what(
    line: list[str], browse: Callable[[str | None], Any], numbers: dict[str, str], db: None
) -> None:
    method, path, *expected = line
    for word, number in numbers.items():
        path = path.replace(word, number)
        expected = [one.replace(word, number) for one in expected]
    found = [answer(getattr(browse(role), method.lower())(path)) for role in ROLES]
    assert found == expected


def test_every_address_stands_in_the_table() -> None:
    from django.urls import URLPattern, get_resolver

    def names(patterns: Any, before: str) -> Any:
        for one in patterns:
            if isinstance(one, URLPattern):
                yield before + str(one.pattern), one.name
            else:
                yield from names(one.url_patterns, before + str(one.pattern))

    from django.urls import resolve

    listed = {
        resolve(
            line[1]
            .partition("?")[0]
            .replace("PERSON", "1")
            .replace("IMPORT", "1")
            .replace("LIVE", "1")
            .replace("ROW", "1")
            .replace("MEMBER", "1")
            .replace("MESSAGE", "1")
            .replace("TOKEN", "x")
            .replace("DIGEST", "0" * 32)
            .replace("BOARD", "1")
            .replace("LEAD", "1")
            .replace("FORM", "1")
            .replace("HELD", "1")
            .replace("PUBLIC", "x")
        ).url_name
        for line in LINES
        if line[1] != "/nothing"
    }
    known = {
        name for path, name in names(get_resolver().url_patterns, "") if not path.startswith("api/")
    }
    assert known - listed == set()


def test_the_menu_shows_what_the_role_may_open(browse: Callable[[str | None], Any]) -> None:
    menus = {
        "helper": ["/people", "/voices", "/settings"],
        "analyst": ["/", "/people", "/voices", "/insights", "/sources", "/settings"],
    }
    for role, paths in menus.items():
        shown = browse(role).get("/settings").context["menu"]
        assert [entry.path for entry in shown] == paths


def test_a_helper_sees_no_money(
    browse: Callable[[str | None], Any], numbers: dict[str, str]
) -> None:
    page = browse("helper").get(f"/people/{numbers['PERSON']}").content.decode()
    assert "£" not in page
    assert "£" in browse("owner").get(f"/people/{numbers['PERSON']}").content.decode()


def test_a_part_asked_for_by_a_stranger_leads_to_sign_in(
    browse: Callable[[str | None], Any],
) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/people?q=a"}
    answered = browse(None).get("/people?q=ad", headers=headers)
    assert answered["HX-Redirect"] == "/account/login?next=/people"


@pytest.mark.parametrize(
    "path", ["/", "/people", "/insights", "/sources", "/settings", "/account/login"]
)
def test_pages_are_kept_by_nobody(path: str, browse: Callable[[str | None], Any]) -> None:
    page = browse(None if "login" in path else "owner").get(path)
    assert "no-store" in page["Cache-Control"]


def test_the_counter_alone_may_look_through_the_camera(
    browse: Callable[[str | None], Any], numbers: dict[str, str]
) -> None:
    def rules(role: str | None) -> dict[str, str]:
        found = {}
        for method, path, *_expected in LINES:
            if method == "GET" and not path.startswith("/account/logout"):
                address = path
                for word, number in numbers.items():
                    address = address.replace(word, number)
                found[path] = browser[role].get(address)["Permissions-Policy"]
        return found

    browser = {role: browse(role) for role in (None, "owner")}
    shut, opened = (f"camera=({who}), geolocation=(), microphone=()" for who in ("", "self"))
    assert set(rules(None).values()) == {shut}
    owners = rules("owner")
    assert set(owners.values()) == {shut, opened}
    pages = {"/counter", "/counter?q=nobody+at+all", "/counter/PERSON"}
    assert {path for path, rule in owners.items() if rule == opened} == pages


class Fields(HTMLParser):
    """The names of the fields that a person fills in or presses, of forms that are sent."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.is_sent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.is_sent = given.get("method") == "post"
        is_field = tag in ("input", "select", "textarea", "button")
        if is_field and self.is_sent and given.get("type") not in ("hidden", "file"):
            self.names.add(given.get("name") or "")


def test_every_field_of_a_form_that_may_be_kept_has_its_words(
    browse: Callable[[str | None], Any], numbers: dict[str, str]
) -> None:
    from regulars.web.typed import label_of

    found, owner = Fields(), browse("owner")
    for method, path, *expected in LINES:
        if method != "GET" or expected[-1] != "200" or path.startswith(("/account", "/patterns")):
            continue
        for word, number in numbers.items():
            path = path.replace(word, number)
        answer = owner.get(path)
        if "html" in answer.get("Content-Type", ""):
            found.feed(answer.content.decode())
    assert len(found.names) > 20
    unkept = {"", "password", "language"}
    kept = {name for name in found.names - unkept if not name.startswith("secret-")}
    assert {name for name in kept if not label_of(name)} == set()
