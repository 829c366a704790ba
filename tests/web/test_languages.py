from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from babel.messages.pofile import read_po

from scripts import languages

if TYPE_CHECKING:
    from django.test import Client

LANGUAGES = languages.languages()
PAGES = (
    "/",
    "/people",
    "/people?quiet=1",
    "/people/PERSON",
    "/people/PERSON/erase",
    "/people/999999",
    "/voices",
    "/sources",
    "/sources/new",
    "/sources/IMPORT",
    "/sources/IMPORT/undo",
    "/sources/IMPORT/rows/ROW",
    "/settings",
    "/settings/business",
    "/settings/keys",
    "/settings/team",
    "/settings/team/MEMBER",
    "/settings/security",
    "/account/password",
    "/account/confirm",
    "/account/logout",
)
_SILENT = re.compile(r"<(script|style|code)\b.*?</\1>|<[^>]*>", re.DOTALL)
_SHOWN = re.compile(r'(?:alt|title|placeholder|aria-label)="([^"]*)"')


class Sentence:
    """An English sentence with gaps, where a page tells a name or a number."""

    def __init__(self, parts: list[str]) -> None:
        self.parts = parts
        self.pattern = r".{1,60}?".join(map(re.escape, parts))

    def stands_in(self, words: str) -> bool:
        # Looking for plain text first spares nearly all of a hundred thousand searches.
        return all(part in words for part in self.parts) and bool(re.search(self.pattern, words))


@pytest.fixture(scope="module")
def english() -> dict[str, list[Sentence]]:
    """Per language the English sentences, as they would stand on a page if nobody had translated
    them: more than two words long, and different in that language."""
    return {language: _sentences(language) for language in LANGUAGES}


def _sentences(language: str) -> list[Sentence]:
    with languages.po_path(language).open("rb") as file:
        catalog = read_po(file, locale=language)
    found = []
    for one in catalog:
        told = one.id if isinstance(one.id, tuple) else (one.id,)
        said = one.string if isinstance(one.string, tuple) else (one.string,)
        for text in told:
            parts = re.split(r"%\(\w+\)[sd]", text)
            if len(" ".join(parts).split()) > 2 and text not in said:
                found.append(Sentence(parts))
    return found


def words_of(page: Any) -> str:
    """Everything that is read on a page, attributes included."""
    text = page.content.decode()
    shown = " · ".join(_SHOWN.findall(text))
    return html.unescape(" ".join(_SILENT.sub(" · ", text).split()) + " · " + shown)


