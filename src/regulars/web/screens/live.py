"""Sources that send by themselves: choose one, see what it sends and what stands in the way."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from regulars.accounts import business as businesses
from regulars.accounts.sentences import said
from regulars.kernel import clock
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told
from regulars.sources import origins, reading_hooks, sensed
from regulars.sources.connectors import accounts, listening, pulling, snapshots
from regulars.sources.connectors.contract import Connector, Field
from regulars.sources.connectors.found import connectors
from regulars.sources.following import STREAM
from regulars.sources.intake import ageing, keys, rhythm, room, snippet
from regulars.sources.intake import held as holding
from regulars.sources.intake.reasons import sentence_of
from regulars.sources.models import Import, IntakeRecord, Source
from regulars.web import working
from regulars.web.access import actor_of, page
from regulars.web.words import LIVE_ABOUT, LIVE_WORDS

_NEWEST = _TABLES = 5
_PER_PAGE = 25


def rows() -> list[dict[str, Any]]:
    """All sources that send by themselves, as the list of sources shows them."""
    found = Source.objects.exclude(write_key=None).order_by("pk")
    return [_row(source) for source in found]


def fullness() -> room.State | None:
    """How full it is, where nothing is taken or a tenth of what may wait does; None otherwise."""
    state = room.state()
    is_worth_telling = state.full is not None or state.waiting * 10 > state.most_waiting
    return state if is_worth_telling else None


@page("sources.manage")
def new(request: HttpRequest) -> HttpResponse:
    """Choose a kind, then give it a name and what the kind needs."""
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    if kind not in origins.kinds():
        kinds = [
            {"kind": one, "title": title_of(one), "about": about_of(one)} for one in origins.kinds()
        ]
        return render(request, "screens/sources/live_kinds.html", {"kinds": kinds})
    problem = ""
    if request.method == "POST":
        try:
            source = _add(request, kind)
            messages.success(request, _("%(name)s is added.") % {"name": source.name})
            return redirect("live", source.pk)
        except WrongUse as error:
            problem = error.message
    connector = connectors().get(kind)
    context = {
        "kind": kind,
        "title": title_of(kind),
        "about": about_of(kind),
        "fields": _fields(connector, request) if connector else [],
        "name": request.POST.get("name") or title_of(kind),
        "problem": problem,
    }
    return render(request, "screens/sources/live_new.html", context)


@page("imports.see")
def one(request: HttpRequest, source_id: int) -> HttpResponse:
    """One source: what to put where, what it sent, what waits, what was turned away."""
    source = origins.get(source_id)
    actor = actor_of(request)
    zone = businesses.get().timezone
    shown = origins.show(actor, source_id)
    days = rhythm.days(source_id, zone)
    context = {
        "source": source,
        "shown": shown,
        "row": _row(source),
        "title": title_of(source.kind),
        "steps": _steps(source),
        **_to_put_there(request, source),
        **_sensed(source, zone),
        "may_be_asked": pulling.may_be_asked(source),
        "problem": accounts.problem_of(source),
        "days": days,
        "bars": _bars(days),
        "newest": [_message(record) for record in _newest(source_id)],
        "groups": [{**one, "sentence": sentence_of(one["reason"])} for one in
                   holding.groups(source_id)],
        "refused": [(sentence_of(reason), count) for reason, count in shown["refused"].items()],
        "fullness": room.state(),
        "raw_days": businesses.get().raw_days,
        "is_mapped": reading_hooks.is_mapped_kind(source),
        "waits": snapshots.waiting(source) is not None if reading_hooks.is_table(source) else None,
        "tables": Import.objects.filter(source=source).exclude(kind=STREAM)[:_TABLES],
        "is_decided": "mapped" in source.settings,
    }  # fmt: skip
    return render(request, "screens/sources/live.html", context)


@page("imports.see")
def first(request: HttpRequest, source_id: int) -> HttpResponse:
    """The part that says nothing came yet; the whole page is drawn anew once something did."""
    source = origins.get(source_id)
    if _newest(source_id):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "parts/first_record.html", {"source": source})


@page("sources.manage")
@require_POST
def switch(request: HttpRequest, source_id: int) -> HttpResponse:
    """Pause or resume it, or ask the vendor now."""
    actor, what = actor_of(request), request.POST.get("do", "")
    if what == "pause":
        origins.pause(actor, source_id)
        messages.success(request, _paused(source_id))
    elif what == "resume":
        origins.resume(actor, source_id)
        messages.success(request, _("It may send again."))
    elif what == "pull":
        done = origins.pull(actor, source_id)
        said_now = ngettext("%(n)d new message.", "%(n)d new messages.", done["kept"])
        messages.success(request, said_now % {"n": done["kept"]})
    return redirect("live", source_id)


def _paused(source_id: int) -> str:
    if listening.listens(origins.get(source_id)):
        return _("Paused. Nobody listens to it.")
    return _("Paused. What it sends is refused and counted.")


@page("sources.manage")
@require_POST
def keeping(request: HttpRequest) -> HttpResponse:
    """Set how many days records are kept as received."""
    days = request.POST.get("days", "")
    ageing.keep_for(actor_of(request), int(days) if days.isascii() and days.isdigit() else 0)
    messages.success(request, _("Saved."))
    source_id = request.POST.get("source", "")
    return redirect("live", int(source_id)) if source_id.isdecimal() else redirect("sources")


@page("sources.manage")
def secret(request: HttpRequest, source_id: int) -> HttpResponse:
    """Give a vendor's source another secret or setting; what stays empty stays as it was."""
    source = origins.get(source_id)
    connector = connectors().get(source.kind)
    if connector is None:
        raise WrongUse(told("This source has no secret."))
    problem = ""
    if request.method == "POST":
        try:
            text, plain = _given(connector, request)
            origins.give_secret(actor_of(request), source_id, secret=text, given=plain)
            messages.success(request, _("Saved. It is tried with the new values."))
            return redirect("live", source_id)
        except WrongUse as error:
            problem = error.message
    context = {"source": source, "fields": _fields(connector, request, source), "problem": problem}
    return render(request, "screens/sources/live_secret.html", context)


