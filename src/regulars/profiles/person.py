"""One person's page: who they are, what they allow, what they did."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from regulars.accounts.actors import Actor
from regulars.identity.models import Link
from regulars.identity.queries import held_by, holders_of, identifiers_of
from regulars.kernel import clock
from regulars.kernel.telling import told
from regulars.profiles import doings
from regulars.profiles.consents import (
    CHANNELS,
    MARKETING,
    PURPOSES,
    Statement,
    decide,
    statements,
)
from regulars.profiles.enrichment.showing import beside_person
from regulars.profiles.hanging import notes, tasks
from regulars.profiles.models import Card
from regulars.profiles.records import Record, Records, full_name
from regulars.profiles.timeline import KINDS, Entry, Page, page_of
from regulars.sources.files.identifiers import INNER_KINDS, kind_rank
from regulars.sources.live import standing_ids
from regulars.sources.models import Import

_LATEST = 50
# What a booking ahead is called where nothing went wrong with it.
_EXPECTED = frozenset({"kept", "booked", "confirmed", "accepted", "pending", ""})
TYPED = told("typed by")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something was said: the source's name, the file and the import. What a member typed
    has `TYPED` for a source, the member for a file, and import 0."""

    source: str
    file_name: str
    import_id: int


@dataclass(frozen=True, slots=True)
class KnownAs:
    """One identifier, and why it belongs to this person."""

    kind: str
    value: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Shared:
    """An address or a number that ``others`` more people have as well, so that it joins nobody."""

    kind: str
    value: str
    others: int


@dataclass(frozen=True, slots=True)
class Trait:
    """One dated fact about a person. ``provenance`` is declared, observed or computed."""

    name: str
    value: str
    provenance: str
    at: datetime
    origin: Origin


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a person allows on one channel for one purpose: granted, withdrawn, or unknown when
    nothing was said.

    ``since`` is ``None`` where the statement bears no date; ``said`` is its own words.
    """

    channel: str
    state: str
    since: datetime | None
    said: str
    origin: Origin | None
    purpose: str = MARKETING


@dataclass(slots=True)
class Totals:
    """Sums over everything live. ``spent_minor`` is revenue by currency, returns taken off;
    ``None`` where the reader may not see money."""

    orders: int = 0
    returns: int = 0
    spent_minor: dict[str, int] | None = None
    first_order_at: datetime | None = None
    last_order_at: datetime | None = None
    bookings: int = 0
    feedback: int = 0
    events: int = 0


@dataclass(slots=True)
class Person:
    """A person's page. Lists of things done hold the latest 50, newest first. ``third_party`` is
    what others publish of where they live, never of them; see `enrichment.showing`."""

    profile_id: int
    name: str
    email: str
    phone: str
    country: str
    identifiers: list[KnownAs]
    traits: list[Trait]
    allows: list[Allowance]
    totals: Totals
    orders: list[doings.Purchase] = field(default_factory=list)
    bookings: list[doings.Visit] = field(default_factory=list)
    feedback: list[doings.Opinion] = field(default_factory=list)
    events: list[doings.Occurrence] = field(default_factory=list)
    timeline: list[Entry] = field(default_factory=list)
    timeline_cursor: str | None = None
    third_party: list[dict[str, Any]] = field(default_factory=list)
    next_booking: doings.Visit | None = None
    shared: list[Shared] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The page as plain values; instants in ISO 8601."""
        found: dict[str, Any] = plain(asdict(self))
        return found


