"""Holds answers to the written schemas: every required field, and no field that is not written."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "schemas"
_formats = FormatChecker(formats=["date"])


@_formats.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return "T" in value and datetime.fromisoformat(value).tzinfo is not None


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return Draft202012Validator(_closed(schema), format_checker=_formats)


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(one) for name, one in schema.items()}
    if isinstance(schema.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed


def hold(answer: str | Any, name: str) -> Any:
    """Return ``answer`` (JSON text, or what was read from it) if it has the shape ``name``."""
    read = json.loads(answer) if isinstance(answer, str) else answer
    problems = [f"{one.json_path}: {one.message}" for one in _validator(name).iter_errors(read)]
    assert problems == []
    return read
