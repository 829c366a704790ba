"""Customers, contacts and newsletter audiences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from regulars.kernel.telling import told

from ..identifiers import NAME
from ..names import by_name
from ..plan import Reader, plain
from ..records import Consent, CustomerRow, Record
from ..values import clean_text
from .columns import Columns
from .rows import Cells, Memo, RowProblem, is_total, rejected
from .sales import clean_id
from .words import consent_state, is_yes

_CHANNELS = ("email", "sms", "post")


def build_people(columns: Columns) -> Reader:
    """Compile the reader of a table of people.

    Columns that fill no field become traits under their own header, unless the mapping's option
    ``extras`` is ``no``. Options ``email_state`` (granted, withdrawn) and ``origin`` say what being
    in this very file means, as with a newsletter's file of unsubscribed people.
    """
    who = columns.identifiers()
    traits, extras = columns.traits(), _extras(columns)
    record_id = columns.text("record_id")
    changed = columns.instant("changed_at")
    consents = _consents(columns)
    subscribed, confirmed = columns.instant("subscribed_at"), columns.instant("confirmed_at")
    unsubscribed = columns.instant("unsubscribed_at")
    # A list of customers by number or address alone; whoever takes news has an address.
    may_be_by_name = columns.mapping.kind == "customers" and not columns.has("customer_id")

    def read(row_no: int, cells: Cells) -> Record:
        try:
            identifiers = who(cells)
            facts = dict(traits(cells) or {}) | extras(cells)
            if may_be_by_name and not identifiers and not is_total(cells):
                named = by_name(facts, columns.mapping.namespace)
                identifiers = ((NAME, named.value),) if named else ()
            key = clean_id(record_id(cells)) or (identifiers[0][1] if identifiers else "")
            if not key:
                raise RowProblem(
                    "no_identifier",
                    told("No usable number, e-mail, phone or name says who this is."),
                )
            joined, left = confirmed(cells) or subscribed(cells), unsubscribed(cells)
            events = tuple(
                (name, at) for name, at in (("subscribed", joined), ("unsubscribed", left)) if at
            )
            return CustomerRow(
                row_no,
                key,
                identifiers,
                facts,
                consents(cells, joined, left),
                changed(cells),
                events,
            )
        except RowProblem as problem:
            return rejected(row_no, cells, problem)

    return read


def _extras(columns: Columns) -> Callable[[Cells], dict[str, str]]:
    options = columns.mapping.options
    if options.get("extras", "yes") == "no":
        return lambda cells: {}
    used = {
        plain(part)
        for value in columns.mapping.fields.values()
        for part in (value, *value.split(" + "))
    }
    ignored = {plain(name) for name in options.get("ignore", "").split("|")}
    own = [
        (place, name)
        for place, name in enumerate(columns.names)
        if name and plain(name) not in used and plain(name) not in ignored
    ]
    memo = Memo(clean_text)

    def extras(cells: Cells) -> dict[str, str]:
        return {name: memo[cells[place]] for place, name in own if memo[cells[place]]}

    return extras


Consents = Callable[[Cells, datetime | None, datetime | None], tuple[Consent, ...]]


def _consents(columns: Columns) -> Consents:
    options = columns.mapping.options
    origin = options.get("origin", "")
    present = [
        (channel, columns.raw(f"consent_{channel}"), columns.title(f"consent_{channel}"))
        for channel in _CHANNELS
        if columns.has(f"consent_{channel}")
    ]
    stops = [
        (channel, columns.raw(f"blocked_{channel}"), columns.title(f"blocked_{channel}"))
        for channel in ("email", "sms")
        if columns.has(f"blocked_{channel}")
    ]
    by_file = options.get("email_state")
    has_joined = columns.has("subscribed_at") or columns.has("confirmed_at")

    def said(title: str, cell: str) -> str:
        return f"{origin}: {title} = {cell.strip()}" if origin else f"{title} = {cell.strip()}"

    def consents(
        cells: Cells, joined: datetime | None, left: datetime | None
    ) -> tuple[Consent, ...]:
        found: list[Consent] = []
        for channel, raw, title in present:
            cell = raw(cells)
            if cell.strip():
                state = consent_state(cell)
                at = left if state == "withdrawn" else joined if state == "granted" else None
                found.append((channel, state, at, said(title, cell)))
        for channel, raw, title in stops:
            cell = raw(cells)
            if cell.strip():
                stopped = is_yes(cell)
                state = "withdrawn" if stopped else "granted"
                found.append((channel, state, left if stopped else joined, said(title, cell)))
        if not present and not stops:
            if left:
                found.append(("email", "withdrawn", left, origin or "Unsubscribed"))
            elif by_file == "withdrawn":
                found.append(("email", "withdrawn", None, origin))
            elif joined:
                found.append(("email", "granted", joined, origin or "Subscribed"))
            elif by_file or has_joined:
                found.append(("email", "unknown", None, origin))
        return tuple(found)

    return consents
