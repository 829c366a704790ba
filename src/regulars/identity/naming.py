"""What people are called, as far as who is who depends on it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from regulars.sources.bulk import fetch_by_keys
from regulars.sources.files.names import folded
from regulars.sources.models import CustomerRecord


def names_of(identifiers: Iterable[int], standing: frozenset[int]) -> dict[int, set[str]]:
    """Return identifier → the full names that standing records tell under it, folded."""
    columns = ("identifier_id", "of_import_id", "traits")
    found: dict[int, set[str]] = {}
    for identifier, of_import, traits in fetch_by_keys(
        CustomerRecord, columns, "identifier_id", sorted(identifiers)
    ):
        if of_import in standing and (name := folded(_loaded(traits))):
            found.setdefault(identifier, set()).add(name)
    return found


def _loaded(traits: Any) -> dict[str, Any]:
    found = json.loads(traits) if isinstance(traits, str) else traits
    return found if isinstance(found, dict) else {}
