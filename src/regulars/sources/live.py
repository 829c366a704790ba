"""Which imports count: finished and not undone."""

from __future__ import annotations

from django.db.models import QuerySet

from regulars.sources.models import Import


def standing() -> QuerySet[Import]:
    """Imports whose facts count."""
    return Import.objects.filter(finished_at__isnull=False, undo__isnull=True)


def standing_ids() -> frozenset[int]:
    """The numbers of the imports whose facts count."""
    return frozenset(standing().order_by().values_list("pk", flat=True))


def unpriced_ids() -> frozenset[int]:
    """The imports of sales whose file has no column of amounts or prices."""
    mapped = standing().filter(kind="sales", shape="").order_by().values_list("pk", "mapping")
    priced = {"amount", "unit_price"}
    return frozenset(
        number for number, mapping in mapped if mapping and not priced & mapping["fields"].keys()
    )


def excluded_repeat_ids() -> frozenset[int]:
    """The imports whose repeated lines were excluded by a person."""
    return frozenset(
        standing().filter(repeat_exclusion__isnull=False).order_by().values_list("pk", flat=True)
    )
