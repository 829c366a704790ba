"""What each operation says about its answers in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from regulars.api.answers import MEDIA
from regulars.api.shapes import ErrorAnswer

# 4XX stands for every failure of the caller: all have one shape.
FAILURES: dict[Any, Any] = {
    401: ErrorAnswer,
    403: ErrorAnswer,
    422: ErrorAnswer,
}
ABSENT: dict[Any, Any] = {**FAILURES, 404: ErrorAnswer}
TAKEN: dict[Any, Any] = {**ABSENT, 400: ErrorAnswer, 409: ErrorAnswer, 507: ErrorAnswer}
LISTED: dict[Any, Any] = {**FAILURES, 406: ErrorAnswer}

# What a list is answered as beside JSON.
AS_TABLE: dict[str, Any] = {
    "responses": {
        200: {
            "content": {
                MEDIA["csv"]: {"schema": {"type": "string"}},
                MEDIA["parquet"]: {"schema": {"type": "string", "format": "binary"}},
            }
        }
    }
}
