from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from regulars.api import documents
from tests.contract import command_page

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "schemas"


def test_the_commands_page_is_fresh(repository: Path) -> None:
    text = (repository / "docs/reference/cli.md").read_text(encoding="utf-8")
    assert text == command_page.page(), (
        "python -m tests.contract.command_page > docs/reference/cli.md"
    )


def test_the_api_document_is_fresh(repository: Path) -> None:
    text = (repository / "docs/reference/openapi.json").read_text(encoding="utf-8")
    assert text == documents.text(documents.openapi()), "python -m regulars.api docs/reference"


@pytest.mark.parametrize("name", documents.SHARED)
def test_shared_schemas_are_fresh(name: str) -> None:
    text = (SCHEMAS / f"{name}.json").read_text(encoding="utf-8")
    assert text == documents.text(documents.schemas()[name]), (
        "python -m regulars.api docs/reference"
    )


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.stem)
def test_schemas_are_schemas(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["description"]
    Draft202012Validator.check_schema(schema)


def test_every_command_has_a_schema() -> None:
    named = {
        path.replace(" ", "-")
        for path, _ in command_page.commands()
        if path not in command_page.WITHOUT_ANSWER
    }
    written = {path.stem for path in SCHEMAS.glob("*.json")}
    more = {"error", "import-dry-run", "metric-definitions", "people-export-out", "today-all"}
    assert written == named | more
