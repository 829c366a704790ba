"""Notes and tasks."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from regulars.api.access import actor_of
from regulars.api.answers import as_json
from regulars.api.documentation import ABSENT, TAKEN
from regulars.api.parameters import Number
from regulars.api.shapes_of_hanging import Made, Marked, Notes, Tasks, ToDo, ToNote

router = Router()


@router.get("/people/{person_id}/notes", response={200: Notes, **ABSENT})
def list_notes(request: HttpRequest, person_id: Number) -> HttpResponse:
    """What members wrote about a person, the latest first."""
    from regulars.profiles.hanging import notes

    actor = actor_of(request)
    actor.require("people.see")
    return as_json({"id": person_id, "notes": [_note(one) for one in notes.of(person_id, actor)]})


@router.post("/people/{person_id}/notes", response={200: Made, **TAKEN})
def write_note(request: HttpRequest, person_id: Number, asked: ToNote) -> HttpResponse:
    """Write a note; @name tells a colleague. Not for analysts."""
    from regulars.profiles.hanging import notes

    return as_json({"id": notes.write(actor_of(request), person_id, asked.text)})


@router.get("/tasks", response={200: Tasks, **ABSENT})
def list_tasks(request: HttpRequest) -> HttpResponse:
    """Everybody's tasks: open ones by day, then the latest done."""
    from regulars.profiles.hanging import tasks

    return as_json({"tasks": [asdict(one) for one in tasks.listing(actor_of(request))]})


@router.post("/tasks", response={200: Made, **TAKEN})
def add_task(request: HttpRequest, asked: ToDo) -> HttpResponse:
    """Write down something to do, perhaps about a person. Not for analysts."""
    from regulars.profiles.hanging import tasks

    made = tasks.add(
        actor_of(request), what=asked.what, due_on=asked.due_on, profile_id=asked.person
    )
    return as_json({"id": made})


@router.put("/tasks/{task_id}", response={200: Made, **TAKEN})
def mark_task(request: HttpRequest, task_id: Number, asked: Marked) -> HttpResponse:
    """Say that a task is done, or open again. Not for analysts."""
    from regulars.profiles.hanging import tasks

    tasks.mark(actor_of(request), task_id, is_done=asked.done)
    return as_json({"id": task_id})


def _note(one: Any) -> dict[str, Any]:
    said = asdict(one)
    return {name: said[name] for name in ("id", "text", "at", "by", "was_changed", "mentions")}
