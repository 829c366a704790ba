"""What requests may say, with the limits that keep every number inside the database's."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from ninja import Path, Query

from regulars.api.answers import Form
from regulars.kernel.errors import WrongUse

_LARGEST = 2**63 - 1
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)

Number = Annotated[int, Path(ge=1, le=_LARGEST)]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]
Cursor = Annotated[
    str | None, Query(max_length=80, description="`next_cursor` of the page before.")
]
As = Annotated[Form | None, Query(alias="format", description="Outranks the `Accept` header.")]
Where = Annotated[
    list[str],
    Query(max_length=20, description="`dimension=value`; may be repeated, one dimension: any of."),
]
Several = Annotated[list[str], Query(max_length=10, description="May be repeated.")]
Text = Annotated[str | None, Query(max_length=200)]


class Days:
    """``from`` and ``to``: local days of the business, both included."""

    First = Annotated[
        date | None,
        Query(alias="from", ge=_FIRST_DAY, le=_LAST_DAY, description="First day, included."),
    ]
    Last = Annotated[
        date | None,
        Query(alias="to", ge=_FIRST_DAY, le=_LAST_DAY, description="Last day, included."),
    ]


Person = Annotated[int | None, Query(ge=1, le=_LARGEST, description="Only this person's.")]


def conditions(pairs: list[str]) -> dict[str, list[str]]:
    """Read ``dimension=value`` pairs; `WrongUse` for one without an equals sign."""
    wanted: dict[str, list[str]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise WrongUse(f"where wants dimension=value, not {pair!r}.")
        wanted.setdefault(name.strip(), []).append(value)
    return wanted
