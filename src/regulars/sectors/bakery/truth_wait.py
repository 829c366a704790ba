"""The planted wait: how many visits in the hour of the queue were followed by another."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from .guests import Guest
from .opening import STATION_ROAD, Period
from .planted import (
    WAIT_DRIVES_OFF,
    WAIT_HOUR,
    WAIT_SLOWS_BY,
    WAIT_TURNS_AWAY,
    is_waiting_hour,
)
from .till import Sales, Ticket

_DAYS = 30
_WEEKDAYS = (0, 1, 2, 3, 4)
Tally = list[int]


def wait(sales: Sales, guests: list[Guest], period: Period) -> dict[str, Any]:
    """Return the planted wait with the share of visits followed by another within 30 days."""
    cells: dict[int, Tally] = {weekday: [0, 0] for weekday in _WEEKDAYS}
    elsewhere: Tally = [0, 0]
    for tickets in _visits(sales).values():
        for here, after in zip(tickets, [*tickets[1:], None], strict=True):
            at = here.receipt.at
            if (period.last - at.date()).days < _DAYS:
                continue
            is_waiting = is_waiting_hour(at, here.receipt.location)
            tally = cells[at.weekday()] if is_waiting else elsewhere
            tally[1] += 1
            tally[0] += bool(after and (after.receipt.at - at).days < _DAYS)
    waited = [sum(tally[n] for tally in cells.values()) for n in (0, 1)]
    return {
        "place": STATION_ROAD,
        "weekdays": list(_WEEKDAYS),
        "hour": WAIT_HOUR,
        "gap_longer_by": WAIT_SLOWS_BY,
        "share_driven_off_per_visit": WAIT_DRIVES_OFF,
        "share_turned_away": WAIT_TURNS_AWAY,
        "passers_by_turned_away": sales.turned_away,
        "people_driven_off": sorted(guest.key for guest in guests if guest.driven_off_on),
        "back_within_30_days": _share(waited),
        "back_within_30_days_elsewhere": _share(elsewhere),
        "cells": [
            {"place": STATION_ROAD, "weekday": weekday, "hour": WAIT_HOUR} | _share(tally)
            for weekday, tally in cells.items()
        ],
    }


def _visits(sales: Sales) -> dict[str, list[Ticket]]:
    visits: dict[str, list[Ticket]] = defaultdict(list)
    for ticket in sales.tickets:
        if ticket.guest and not ticket.receipt.is_refund and not ticket.guest.role:
            visits[ticket.guest.key].append(ticket)
    return visits


def _share(tally: Tally) -> dict[str, Any]:
    came, visits = tally
    return {"came": came, "visits": visits, "share": round(came / visits, 4) if visits else None}
