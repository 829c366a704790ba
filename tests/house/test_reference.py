from __future__ import annotations

from regulars.sources.files import reference
from regulars.sources.files.shapes import SHAPES
from tests.house import source

_COMMAND = (
    "python -c 'from regulars.sources.files import reference; print(reference.render(), end=\"\")'"
    " > docs/reference/formats.md"
)


def test_the_formats_page_is_fresh() -> None:
    page = source.ROOT / "docs" / "reference" / "formats.md"
    assert page.read_text(encoding="utf-8") == reference.render(), _COMMAND


def test_the_formats_page_names_every_shape_and_its_evidence() -> None:
    rows = [line for line in reference.render().splitlines() if line.startswith("| ")]
    for shape in SHAPES.values():
        state = "verified" if shape.verified else "unverified"
        ending = f"| {state} | {shape.evidence} |"
        assert any(row.startswith(f"| {shape.title} |") and row.endswith(ending) for row in rows)
