from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]


def test_an_old_number_answers_the_person_with_today_s(world: Any, ask: Ask) -> None:
    one, other = sorted(world.person(name) for name in ("Ada", "Brahim"))
    given = {"other": other, "reason": "One voice on the phone"}
    merged = ask(
        "manager", f"people/{one}/merges", "post", data=given, content_type="application/json"
    ).json()
    answer = ask("helper", f"people/{other}")
    assert answer.status_code == 200 and answer.json()["id"] == one
    ask("manager", f"merges/{merged['merge_id']}/split", "post", data={},
        content_type="application/json")  # fmt: skip
    assert ask("helper", f"people/{other}").json()["id"] == other
    assert ask("helper", "people/999999").status_code == 404
