"""What a running server has kept and understood: a process beside it that reads its database.

Answers one line of JSON for each line it is asked: ``["add", name]`` or ``["told", source id]``.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from typing import Any


def add(name: str) -> dict[str, Any]:
    """Add a source; its number and write key."""
    from regulars.accounts import actors
    from regulars.sources import origins

    return origins.as_json(origins.add(actors.owner("cli"), "segment", name=name))


def told(source_id: int) -> dict[str, Any]:
    """What one source told: messages as kept, events, orders and people; ``waiting`` is what has
    not landed yet."""
    from regulars.accounts import actors
    from regulars.sources import origins
    from regulars.sources.models import Event, IntakeKey, IntakeRecord

    records = IntakeRecord.objects.filter(source_id=source_id).order_by("pk")
    events = Event.objects.filter(of_import__source_id=source_id).select_related("identifier")
    return {
        **origins.count(actors.owner("cli"), source_id=source_id),
        "keys": IntakeKey.objects.filter(source_id=source_id).count(),
        "kept": [{"reason": one.reason, **json.loads(one.body)} for one in records],
        "landed": [
            {"name": one.name, "at": one.happened_at.isoformat(), "said": one.properties,
             "who": one.identifier and [one.identifier.kind.partition(":")[0],
                                        one.identifier.value]}
            for one in events
        ],
        "orders": _orders(source_id),
        "people": _people(source_id),
    }  # fmt: skip


def _orders(source_id: int) -> list[dict[str, Any]]:
    """Every version of every order: an order told once has one."""
    from regulars.sources.models import Order, OrderLine

    lines: dict[int, list[list[Any]]] = defaultdict(list)
    for one in OrderLine.objects.filter(of_import__source_id=source_id):
        lines[one.order_key].append([one.kind, one.name, one.amount_minor])
    return [
        {"id": one.external_id, "status": one.status, "currency": one.currency,
         "at": one.happened_at.isoformat(), "lines": sorted(lines[one.order_key])}
        for one in Order.objects.filter(of_import__source_id=source_id)
    ]  # fmt: skip


def _people(source_id: int) -> list[list[str]]:
    """The identifiers of each person that the source told of, without the source's namespace."""
    from regulars.identity.models import Link
    from regulars.sources.models import IdentifierUse

    named = IdentifierUse.objects.filter(of_import__source_id=source_id).values("identifier_id")
    profiles = Link.objects.filter(identifier_id__in=named).values("profile_id")
    found: dict[int, list[str]] = defaultdict(list)
    for link in Link.objects.filter(profile_id__in=profiles).select_related("identifier"):
        kind = link.identifier.kind.partition(":")[0]
        found[link.profile_id].append(f"{kind} {link.identifier.value}")
    return sorted(sorted(one) for one in found.values())


def main() -> None:
    """Set the shop up, then answer."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.config.settings"
    import django

    django.setup()
    from django.core.management import call_command

    from tests import world

    call_command("migrate", verbosity=0)
    world.open_shop()
    verbs: dict[str, Any] = {"add": add, "told": told}
    sys.stdout.write('"open"\n')
    sys.stdout.flush()
    for line in sys.stdin:
        verb, argument = json.loads(line)
        sys.stdout.write(json.dumps(verbs[verb](argument), default=str) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