def show(actor: Actor, profile_id: int) -> Person:
    """Return the page of one person, from live facts only. Needs ``people.see``; money is ``None``
    without ``people.see_money``. `NotFound` when there is no such person.
    """
    actor.require("people.see")
    known = _known(profile_id)
    records = _records(known)
    # One more than the first page of the timeline holds.
    did = doings.of(frozenset(known), most_events=_LATEST + 1)
    totals = totals_of(did)
    if not actor.may("people.see_money"):
        _hide_money(did, totals)
    card = Card.objects.filter(pk=profile_id).first() or Card()
    origins = _origins({one.import_id for one in records})
    first_page = page_of(did, beside=_beside(profile_id))
    return Person(
        profile_id=profile_id,
        name=card.name or next(filter(None, (full_name(one.traits) for one in records)), ""),
        email=card.email,
        phone=card.phone,
        country=card.country,
        identifiers=sorted(
            (one for one in known.values() if one.kind not in INNER_KINDS),
            key=lambda one: (kind_rank(one.kind), one.value),
        ),
        traits=_traits(records, origins),
        allows=_allows(records, origins),
        totals=totals,
        orders=did.orders[:_LATEST],
        bookings=did.bookings[:_LATEST],
        feedback=did.feedback[:_LATEST],
        events=did.events[:_LATEST],
        timeline=first_page.entries,
        timeline_cursor=first_page.cursor,
        third_party=[one.as_json() for one in beside_person(profile_id, postcodes_of(records))],
        next_booking=_next_booking(did.bookings),
        shared=_shared(profile_id),
    )


def told_of(actor: Actor, profile_id: int) -> list[tuple[str, list[Trait]]]:
    """Return each trait with everything said of it, what counts first, each value once. Needs
    ``people.see``. `NotFound` when there is no such person."""
    actor.require("people.see")
    records = _records(_known(profile_id))
    origins = _origins({one.import_id for one in records})
    found: dict[str, dict[str, Trait]] = {}
    for one in records:
        said = "declared" if one.is_declared else "observed"
        for name, value in one.traits.items():
            if value:
                trait = Trait(name, value, said, one.at, _origin(one, origins))
                found.setdefault(name, {}).setdefault(value, trait)
    return [(name, list(values.values())) for name, values in found.items()]


def counting(profile_id: int) -> dict[str, str]:
    """Return trait → the value that counts, the name as one also where it is told in parts.
    `NotFound` when there is no such person."""
    records = _records(_known(profile_id))
    name = next(filter(None, (full_name(one.traits) for one in records)), "")
    found = {one: "" for record in records for one in record.traits}
    for trait in found:
        values = (record.traits.get(trait, "") for record in records)
        found[trait] = next(filter(None, values), "")
    return found | {"name": name}


def postcodes_of(records: Iterable[Record]) -> list[str]:
    """Where a person lives, as records say it, the weightiest first."""
    return list(dict.fromkeys(filter(None, (one.traits.get("postcode", "") for one in records))))


def third_party(profile_id: int) -> list[dict[str, Any]]:
    """What others publish of where a person lives."""
    known = postcodes_of(_records(_known(profile_id)))
    return [one.as_json() for one in beside_person(profile_id, known)]


def timeline(
    actor: Actor,
    profile_id: int,
    *,
    kinds: Collection[str] = KINDS,
    cursor: str | None = None,
    limit: int = _LATEST,
) -> Page:
    """Return one page of everything a person did, newest first, of ``kinds`` alone; ``cursor`` is
    the page before's."""
    actor.require("people.see")
    did = doings.of(frozenset(_known(profile_id)))
    if not actor.may("people.see_money"):
        _hide_money(did, Totals())
    return page_of(did, beside=_beside(profile_id), kinds=kinds, cursor=cursor, limit=limit)


def _beside(profile_id: int) -> list[Entry]:
    """What members wrote and did about a person, as it stands among what the person did."""
    return [
        Entry(one.at, "note", one.id, one.text[:200], "", None, "", 0)
        for one in notes.of(profile_id)
    ] + [
        Entry(one.done_at, "task", one.id, one.what, "", None, "", 0)
        for one in tasks.of(profile_id)
        if one.done_at is not None
    ]


def allowed(profile_id: int) -> dict[str, str]:
    """Return channel → granted, withdrawn or unknown, for those who are about to reach out."""
    decided = decide(statements(_records(_known(profile_id))))
    known = {channel: said.state for channel, said in decided.items()}
    return {channel: known.get(channel, "unknown") for channel in (*CHANNELS, *known)}


