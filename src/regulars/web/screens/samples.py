"""Made-up values for the page of patterns; nobody real."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from types import SimpleNamespace
from typing import Any

_NUMBER: dict[str, Any] = {
    "metric": "revenue",
    "title": "Revenue",
    "value": 18240.5,
    "before": 16790.0,
    "low": 17100.0,
    "high": 19380.0,
    "beyond_chance": False,
    "unit": "GBP",
    "n": 1204,
    "as_of": "2026-03-31",
    "sentence": "Accepted sales less returns, guests included.",
    "formula": "Sum of goods, postage, fees and discounts, less refunds.",
    "would_change": "Later files of these days, or an import undone.",
    "call": "/api/v1/metrics/revenue?from=2026-03-04&to=2026-03-31",
    "command": "regulars metric revenue --from 2026-03-04 --to 2026-03-31",
}
_REVIEW: dict[str, Any] = {
    "rating": 4.5,
    "author": "Ada Example",
    "person": None,
    "happened_at": datetime(2026, 3, 29, 9, 30, tzinfo=UTC),
    "local_on": date(2026, 3, 29),
    "place": "High Street",
    "origin": "google",
    "text": "Best sourdough for miles.\nGet there early.",
    "is_waiting": False,
}
_THING: dict[str, Any] = {
    "key": "gone",
    "title": "10 of your best regulars have gone quiet",
    "reason": "They have been away longer than their own rhythm explains.",
    "worth": 1260,
    "low": 400,
    "high": 2100,
    "unit": "GBP",
    "days": 28,
    "minutes": 30.0,
    "action_label": "See who",
    "action_path": "#",
    "people": [],
    "more_people": 0,
}
_DECISION: dict[str, Any] = {
    "id": 1,
    "what": "done",
    "title": "10 of your best regulars have gone quiet",
    "at": "2026-03-31T10:00:00+00:00",
    "on": "2026-03-31",
    "by": "Olive",
    "until": date(2026, 4, 28),
    "worth": 1260,
    "low": 400,
    "high": 2100,
    "unit": "GBP",
    "days": 28,
    "reason": None,
    "words": None,
    "taken_back_at": None,
    "came_of_it": "4 of these 10 people bought again and spent £95.",
    "is_known": True,
}
_DAY: dict[str, Any] = {
    "origin": "seen",
    "is_open": True,
    "opens": time(7, 30),
    "closes": time(17),
    "sold_days": 25,
    "of_days": 26,
}


def _day(**told: Any) -> SimpleNamespace:
    return SimpleNamespace(**{**_DAY, **told})


_CHECK: dict[str, Any] = {
    "state": "mend",
    "title": "Rows that could not land",
    "sentence": "3 rows wait: they could not land.",
    "matters": "A sale among them is missing from every figure.",
    "count": 3,
    "share": None,
    "cost": 42.5,
    "cost_low": 36.0,
    "cost_high": 50.2,
    "action_label": "Mend them",
    "action_path": "#",
    "rows": [
        {"what": "till.csv", "count": 3, "of": 1204, "share": 0.0025, "low": 0.0008,
         "high": 0.0073, "note": "bad_date"},
    ],
}  # fmt: skip
SAMPLES: dict[str, Any] = {
    "numbers": [
        _NUMBER,
        {
            **_NUMBER,
            "metric": "orders",
            "title": "Orders",
            "unit": "count",
            "value": 1204,
            "before": 1390,
            "beyond_chance": True,
        },
        {**_NUMBER, "metric": "share", "title": "Came back", "value": None, "low": None},
    ],
    "things": [
        {
            **_THING,
            "people": [
                {"id": 1, "name": "Ada Example", "usual": 84.0, "why": "2 stars, no answer yet"},
                {"id": 2, "name": None, "usual": 61.5, "why": None},
            ],
            "more_people": 8,
        },
        {
            **_THING,
            "key": "rows",
            "title": "3 rows could not land",
            "worth": 0,
            "low": 0,
            "high": 12,
            "minutes": 1.0,
            "days": None,
        },
        {**_THING, "key": "reviews", "title": "4 reviews wait for an answer", "worth": None},
    ],
    "looked_at": ["regulars against their own rhythm", "reviews without an answer"],
    "more_things": 2,
    "reasons": (("known", "I knew that already"), ("other", "Something else")),
    "tomorrow": date(2026, 4, 1),
    "latest": date(2027, 3, 31),
    "decided": [_DECISION],
    "decision_rows": [
        _DECISION,
        {**_DECISION, "what": "not_useful", "reason": "known", "words": "She moved away."},
        {**_DECISION, "what": "snoozed", "taken_back_at": "2026-03-31T11:00:00+00:00"},
    ],
    "changes": {
        "day": date(2026, 3, 30),
        "lines": ["Monday brought £612 in 52 orders.", "3 people bought for the first time."],
    },
    "quiet": {
        "count": 1,
        "backtest": "Of 20 we would have flagged in the past, 13 had left (43 % to 82 %).",
        "people": [
            {
                "id": 1,
                "name": "Ada Example",
                "email": "ada@example.com",
                "usual_gap_days": 6.0,
                "days_since": 41,
                "spent": 812.4,
                "currency": "GBP",
            }
        ],
    },
    "quiet_empty": {"count": 0, "backtest": "Too little history to say.", "people": []},
    "segments": [
        {
            "key": "champions",
            "words": "Best regulars",
            "technical": "Champions",
            "advice": "Thank them; let them hear news first.",
            "count": 84,
        }
    ],
    "reviews": [
        {**_REVIEW, "answer": "Thank you, Ada.", "answered_on": date(2026, 3, 30)},
        {**_REVIEW, "author": None, "rating": 2, "text": "", "is_waiting": True},
    ],
    "outbox": [
        {
            "id": 1,
            "subject": "Business as usual: £18,240 in four weeks · 3 things to do",
            "state": "held",
            "held_for": "perhaps_sent",
            "problem": "The mail server mail.example.com hung up.",
            "to": "ada@example.com",
            "put_at": datetime(2026, 3, 30, 6, 0, tzinfo=UTC),
        },
        {
            "id": 2,
            "subject": "Business is up: £18,240, was £16,790 · 1 thing to do",
            "state": "sent",
            "held_for": None,
            "problem": None,
            "to": "ada@example.com",
            "put_at": datetime(2026, 3, 23, 7, 0, tzinfo=UTC),
        },
    ],
    "wish": {
        "member": 1,
        "name": "Ada Example",
        "email": "ada@example.com",
        "is_wanted": True,
        "weekday": 0,
        "hour": 7,
    },
    "weekdays": [(0, "Monday")],
    "hours": [(7, "07:00")],
    "roles": [("manager", "Manager", "Runs the shop."), ("helper", "Helper", "Serves.")],
    "counts": {
        "rows_read": 541909,
        "landed": 541203,
        "unchanged": 0,
        "quarantined": 706,
        "repeated": 5268,
        "rejected": [{"row": 12, "message": "The date 31/02/2026 cannot be read."}],
    },
    "states": ("finished", "running", "waiting", "failed", "undone", "stopped"),
    "place": {
        "place": "High Street",
        "why": "",
        "days": [
            _day(weekday=0, is_open=False),
            _day(weekday=1),
            _day(weekday=5, origin="set", set_by="Ada Example"),
            _day(weekday=6, origin="unknown", is_open=None, sold_days=4),
        ],
    },
    "quality": {"currency": "GBP"},
    "checks": [
        _CHECK,
        {**_CHECK, "state": "look", "title": "Days that are missing", "cost_low": None},
        {
            **_CHECK,
            "state": "good",
            "title": "Sales in other currencies",
            "count": 0,
            "sentence": "Every order is in GBP.",
            "cost": None,
            "rows": [],
        },
    ],
    "problem": "The date 31/02/2026 cannot be read.",
}
