"""The colours of charts: the same meanings as the pages' ``tokens.css``, and what charts add.

Pictures know no custom properties, and renderers no OKLCH: both want hexadecimal sRGB. A test holds
the ramps here to those of the stylesheet.
"""

from __future__ import annotations

import math
from functools import cache

Oklch = tuple[float, float, float]
THEMES = ("light", "dark")
# Lightness, chroma, hue: in light, then in dark.
MEANINGS: dict[str, tuple[Oklch, Oklch]] = {
    "ground": ((0.984, 0.008, 84), (0.19, 0.009, 60)),
    "ground-sunk": ((0.962, 0.012, 82), (0.235, 0.011, 60)),
    "hairline": ((0.88, 0.016, 80), (0.35, 0.013, 62)),
    "edge": ((0.58, 0.02, 70), (0.6, 0.016, 68)),
    "ink": ((0.21, 0.014, 50), (0.95, 0.01, 84)),
    "ink-soft": ((0.4, 0.018, 55), (0.8, 0.014, 80)),
    "accent": ((0.545, 0.195, 31), (0.76, 0.145, 33)),
}
# From little to much; ink can be read on every step between.
HEAT: tuple[tuple[Oklch, Oklch], tuple[Oklch, Oklch]] = (
    ((0.955, 0.022, 60), (0.26, 0.025, 45)),
    ((0.72, 0.155, 35), (0.5, 0.16, 32)),
)
# Six that stay apart for every kind of colour vision, the accent first; lightness differs too.
SERIES: tuple[tuple[Oklch, Oklch], ...] = (
    ((0.545, 0.195, 31), (0.76, 0.145, 33)),
    ((0.498, 0.16, 259), (0.938, 0.084, 220)),
    ((0.631, 0.09, 190), (0.785, 0.138, 190)),
    ((0.478, 0.14, 344), (0.697, 0.164, 305)),
    ((0.66, 0.154, 57), (0.895, 0.112, 100)),
    ((0.26, 0.018, 205), (0.58, 0.038, 246)),
)


@cache
def colours(theme: str) -> dict[str, str]:
    """Return every colour of ``theme`` (``light`` or ``dark``) as ``#rrggbb``, by meaning."""
    place = THEMES.index(theme)
    named = {name: ramp[place] for name, ramp in MEANINGS.items()}
    named |= {f"series-{n}": ramp[place] for n, ramp in enumerate(SERIES, 1)}
    named |= {"heat-low": HEAT[0][place], "heat-high": HEAT[1][place]}
    return {name: to_hex(*numbers) for name, numbers in named.items()}


def to_hex(lightness: float, chroma: float, hue: float) -> str:
    """Return an OKLCH colour as sRGB ``#rrggbb``, clipped to what a screen can show.

    Björn Ottosson, "A perceptual color space for image processing" (2020).
    """
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _gamma(part)):02x}" for part in linear)


def _gamma(part: float) -> float:
    part = min(max(part, 0.0), 1.0)
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
