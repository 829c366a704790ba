"""What a form on a website sends → an event with its text, and who filled it in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from regulars.sources.connectors.contract import Json
from regulars.sources.connectors.messages import Customer, text_of, track
from regulars.sources.files.identifiers import normalise_email

SUBMITTED = "Form Submitted"
TRAP = "_gotcha"
"""A field that people do not see: whoever fills it in is a program."""
_EMAIL = ("email", "e-mail", "mail", "email_address", "your-email", "courriel", "correo")
_PHONE = ("phone", "tel", "telephone", "mobile", "your-phone", "telefon", "téléphone", "teléfono")
_NAME = ("name", "full_name", "fullname", "your-name", "nom", "nombre")
_FIRST, _LAST = ("first_name", "firstname", "vorname", "prenom"), ("last_name", "lastname",
                                                                   "nachname")  # fmt: skip
_TEXT = ("message", "text", "comment", "comments", "your-message", "nachricht", "mensaje", "body")
_MOST_TEXT, _MOST_VALUE, _MOST_FIELDS = 8_000, 1_000, 60


def submission(fields: Mapping[str, str], received_at: datetime, page: str) -> Iterator[Json]:
    """Yield one submission's event. The address is only claimed: it finds the person, and
    permissions are not believed."""
    plain = {name.strip().casefold(): value.strip() for name, value in fields.items()}
    if plain.get(TRAP):
        return
    email = next((plain[one] for one in _EMAIL if normalise_email(plain.get(one, ""))), "")
    traits = {"name": _first(plain, _NAME), "firstName": _first(plain, _FIRST),
              "lastName": _first(plain, _LAST)}  # fmt: skip
    phone = _first(plain, _PHONE)
    who = Customer(email=email, phone=phone if any(map(str.isdigit, phone)) else "", traits=traits)
    used = {*_EMAIL, *_PHONE, *_NAME, *_FIRST, *_LAST, *_TEXT, TRAP}
    rest = {name[:80]: value[:_MOST_VALUE] for name, value in plain.items()
            if name not in used and value and not name.startswith("_")}  # fmt: skip
    told: Json = {
        "text": _first(plain, _TEXT)[:_MOST_TEXT],
        "form": plain.get("_form", "")[:120],
        "page": page[:400],
        "fields": dict(list(rest.items())[:_MOST_FIELDS]),
        "channel": "form",
    }
    told = {key: value for key, value in told.items() if value}
    if set(told) <= {"channel", "page"} and not (email or phone):
        return
    said = track(SUBMITTED, text_of(received_at), who, told)
    named = {key: value for key, value in traits.items() if value}
    if named:
        said.setdefault("context", {}).setdefault("traits", {}).update(named)
    yield said


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((fields[one] for one in names if fields.get(one)), "")
