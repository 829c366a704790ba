"""Sources that send by themselves: add one, list them, pause and resume; how much they told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Q, Sum

from regulars.accounts.actors import Actor, audit
from regulars.kernel import clock
from regulars.kernel.errors import NotFound, WrongUse
from regulars.kernel.telling import told
from regulars.sources.connectors import accounts, pulling
from regulars.sources.connectors.contract import Connector
from regulars.sources.connectors.found import connectors
from regulars.sources.following import STREAM
from regulars.sources.intake import keys, room, snippet
from regulars.sources.live import standing_ids
from regulars.sources.models import Event, Import, IntakeRecord, Refusal, Source

_LONGEST_NAME = 120


def kinds() -> list[str]:
    """Kinds of sources that can be added: a program or a website that speaks the Segment Spec, and
    every vendor that there is a connector for."""
    return [*keys.SPOKEN, *connectors()]


def add(
    actor: Actor,
    kind: str,
    *,
    name: str,
    orders_in: str = "",
    secret: str = "",
    given: Mapping[str, str] | None = None,
) -> Source:
    """Add a source that sends by itself. Needs ``sources.manage``.

    ``orders_in`` names the namespace its order numbers belong to, where another source (a nightly
    file of the same shop) tells of the same orders. A vendor needs its ``secret`` (see
    `accounts.sort_given`) and may take settings. `WrongUse` for an unknown kind, an empty or taken
    name, or a secret that is missing.
    """
    actor.require("sources.manage")
    name = " ".join(name.split())
    if kind not in kinds():
        raise WrongUse(told("A source is one of: %(kinds)s.", kinds=", ".join(kinds())))
    connector = connectors().get(kind)
    if connector is None and (secret or given):
        raise WrongUse(told("A source of this kind takes no secret and no settings."))
    sorted_out = accounts.sort_given(connector, secret, given or {}) if connector else None
    if not name or len(name) > _LONGEST_NAME:
        raise WrongUse(told("Give the source a name of 1 to %(most)s letters.", most=_LONGEST_NAME))
    if Source.objects.filter(name__iexact=name).exclude(write_key=None).exists():
        raise WrongUse(told("There is a source called %(name)s already.", name=name))
    with transaction.atomic():
        source = _of_files(connector) or Source(namespace=_namespace(name, connector))
        source.name, source.kind, source.write_key = name, kind, keys.new_key()
        if orders_in:
            source.settings["orders_in"] = orders_in
        if sorted_out is not None:
            _check_place(actor, sorted_out[1])
            accounts.give(source, *sorted_out)
        source.save()
        audit(actor, "sources.add", f"source {source.pk}", kind=kind, name=name)
    keys.forget_senders()
    return source


def give_secret(
    actor: Actor, source_id: int, *, secret: str, given: Mapping[str, str] | None = None
) -> Source:
    """Give a vendor's source another secret or token, or other settings; pulling goes on then.

    What is not named stays as it was.
    """
    actor.require("sources.manage")
    source = get(source_id)
    connector = _connector(source)
    optional = replace(
        connector, fields=tuple(replace(one, is_required=False) for one in connector.fields)
    )
    sorted_out = accounts.sort_given(optional, secret, given or {})
    _check_place(actor, sorted_out[1])
    with transaction.atomic():
        source = Source.objects.select_for_update().get(pk=source.pk)
        accounts.give(source, *sorted_out)
        source.save(update_fields=["settings"])
        names = sorted({*sorted_out[0], *sorted_out[1]})
        audit(actor, "sources.give_secret", f"source {source.pk}", names=names)
    return source


def _check_place(actor: Actor, given: Mapping[str, str]) -> None:
    """A file of this machine is named at this machine: whoever signs in from elsewhere does not
    read it."""
    address = given.get("address", "").strip().lower()
    if address.startswith(("sqlite", "file:", "/")) and actor.face != "cli":
        raise WrongUse(
            told("A file of this machine is given at this machine: regulars sources add.")
        )


def pull(actor: Actor, source_id: int) -> dict[str, Any]:
    """Ask a source's vendor now for what is new; returns what came and what stands in the way."""
    actor.require("sources.manage")
    source = get(source_id)
    if not pulling.may_be_asked(source):
        raise WrongUse(told("%(name)s cannot be asked: it only sends.", name=source.name))
    if source.paused_at is not None:
        raise WrongUse(told("%(name)s is paused; resume it first.", name=source.name))
    done = pulling.pull(source.pk)
    return {
        "id": source.pk,
        "kept": done.kept,
        "pages": done.pages,
        "is_done": done.again_in_seconds is None and not done.problem,
        "problem": accounts.problem_of(get(source.pk)),
    }


def pause(actor: Actor, source_id: int) -> Source:
    """Take nothing more from a source until it is resumed: what it sends is refused and counted."""
    return _set_paused(actor, source_id, True)


def resume(actor: Actor, source_id: int) -> Source:
    """Take from a paused source again."""
    return _set_paused(actor, source_id, False)