def plain(value: Any) -> Any:
    """Return ``value`` with its instants as ISO 8601 text, and keys of facts as text: JavaScript
    keeps 53 bits of a number."""
    if isinstance(value, dict):
        return {
            name: str(one) if name == "key" or name.endswith("_key") else plain(one)
            for name, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _known(profile_id: int) -> dict[int, KnownAs]:
    links = Link.objects.filter(identifier_id__in=identifiers_of(profile_id))
    return {
        link.identifier_id: KnownAs(link.identifier.kind, link.identifier.value, link.evidence)
        for link in links.select_related("identifier")
    }


def _shared(profile_id: int) -> list[Shared]:
    held = held_by([profile_id])
    people = holders_of(number for _, number, _, _ in held)
    found = [Shared(kind, value, len(people[number]) - 1) for _, number, kind, value in held]
    return sorted(found, key=lambda one: (kind_rank(one.kind), one.value))


def _records(identifier_ids: Iterable[int]) -> list[Record]:
    """The live records of all ``identifier_ids``, the weightiest first."""
    by_identifier = Records(standing_ids()).of(identifier_ids)
    found = [one for records in by_identifier.values() for one in records]
    return sorted(found, key=lambda one: one.weight, reverse=True)


def _origins(import_ids: set[int]) -> dict[int, Origin]:
    rows = Import.objects.filter(pk__in=import_ids).values_list("pk", "source__name", "file_name")
    return {number: Origin(source, file_name, number) for number, source, file_name in rows}


def _next_booking(bookings: list[doings.Visit]) -> doings.Visit | None:
    now = clock.now()
    ahead = [one for one in bookings if one.starts_at > now and one.status in _EXPECTED]
    return min(ahead, key=lambda one: one.starts_at, default=None)


def _origin(one: Record, origins: dict[int, Origin]) -> Origin:
    if one.typed_by is not None:
        return Origin(TYPED, one.typed_by, 0)
    return origins[one.import_id]


def _traits(records: list[Record], origins: dict[int, Origin]) -> list[Trait]:
    found: dict[str, Trait] = {}
    for one in records:
        for name, value in one.traits.items():
            if value and name not in found:
                said = "declared" if one.is_declared else "observed"
                found[name] = Trait(name, value, said, one.at, _origin(one, origins))
    return list(found.values())


def _allows(records: list[Record], origins: dict[int, Origin]) -> list[Allowance]:
    """What is allowed by channel for advertising, then what was said of other purposes."""
    said = statements(records)
    found = []
    for purpose in PURPOSES:
        decided = decide(said, purpose)
        channels = CHANNELS if purpose == MARKETING else ()
        for channel in dict.fromkeys((*channels, *sorted(decided))):
            found.append(_allowance(channel, decided.get(channel), origins, purpose))
    return found


def _allowance(
    channel: str, said: Statement | None, origins: dict[int, Origin], purpose: str
) -> Allowance:
    if said is None:
        return Allowance(channel, "unknown", None, "", None, purpose)
    since = said.at if said.has_own_date else None
    origin = _origin(said.record, origins)
    return Allowance(channel, said.state, since, said.said, origin, purpose)


def totals_of(did: doings.Doings) -> Totals:
    """The sums over what was done."""
    accepted = [one for one in did.orders if one.status == "accepted"]
    bought = [one for one in accepted if (one.amount_minor or 0) > 0]
    spent: dict[str, int] = {}
    for one in accepted:
        spent[one.currency] = spent.get(one.currency, 0) + (one.amount_minor or 0)
    return Totals(
        orders=len(bought),
        returns=sum(one.is_return for one in accepted),
        spent_minor=spent,
        first_order_at=bought[-1].happened_at if bought else None,
        last_order_at=bought[0].happened_at if bought else None,
        bookings=len(did.bookings),
        feedback=len(did.feedback),
        events=did.event_count,
    )


def _hide_money(did: doings.Doings, totals: Totals) -> None:
    totals.spent_minor = None
    for order in did.orders:
        order.amount_minor = None
        for line in order.lines:
            line.amount_minor = None
    for booking in did.bookings:
        booking.amount_minor = None
