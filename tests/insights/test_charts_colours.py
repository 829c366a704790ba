from __future__ import annotations

import itertools
import math
import re
from pathlib import Path

import pytest

from regulars.insights.charts.colours import MEANINGS, SERIES, THEMES, colours, to_hex

TOKENS = Path(__file__).parents[2] / "src/regulars/web/static/regulars/styles/tokens.css"
Three = tuple[float, float, float]
# Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of Color Vision
# Deficiency" (2009), severity 1, on linear sRGB.
VISIONS: dict[str, tuple[Three, Three, Three]] = {
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no blue": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(colour: str) -> list[float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def oklab(rgb: list[float]) -> Three:
    red, green, blue = rgb
    long = 0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue
    middle = 0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue
    short = 0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue
    a, b, c = (max(0.0, part) ** (1 / 3) for part in (long, middle, short))
    return (
        0.2104542553 * a + 0.7936177850 * b - 0.0040720468 * c,
        1.9779984951 * a - 2.4285922050 * b + 0.4505937099 * c,
        0.0259040371 * a + 0.7827717662 * b - 0.8086757660 * c,
    )


def seen(colour: str, vision: str) -> Three:
    rgb = linear(colour)
    mixed = [sum(x * y for x, y in zip(row, rgb, strict=True)) for row in VISIONS[vision]]
    return oklab([min(1.0, max(0.0, part)) for part in mixed])


def contrast(one: str, other: str) -> float:
    lights = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in map(linear, (one, other))]
    return (max(lights) + 0.05) / (min(lights) + 0.05)


@pytest.mark.parametrize("name", sorted(MEANINGS))
def test_a_meaning_is_the_same_on_pages_and_in_charts(name: str) -> None:
    known = dict(re.findall(r"--([\w-]+):\s*([^;]+);", TOKENS.read_text(encoding="utf-8")))
    ramps = re.findall(r"var\(--([\w-]+)\)", known[name])
    told = tuple(tuple(float(n) for n in re.findall(r"[\d.]+", known[ramp])) for ramp in ramps)
    assert told == MEANINGS[name]


def test_white_and_black() -> None:
    assert (to_hex(1, 0, 0), to_hex(0, 0, 0)) == ("#ffffff", "#000000")


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", THEMES)
def test_six_lines_stay_apart_for_every_kind_of_colour_vision(theme: str, vision: str) -> None:
    six = [seen(colours(theme)[f"series-{n}"], vision) for n in range(1, 7)]
    apart = [math.dist(one, other) for one, other in itertools.combinations(six, 2)]
    # A difference of 0.02 in OKLab can just be seen.
    assert min(apart) > 0.1


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_drawn_can_be_seen_and_what_is_written_read(theme: str) -> None:
    known = colours(theme)
    drawn = ["accent", "edge", *(f"series-{n}" for n in range(1, len(SERIES) + 1))]
    assert {name for name in drawn if contrast(known[name], known["ground"]) < 3} == set()
    grounds = ("ground", "ground-sunk", "heat-low", "heat-high")
    assert {name for name in grounds if contrast(known["ink"], known[name]) < 4.5} == set()
    assert contrast(known["ink-soft"], known["ground"]) >= 7
