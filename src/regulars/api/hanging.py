"""What hangs on a person: notes, tasks, files and relations."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import File, Router, UploadedFile

from regulars.api.access import actor_of
from regulars.api.answers import as_json
from regulars.api.documentation import ABSENT, TAKEN
from regulars.api.parameters import Number
from regulars.api.shapes import Removed
from regulars.api.shapes_of_hanging import (
    Files,
    Made,
    Marked,
    Notes,
    Relations,
    Tasks,
    ToDo,
    ToNote,
    ToRelate,
)
from regulars.profiles.looks import keeping as looks

router = Router()

_BYTES: dict[str, Any] = {
    "responses": {
        200: {"content": {"application/octet-stream": {"schema": {"type": "string",
                                                                  "format": "binary"}}}}
    }
}  # fmt: skip


@router.get("/people/{person_id}/notes", response={200: Notes, **ABSENT})
def list_notes(request: HttpRequest, person_id: Number) -> HttpResponse:
    """What members wrote about a person, the latest first."""
    from regulars.profiles.hanging import notes

    actor = actor_of(request)
    looks.see(actor, person_id)
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


@router.get("/people/{person_id}/files", response={200: Files, **ABSENT})
def list_files(request: HttpRequest, person_id: Number) -> HttpResponse:
    """A person's files, the latest first."""
    from regulars.profiles.hanging import files

    looks.see(actor_of(request), person_id)
    return as_json({"id": person_id, "files": [asdict(one) for one in files.of(person_id)]})


@router.post("/people/{person_id}/files", response={200: Made, **TAKEN})
def keep_file(
    request: HttpRequest,
    person_id: Number,
    file: Annotated[UploadedFile, File(description="20 MB at most.")],
) -> HttpResponse:
    """Keep a file with a person. Not for analysts."""
    from regulars.profiles.hanging import files

    made = files.keep(
        actor_of(request), person_id, name=file.name or "", chunks=file.chunks(),
        media_type=file.content_type or "",
    )  # fmt: skip
    return as_json({"id": made})


@router.get("/files/{file_id}", response={200: None, **ABSENT}, openapi_extra=_BYTES)
def fetch_file(request: HttpRequest, file_id: Number) -> FileResponse:
    """A person's file, as it came."""
    from regulars.profiles.hanging import files

    row, path = files.find(actor_of(request), file_id)
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=row.name,
        content_type="application/octet-stream",
        headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox",
                 "Cache-Control": "private, no-store"},
    )  # fmt: skip


@router.delete("/files/{file_id}", response={200: Removed, **ABSENT})
def remove_file(request: HttpRequest, file_id: Number) -> HttpResponse:
    """Remove a file for good, its bytes too. For owners and managers."""
    from regulars.profiles.hanging import files

    files.remove(actor_of(request), file_id)
    return as_json({"removed": file_id})


@router.get("/people/{person_id}/relations", response={200: Relations, **ABSENT})
def list_relations(request: HttpRequest, person_id: Number) -> HttpResponse:
    """Who belongs to a person: household, company, who brought whom."""
    from regulars.profiles.hanging import relations

    looks.see(actor_of(request), person_id)
    found = [asdict(one) for one in relations.of(person_id)]
    return as_json({"id": person_id, "relations": found})


@router.post("/people/{person_id}/relations", response={200: Made, **TAKEN})
def relate(request: HttpRequest, person_id: Number, asked: ToRelate) -> HttpResponse:
    """Say what a person is to another, or to a company. Not for analysts."""
    from regulars.profiles.hanging import relations

    made = relations.relate(
        actor_of(request), person_id, kind=asked.kind, other=asked.other, company=asked.company
    )
    return as_json({"id": made})


@router.delete("/relations/{relation_id}", response={200: Removed, **ABSENT})
def end_relation(request: HttpRequest, relation_id: Number) -> HttpResponse:
    """Say that it is so no more. Not for analysts."""
    from regulars.profiles.hanging import relations

    relations.end(actor_of(request), relation_id)
    return as_json({"removed": relation_id})


def _note(one: Any) -> dict[str, Any]:
    said = asdict(one)
    return {name: said[name] for name in ("id", "text", "at", "by", "was_changed", "mentions")}