@pytest.fixture
def numbers(world: Any) -> dict[str, str]:
    from regulars.accounts.models import Member
    from regulars.sources.models import QuarantinedRow

    row = QuarantinedRow.objects.first()
    assert row is not None
    return {
        "PERSON": str(world.person("Ada")),
        "IMPORT": str(row.of_import_id),
        "ROW": str(row.pk),
        "MEMBER": str(Member.objects.get(role="helper").pk),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_in_one_language(
    language: str,
    browse: Callable[[str | None], Client],
    numbers: dict[str, str],
    english: dict[str, list[Sentence]],
) -> None:
    owner, left_over = browse("owner"), {}
    owner.cookies["django_language"] = language
    for path in PAGES:
        for word, number in numbers.items():
            path = path.replace(word, number)
        page = owner.get(path)
        assert f'<html lang="{language}" dir="ltr"' in page.content.decode(), path
        assert page["Content-Language"] == language
        words = words_of(page)
        if found := [one.pattern for one in english[language] if one.stands_in(words)]:
            left_over[path] = found
    assert left_over == {}


@pytest.mark.parametrize("path", ["/account/login", "/account/signup", "/nothing"])
def test_strangers_are_spoken_to_in_their_language(
    path: str, browse: Callable[[str | None], Client], english: dict[str, list[Sentence]]
) -> None:
    stranger = browse(None)
    for language in LANGUAGES:
        page = stranger.get(path, headers={"Accept-Language": f"{language}-CH,en;q=0.5"})
        words = words_of(page)
        assert [one.pattern for one in english[language] if one.stands_in(words)] == []


def test_a_stranger_chooses_on_the_page_of_sign_in(browse: Callable[[str | None], Client]) -> None:
    stranger = browse(None)
    answered = stranger.post("/language", {"language": "de", "next": "/account/login?next=/people"})
    assert answered["Location"] == "/account/login?next=/people"
    cookie = answered.cookies["django_language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("de", True, "Lax")
    assert 'lang="de"' in stranger.get("/account/login").content.decode()
    stranger.post("/language", {"language": ""})
    assert (
        stranger.get("/account/login", headers={"Accept-Language": "es"})["Content-Language"]
        == "es"
    )


def test_each_language_is_named_in_itself(browse: Callable[[str | None], Client]) -> None:
    page = browse(None).get("/account/login", headers={"Accept-Language": "es"}).content.decode()
    names = re.findall(r'name="language" value="\w+"[^>]*>([^<]+)<', page)
    assert names == ["English", "Deutsch", "Español", "Français"]


def test_a_members_choice_goes_with_the_member(browse: Callable[[str | None], Client]) -> None:
    from regulars.accounts.models import AuditEntry, Member

    at_work = browse("manager")
    at_work.post("/language", {"language": "fr", "next": "/settings"})
    assert Member.objects.get(role="manager").language == "fr"
    assert AuditEntry.objects.latest("pk").verb == "members.choose_language"
    at_home = browse("manager")
    at_home.cookies["django_language"] = "es"
    assert at_home.get("/settings")["Content-Language"] == "fr"
    at_home.post("/language", {"language": ""})
    page = at_home.get("/settings", headers={"Accept-Language": "de"})
    assert page["Content-Language"] == "de"


@pytest.mark.parametrize("where", ["https://elsewhere.test/", "//elsewhere.test", "javascript:x"])
def test_the_choice_leads_nowhere_else(where: str, browse: Callable[[str | None], Client]) -> None:
    answered = browse(None).post("/language", {"language": "xx", "next": where})
    assert answered["Location"] == "/"
    assert answered.cookies["django_language"].value == ""


def test_programs_are_answered_in_english(world: Any, db: None, client: Client) -> None:
    client.cookies["django_language"] = "de"
    headers = {"Authorization": f"Bearer {world.keys['analyst']}", "Accept-Language": "fr"}
    told = client.get("/api/v1/metrics", headers=headers)
    assert told["Content-Language"] == "en"
    assert {"Revenue", "Orders"} <= {one["title"] for one in told.json()["metrics"]}
    refused = client.get("/api/v1/metrics/profit", headers=headers).json()
    assert "There is no metric 'profit'." in str(refused)


def test_errors_and_reasons_are_told_in_the_readers_language(
    browse: Callable[[str | None], Client], numbers: dict[str, str]
) -> None:
    owner = browse("owner")
    owner.cookies["django_language"] = "de"
    row = owner.get(f"/sources/{numbers['IMPORT']}/rows/{numbers['ROW']}")
    assert "date: „someday“ ist kein Datum" in words_of(row)
    missing = owner.get("/people/999999")
    assert "Niemand hier hat die Nummer 999999." in words_of(missing)
    helper = browse("helper")
    helper.cookies["django_language"] = "fr"
    assert "Le rôle « collaborateur » ne permet pas cela" in words_of(helper.get("/settings/team"))


def test_numbers_are_written_as_the_language_does(browse: Callable[[str | None], Client]) -> None:
    owner = browse("owner")
    owner.cookies["django_language"] = "de"
    today = words_of(owner.get("/"))
    assert re.search(r"\d,\d\d\s£|\d\s£", today) and "£1" not in today
    assert "03.11.2025 bis 30.11.2025" in today
