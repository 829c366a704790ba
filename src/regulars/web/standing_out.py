"""What the page of products and hours needs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from regulars.accounts.actors import Actor
from regulars.kernel.sheets import as_csv
from regulars.web.dashboard import Face
from regulars.web.words import FINDING_WORDS

if TYPE_CHECKING:
    from regulars.insights.dashboard.desk import Desk

MOST_PRODUCTS, MOST_FINDINGS = 15, 6
STEPS = 5
_PRODUCT_COLUMNS = (
    "product", "sku", "revenue", "low", "high", "before", "difference", "difference_low",
    "difference_high", "beyond_chance", "orders", "pieces", "n",
)  # fmt: skip
_HOUR_COLUMNS = ("weekday", "hour", "value", "n")
_FINDING_COLUMNS = ("kind", "key", "title", "reason", "worth", "low", "high", "unit")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the verbs answered for one state of the address."""

    desk: Desk
    sort: str
    metric: str
    products: dict[str, Any]
    hours: dict[str, Any]

    @property
    def findings(self) -> list[dict[str, Any]]:
        """All that was found, by kind."""
        return [*self.products["findings"], *self.hours["findings"]]

    @property
    def searches(self) -> list[dict[str, Any]]:
        """How each kind of search went."""
        return [*self.products["searches"], *self.hours["searches"]]

    def tables(self) -> dict[str, Callable[[], bytes]]:
        """Each table of the page as CSV, by name."""
        found: dict[str, Callable[[], bytes]] = {
            "products": partial(as_csv, self.products["products"], _PRODUCT_COLUMNS),
            "hours": partial(as_csv, self.hours["hours"], _HOUR_COLUMNS),
        }
        for one in self.searches:
            rows = [row for row in self.findings if row["kind"] == one["kind"]]
            found[one["kind"]] = partial(as_csv, rows, (*_FINDING_COLUMNS, "detail"))
        return found


def look(actor: Actor, desk: Desk, sort: str) -> Seen:
    """Ask the verbs for the days and filters of ``desk``."""
    from regulars.insights import hours, products

    asked: dict[str, Any] = {
        "first": desk.window.first,
        "last": desk.window.last,
        "where": desk.state.conditions(),
    }
    metric = desk.state.metric if desk.state.metric in hours.METRICS else "revenue"
    return Seen(
        desk,
        sort,
        metric,
        products.show(actor, **asked, sort=sort),
        hours.show(actor, **asked, metric=metric),
    )


def context(seen: Seen, face: Face, *, is_whole: bool) -> dict[str, Any]:
    """Everything the templates show; ``is_whole`` lists all rows."""
    rows = seen.products["products"]
    few = rows if is_whole else rows[:MOST_PRODUCTS]
    query = seen.desk.state.query
    return {
        "products": [_product(seen, face, row) for row in few],
        "product_count": len(rows),
        "unit": seen.products["unit"],
        "sorts": {name: face.to("", query, sort=name) for name in ("revenue", "change", "orders")}
        | {"pieces": face.to("", query, sort="pieces")},
        "sort": seen.sort,
        "sheet": face.to("", query, format="csv", table="products"),
        "whole_path": face.to("", query, all=1),
        "is_whole": is_whole,
        "heat": _heat(seen, face),
        "kinds": [_kind(seen, face, one, is_whole=is_whole) for one in seen.searches],
        "notes": seen.products["notes"],
        "definition": _definition_of_products(seen),
    }


def _product(seen: Seen, face: Face, row: dict[str, Any]) -> dict[str, Any]:
    state = seen.desk.state
    path = ""
    if row["product"] is not None:
        path = face.to("", state.filtered("product", row["sku"] or row["product"]).query)
    return row | {"value": row["revenue"], "unit": seen.products["unit"], "path": path}


def _heat(seen: Seen, face: Face) -> dict[str, Any]:
    """The table of hours by weekdays, each cell with its step of shade (0 is nothing sold)."""
    told = {(one["hour"], one["weekday"]): one["value"] for one in seen.hours["hours"]}
    hours = [hour for hour, _day in told]
    most = max((value or 0 for value in told.values()), default=0)
    state = seen.desk.state

    def step(value: float | None) -> int:
        if not value or value <= 0 or most <= 0:
            return 0
        return max(1, math.ceil(STEPS * value / most))

    rows = [
        {
            "hour": hour,
            "path": face.to("", state.filtered("hour", str(hour)).query),
            "cells": [
                {"value": told.get((hour, day)), "step": step(told.get((hour, day)))}
                for day in range(7)
            ],
        }
        for hour in (range(min(hours), max(hours) + 1) if hours else ())
    ]
    days = [
        {"day": day, "path": face.to("", state.filtered("weekday", str(day)).query)}
        for day in range(7)
    ]
    numbers = [
        {"name": name, "path": face.to("", replace(state, metric=name).query)}
        for name in ("revenue", "orders")
    ]
    return {
        "rows": rows,
        "days": days,
        "numbers": numbers,
        "metric": seen.metric,
        "untold": seen.hours["untold"],
        "unit": seen.hours["unit"],
        "sheet": face.to("", state.query, format="csv", table="hours"),
    }


def _kind(seen: Seen, face: Face, search: dict[str, Any], *, is_whole: bool) -> dict[str, Any]:
    kind, query = search["kind"], seen.desk.state.query
    rows = [_finding(seen, face, one) for one in seen.findings if one["kind"] == kind]
    words = FINDING_WORDS[kind]
    return {
        **search,
        "title": words["title"],
        # What the filter took away is not what was never found.
        "sentence": search["sentence"]
        or ("" if rows else _("Nothing of this kind for this filter.")),
        "findings": rows if is_whole else rows[:MOST_FINDINGS],
        "count": len(rows),
        "sheet": face.to("", query, format="csv", table=kind),
        "definition": {
            "sentence": words["sentence"],
            "formula": words["formula"],
            "would_change": words["would_change"],
            "low": None,
            "n": search["asked"],
            "as_of": seen.products["as_of"],
            "call": f"/api/v1/findings?kind={kind}",
            "command": "regulars hours" if kind == "hour" else "regulars products",
        },
    }


def _finding(seen: Seen, face: Face, row: dict[str, Any]) -> dict[str, Any]:
    """A finding with the address of this page kept to what it is about."""
    state = seen.desk.state
    for name, value in _about(row["kind"], row["detail"]).items():
        state = state.filtered(name, value) if value else state
    return row | {"path": face.to("", state.query)}


def _about(kind: str, detail: dict[str, Any]) -> dict[str, str]:
    if kind == "trend":
        return {detail["thing"]: detail["sku"] or detail["name"]}
    if kind == "association":
        return {"product": detail["first"]["sku"] or detail["first"]["name"]}
    if kind == "hour":
        return {"place": detail["place"], "hour": str(detail["hour"])}
    return {
        "product": detail["sku"] or detail["product"],
        "place": detail["place"],
        "weekday": str(detail["weekday"]),
    }


def _definition_of_products(seen: Seen) -> dict[str, Any]:
    from regulars.insights.registry import METRICS

    metric, window = METRICS["revenue"], seen.desk.window
    days = {"from": window.first, "to": window.last}
    return {
        "sentence": metric.sentence,
        "formula": metric.formula,
        "low": None,
        "n": sum(row["n"] for row in seen.products["products"]),
        "as_of": seen.products["as_of"],
        "call": f"/api/v1/products?{urlencode(days)}",
        "command": f"regulars products --from {window.first} --to {window.last}",
    }
