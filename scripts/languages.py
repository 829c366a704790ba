"""Bring the translations in line with the source: ``python -m scripts.languages``.

Collects every marked string of the package, writes them into each language's ``django.po`` (what
stands there already is kept, what is gone from the source is dropped, what is new is empty and
listed), and compiles the ``django.mo`` files that are packaged. Babel does it; no program called
gettext is needed. A new language is a new folder: ``python -m scripts.languages it``.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from babel.messages import extract
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "regulars"
LOCALES = PACKAGE / "locale"
TOLD = "told"
TOLD_LIST = LOCALES / "told.json"
# What these functions are given is put to the translators; Babel knows gettext and its kin.
_MARKS: dict[str, Any] = {
    **extract.DEFAULT_KEYWORDS,
    **dict.fromkeys(("gettext_lazy", "gettext_noop", "lazy")),
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_TOLD_MARKS: dict[str, Any] = {"told": None, "told_count": (1, 2)}
# The other lines of a header (dates, versions) would change with every run and every machine.
_HEADERS = ("Language:", "Plural-Forms:", "MIME-Version:", "Content-T")
_HEADER = "# The words of Regulars in another language; see docs/translating.md."


def languages() -> list[str]:
    """Return the languages there are, one folder each; English is the source itself."""
    return sorted(path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/django.po"))


def po_path(language: str) -> Path:
    """Return where a language's translations stand."""
    return LOCALES / language / "LC_MESSAGES" / "django.po"


def collected() -> Catalog:
    """Return every marked string of Python and of templates, in the order of the files."""
    catalog = Catalog()
    files = (sorted(PACKAGE.rglob(f"*.{suffix}")) for suffix in ("py", "html", "txt"))
    for path in chain.from_iterable(files):
        name = path.relative_to(ROOT).as_posix()
        for message, comments, context in _marked(path):
            catalog.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalog


def updated(language: str, template: Catalog) -> Catalog:
    """Return a language's catalogue in line with ``template``; nothing is written."""
    path = po_path(language)
    catalog = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=language)
    catalog.header_comment, catalog.fuzzy = _HEADER, False
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    return catalog


def as_po(catalog: Catalog) -> bytes:
    """Return a catalogue as it stands in its file."""
    out = io.BytesIO()
    write_po(out, catalog, width=100, ignore_obsolete=True, include_lineno=False)
    head, gap, strings = out.getvalue().partition(b"\n\n")
    kept = [
        line
        for line in head.decode().splitlines()
        if not line.startswith('"') or line[1:].startswith(_HEADERS)
    ]
    return "\n".join(kept).encode() + gap + strings


def as_mo(catalog: Catalog) -> bytes:
    """Return a catalogue compiled."""
    out = io.BytesIO()
    write_mo(out, _Compiled(catalog))
    return out.getvalue()


class _Compiled(list[Message]):
    """A catalogue's messages, with as much of its header as reading them needs."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__(catalog)
        self.charset = catalog.charset
        lines = str(self[0].string).splitlines(keepends=True)
        self[0].string = "".join(line for line in lines if line.startswith(_HEADERS))


def as_list(template: Catalog) -> str:
    """Return the told sentences, one line each, by which they are found again."""
    told = [one.id for one in template if one.context == TOLD]
    lines = (json.dumps([id] if isinstance(id, str) else list(id)) for id in told)
    return "[\n" + ",\n".join(sorted(lines)) + "\n]\n"


def missing(catalog: Catalog) -> list[Message]:
    """Return the strings without a translation, or with one that is only a guess."""
    return [one for one in catalog if one.id and (one.fuzzy or not _is_whole(one.string))]


def main(wanted: list[str]) -> int:
    """Update and compile all languages and those ``wanted``; 1 while something is missing."""
    template, lacks = collected(), 0
    print(f"{len(template)} strings in the source")
    TOLD_LIST.write_text(as_list(template), encoding="utf-8")
    for language in sorted({*languages(), *wanted}):
        catalog = updated(language, template)
        path = po_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_po(catalog))
        path.with_suffix(".mo").write_bytes(as_mo(catalog))
        untold = missing(catalog)
        lacks += len(untold)
        print(f"{language}: {len(untold)} without a translation")
        for one in untold:
            print(f"    {one.id!r}")
    return 1 if lacks else 0


def _is_whole(translation: Any) -> bool:
    forms = translation if isinstance(translation, tuple | list) else (translation,)
    return bool(forms) and all(forms)


def _marked(path: Path) -> Iterator[tuple[Any, list[str], str | None]]:
    source = path.read_bytes()
    if path.suffix != ".py":
        source = _as_python(source.decode(), path)
    for marks, context in ((_MARKS, None), (_TOLD_MARKS, TOLD)):
        found = extract.extract(
            "python", io.BytesIO(source), keywords=marks, comment_tags=("Translators:",)
        )
        for _line, message, comments, own in found:
            yield message, comments, own or context


def _as_python(template: str, path: Path) -> bytes:
    """A template as lines of calls, which the extractor for Python reads."""
    from django.utils.translation.template import templatize

    lines = templatize(template, origin=str(path)).splitlines()
    return "\n".join(line.strip() for line in lines).encode()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
