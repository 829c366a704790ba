"""The data map: what is kept about people, from where, why, and until when.

Made from what the program runs on: the tables that can give out and forget a person, the fields of
their models, the sources that filled them, and the names under which traits and numbers came. A
table of people that declares no reason cannot be built (`PrivacyHandler`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.fields.json import JSONField

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.kernel.declarations import Kept
from regulars.profiles import erasure
from regulars.sources.live import standing
from regulars.sources.models import CustomerRecord, Identifier, Source

COLUMNS = ("what", "fields", "from", "why", "until", "table")
# Numbers of ours that say nothing about anybody.
_OURS = frozenset(
    "id version digest of_import row_no key subject password is_superuser groups user_permissions "
    "haystack".split()
)
_LOOKED_AT = 20_000
_also: dict[str, Kept] = {}


def also_kept(tables: Mapping[str, Kept]) -> None:
    """Take in tables that hold something of people who are no customers."""
    _also.update(tables)


def data_map(actor: Actor) -> dict[str, Any]:
    """One row a table: ``what``, ``fields``, ``from`` (names of sources), ``why``, ``until``,
    ``table``. The sentences are in English; pages say them in the reader's language. Needs
    ``imports.see``."""
    actor.require("imports.see")
    by_table = {model._meta.db_table: model for model in apps.get_models()}
    days = businesses.get().raw_days
    kept = {**{one.table: one.kept for one in erasure.handlers()}, **_also}
    rows = [
        {
            "what": one.what,
            "fields": _fields(by_table[table]),
            "from": _told_by(by_table[table]),
            "why": one.why,
            "until": one.until % {"days": days},
            "table": table,
        }
        for table, one in kept.items()
    ]
    return {"rows": rows}


def _fields(model: type[models.Model]) -> list[str]:
    names = [
        field.name
        for field in model._meta.concrete_fields
        if field.name not in _OURS and not field.name.endswith("_key")
        and not isinstance(field, JSONField)
    ]  # fmt: skip
    if model is CustomerRecord:
        return [*_traits(), *names, "consents"]
    if model is Identifier:
        kinds = Identifier.objects.order_by().values_list("kind", flat=True).distinct()
        return sorted({kind.partition(":")[0] for kind in kinds})
    return names


def _traits() -> list[str]:
    newest = CustomerRecord.objects.order_by("-pk").values_list("traits", flat=True)[:_LOOKED_AT]
    return sorted({name for traits in newest.iterator() for name in traits})


def _told_by(model: type[models.Model]) -> list[str]:
    """The sources that told at least one row which stands."""
    fields = {field.name for field in model._meta.concrete_fields}
    found: Any = Source.objects.order_by("name")
    if "of_import" in fields:
        column = "of_import"
        among = {
            source
            for run, source in standing().order_by().values_list("pk", "source_id")
            if model._default_manager.filter(**{column: run}).exists()
        }
    elif "source_id" in {field.attname for field in model._meta.concrete_fields}:
        among = {
            pk for pk in found.values_list("pk", flat=True)
            if model._default_manager.filter(source_id=pk).exists()
        }  # fmt: skip
    else:
        return []
    return list(found.filter(pk__in=among).values_list("name", flat=True))
