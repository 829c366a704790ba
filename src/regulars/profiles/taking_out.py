"""One person's data as they can take it away: readable pages, and JSON for programs."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from regulars.accounts import business as businesses
from regulars.accounts import locales
from regulars.accounts.actors import Actor
from regulars.accounts.models import Business
from regulars.accounts.sentences import said
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.profiles import erasure
from regulars.profiles.hanging import files
from regulars.profiles.looks import keeping as looks
from regulars.profiles.taken_words import in_words

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "section{border-top:1px solid #999;margin-top:2rem}dl{display:grid;grid-template-columns:"
    "minmax(8rem,1fr) 3fr;gap:.2rem 1rem;margin:1rem 0;break-inside:avoid}dt{color:#555}"
    "dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}.why{color:#555}"
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What was written, and how much."""

    path: str
    size_bytes: int
    tables: int
    rows: int


def write(actor: Actor, profile_id: int, path: Path) -> Taken:
    """Write one person's data to ``path``: an archive with pages, JSON and files for a name that
    ends in ``.zip``, the pages alone for ``.html``, the JSON alone for ``.json``.

    Needs ``people.export``. It is there whole or not at all, and nobody else on the machine may
    read it. `NotFound` for nobody, `WrongUse` for a folder, another ending or no place to write to.
    """
    makers = {".zip": archive, ".html": page, ".json": _json}
    maker = makers.get(path.suffix.lower())
    if maker is None or path.is_dir() or not path.absolute().parent.is_dir():
        raise WrongUse(told("Name a file that ends in .zip, .html or .json, in a folder there is."))
    looks.note(actor, profile_id, looks.EXPORT)
    found = erasure.export(actor, profile_id)
    content = maker(actor, found)
    handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=".taking-out-")
    try:
        # A temporary file is its owner's alone, and stays so under its name.
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
    tables = found["tables"]
    return Taken(str(path), len(content), len(tables), sum(len(rows) for rows in tables.values()))


def archive(actor: Actor, found: Mapping[str, Any]) -> bytes:
    """Return pages, JSON and the person's files as one ZIP archive."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as into:
        into.writestr("index.html", page(actor, found))
        into.writestr("data.json", _json(actor, found))
        for row in found["tables"].get("profiles_personfile", ()):
            kept, path = files.find(actor, int(row["id"]))
            into.write(path, f"files/{kept.pk}-{kept.name}")
    return target.getvalue()


def page(_actor: Actor, found: Mapping[str, Any]) -> bytes:
    """Return the pages: what is kept by kind, why, until when, and every row in words."""
    title = escape(_("What is known about you"))
    business = businesses.get()
    name = escape(business.name)
    kept = {one.table: one.kept for one in erasure.handlers()}
    parts = [
        f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1><p>{name}, "
        f"{escape(locales.day(date.fromisoformat(str(found['made_at'])[:10])))}</p>"
    ]
    for table, rows in found["tables"].items():
        why, shown = kept[table], "".join(_row(row, business) for row in rows)
        # The map of data tells the business until when; this is read by the person themselves.
        until = _("It is kept until it is erased, for which you can ask at any time.")
        if "%(days)s" in why.until:
            until = _("It is kept for %(n)d days at most.") % {"n": business.raw_days}
        parts.append(
            f"<section><h2>{escape(said(why.what))}</h2><p class=why>{escape(said(why.why))} "
            f"{escape(until)}</p>{shown}</section>"
        )
    parts.append("</body></html>")
    return "".join(parts).encode("utf-8", "replace")


def _row(row: Mapping[str, Any], business: Business) -> str:
    shown = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>"
        for name, value in in_words(row, business)
    )
    return f"<dl>{shown}</dl>" if shown else ""


def _json(_actor: Actor, found: Mapping[str, Any]) -> bytes:
    return json.dumps(found, ensure_ascii=False, indent=2, default=str).encode("utf-8", "replace")
