"""Made-up parts of a dashboard for the page of patterns."""

from __future__ import annotations

from typing import Any

_TALLY: dict[str, Any] = {
    "metric": "sample_revenue",
    "title": "Revenue",
    "value": 18240.5,
    "before": 16790.0,
    "low": 17100.0,
    "high": 19380.0,
    "beyond_chance": True,
    "direction": "up_is_good",
    "unit": "GBP",
    "n": 1204,
    "as_of": "2026-03-31",
    "lacks": [],
    "compares": True,
    "is_chosen": True,
    "path": "#",
    "sentence": "Accepted sales less returns, guests included.",
    "formula": "Sum of goods, postage, fees and discounts, less refunds.",
    "would_change": "More orders, or more in each order.",
    "call": "/api/v1/metrics/revenue?from=2026-03-04&to=2026-03-31",
    "command": "regulars metric revenue --from 2026-03-04 --to 2026-03-31",
}
_QUIET = {**_TALLY, "is_chosen": False}
_ROW: dict[str, Any] = {
    "label_of": "High Street",
    "value": 9120.0,
    "before": 8200.0,
    "beyond_chance": True,
    "unit": "GBP",
    "share": 0.66,
    "width": 100,
    "path": "#",
    "is_on": False,
}
_BOX: dict[str, Any] = {
    "name": "sample",
    "title": "Places",
    "by": "place",
    "metric_title": "Revenue",
    "compares": True,
    "lacks": [],
    "rows": [
        _ROW,
        {**_ROW, "label_of": "Market", "value": 4100.0, "before": 4200.0, "beyond_chance": False,
         "share": 0.3, "width": 45, "is_on": True},
        {**_ROW, "label_of": None, "value": 550.0, "before": 0, "share": 0.04, "width": 6},
    ],
    "count": 14,
    "path": "#",
    "sheet": "#",
}  # fmt: skip
DASHBOARD: dict[str, Any] = {
    "tabs": [("Dashboard", "#", True), ("Shared links", "#", False)],
    "chips": [
        {"name": "place", "label": "Market", "path": "#"},
        {"name": "weekday", "label": "5", "path": "#"},
    ],
    "tallies": [
        _TALLY,
        {**_QUIET, "metric": "sample_few", "title": "Reviews", "unit": "count", "value": 3,
         "before": 4, "low": None, "beyond_chance": None},
        {**_QUIET, "metric": "sample_lacks", "title": "New customers", "value": None, "low": None,
         "unit": "", "lacks": ["product"]},
    ],
    "boxes": [
        _BOX,
        {**_BOX, "name": "sample-empty", "title": "Products", "rows": [], "count": 0},
        {**_BOX, "name": "sample-lacks", "title": "Reviews by stars", "lacks": ["product"]},
    ],
}  # fmt: skip
