"""What every SDK is made to say, and what the books must show of it afterwards."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

LONG_AGO = "2025-03-01T08:30:00.000Z"
"""When the coffee was tasted: handed to the SDK as the time of the event."""
ORDER = {
    "currency": "GBP", "affiliation": "Market", "shipping": 2, "tax": "1.00", "discount": 0.5,
    "total": 10.7,
    "products": [
        {"product_id": "p1", "sku": "L1", "name": "Loaf", "price": 3.5, "quantity": 2},
        {"product_id": "p2", "name": "Bun – schön ☕", "price": "1.20", "quantity": 1},
    ],
}  # fmt: skip
ORDER_LINES = [
    ["discount", "", -50], ["goods", "Bun – schön ☕", 120], ["goods", "Loaf", 700],
    ["postage", "", 200], ["tax", "", 100],
]  # fmt: skip
TASTED = {"strength": 3, "note": "nutty – ☕", "milk": None, "with": ["bun", "jam"]}
SAID = {
    "identify": "Identified", "track": "Coffee Tasted", "page": "Page Viewed",
    "screen": "Screen Viewed", "group": "Group Joined", "alias": "Aliased",
}  # fmt: skip
_SLACK = timedelta(seconds=90)


@dataclass(frozen=True)
class Sdk:
    """One SDK: which calls it has, and what its requests look like."""

    name: str
    paths: frozenset[str]
    content_type: str
    library: str
    has_screen: bool = True
    is_packed: bool = False
    counts_retries: bool = False
    leaves_out_nulls: bool = False

    def expected(self) -> Counter[tuple[str, str]]:
        """How often each type and event is told of one person."""
        kinds = [one for one in SAID if one != "screen" or self.has_screen]
        return Counter({**{(one, SAID[one]): 1 for one in kinds}, ("track", "Bread Smelled"): 1,
                        ("track", "Order Completed"): 1})  # fmt: skip

    def count(self) -> int:
        return self.expected().total()


def is_complete(sdk: Sdk, people: list[str], told: dict[str, Any]) -> bool:
    """Whether nothing more is to be waited for: all kept and landed, everybody known."""
    wanted = len(people) * sdk.count()
    is_landed = told["keys"] >= wanted and not told["waiting"] and told["events"] >= wanted
    return is_landed and all(_person(told, one) for one in people)


def _person(told: dict[str, Any], name: str) -> list[str] | None:
    """All identifiers of a person, once the e-mail address, the number, the number before it and
    the visitor's are joined."""
    wanted = {f"customer_id {name}", f"customer_id {name}-before", f"email {name}@crumb.test"}
    for found in told["people"]:
        if wanted <= set(found) and any(one.startswith("anonymous_id ") for one in found):
            return list(found)
    return None


def check(sdk: Sdk, people: list[str], told: dict[str, Any]) -> None:
    """Every message once, with the right type, name, person, times and money; nothing else."""
    assert told["quarantined"] == 0
    assert told["keys"] == len(told["kept"]) == len(told["landed"]) == len(people) * sdk.count()
    assert [one["reason"] for one in told["kept"]] == [""] * len(told["kept"])
    numbers = [one["messageId"] for one in told["kept"]]
    assert len(set(numbers)) == len(numbers)
    assert sorted(one["id"] for one in told["orders"]) == sorted(f"order-{one}" for one in people)
    for one in told["kept"]:
        _check_times(one)
    kinds = {one["messageId"]: one["type"] for one in told["kept"]}
    for name in people:
        _check_person(sdk, name, told, kinds)


def _check_times(kept: dict[str, Any]) -> None:
    original, sent, received, at = (
        datetime.fromisoformat(kept[name])
        for name in ("originalTimestamp", "sentAt", "receivedAt", "timestamp")
    )
    wanted = min(received - (sent - original), received)
    assert abs(at - wanted) < timedelta(milliseconds=2)
    assert abs(received - sent) < _SLACK
    long_ago = datetime.fromisoformat(LONG_AGO)
    if kept.get("event") == "Coffee Tasted":
        assert original == long_ago
        assert abs(at - long_ago) < _SLACK
    else:
        assert abs(received - original) < _SLACK


def _check_person(sdk: Sdk, name: str, told: dict[str, Any], kinds: dict[str, str]) -> None:
    identifiers = _person(told, name)
    assert identifiers is not None, told["people"]
    assert len(identifiers) == 4, "somebody else is in it"
    mine = [one for one in told["landed"] if " ".join(one["who"]) in identifiers]
    by_name = {one["name"]: one for one in mine}
    found = Counter((kinds[one["said"]["messageId"]], one["name"]) for one in mine)
    assert found == sdk.expected()
    tasted = {name: one for name, one in TASTED.items() if one or not sdk.leaves_out_nulls}
    assert tasted.items() <= by_name["Coffee Tasted"]["said"].items()
    assert by_name["Page Viewed"]["said"]["name"] == "Opening hours"
    assert by_name["Group Joined"]["said"]["groupId"] == f"bakers-{name}"
    assert by_name["Aliased"]["said"]["previousId"] == f"{name}-before"
    assert all(sdk.library in one["said"]["context"]["library"]["name"] for one in mine)
    [order] = [one for one in told["orders"] if one["id"] == f"order-{name}"]
    assert (order["status"], order["currency"]) == ("accepted", "GBP")
    assert order["lines"] == ORDER_LINES
    at = by_name["Order Completed"]["at"]
    assert datetime.fromisoformat(order["at"]) == datetime.fromisoformat(at)
