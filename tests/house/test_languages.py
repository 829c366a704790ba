from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from scripts import languages
from tests.house import source

LANGUAGES = languages.languages()
_PLACE = re.compile(r"%\(\w+\)[sd]")
_TAG = re.compile(r"</?\w+[^>]*>")
# French sets a space before these signs, one that keeps them on the line.
_FRENCH = re.compile(r"[ \w][;!?»](?=\s|$)|«[ \w]| :")


@pytest.fixture(scope="module")
def template() -> Catalog:
    return languages.collected()


@pytest.fixture(scope="module", params=LANGUAGES)
def catalog(request: pytest.FixtureRequest) -> Catalog:
    with languages.po_path(request.param).open("rb") as file:
        return read_po(file, locale=request.param)


def translations(catalog: Catalog) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for one in catalog:
        if one.id:
            told = one.id if isinstance(one.id, tuple) else (one.id,)
            yield told, one.string if isinstance(one.string, tuple) else (one.string,)


def test_the_languages_are_those_of_the_settings() -> None:
    from django.conf import settings

    assert list(dict(settings.LANGUAGES)) == ["en", *LANGUAGES]
    assert {"de", "es", "fr"} <= set(LANGUAGES)


def test_catalogues_are_in_line_with_the_source(catalog: Catalog, template: Catalog) -> None:
    language = str(catalog.locale)
    kept = languages.po_path(language).read_bytes()
    assert languages.as_po(languages.updated(language, template)) == kept, "run: make languages"


def test_what_is_packaged_is_compiled_from_what_is_written(catalog: Catalog) -> None:
    packaged = languages.po_path(str(catalog.locale)).with_suffix(".mo").read_bytes()
    assert packaged == languages.as_mo(catalog), "run: make languages"


def test_the_list_of_told_sentences_is_in_line_with_the_source(template: Catalog) -> None:
    kept = languages.TOLD_LIST.read_text(encoding="utf-8")
    assert kept == languages.as_list(template), "run: make languages"


def test_every_string_is_translated(catalog: Catalog) -> None:
    assert [one.id for one in languages.missing(catalog)] == []
    assert dict(catalog.obsolete) == {}


def test_translations_keep_places_tags_and_forms(catalog: Catalog) -> None:
    wrong = []
    for told, said in translations(catalog):
        if len(told) > 1:
            assert len(said) == catalog.num_plurals, told
        for one in said:
            places = set(_PLACE.findall("".join(told)))
            fits = set(_PLACE.findall(one)) == places or len(told) > 1
            # One of the forms may say the number in a word; none may bring a place of its own.
            if not fits or set(_PLACE.findall(one)) - places:
                wrong.append(one)
            if sorted(_TAG.findall(one)) != sorted(_TAG.findall(told[-1])):
                wrong.append(one)
            if (one[:1].isspace(), one[-1:].isspace()) != (
                told[0][:1].isspace(),
                told[0][-1:].isspace(),
            ):
                wrong.append(one)
    assert wrong == []


def test_french_keeps_its_signs_on_the_line() -> None:
    with languages.po_path("fr").open("rb") as file:
        french = read_po(file, locale="fr")
    said = [one for _, forms in translations(french) for one in forms]
    assert [one for one in said if _FRENCH.search(_PLACE.sub("x", one))] == []
    assert [one for one in said if re.search(r"\w'\w", one)] == []


class _Bare(HTMLParser):
    """Finds words that stand in a template outside of what is marked."""

    _SHOWN = ("alt", "title", "placeholder", "aria-label", "label")
    _SILENT = ("script", "style", "code")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._SILENT:
            self.inside.append(tag)
        for name, value in attrs:
            if name in self._SHOWN:
                self._look(value or "")

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self._look(data)

    def _look(self, text: str) -> None:
        self.found += re.findall(r"[^\W\d_]{2,}", text)


def _unmarked(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"{%\s*blocktrans.*?{%\s*endblocktrans\w*\s*%}", "", text, flags=re.DOTALL)
    text = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", text, flags=re.DOTALL)
    bare = _Bare()
    bare.feed(text)
    return bare.found


@pytest.mark.parametrize("path", sorted(source.PACKAGE.rglob("*.html")), ids=lambda path: path.stem)
def test_no_word_of_a_page_is_left_unmarked(path: Path) -> None:
    assert _unmarked(path) == []


def test_scripts_bring_no_words_of_their_own() -> None:
    # What they show stands in the template, in data attributes.
    shown = re.compile(r"(?:textContent|innerText|innerHTML|alert\()\s*=?\s*[\"'`]")
    scripts = [path for path in source.PACKAGE.rglob("*.js") if ".min." not in path.name]
    assert scripts
    assert [path.name for path in scripts if shown.search(path.read_text(encoding="utf-8"))] == []


_ERRORS = ("WrongUse", "NotFound", "NotAllowed", "Busy", "NoRoom", "UnreadableFile", "RowProblem")
# The command line speaks English, and so do programs.
_ENGLISH = ("api", "cli", "notebook", "config", "sectors")


def _bare_errors(path: Path) -> Iterator[str]:
    for node in ast.walk(source.tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for one in node.args if node.func.id in _ERRORS else ():
                words: Any = one.value if isinstance(one, ast.Constant) else ""
                if isinstance(one, ast.JoinedStr) or (isinstance(words, str) and " " in words):
                    yield f"{path.name}:{node.lineno}"


def test_every_error_that_a_person_may_read_is_marked() -> None:
    files = [
        path
        for path in source.python_files()
        if path.relative_to(source.PACKAGE).parts[0] not in _ENGLISH
    ]
    assert [found for path in files for found in _bare_errors(path)] == []
