"""Names for what a dashboard is kept to."""

from __future__ import annotations

from typing import Any

from regulars.insights.dashboard.desk import Desk
from regulars.mart.scopes import Condition, Scope

_NAME = "SELECT mode(name) FROM sold"


def chips(desk: Desk) -> list[dict[str, Any]]:
    """The filters in force: ``name`` of the dimension, ``value``, ``label``, and ``query``, the
    state without it."""
    return [
        {
            "name": name,
            "value": value,
            "label": product_name(desk, value) if name == "product" else value,
            "query": desk.state.without(name, value).query,
        }
        for name, value in desk.state.where
    ]


def product_name(desk: Desk, wanted: str) -> str:
    """The name that most lines give the stock code ``wanted``; itself when it is none."""

    def find() -> str:
        sold = Scope("order_lines", (Condition("sku", "=", wanted),))
        rows = desk.snapshot.run(_NAME, {"sold": sold}).rows
        return (rows[0][0] if rows else None) or wanted

    return desk.snapshot.remembered(("name of product", wanted), find)
