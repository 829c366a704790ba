"""Where a dashboard's questions are asked: one member, one state, one version of the mart."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from regulars.accounts import business as businesses
from regulars.accounts.actors import Actor
from regulars.insights import ask as asking
from regulars.insights import figures, notes
from regulars.insights.dashboard import kept
from regulars.insights.registry import METRICS
from regulars.insights.scoping import ACCEPTED, Request
from regulars.insights.told_by import table_of
from regulars.kernel.windows import DayWindow
from regulars.mart.engine import Snapshot
from regulars.mart.scopes import Condition, Scope

from .state import State

_BEGINS = "SELECT least((SELECT min(local_on) FROM sold), (SELECT min(local_on) FROM said))"


@dataclass(frozen=True, slots=True)
class Desk:
    """The state of a dashboard before the data it is about.

    ``begins`` is the first day of data, ``as_of`` the last; ``before`` is ``None`` where the data
    does not reach back that far: what nobody told is not nought.
    """

    state: State
    window: DayWindow
    before: DayWindow | None
    begins: date
    as_of: date
    snapshot: Snapshot
    currency: str
    zone: str

    @property
    def compares(self) -> bool:
        """Whether figures stand beside those of the days before."""
        return self.state.compares and self.before is not None

    @property
    def is_usual(self) -> bool:
        """Whether this is how the dashboard is opened; only the chart's metric may be another."""
        usual = State(metric=self.state.metric)
        return self.compares and self.state == usual

    def is_told(self, metric: str) -> bool:
        """Whether it has a place on the page: reviews only where any file holds some."""
        table = table_of(metric)
        return table != "feedback" or bool(self.snapshot.manifest.tables.get(table))

    def lacks(self, metric: str, by: Sequence[str] = ()) -> list[str]:
        """The filters and dimensions that ``metric`` does not know."""
        known = METRICS[metric].dimensions
        asked = dict.fromkeys([*by, *(name for name, _value in self.state.where)])
        return [name for name in asked if name not in known]

    def ask(
        self,
        metrics: Sequence[str],
        by: Sequence[str] = (),
        *,
        window: DayWindow | None = None,
        compare: bool | None = None,
        intervals: bool = True,
    ) -> asking.Answer:
        """Answer ``metrics`` for the days of the state (or of ``window``), its filters applied."""
        days = window or self.window
        if self.is_usual and window is None and compare is None and intervals:
            found = kept.rows(self.snapshot, self.currency, metrics, by)
            if found is not None:
                return asking.Answer(
                    found, self.as_of, self.snapshot.manifest.version, self._notes(metrics)
                )
        return asking.ask(
            self.snapshot,
            metrics,
            days.first,
            days.last,
            by,
            self.state.conditions(),
            currency=self.currency,
            zone=self.zone,
            compare=self.compares if compare is None else compare,
            intervals=intervals,
        )

    def _notes(self, metrics: Sequence[str]) -> list[str]:
        request = Request(self.window, (), self.currency)
        return notes.notes(self.snapshot, [METRICS[name] for name in metrics], request, self.zone)

    def call(self, metrics: Sequence[str], by: Sequence[str] = ()) -> str:
        """The same question as a call of the API."""
        named = [("name", name) for name in metrics] if len(metrics) > 1 else []
        days = [("from", self.window.first), ("to", self.window.last)]
        where = [("where", f"{name}={value}") for name, value in self.state.where]
        compare = [("compare", "true")] if self.compares else []
        pairs = [*named, *days, *(("by", one) for one in by), *where, *compare]
        return f"/api/v1/metrics/{metrics[0] if not named else 'query'}?{urlencode(pairs)}"

    def command(self, metrics: Sequence[str], by: Sequence[str] = ()) -> str:
        """The same question as a command."""
        words = ["regulars", "metric", *metrics]
        words += ["--from", str(self.window.first), "--to", str(self.window.last)]
        for one in by:
            words += ["--by", one]
        for name, value in self.state.where:
            words += ["--where", f"{name}={value}"]
        return shlex.join([*words, *(["--compare"] if self.compares else [])])


def open_desk(actor: Actor, state: State) -> Desk | None:
    """Return the desk for ``state`` on the mart in force, ``None`` before there is any data.

    Needs ``metrics.see``.
    """
    actor.require("metrics.see")
    business = businesses.get()
    snapshot = figures.engine().snapshot()
    as_of = snapshot.manifest.as_of
    if as_of is None:
        return None
    window, begins = state.window(as_of), begins_on(snapshot) or as_of
    before = window.before()
    if before is None or before.first is None or before.first < begins:
        before = None
    money, zone = business.currency, business.timezone
    return Desk(state, window, before, begins, as_of, snapshot, money, zone)


def begins_on(snapshot: Snapshot) -> date | None:
    """The first day on which anything was sold or said."""

    def find() -> date | None:
        sold = Scope("orders", (Condition("status", "=", ACCEPTED),))
        rows = snapshot.run(_BEGINS, {"sold": sold, "said": Scope("feedback")}).rows
        begins: date | None = rows[0][0]
        return begins

    return snapshot.remembered("begins", find)
