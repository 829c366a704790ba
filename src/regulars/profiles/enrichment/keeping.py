"""Enrichments: added with all that has to be said for them, listed, removed; and who objected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor, audit
from regulars.identity.models import Profile
from regulars.kernel import clock
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.profiles.enrichment import reading
from regulars.profiles.models import EnrichedDay, EnrichedPlace, Enrichment, EnrichmentObjection

POSTCODE, WEATHER, HOLIDAYS = "postcode", "weather", "holidays"
KINDS = {
    POSTCODE: told("A table by postcode"),
    WEATHER: told("Weather by day"),
    HOLIDAYS: told("Public holidays"),
}
LEGITIMATE = "legitimate_interests"
BASES = {
    "consent": told("Consent (Art. 6 (1) a GDPR)"),
    "contract": told("Contract (Art. 6 (1) b GDPR)"),
    "legal_obligation": told("Legal obligation (Art. 6 (1) c GDPR)"),
    LEGITIMATE: told("Legitimate interests (Art. 6 (1) f GDPR)"),
    "no_personal_data": told("No personal data: it says nothing about anybody"),
}
_AT_ONCE = 5_000
_YEARS = range(-10, 3)


@dataclass(frozen=True, slots=True)
class Told:
    """What the owner says for an enrichment."""

    name: str = ""
    kind: str = ""
    publisher: str = ""
    as_of: str = ""
    purpose: str = ""
    basis: str = ""
    reason: str = ""
    licence: str = ""
    address: str = ""


_DEMANDED = {
    "name": told("what you call it"),
    "publisher": told("who publishes it: whoever looks at a person must see from whom it is"),
    "as_of": told("as of which day it is (2026-11-30)"),
    "purpose": told("what you use it for: without a purpose it may not be kept"),
    "basis": told("on which lawful basis"),
}


def add(actor: Actor, said: Told, path: Path | None = None, *, column: str = "") -> Enrichment:
    """Add an enrichment, from a file unless it is holidays. Needs ``sources.manage``. `WrongUse`
    names the first thing that was not said, or what is wrong with the file."""
    actor.require("sources.manage")
    as_of = _check(said)
    if said.kind == HOLIDAYS:
        found = _holidays()
    elif path is None:
        raise WrongUse(told("Give the file."))
    else:
        found = reading.places(path, column) if said.kind == POSTCODE else reading.weather(path)
    with transaction.atomic():
        one = Enrichment.objects.create(
            name=said.name.strip()[:120], kind=said.kind, publisher=said.publisher.strip()[:200],
            address=(said.address or (path.name if path else ""))[:400], as_of=as_of,
            licence=said.licence.strip()[:120], purpose=said.purpose.strip()[:400],
            basis=said.basis, basis_reason=said.reason.strip()[:400], columns=found.columns,
            row_count=len(found.rows), added_at=clock.now(), added_by_id=actor.member_id,
        )  # fmt: skip
        _write(one, found.rows)
        audit(actor, "enrichment.add", f"enrichment {one.pk}", kind=one.kind, rows=one.row_count)
    return one


def _check(said: Told) -> date:
    if said.kind not in KINDS:
        raise WrongUse(told("There is no kind %(kind)s. Kinds: %(kinds)s.",
                            kind=repr(said.kind), kinds=", ".join(KINDS)))  # fmt: skip
    for field, sentence in _DEMANDED.items():
        if not getattr(said, field).strip():
            raise WrongUse(told("Say %(what)s.", what=sentence), detail={"missing": field})
    if said.basis not in BASES:
        raise WrongUse(told("There is no lawful basis %(basis)s. There are: %(bases)s.",
                            basis=repr(said.basis), bases=", ".join(BASES)))  # fmt: skip
    if said.basis == LEGITIMATE and not said.reason.strip():
        raise WrongUse(told("Say which interest it is, and why theirs does not outweigh it."),
                       detail={"missing": "reason"})  # fmt: skip
    try:
        return date.fromisoformat(said.as_of.strip())
    except ValueError:
        sentence = told("%(day)s is no day; write it like 2026-11-30.", day=repr(said.as_of[:20]))
        raise WrongUse(sentence, detail={"missing": "as_of"}) from None


def _holidays() -> reading.Read:
    import holidays

    business = businesses.get()
    year = clock.today(business.timezone).year
    try:
        known = holidays.country_holidays(
            business.country, years=[year + shift for shift in _YEARS]
        )
    except NotImplementedError:
        raise WrongUse(told("No public holidays are known for %(country)s.",
                            country=business.country)) from None  # fmt: skip
    return reading.Read(
        ["holiday"], {on.isoformat(): {"holiday": name} for on, name in known.items()}
    )


def _write(one: Enrichment, rows: Mapping[str, dict[str, str]]) -> None:
    if one.kind == POSTCODE:
        EnrichedPlace.objects.bulk_create(
            (EnrichedPlace(enrichment=one, postcode=key, values=values)
             for key, values in rows.items()), batch_size=_AT_ONCE)  # fmt: skip
        return
    EnrichedDay.objects.bulk_create(
        (EnrichedDay(enrichment=one, on=date.fromisoformat(key), values=values)
         for key, values in rows.items()), batch_size=_AT_ONCE)  # fmt: skip


def get(number: int) -> Enrichment:
    """One enrichment; `NotFound` where there is none of that number."""
    found = Enrichment.objects.filter(pk=number if 0 < number < 2**63 else 0).first()
    if found is None:
        raise NotFound(told("There is no enrichment %(n)s.", n=number))
    return found


def listing(actor: Actor) -> list[Enrichment]:
    """All, the newest first. Needs ``imports.see``."""
    actor.require("imports.see")
    return list(Enrichment.objects.select_related("added_by").order_by("-pk"))


def remove(actor: Actor, number: int) -> None:
    """Remove one: it is gone from every person and day at once. Needs ``sources.manage``."""
    actor.require("sources.manage")
    one = get(number)
    with transaction.atomic():
        for rows in (EnrichedPlace.objects.filter(enrichment=one),
                     EnrichedDay.objects.filter(enrichment=one)):  # fmt: skip
            rows._raw_delete("default")
        audit(actor, "enrichment.remove", f"enrichment {one.pk}", name=one.name)
        one.delete()


def object_to(actor: Actor, profile_id: int, number: int, *, is_objecting: bool) -> None:
    """Note that a person objects to an enrichment, or no longer does. Needs ``people.see``: whoever
    is told so notes it."""
    actor.require("people.see")
    one = get(number)
    if not Profile.objects.filter(pk=profile_id).exists():
        raise NotFound(told("There is no person %(n)s.", n=profile_id))
    with transaction.atomic():
        mine = EnrichmentObjection.objects.filter(profile_id=profile_id, enrichment=one)
        if is_objecting and not mine.exists():
            EnrichmentObjection.objects.create(
                profile_id=profile_id, enrichment=one, at=clock.now(), member_id=actor.member_id
            )
        elif not is_objecting:
            mine.delete()
        audit(actor, "enrichment.object", f"person {profile_id}", enrichment=one.pk,
              objects=is_objecting)  # fmt: skip


def as_json(one: Enrichment) -> dict[str, Any]:
    """One enrichment as programs get it."""
    return {
        "id": one.pk, "name": one.name, "kind": one.kind, "publisher": one.publisher,
        "address": one.address, "as_of": one.as_of.isoformat(), "licence": one.licence,
        "purpose": one.purpose, "basis": one.basis, "reason": one.basis_reason,
        "columns": list(one.columns), "rows": one.row_count,
        "added_at": one.added_at.isoformat(),
    }  # fmt: skip