@page("imports.see")
def held(request: HttpRequest, source_id: int) -> HttpResponse:
    """What waits of one source, of one reason or of all."""
    source = origins.get(source_id)
    reason = request.GET.get("reason", "")
    pages = Paginator(holding.waiting(source_id, reason), _PER_PAGE)
    shown = pages.get_page(request.GET.get("page"))
    context = {
        "source": source,
        "reason": reason,
        "sentence": sentence_of(reason) if reason else "",
        "pages": shown,
        "records": [_message(record) for record in shown],
        "groups": holding.groups(source_id),
    }
    return render(request, "screens/sources/live_held.html", context)


@page("imports.run")
def mend(request: HttpRequest, source_id: int, record_id: int) -> HttpResponse:
    """One message as it came, to be put right and landed."""
    source, record = origins.get(source_id), holding.get(source_id, record_id)
    text, problem = _pretty(record.body), ""
    if request.method == "POST":
        text = request.POST.get("text", "")
        try:
            actor = actor_of(request)
            holding.mend(actor, source_id, record_id, text)
            working.refresh(actor)
            messages.success(request, _("The message is mended and has landed."))
            return redirect("live", source_id)
        except WrongUse as error:
            problem = error.message
    context = {"source": source, "record": _message(record), "text": text, "problem": problem}
    return render(request, "screens/sources/live_mend.html", context)


@page("imports.run")
@require_POST
def decide(request: HttpRequest, source_id: int) -> HttpResponse:
    """Try all that wait for one reason again, or set them aside for good."""
    origins.get(source_id)
    actor, reason = actor_of(request), request.POST.get("reason", "")
    if not reason:
        raise WrongUse(told("Say which reason."))
    if request.POST.get("do") == "again":
        landed, still = holding.try_again(actor, source_id, reason)
        text = _("%(landed)d landed, %(still)d still wait.") % {"landed": landed, "still": still}
        if landed:
            working.refresh(actor)
    else:
        count = holding.discard(actor, source_id, reason)
        text = ngettext("%(n)d message is set aside.", "%(n)d messages are set aside.", count)
        text %= {"n": count}
    messages.success(request, text)
    return redirect("live", source_id)


def title_of(kind: str) -> str:
    """What a kind of source is called."""
    connector = connectors().get(kind)
    return connector.title if connector else str(LIVE_WORDS.get(kind, kind))


def about_of(kind: str) -> str:
    """What a kind of source brings, in the reader's language."""
    connector = connectors().get(kind)
    return said(connector.about) if connector else str(LIVE_ABOUT.get(kind, ""))


def _row(source: Source) -> dict[str, Any]:
    beat = rhythm.rhythm(source.pk)
    zone = businesses.get().timezone
    waits = sum(one["count"] for one in holding.groups(source.pk))
    return {
        "id": source.pk,
        "name": source.name,
        "title": title_of(source.kind),
        "state": _state(source, beat),
        "last_hour": beat.last_hour,
        "today": rhythm.days(source.pk, zone)[-1].read,
        "held": waits,
    }


