"""What is known of a person, by whom it was said and which of it counts; typed and changed here."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.accounts.sentences import said
from regulars.kernel.errors import RegularsError
from regulars.profiles import person as profiles
from regulars.profiles.consents import CHANNELS, PURPOSES
from regulars.profiles.looks import keeping as looks
from regulars.profiles.typed import fields, people, saying
from regulars.web.access import actor_of, page
from regulars.web.templatetags.figures import trait_words

GROUPS = ("likes", "days", "who", "home", "own")


@page("people.see")
def shown(request: HttpRequest, person_id: int) -> HttpResponse:
    """Everything said of a person with its origin; POST types traits, a consent or an address."""
    actor, problem = actor_of(request), ""
    if request.method == "POST":
        try:
            here = _do(request, person_id)
        except RegularsError as error:
            problem = error.message
        else:
            return redirect("person_facts", here)
    looks.see(actor, person_id)
    person = profiles.show(actor, person_id)
    typed = {name: value for (_of, name), value in saying.typed_of(person_id).items() if value}
    given = request.POST if problem else typed
    context: dict[str, Any] = {
        "person": person, "id": person_id, "problem": problem,
        "groups": _groups(given, {one.name: one.value for one in person.traits}),
        "told": profiles.told_of(actor, person_id),
        "channels": CHANNELS, "purposes": PURPOSES,
    }  # fmt: skip
    status = 422 if problem else 200
    return render(request, "screens/people/facts.html", context, status=status)


def _do(request: HttpRequest, person_id: int) -> int:
    actor, do = actor_of(request), request.POST.get("do", "")
    if do == "allow":
        saying.allow(
            actor, person_id,
            channel=request.POST.get("channel", ""), state=request.POST.get("state", ""),
            purpose=request.POST.get("purpose", ""), said=request.POST.get("said", ""),
        )  # fmt: skip
        messages.success(request, _("That is written down, with their words."))
    elif do == "learn":
        kind = request.POST.get("kind", "")
        done = people.learn(actor, person_id, kind, request.POST.get("value", ""))
        messages.success(request, _told_of(done))
        return done.profile_id
    else:
        wanted = {one.key for one in fields.fields()}
        given = {key: text for key, text in request.POST.items() if key in wanted}
        saying.say(actor, person_id, {key: str(text) for key, text in given.items()})
        messages.success(request, _("Saved."))
    return person_id


def _told_of(done: people.Written) -> str:
    if done.was_known:
        return _("That was somebody's already: they are one person now. A split undoes it.")
    if done.is_shared:
        return _("Several people have that. It is written down, and joins nobody.")
    return _("That is written down.")


def _groups(given: Any, known: dict[str, str]) -> list[dict[str, Any]]:
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in GROUPS}
    for one in fields.fields():
        value, files = str(given.get(one.key, "")), known.get(one.key, "")
        rows[one.group].append(
            {"field": one, "label": said(one.label), "value": value,
             "beside": files if files != value else ""}
        )  # fmt: skip
    return [{"name": name, "rows": found} for name, found in rows.items() if found]


@page("people.write")
def new(request: HttpRequest) -> HttpResponse:
    """Write a person down by hand."""
    problem, given = "", {"name": request.GET.get("name", "")[:200]}
    if request.method == "POST":
        names = ("name", "email", "phone", "card", "must_know")
        given = {name: str(request.POST.get(name, "")) for name in names}
        try:
            done = people.add(actor_of(request), given)
        except RegularsError as error:
            problem = error.message
        else:
            told = _("This person is here already.") if done.was_known else _("Written down.")
            messages.success(request, " ".join([told, *_replaced(done, given)]))
            return redirect("person", done.profile_id)
    context = {"given": given, "problem": problem}
    status = 422 if problem else 200
    return render(request, "screens/people/new.html", context, status=status)


def _replaced(done: people.Written, given: dict[str, str]) -> list[str]:
    return [
        _("%(field)s: it was “%(before)s”, now it is “%(now)s”.")
        % {"field": trait_words(name), "before": was, "now": given[name].strip()}
        for name, was in done.replaced.items()
    ]


@page("people.set_up")
def own(request: HttpRequest) -> HttpResponse:
    """Fields of the business's own: made and taken away."""
    problem = ""
    if request.method == "POST":
        try:
            if taken := request.POST.get("take"):
                fields.take_away(actor_of(request), taken)
            else:
                kind, choices = request.POST.get("kind", ""), request.POST.get("choices", "")
                # What was typed before another kind was chosen stands in a hidden field.
                fields.define(
                    actor_of(request), label=request.POST.get("label", ""), kind=kind,
                    choices=choices.splitlines() if kind == "choice" else (),
                )  # fmt: skip
            return redirect("settings_fields")
        except RegularsError as error:
            problem = error.message
    context = {
        "own": [one for one in fields.fields() if one.group == "own"],
        "built_in": [said(one.label) for one in fields.BUILT_IN],
        "kinds": fields.KINDS, "given": request.POST, "problem": problem,
    }  # fmt: skip
    status = 422 if problem else 200
    return render(request, "screens/settings/fields.html", context, status=status)
