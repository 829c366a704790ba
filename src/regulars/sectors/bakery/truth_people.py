"""The people as they truly are, beside the records that till, shop and newsletter keep of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import Any

from .guests import BLOCKED_EMAIL, BLOCKED_PHONE, Guest
from .opening import Period
from .till import Ticket
from .web_shop import WebOrder


def people(
    guests: list[Guest], tickets: list[Ticket], orders: list[WebOrder], readers_left: frozenset[str]
) -> list[dict[str, Any]]:
    """Return one entry per person: their records everywhere and what they bought."""
    till: dict[str, list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        if ticket.guest:
            till[ticket.guest.key].append(ticket)
    web: dict[str, list[Any]] = defaultdict(list)
    for guest, order in orders:
        if order.counts:
            web[guest.key].append(order)
    return [_person(guest, till[guest.key], web[guest.key], readers_left) for guest in guests]


def _person(
    guest: Guest, tickets: list[Ticket], orders: list[Any], left: frozenset[str]
) -> dict[str, Any]:
    paid = [ticket for ticket in tickets if not ticket.receipt.is_refund]
    days = [ticket.receipt.at.date() for ticket in paid] + [order.at.date() for order in orders]
    news = "none"
    if guest.on_news:
        news = "left" if guest.key in left else "reads"
    return {
        "key": guest.key,
        "name": guest.resident.full_name,
        "role": guest.role or "ordinary",
        "square_id": guest.square_id,
        "shopify_id": guest.shopify_id,
        "till_email": guest.till_email,
        "till_phone": guest.till_phone,
        "web_email": guest.web_email if guest.on_web else "",
        "web_phone": guest.web_phone if guest.on_web else "",
        "news_email": guest.resident.email if guest.on_news else "",
        "newsletter": news,
        "phone": guest.resident.phone,
        "mean_gap_days": round(guest.gap_days, 2),
        "left_on": _day_or_none(guest.driven_off_on or guest.leaves_on),
        "till_orders": len(paid),
        "web_orders": len(orders),
        "spent_minor": sum(ticket.net_minor for ticket in tickets)
        + sum(order.total_minor - order.refunded_minor for order in orders),
        "last_bought_on": _day_or_none(max(days) if days else None),
    }


def gone_quiet(everyone: list[dict[str, Any]], period: Period) -> list[dict[str, Any]]:
    """Return the planted regulars gone quiet: eight visits or more, silent for four gaps."""
    found = []
    for person in everyone:
        silent = silent_days(person, period)
        if person["role"] == "quiet" and person["till_orders"] >= 8 and silent is not None:
            gaps = silent / person["mean_gap_days"]
            found.append(_brief(person) | {"silent_days": silent, "silent_gaps": round(gaps, 2)})
    return found


def still_here(everyone: list[dict[str, Any]], period: Period) -> list[dict[str, Any]]:
    """Return the planted steady regulars, who must not be called quiet."""
    found = []
    for person in everyone:
        silent = silent_days(person, period)
        if silent is None or person["role"] != "steady":
            continue
        if person["till_orders"] >= 8 and silent <= 1.5 * person["mean_gap_days"]:
            found.append(_brief(person) | {"silent_days": silent})
    return found


def _brief(person: dict[str, Any]) -> dict[str, Any]:
    kept = (
        "key", "name", "square_id", "mean_gap_days", "till_orders", "spent_minor", "last_bought_on",
    )  # fmt: skip
    return {name: person[name] for name in kept}


def silent_days(person: dict[str, Any], period: Period) -> int | None:
    """Return days from the last purchase to the last day of the world."""
    if person["last_bought_on"] is None:
        return None
    return (period.last - period.first.fromisoformat(person["last_bought_on"])).days


def planted_identities(guests: list[Guest]) -> dict[str, Any]:
    """Return who is one person under three identifiers and who only looks like one."""
    by_role: dict[str, list[Guest]] = defaultdict(list)
    for guest in guests:
        by_role[guest.role].append(guest)
    pairs = by_role["household"]
    slip = by_role["mistyped_email"][0]
    names = Counter(guest.resident.full_name for guest in guests)
    return {
        "three_identifiers": [_trio(guest) for guest in by_role["three_identifiers"]],
        "households": [
            {"phone": first.resident.phone, "people": [first.key, second.key]}
            for first, second in zip(pairs[::2], pairs[1::2], strict=True)
        ],
        "blocked": {
            BLOCKED_EMAIL: [guest.key for guest in by_role["blocked_email"]],
            BLOCKED_PHONE: [guest.key for guest in by_role["blocked_phone"]],
        },
        "mistyped_email": {
            "person": slip.key, "typed": slip.till_email, "meant": slip.resident.email,
            "square_id": slip.square_id, "shopify_id": slip.shopify_id,
        },
        "far_names": [guest.key for guest in by_role["far_name"]],
        "namesakes": sorted(name for name, count in names.items() if count > 1),
    }  # fmt: skip


def _trio(guest: Guest) -> dict[str, str]:
    return {
        "person": guest.key,
        "name": guest.resident.full_name,
        "square_id": guest.square_id,
        "till_phone": guest.till_phone,
        "web_email": guest.web_email,
        "web_phone": guest.web_phone,
        "news_email": guest.resident.email,
        "phone": guest.resident.phone,
    }


def expected_profiles(guests: list[Guest]) -> dict[str, int]:
    """Return how many groups the records fall into when equal e-mails and phones link them.

    Blocked values link nobody. ``all_phones_link`` also puts each household into one group;
    ``shared_phones_part`` keeps a phone with two different till customers from linking.
    """
    shared = {guest.resident.phone for guest in guests if guest.role == "household"}
    return {
        "all_phones_link": _groups(guests, frozenset()),
        "shared_phones_part": _groups(guests, frozenset(shared)),
        "people": len(guests),
    }


def _groups(guests: list[Guest], ignored_phones: frozenset[str]) -> int:
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            name = parent[name]
        return name

    holder = {guest.till_phone: guest.resident.phone for guest in reversed(guests)}
    for guest in guests:
        for record in _records(guest, holder):
            kept = [value for value in record if value not in ignored_phones]
            for value in kept:
                parent[root(value)] = root(kept[0])
    return len({root(name) for name in list(parent)})


def _records(guest: Guest, holder: dict[str, str]) -> list[list[str]]:
    """Return what each system's record of the guest links: ids, e-mail, phone."""
    records = []
    if guest.on_till:
        email = "" if guest.till_email == BLOCKED_EMAIL else guest.till_email.lower()
        phone = holder[guest.till_phone] if guest.till_phone not in ("", BLOCKED_PHONE) else ""
        records.append([guest.square_id, email, phone])
    if guest.on_web:
        records.append([guest.shopify_id, guest.web_email.lower(), guest.web_phone])
    if guest.on_news:
        records.append([guest.resident.email.lower()])
    return [[value for value in record if value] for record in records]


def _day_or_none(day: date | None) -> str | None:
    return day.isoformat() if day else None