def _state(source: Source, beat: rhythm.Rhythm) -> str:
    if source.paused_at is not None:
        return "paused"
    if accounts.problem_of(source):
        return "problem"
    if beat.last_hour is None and not snapshots.has_come(source):
        return "expected"
    if _asks(source):
        return "look"
    return "silent" if beat.is_silent else "good"


def _asks(source: Source) -> bool:
    """Whether something came of which nobody said yet what it means."""
    if reading_hooks.is_table(source):
        return snapshots.waiting(source) is not None
    return reading_hooks.is_mapped_kind(source) and "mapped" not in source.settings


def _to_put_there(request: HttpRequest, source: Source) -> dict[str, Any]:
    """Where it sends to, or the line for a website; from the address of this page where nobody told
    the public one."""
    host = settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"
    key, is_hook = str(source.write_key), source.kind not in keys.SPOKEN
    return {
        "is_hook": is_hook,
        "is_only_here": not settings.PUBLIC_URL,
        "tag": snippet.tag(key, host) if source.kind == "web" else "",
        "address": f"{host}/v1/hook/{key}" if is_hook else f"{host}/v1/batch",
    }


def _sensed(source: Source, zone: str) -> dict[str, Any]:
    """What sensors told today, or yesterday where today is still silent."""
    if not listening.listens(source):
        return {"listens": False}
    today = clock.today(zone)
    for on in (today, today - timedelta(days=1)):
        if found := sensed.of_day(source.pk, on, zone):
            break
    return {"listens": True, "sensed": found, "sensed_on": on if found else today}


def _steps(source: Source) -> tuple[str, ...]:
    connector = connectors().get(source.kind)
    return tuple(said(step) for step in connector.steps) if connector else ()


def _newest(source_id: int) -> list[IntakeRecord]:
    found = IntakeRecord.objects.filter(source_id=source_id).order_by("-pk")
    return list(found[:_NEWEST])


def _message(record: IntakeRecord) -> dict[str, Any]:
    """A message as a page shows it: what it says in a word, and as it came."""
    try:
        message = json.loads(record.body)
    except ValueError:
        message = {}
    message = message if isinstance(message, dict) else {}
    properties = message.get("properties")
    title = properties.get("title") if isinstance(properties, dict) else ""
    return {
        "id": record.pk,
        "at": record.received_at,
        "kind": record.kind,
        "event": str(message.get("event") or title or message.get("name") or "")[:120],
        "text": _pretty(record.body),
        "is_held": bool(record.reason) and not record.resolution,
        "sentence": sentence_of(record.reason) if record.reason else "",
    }


def _pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body


def _bars(days: list[rhythm.Day]) -> list[dict[str, int]]:
    """Columns of a drawing 280 wide and 60 high, one for each day."""
    most = max((day.read for day in days), default=0)
    drawn = []
    for place, day in enumerate(days):
        height = round(day.read / most * 58) if most else 0
        bad = round(day.held / most * 58) if most else 0
        height, bad = max(height, 2 if day.read else 0), max(bad, 2 if day.held else 0)
        drawn.append({"x": place * 10, "y": 60 - height, "height": height, "bad_y": 60 - bad,
                      "bad": bad})  # fmt: skip
    return drawn


def _add(request: HttpRequest, kind: str) -> Source:
    connector = connectors().get(kind)
    text, plain = _given(connector, request) if connector else ("", {})
    return origins.add(
        actor_of(request), kind, name=request.POST.get("name", ""), secret=text, given=plain
    )


def _given(connector: Connector, request: HttpRequest) -> tuple[str, dict[str, str]]:
    """What was filled in: secrets as lines, settings by name."""
    lines, plain = [], {}
    for field in connector.fields:
        value = " ".join(request.POST.get(_name_of(field), "").split())
        if not value:
            continue
        if field.is_secret:
            lines.append(f"{field.name}={value}")
        else:
            plain[field.name] = value
    return "\n".join(lines), plain


def _fields(
    connector: Connector, request: HttpRequest, source: Source | None = None
) -> list[dict[str, Any]]:
    known = source.settings.get("connector", {}) if source else {}
    return [_shown(field, request, known) for field in connector.fields]


def _shown(field: Field, request: HttpRequest, known: dict[str, str]) -> dict[str, Any]:
    name = _name_of(field)
    value = "" if field.is_secret else request.POST.get(name) or known.get(field.name, "")
    return {
        "name": name,
        "sentence": field.sentence,
        "is_secret": field.is_secret,
        "is_required": field.is_required,
        "value": value,
    }


def _name_of(field: Field) -> str:
    # A form with a field called secret is never kept for later: see `kept`.
    return f"{'secret' if field.is_secret else 'setting'}-{field.name}"
