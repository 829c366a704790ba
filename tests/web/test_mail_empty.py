from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from regulars.accounts import actors
from regulars.insights import weekly
from regulars.jobs.models import OutboxMessage
from regulars.kernel.errors import WrongUse


def test_an_empty_business_writes_nothing(bakery: Path, owner: Client) -> None:
    boss = actors.owner("cli")
    with pytest.raises(WrongUse, match="no figures yet"):
        weekly.put_now(boss)
    assert not OutboxMessage.objects.exists()
    assert owner.get("/settings/mail/preview").status_code == 200
