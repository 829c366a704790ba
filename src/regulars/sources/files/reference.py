"""The reference page of the exports we know, written from the table of shapes."""

from __future__ import annotations

from .fields import FIELDS, KINDS, Field
from .shapes import SHAPES, Shape

_HEAD = """# Files and their shapes

`regulars import` reads CSV, TSV, XLSX, XLS, ODS and JSON, plain or inside .gz and .zip. A known
export is recognised by the names in its header, in any order, whatever their case and blanks;
columns that a shape does not know are left alone. Any other table is read by a mapping
([map an unknown file](../how-to/map-an-unknown-file.md)).

**Verified** means that a page or a sample file of the vendor itself confirms the header.
**Unverified** means that it does not: the header comes from the evidence that is named, and the
import says so in its notes.

`regulars.sources.files.reference.render()` writes this page; a test says when it is out of date.
"""
_ROWS = {
    "one_order_many_rows": "an order over several rows",
    "row_per_line": "one row a line",
    "row_per_order": "one row an order",
    "row_per_payment": "one row a payment",
    "row_per_record": "one row a record",
}
_KIND_WORDS = {
    "sales": "Sales",
    "customers": "Customers",
    "products": "Products",
    "audience": "Newsletter audiences",
    "reviews": "Reviews",
    "bookings": "Bookings",
    "events": "Clicks and visits",
}


def render() -> str:
    """Return the page as Markdown."""
    verified = sum(shape.verified for shape in SHAPES.values())
    count = f"{len(SHAPES)} shapes, {verified} of them verified.\n"
    return "\n".join([_HEAD, count, *map(_kind, KINDS), _needed(), *map(_fields, KINDS)])


def _kind(kind: str) -> str:
    shapes = [shape for shape in SHAPES.values() if shape.kind == kind]
    rows = [_row(shape) for shape in shapes]
    head = "| shape | rows | confirmed | evidence |\n| --- | --- | --- | --- |"
    return "\n".join([f"## {_KIND_WORDS[kind]}", "", head, *rows, ""])


def _row(shape: Shape) -> str:
    state = "verified" if shape.verified else "unverified"
    return f"| {shape.title} | {_ROWS[shape.row_model]} | {state} | {_cell(shape.evidence)} |"


def _needed() -> str:
    head = [
        "## What the header must hold",
        "",
        "Where two shapes fit, the one that asks for more columns wins.",
        "",
        "| shape | columns |",
        "| --- | --- |",
    ]
    rows = [f"| {shape.title} | {_columns(shape)} |" for shape in SHAPES.values()]
    return "\n".join([*head, *rows, ""])


def _columns(shape: Shape) -> str:
    entries = [entry.split("|") for entry in shape.required]
    return ", ".join(" or ".join(f"`{name}`" for name in names) for names in entries)


def _fields(kind: str) -> str:
    head = [
        f"## Fields of {_KIND_WORDS[kind].lower()}",
        "",
        "| field | is | |",
        "| --- | --- | --- |",
    ]
    rows = [f"| `{field.name}` | {field.title} | {_doc(field)} |" for field in FIELDS[kind]]
    return "\n".join([*head, *rows, ""])


def _doc(field: Field) -> str:
    return _cell(" ".join(filter(None, ["Required." if field.required else "", field.doc])))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
