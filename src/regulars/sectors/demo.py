"""The demo world: a pack's exports written by its simulator and imported through the front door."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.conf import settings

from regulars import sectors
from regulars.accounts import actors
from regulars.accounts import business as businesses
from regulars.insights import refresh
from regulars.kernel import clock
from regulars.kernel.declarations import SectorPack
from regulars.kernel.errors import WrongUse
from regulars.sources import imports
from regulars.sources.models import Import

OWNER = "owner@demo.example"


class Telling:
    """What building the demo world tells whoever waits for it; nothing, unless overridden."""

    def say(self, text: str) -> None:
        """Take one line for people to read."""

    @contextmanager
    def stage(self, title: str, *, counts: bool = False) -> Iterator[Callable[[float], None]]:
        """Surround one stage; yields what takes the share done (0 to 1) if the stage ``counts``."""
        yield lambda share: None


def build(
    *, pack: str = "bakery", people: int | None = None, telling: Telling = Telling()
) -> tuple[str, str, bool]:
    """Set up the pack's business in an empty data folder and import its exports.

    Returns the owner's address, the password drawn for this world, and whether it was made now.
    `WrongUse` when another business is set up here.
    """
    found = businesses.find()
    if found is not None:
        if not found.is_demo:
            raise WrongUse("A business is set up here already; the demo wants a folder of its own.")
        return OWNER, _password_file().read_text("utf-8").strip(), False
    chosen = sectors.pack(pack)
    password = _set_up(chosen)
    actor = actors.owner("cli")
    for path in _write_exports(chosen, people, telling):
        with telling.stage(path.name, counts=True) as took:
            runs = imports.import_file(
                actor, path, is_confirmed=True, on_progress=partial(_tell, took)
            )
        telling.say(f"  {path.name}: {_landed(runs)}")
    telling.say("Working out figures and scores")
    with telling.stage("Figures and scores"):
        refresh.refresh(actor)
    return OWNER, password, True


def _set_up(chosen: SectorPack) -> str:
    facts = chosen.demo_business
    password = f"{secrets.choice(_WORDS)}-{secrets.choice(_WORDS)}-{secrets.randbelow(9000) + 1000}"
    businesses.set_up(
        name=facts["name"],
        country=facts["country"],
        currency=facts["currency"],
        timezone=facts["timezone"],
        sector=chosen.name,
        owner_email=OWNER,
        password=password,
        face="cli",
        is_demo=True,
    )
    _password_file().write_text(password + "\n", "utf-8")
    return password


def _write_exports(chosen: SectorPack, people: int | None, telling: Telling) -> list[Path]:
    facts = chosen.demo_business
    last_day = clock.today(facts["timezone"]) - timedelta(days=1)
    first_day = last_day - timedelta(days=chosen.demo_days - 1)
    folder = Path(settings.DATA_FOLDER) / "demo-exports"
    shutil.rmtree(folder, ignore_errors=True)
    years = round(chosen.demo_days / 365)
    telling.say(f"Writing {years} years of {facts['name']}'s exports to {folder.name}")
    with telling.stage("Writing exports"):
        files: list[Path] = chosen.simulate(
            folder,
            people=people or chosen.demo_people,
            first_day=first_day,
            last_day=last_day,
        )
    return files


def _tell(took: Callable[[float], None], share: float, _: Import) -> None:
    took(share)


def _landed(runs: list[Import]) -> str:
    """One line on all imports of one file: an archive holds many tables of the same shape."""
    rows, landed = sum(run.position for run in runs), sum(run.landed for run in runs)
    return f"{runs[0].recognised_as}, {landed:,} of {rows:,} rows landed"


def _password_file() -> Path:
    return Path(settings.DATA_FOLDER) / "demo-password.txt"


_WORDS = (
    "apple barley butter cherry clover crumpet danish elder fennel ginger hazel honey juniper "
    "lemon maple nutmeg oat orchard pepper pretzel quince raisin rye saffron sesame sorrel thyme "
    "treacle vanilla walnut"
).split()
