from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

STYLES = Path(__file__).parents[2] / "src/regulars/web/static/regulars/styles"
Rgb = tuple[float, float, float]
# Text on ground, and how much contrast it needs: 7 for what is read, 4.5 for bold words of a
# button, 3 for edges, marks and the ring of focus (WCAG 1.4.6, 1.4.3, 1.4.11).
PAIRS = [
    ("ink", "ground", 7.0),
    ("ink", "ground-sunk", 7.0),
    ("ink-soft", "ground", 7.0),
    ("ink-soft", "ground-sunk", 7.0),
    ("ground", "ink", 7.0),
    ("good", "ground", 7.0),
    ("bad", "ground", 7.0),
    ("bad", "ground-sunk", 7.0),
    ("ground", "bad", 7.0),
    ("accent-ink", "accent", 4.5),
    ("accent-ink", "accent-deep", 4.5),
    ("accent-deep", "ground", 4.5),
    ("accent", "ground", 3.0),
    ("edge", "ground", 3.0),
    ("edge", "ground-sunk", 3.0),
    *(("ink", f"heat-{step}", 7.0) for step in range(1, 6)),
    ("focus", "ground", 3.0),
    ("focus", "ground-sunk", 3.0),
]


def tokens() -> dict[str, str]:
    text = (STYLES / "tokens.css").read_text(encoding="utf-8")
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", text))


def to_rgb(lightness: float, chroma: float, hue: float) -> Rgb:
    # Björn Ottosson, "A perceptual color space for image processing" (2020); linear sRGB.
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    mixed = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    red, green, blue = (min(max(part, 0.0), 1.0) for part in mixed)
    return red, green, blue


def luminance(meaning: str, theme: int) -> float:
    known = tokens()
    ramps = re.findall(r"var\(--([\w-]+)\)", known[meaning])
    raw = known[ramps[theme]]
    numbers = [float(part) for part in re.findall(r"[\d.]+", raw)]
    red, green, blue = to_rgb(*numbers)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "wanted"), PAIRS)
def test_contrast(text: str, ground: str, wanted: float, theme: int) -> None:
    first, second = luminance(text, theme), luminance(ground, theme)
    ratio = (max(first, second) + 0.05) / (min(first, second) + 0.05)
    assert ratio >= wanted


def test_colours_are_named_in_one_place() -> None:
    literal = re.compile(
        r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|oklab|lab|lch|color)\(", re.IGNORECASE
    )
    others = [path for path in STYLES.rglob("*.css") if path.name != "tokens.css"]
    assert {p.name for p in others if literal.search(p.read_text(encoding="utf-8"))} == set()


def test_sides_are_logical() -> None:
    sided = re.compile(r"(?:margin|padding|border)-(?:left|right|top|bottom)|[^-\w](?:left|right):")
    styles = [*STYLES.rglob("*.css")]
    assert {p.name for p in styles if sided.search(p.read_text(encoding="utf-8"))} == set()


def test_nothing_is_forced_outside_utilities() -> None:
    styles = [path for path in STYLES.rglob("*.css") if path.name != "utilities.css"]
    assert {p.name for p in styles if "!important" in p.read_text(encoding="utf-8")} == set()


def test_every_stylesheet_is_in_a_layer() -> None:
    named = set(
        re.findall(r'url\("([^"]+)"\)', (STYLES / "layers.css").read_text(encoding="utf-8"))
    )
    there = {str(path.relative_to(STYLES)) for path in STYLES.rglob("*.css")} - {"layers.css"}
    assert named == there


def test_templates_hold_no_script_and_no_style() -> None:
    templates = STYLES.parents[2] / "templates"
    found = []
    # A mail program fetches no stylesheet: a mail brings its own, under a policy of its own.
    for path in set(templates.rglob("*.html")) - set((templates / "mail").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        bare = re.findall(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))", text)
        if bare or re.search(r"\sstyle=|<style|\son\w+=", text):
            found.append(path.name)
    assert found == []