def get(source_id: int) -> Source:
    """Return one source that sends by itself; `NotFound` when there is none of that number."""
    live = Source.objects.exclude(write_key=None)
    source = live.filter(pk=source_id if 0 < source_id < 2**63 else 0).first()
    if source is None:
        raise NotFound(told("There is no source %(n)s.", n=source_id))
    return source


def listing(actor: Actor) -> list[dict[str, Any]]:
    """Return all sources that send by themselves, oldest first."""
    actor.require("imports.see")
    return [as_json(one) for one in Source.objects.exclude(write_key=None).order_by("pk")]


def show(actor: Actor, source_id: int) -> dict[str, Any]:
    """Return one source with how much it told, what is held back and what was refused."""
    actor.require("imports.see")
    source = get(source_id)
    records = IntakeRecord.objects.filter(source_id=source.pk)
    held = records.exclude(reason="").filter(resolution="")
    refused = Refusal.objects.filter(source_number=source.pk).values("reason").order_by("reason")
    return {
        **as_json(source),
        **_told(source),
        "last_received_at": _text(records.aggregate(at=Max("received_at"))["at"]),
        "reasons": {row["reason"]: row["n"] for row in
                    held.values("reason").order_by("reason").annotate(n=Count("pk"))},
        "refused": {row["reason"]: row["n"] for row in refused.annotate(n=Sum("count"))},
    }  # fmt: skip


def count(actor: Actor, *, name: str = "", source_id: int | None = None) -> dict[str, int]:
    """Return how many events landed (of one ``name``, of one source), how many messages are held
    back and how many wait to be read."""
    actor.require("imports.see")
    source = get(source_id) if source_id is not None else None
    events = Event.objects.filter(of_import_id__in=_streams(source))
    held = IntakeRecord.objects.exclude(reason="").filter(resolution="")
    waiting = IntakeRecord.objects.filter(pk__gt=room.position(), reason="")
    if source is not None:
        held, waiting = held.filter(source_id=source.pk), waiting.filter(source_id=source.pk)
    if name:
        events = events.filter(name=name)
    return {"events": events.count(), "quarantined": held.count(), "waiting": waiting.count()}


def as_json(source: Source) -> dict[str, Any]:
    """One source as the contract shows it."""
    is_hook = source.kind not in keys.SPOKEN
    return {
        "id": source.pk,
        "name": source.name,
        "kind": source.kind,
        "write_key": source.write_key,
        "webhook_url": accounts.hook_url(source) if is_hook else f"{settings.PUBLIC_URL}/v1/batch",
        "snippet": snippet.tag(source.write_key or "") if source.kind == "web" else None,
        "orders_in": source.settings.get("orders_in") or source.namespace,
        "is_paused": source.paused_at is not None,
        "problem": accounts.problem_of(source),
        "created_at": source.created_at.isoformat(),
    }


def _set_paused(actor: Actor, source_id: int, is_paused: bool) -> Source:
    actor.require("sources.manage")
    source = get(source_id)
    if (source.paused_at is not None) != is_paused:
        with transaction.atomic():
            source.paused_at = clock.now() if is_paused else None
            source.save(update_fields=["paused_at"])
            audit(actor, "sources.pause" if is_paused else "sources.resume", f"source {source.pk}")
        keys.forget_senders()
    return source


def _told(source: Source) -> dict[str, int]:
    runs = Import.objects.filter(pk__in=_streams(source))
    sums = runs.aggregate(read=Sum("position"), landed=Sum("landed"),
                          unchanged=Sum("unchanged"), held=Sum("quarantined"))  # fmt: skip
    return {
        "read": sums["read"] or 0,
        "landed": sums["landed"] or 0,
        "unchanged": sums["unchanged"] or 0,
        "quarantined": sums["held"] or 0,
    }


def _streams(source: Source | None) -> list[int]:
    chosen = Q(source=source) if source is not None else Q()
    runs = Import.objects.filter(chosen, kind=STREAM, pk__in=standing_ids()).order_by()
    return list(runs.values_list("pk", flat=True))


def _connector(source: Source) -> Connector:
    connector = accounts.connector_of(source)
    if connector is None:
        raise WrongUse(told("%(name)s has no secret: it is no vendor's.", name=source.name))
    return connector


def _of_files(connector: Connector | None) -> Source | None:
    """The source of the vendor's files, where nobody sends to it yet: a vendor's files, webhooks
    and pulls are one source, so that its numbers mean the same everywhere."""
    if connector is None:
        return None
    files = Source.objects.select_for_update().filter(kind="file", write_key=None)
    return files.filter(namespace=connector.namespace).first()


def _namespace(name: str, connector: Connector | None) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:60] or "source"
    plain = connector.namespace if connector else plain
    found, number = plain, 1
    while Source.objects.filter(namespace=found).exists():
        number += 1
        found = f"{plain}-{number}"
    return found


def _text(at: Any) -> str | None:
    return at.isoformat() if at else None
