"""What hangs on a person: notes, tasks, files and relations; and everybody's tasks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.accounts.actors import Actor
from regulars.accounts.models import Member
from regulars.kernel.errors import RegularsError, WrongUse
from regulars.kernel.telling import told
from regulars.profiles import search
from regulars.profiles.hanging import files, notes, relations, tasks
from regulars.profiles.viewing import tags
from regulars.web.access import actor_of, page


def of_person(actor: Actor, person_id: int) -> dict[str, Any]:
    """What a person's page shows of it."""
    return {
        "notes": notes.of(person_id, actor),
        "tasks": tasks.of(person_id),
        "files": files.of(person_id),
        "relations": relations.of(person_id),
        "relation_kinds": {name: words[0] for name, words in relations.KINDS.items()},
        "members": Member.objects.filter(is_active=True).order_by("name", "email"),
    }


@page("people.write")
def do(request: HttpRequest, person_id: int) -> HttpResponse:
    """Take what was written about a person, and show their page again."""
    verb = _VERBS.get(request.POST.get("do", "")) if request.method == "POST" else None
    if verb is not None:
        try:
            messages.success(request, verb(request, actor_of(request), person_id))
        except WrongUse as error:
            messages.error(request, str(error.message))
    place = "tasks" if request.POST.get("from") == "tasks" else None
    return redirect(place) if place else redirect("person", person_id)


def _note(request: HttpRequest, actor: Actor, person_id: int) -> str:
    notes.write(actor, person_id, request.POST.get("text", ""))
    return _("The note is written down.")


def _change(request: HttpRequest, actor: Actor, _person: int) -> str:
    notes.change(actor, number(request.POST.get("note")), request.POST.get("text", ""))
    return _("The note is changed.")


def _remove(request: HttpRequest, actor: Actor, _person: int) -> str:
    notes.remove(actor, number(request.POST.get("note")))
    return _("The note is gone.")


def _task(request: HttpRequest, actor: Actor, person_id: int) -> str:
    tasks.add(
        actor, what=request.POST.get("what", ""), due_on=day(request.POST.get("due_on", "")),
        profile_id=person_id, member_id=number(request.POST.get("for")) or None,
    )  # fmt: skip
    return _("The task is written down.")


def _file(request: HttpRequest, actor: Actor, person_id: int) -> str:
    sent = request.FILES.get("file")
    if sent is None:
        raise WrongUse(told("Choose a file."))
    name, media_type = sent.name or "file", sent.content_type or ""
    files.keep(actor, person_id, name=name, chunks=sent.chunks(), media_type=media_type)
    return _("The file is kept.")


def _relate(request: HttpRequest, actor: Actor, person_id: int) -> str:
    kind, text = request.POST.get("kind", ""), request.POST.get("whom", "").strip()[:200]
    hits = [one for one in search.find(text, limit=3, actor=actor) if one.profile_id != person_id]
    if len(hits) == 1:
        relations.relate(actor, person_id, kind=kind, other=hits[0].profile_id)
    elif kind == "works_for" and not hits:
        relations.relate(actor, person_id, kind=kind, company=text)
    elif hits:
        raise WrongUse(told("Several are found by that. Write more of the name or the number."))
    else:
        raise WrongUse(told("Nobody is found by that."))
    return _("That is written down.")


def _tag(request: HttpRequest, actor: Actor, person_id: int) -> str:
    tags.tag(actor, person_id, request.POST.get("tag", ""))
    return _("The tag is given.")


def _untag(request: HttpRequest, actor: Actor, person_id: int) -> str:
    tags.untag(actor, person_id, number(request.POST.get("tag_id")))
    return _("The tag is taken away.")


def _end(request: HttpRequest, actor: Actor, _person: int) -> str:
    relations.end(actor, number(request.POST.get("relation")))
    return _("That is so no more.")


_VERBS: dict[str, Callable[[HttpRequest, Actor, int], str]] = {
    "note": _note, "change": _change, "remove": _remove, "task": _task, "file": _file,
    "relate": _relate, "end": _end, "tag": _tag, "untag": _untag,
}  # fmt: skip


@page("people.see")
def all_tasks(request: HttpRequest) -> HttpResponse:
    """Everybody's tasks, or mine; POST writes one down or says that one is done."""
    actor, problem = actor_of(request), ""
    if request.method == "POST":
        try:
            _act_on_task(request, actor)
            return redirect(request.get_full_path())
        except RegularsError as error:
            problem = error.message
    is_mine = request.GET.get("whose") == "mine"
    context = {
        "tasks": tasks.listing(actor, is_mine=is_mine), "is_mine": is_mine, "problem": problem,
        "mentions": notes.mentioning(actor), "given": request.POST,
        "members": Member.objects.filter(is_active=True).order_by("name", "email"),
    }  # fmt: skip
    status = 422 if problem else 200
    return render(request, "screens/people/tasks.html", context, status=status)


def _act_on_task(request: HttpRequest, actor: Actor) -> None:
    if done := request.POST.get("done"):
        tasks.mark(actor, number(done), is_done=True)
    elif again := request.POST.get("reopen"):
        tasks.mark(actor, number(again), is_done=False)
    else:
        tasks.add(
            actor, what=request.POST.get("what", ""), due_on=day(request.POST.get("due_on", "")),
            member_id=number(request.POST.get("for")) or None,
        )  # fmt: skip


@page("people.see")
def file(request: HttpRequest, file_id: int) -> HttpResponse:
    """A person's file, as it came; never opened inside our pages."""
    row, path = files.find(actor_of(request), file_id)
    sent: Any = FileResponse(
        path.open("rb"), as_attachment=True, filename=row.name,
        content_type="application/octet-stream",
        headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"},
    )  # fmt: skip
    return cast(HttpResponse, sent)


def number(text: str | None) -> int:
    """A number that was sent with a form; 0 for none."""
    is_one = text is not None and text.isascii() and text.isdecimal() and len(text) < 19
    return int(text) if text and is_one else 0


def day(text: str) -> date | None:
    """A day that was sent with a form; `WrongUse` where it is none."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUse(told("Write the day like 2026-05-17.")) from None
