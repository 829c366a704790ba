"""Made-up products and hours for the page of patterns."""

from __future__ import annotations

from typing import Any

_DEFINITION: dict[str, Any] = {
    "sentence": "Products whose sales stop well before closing.",
    "formula": "The day's custom still to come after the last sale.",
    "low": None,
    "n": 291,
    "as_of": "2026-03-31",
    "call": "/api/v1/findings?kind=sold_out",
    "command": "regulars products",
}
_KIND: dict[str, Any] = {
    "kind": "sold_out",
    "title": "Sold out early",
    "findings": [
        {
            "title": "Sourdough loaf sells out at Station Road on Saturdays",
            "reason": "On 26 of the last 26 such days the last one went at about 10:47.",
            "worth": 90.0,
            "low": 54.0,
            "high": 134.0,
            "unit": "GBP",
            "path": "#",
        }
    ],
    "count": 3,
    "sheet": "#",
    "sentence": "",
    "definition": _DEFINITION,
}
_ROW: dict[str, Any] = {
    "product": "Sourdough loaf",
    "path": "#",
    "revenue": 1840.5,
    "value": 1840.5,
    "before": 1770.0,
    "beyond_chance": False,
    "unit": "GBP",
    "orders": 393,
    "pieces": 409,
}
_WEEK = (12, 31, 24, None, 55, 48, 0)
SAMPLES: dict[str, Any] = {
    "kinds": [
        _KIND,
        {
            **_KIND,
            "kind": "hour",
            "title": "Hours that lose people",
            "findings": [],
            "sentence": "No hour loses people beyond chance.",
        },
    ],
    "products": [
        _ROW,
        {**_ROW, "product": "=Baker's dozen", "value": 655.4, "before": 407, "beyond_chance": True},
        {**_ROW, "product": None, "path": "", "revenue": None, "value": None, "orders": 0},
    ],
    "product_count": 31,
    "sorts": dict.fromkeys(("revenue", "change", "orders", "pieces"), "#"),
    "sort": "revenue",
    "sheet": "#",
    "whole_path": "#",
    "definition": _DEFINITION,
    "heat": {
        "rows": [
            {
                "hour": hour,
                "path": "#",
                "cells": [{"value": value, "step": -(-5 * (value or 0) // 55)} for value in _WEEK],
            }
            for hour in (8, 9)
        ],
        "days": [{"day": day, "path": "#"} for day in range(7)],
        "numbers": [{"name": "revenue", "path": "#"}, {"name": "orders", "path": "#"}],
        "metric": "revenue",
        "unit": "GBP",
        "untold": 84.2,
        "sheet": "#",
    },
}
