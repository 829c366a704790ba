"""Products and their variants."""

from __future__ import annotations

from regulars.kernel.telling import told

from ..plan import Reader
from ..records import ProductRow, Record
from .columns import Columns
from .rows import Cells, RowProblem, rejected
from .sales import clean_id
from .words import is_yes


def build_products(columns: Columns) -> Reader:
    """Compile the reader of a table of products.

    Option ``continued`` = yes: a row without a name is one more variant of the product above it, if
    it has a price, and otherwise only a picture.
    """
    columns.require("item")
    record_id, sku = columns.text("record_id"), columns.text("sku")
    item, variant, category = (
        columns.text("item"),
        columns.text("variant"),
        columns.text("category"),
    )
    price, currency = columns.number("unit_price"), columns.currency("unit_price")
    minor, active = columns.money("unit_price"), columns.raw("is_active")
    continued = columns.mapping.options.get("continued") == "yes"
    above = ("", "", "", "")

    def read(row_no: int, cells: Cells) -> Record:
        nonlocal above
        try:
            own_id, name, group, shown = (
                record_id(cells),
                item(cells),
                category(cells),
                active(cells),
            )
            amount = price(cells)
            if continued and own_id == above[0] and not name:
                if amount is None and not sku(cells):
                    raise RowProblem(
                        "not_a_record", told("The row only adds a picture to the product above.")
                    )
                _, name, group, shown = above
            if not name:
                raise columns.empty("no_name", "item")
            above = (own_id, name, group, shown)
            option = variant(cells)
            option = "" if option in ("Default Title", "Default") else option
            number = clean_id(sku(cells))
            key = "/".join(filter(None, (own_id, option if continued else ""))) or number or name
            money = currency(cells)
            return ProductRow(
                row_no, key, number, f"{name} – {option}" if option else name, group,
                minor(cells, money) if amount is not None else None, money,
                is_yes(shown) if shown.strip() else None,
            )  # fmt: skip
        except RowProblem as problem:
            return rejected(row_no, cells, problem)

    return read
