"""The demo world as `regulars demo` builds it on one day, and a process that answers on it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from regulars import sectors

# The world is drawn anew for every last day; the promises are made for this one.
LAST = date(2026, 11, 22)
_NOON_AFTER = datetime(LAST.year, LAST.month, LAST.day, 12, tzinfo=UTC) + timedelta(days=1)
_ON_THAT_DAY = f"""
import contextlib, datetime, io, json, sys
from regulars.cli import hoisted, main
from regulars.cli.app import run
from regulars.cli.session import SESSION
from regulars.kernel import clock
day = clock.frozen({_NOON_AFTER!r})
"""
_BUILD = f"{_ON_THAT_DAY}with day: main()"
# One process answers all questions: a start costs a second, and there are a hundred of them.
_ANSWER = f"""{_ON_THAT_DAY}
def findings():
    from regulars.accounts import actors
    from regulars.insights import suggestions, things
    from regulars.insights.findings import reading
    owner = actors.owner("cli")
    every = things.shown(owner, suggestions.everything(owner), "GBP")
    print(json.dumps(dict(reading.listing(owner), things=every), default=str))
    return 0

with day:
    SESSION.boot()
    # The tables are there; every command would look for them again.
    type(SESSION).boot = lambda self: None
    for line in sys.stdin:
        out, words = io.StringIO(), json.loads(line)
        with contextlib.redirect_stdout(out):
            status = findings() if words == ["findings"] else run(hoisted(["--json", *words]))
        print(json.dumps([status, out.getvalue()]), flush=True)
"""


class Demo:
    """The bakery with as many people and years as the demo itself, imported and refreshed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.people = sectors.pack("bakery").demo_people
        environment = {**os.environ, "REGULARS_DATA": str(folder)}
        environment.pop("REGULARS_DATABASE_URL", None)
        words = ["demo", "--no-serve", "--people", str(self.people)]
        subprocess.run(
            [sys.executable, "-c", _BUILD, *words],
            env=environment, check=True, timeout=900, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        truth = sectors.truth_path(folder / "demo-exports").read_text("utf-8")
        self.truth: dict[str, Any] = json.loads(truth)
        self.process = subprocess.Popen(
            [sys.executable, "-c", _ANSWER],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, *words: object) -> Any:
        """What the command line answers to ``words``, read from its JSON."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps([str(word) for word in words]) + "\n")
        self.process.stdin.flush()
        status, printed = json.loads(self.process.stdout.readline())
        assert status == 0, printed
        return json.loads(printed)

    def close(self) -> None:
        self.process.communicate(timeout=30)

    @cached_property
    def found(self) -> dict[str, Any]:
        """All findings and searches as the API gives them, and everything that Today knows."""
        return self.ask("findings")

    def value(self, metric: str, *words: object) -> float:
        return self.ask("metric", metric, *words)["rows"][0]["value"]

    def held(self, kind: str) -> set[int]:
        """The people whom a thing of Today is about, as the last refresh left them."""
        with sqlite3.connect(f"file:{self.folder}/regulars.sqlite3?mode=ro", uri=True) as database:
            [(facts,)] = database.execute("SELECT facts FROM insights_outlook").fetchall()
        return {int(one.removeprefix("person:")) for one in json.loads(facts)[kind]["members"]}

    def person(self, text: str) -> int:
        [found] = self.ask("people", "find", text)["people"]
        return found["id"]
