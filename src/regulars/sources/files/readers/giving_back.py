"""Rows of a sales table that lower what was sold: refunds, returns, discounts, however it signs
them; and rows that are no sales at all."""

from __future__ import annotations

from collections.abc import Callable

from regulars.kernel.telling import told

from .columns import Columns
from .rows import Cells, Memo, RowProblem
from .words import event_of_row, is_refund, is_refunded

LOWERING = ("discount", "refund")


def reader_of_events(columns: Columns) -> Callable[[Cells], str]:
    """Return what tells whether a row is a ``refund`` or ``void``, by the word in its column of
    events; else ``sale`` or "".

    It raises :class:`RowProblem` for a row that moves money without a sale, such as a payout.
    """
    if not columns.has("event"):
        # "Refunded" is what became of an order, "refund" what the row is.
        state, nouns = columns.raw("status"), Memo(is_refund)
        return lambda cells: "refund" if nouns[state(cells)] else ""
    raw, memo = columns.raw("event"), Memo(event_of_row)

    def event_of(cells: Cells) -> str:
        event: str = memo[raw(cells)]
        if event == "moved":
            problem = told("“%(text)s” moves money; it is not a sale.", text=raw(cells).strip())
            raise RowProblem("not_a_record", problem)
        return event

    return event_of


def are_written_positive(columns: Columns, kind: Callable[[Cells], str]) -> bool:
    """Whether lines that are discounts or refunds bear no sign of their own anywhere in the head:
    then they are meant to lower the sum all the same."""
    signs = [_is_negative(columns, cells) for cells in columns.head if kind(cells) in LOWERING]
    return bool(signs) and not any(signs)


def refunds_stand_apart(columns: Columns) -> bool:
    """Whether rows whose state is "refunded" are the refunds themselves, each below zero, rather
    than the orders that were given back."""
    state = columns.raw("status")
    signs = [_is_negative(columns, cells) for cells in columns.head if is_refunded(state(cells))]
    return bool(signs) and all(signs)


def _is_negative(columns: Columns, cells: Cells) -> bool:
    for name in ("amount", "quantity", "unit_price"):
        try:
            value = columns.number(name)(cells)
        except RowProblem:
            continue
        if value is not None and value < 0:
            return True
    return False
