"""The written contract: the OpenAPI document and the JSON Schemas of shared shapes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from regulars.api import (
    shapes,
    shapes_of_counter,
    shapes_of_findings,
    shapes_of_hanging,
    shapes_of_identity,
    shapes_of_leads,
    shapes_of_lists,
    shapes_of_mail,
    shapes_of_people,
    shapes_of_places,
    shapes_of_today,
)
from regulars.api.urls import api

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

# File in docs/reference/schemas, named after the command → the shape it answers in. Shapes that the
# API does not have are written there by hand.
SHARED: dict[str, type[BaseModel]] = {
    "error": shapes.ErrorAnswer,
    "files-add": shapes_of_hanging.Made,
    "files-list": shapes_of_hanging.Files,
    "files-remove": shapes.Removed,
    "hours": shapes_of_findings.Hours,
    "opening-hours": shapes_of_places.OpeningHours,
    "identity-evaluate": shapes_of_identity.Evaluation,
    "identity-match": shapes_of_identity.Looked,
    "identity-rules": shapes_of_identity.JoiningRules,
    "identity-set-rule": shapes_of_identity.JoiningRules,
    "identity-default-rules": shapes_of_identity.JoiningRules,
    "identity-block": shapes_of_identity.JoiningRules,
    "identity-unblock": shapes_of_identity.JoiningRules,
    "import": shapes.Imports,
    "imports-list": shapes.Imports,
    "imports-show": shapes.ShownImport,
    "imports-undo": shapes.Import,
    "imports-resume": shapes.Import,
    "imports-repeats": shapes.Import,
    "imports-mend": shapes.QuarantinedRow,
    "imports-discard": shapes.Discarded,
    "leads-add": shapes_of_leads.ShownLead,
    "leads-change": shapes_of_leads.ShownLead,
    "leads-list": shapes_of_leads.Leads,
    "leads-move": shapes_of_leads.ShownLead,
    "leads-pipelines": shapes_of_leads.Pipelines,
    "leads-remove": shapes.Removed,
    "leads-show": shapes_of_leads.ShownLead,
    "leads-touch": shapes_of_leads.ShownLead,
    "leads-undo": shapes_of_leads.ShownLead,
    "looks": shapes_of_counter.Looks,
    "mail-list": shapes_of_mail.Messages,
    "mail-show": shapes_of_mail.ShownMessage,
    "mail-send": shapes_of_mail.Message,
    "mail-drop": shapes_of_mail.Message,
    "mail-weekly": shapes_of_mail.WeeklyMail,
    "metric": shapes.MetricAnswer,
    "metric-definitions": shapes.Metrics,
    "people-add": shapes_of_people.Written,
    "people-say": shapes_of_people.Said,
    "people-note": shapes_of_hanging.Made,
    "people-tag": shapes_of_lists.PersonTags,
    "people-tags": shapes_of_lists.PersonTags,
    "people-untag": shapes_of_lists.PersonTags,
    "people-task": shapes_of_hanging.Made,
    "tasks": shapes_of_hanging.Tasks,
    "people-find": shapes.FoundPeople,
    "people-merge": shapes_of_identity.Outcome,
    "people-split": shapes_of_identity.Outcome,
    "people-merges": shapes_of_identity.Merges,
    "people-show": shapes_of_people.Person,
    "people-export": shapes_of_people.PersonExport,
    "people-erase": shapes_of_people.Receipt,
    "points-give": shapes_of_counter.Points,
    "points-show": shapes_of_counter.Points,
    "points-take": shapes_of_counter.Points,
    "products": shapes_of_findings.Products,
    "quality": shapes_of_places.Quality,
    "relations-add": shapes_of_hanging.Made,
    "relations-end": shapes.Removed,
    "relations-list": shapes_of_hanging.Relations,
    "refresh": shapes.Refreshed,
    "today": shapes_of_today.Today,
    "today-all": shapes_of_today.Things,
    "decide": shapes_of_today.Decision,
    "decisions": shapes_of_today.Decisions,
    "tags": shapes_of_lists.Tags,
    "take-back": shapes_of_today.Decision,
    "views-change": shapes_of_lists.View,
    "views-keep": shapes_of_lists.View,
    "views-list": shapes_of_lists.Views,
    "views-people": shapes_of_lists.ViewPeople,
    "views-put-back": shapes_of_lists.View,
    "views-remove": shapes.Removed,
}


def openapi() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the API."""
    document = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
    document["servers"] = [{"url": "/"}]
    return dict(document)


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema (draft 2020-12) of every shape that API and command line share."""
    return {
        name: {"$schema": _DIALECT, **model.model_json_schema(mode="serialization", by_alias=True)}
        for name, model in SHARED.items()
    }


def text(document: dict[str, Any]) -> str:
    """Return ``document`` as it stands in its file."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def write(reference: Path) -> None:
    """Write the documents into the folder ``docs/reference``."""
    folder = reference / "schemas"
    folder.mkdir(parents=True, exist_ok=True)
    (reference / "openapi.json").write_text(text(openapi()), encoding="utf-8")
    for name, schema in schemas().items():
        (folder / f"{name}.json").write_text(text(schema), encoding="utf-8")
