"""A data folder, opened for questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.kernel.errors import WrongUse
from regulars.mart.tables import TABLES
from regulars.notebook import opening, tables

if TYPE_CHECKING:
    import pyarrow as pa

    from regulars.accounts.actors import Actor

Day = date | str | None
Where = Mapping[str, str | int | Iterable[str | int]]


class Workspace:
    """One business's data.

    ``folder`` is the data folder (default: what ``REGULARS_DATA`` names, else ``./regulars-data``).
    One process opens one folder; `WrongUse` for a second one. ``member`` is the e-mail address of
    whom to act as (default: the owner); `NotFound` when nobody has it. Tables are `pyarrow.Table`;
    money is in major units unless a column's name ends in ``_minor``. Every question raises
    `NotAllowed` where the member's role does not carry it.
    """

    def __init__(
        self, folder: str | PathLike[str] | None = None, member: str | None = None
    ) -> None:
        self.folder = opening.open_folder(folder)
        self._member = member
        self._actor()

    def metric(
        self,
        *names: str,
        from_: Day = None,
        to: Day = None,
        by: str | Iterable[str] = (),
        where: Where | None = None,
        compare: bool = False,
    ) -> pa.Table:
        """Return figures: the dimensions in ``by``, then metric, value, low, high, unit and n.

        ``from_`` and ``to`` are days, both included. `WrongUse` for an unknown name or dimension.
        """
        from regulars.insights import figures

        if not names:
            raise WrongUse("Name a metric; Workspace.metrics() lists them.")
        dimensions = [by] if isinstance(by, str) else list(by)
        answer = figures.ask(
            self._actor(),
            metrics=names,
            first=_day(from_),
            last=_day(to),
            by=dimensions,
            where={name: _texts(wanted) for name, wanted in (where or {}).items()},
            compare=compare,
        )
        return tables.of_metrics(answer["rows"], dimensions, compare)

    def metrics(self) -> pa.Table:
        """Return every metric's definition."""
        from regulars.insights import figures

        return tables.of_rows(figures.definitions(self._actor()), tables.DEFINITION)

    def people(
        self, *, segment: str | None = None, quiet: bool | None = None, search: str | None = None
    ) -> pa.Table:
        """Return people who have bought, best spenders first; with ``search``, the likeliest
        people of all, with what they were found by."""
        if search is not None:
            return self._found(search)
        from regulars.insights import people

        rows: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = people.listing(
                self._actor(), segment=segment, quiet=quiet, cursor=cursor, limit=1000
            )
            rows += page["people"]
            cursor = page["next_cursor"]
            if cursor is None:
                return tables.of_rows(rows, tables.PERSON)

    def segments(self) -> pa.Table:
        """Return the segments with how many people each holds."""
        from regulars.insights import people

        return tables.of_rows(people.segments(self._actor()), tables.SEGMENT)

    def orders(
        self,
        *,
        from_: Day = None,
        to: Day = None,
        place: str | None = None,
        channel: str | None = None,
        person: int | None = None,
    ) -> pa.Table:
        """Return orders and returns as the mart holds them beside ``profile_id``, newest first."""
        from regulars.insights import orders

        wanted = orders.Wanted(_day(from_), _day(to), place, channel, person)
        return orders.arrow(self._actor(), wanted)

    def table(self, name: str) -> pa.Table:
        """Return a whole table of the mart. `WrongUse` for an unknown one."""
        if name not in TABLES:
            raise WrongUse(f"There is no table {name!r}. Tables: {', '.join(TABLES)}.")
        return self.sql(f'SELECT * FROM "{name}"')

    def sql(self, text: str) -> pa.Table:
        """Answer one SELECT in DuckDB's SQL over the mart's tables. It reads the mart and nothing
        else; `WrongUse` for any other statement, or one that DuckDB cannot answer."""
        from regulars.insights import figures

        actor = self._actor()
        actor.require("metrics.see")
        return tables.of_sql(figures.engine(), text)

    def imports(self) -> pa.Table:
        """Return all imports, newest first."""
        from regulars.sources import imports
        from regulars.sources.models import Import

        self._actor().require("imports.see")
        runs = Import.objects.select_related("source", "undo", "repeat_exclusion")
        return tables.of_rows([imports.as_json(run) for run in runs], tables.IMPORT)

    def import_file(
        self,
        path: str | PathLike[str],
        *,
        kind: str | None = None,
        mapping: Mapping[str, str] | None = None,
        confirm: bool = False,
        refresh: bool = True,
    ) -> list[dict[str, Any]]:
        """Import every table of a file, then bring figures up to date.

        ``mapping`` says which column fills a field; ``confirm`` takes the proposed mapping.
        `WrongUse` with the proposal in ``detail`` for an unknown shape that was not confirmed.
        """
        from regulars.sources import imports

        runs = imports.import_file(
            self._actor(), Path(path), kind=kind, changes=dict(mapping or {}), is_confirmed=confirm
        )
        if refresh:
            self.refresh()
        return [imports.as_json(run) for run in runs]

    def refresh(self, *, rebuild: bool = False) -> dict[str, Any]:
        """Bring people, figures and scores up to date; ``rebuild`` makes the mart anew."""
        from regulars.insights import refresh

        return refresh.refresh(self._actor(), rebuild=rebuild)

    def today(self) -> dict[str, Any]:
        """Return the morning page: at most five numbers and three things to do."""
        from regulars.insights import today

        return today.today(self._actor())

    def show(self, person_id: int) -> dict[str, Any]:
        """Return one person's page, also by a number from before a merge; `NotFound` when there is
        no such person."""
        from regulars.insights import people

        return people.show_by_number(self._actor(), person_id)

    def __repr__(self) -> str:
        return f"Workspace({str(self.folder)!r})"

    def _repr_html_(self) -> str:
        from regulars.accounts import business
        from regulars.insights import figures

        here = business.find()
        name = escape(here.name) if here else "No business yet"
        as_of = figures.as_of()
        until = f"data to {as_of.isoformat()}" if as_of else "no data yet"
        return f"<strong>{name}</strong> · {until} · <code>{escape(str(self.folder))}</code>"

    def _actor(self) -> Actor:
        # Asked each time: a role that was taken away is gone at once.
        from regulars.accounts import actors

        return (
            actors.by_email(self._member, "notebook") if self._member else actors.owner("notebook")
        )

    def _found(self, text: str) -> pa.Table:
        from regulars.profiles import search

        hits = search.find(text, 100, actor=self._actor())
        rows = [{**hit.as_json(), "id": hit.profile_id} for hit in hits]
        return tables.of_rows(rows, tables.FOUND)


def _day(day: Day) -> date | None:
    if not isinstance(day, str):
        return day
    try:
        return date.fromisoformat(day)
    except ValueError as error:
        raise WrongUse(f"{day!r} is not a day such as 2026-03-31.") from error


def _texts(wanted: str | int | Iterable[str | int]) -> list[str]:
    return [str(wanted)] if isinstance(wanted, str | int) else [str(one) for one in wanted]
