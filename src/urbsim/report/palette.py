"""One colour, line, hatch and marker for each thing, the same in every picture.

Colours differ in lightness as well as in hue, and every filled area carries a hatch of its own, so that a page printed in
grey can still be read.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

INK = "#1c2733"
MUTED = "#5b6773"
GRID = "#dfe4e8"
PAPER = "#ffffff"
TARGET = "#b3261e"


Line = Literal["-", "--", "-.", ":"]


class Look(NamedTuple):
    """How one thing is drawn: colour, line style, hatch of filled areas, marker."""

    color: str
    line: Line = "-"
    hatch: str = ""
    marker: str = "o"


RESIDENT_RATE = Look("#17507f", "-", "", "o")
HUKOU_RATE = Look("#c2621b", "--", "", "s")

STATUS: dict[str, Look] = {
    "rural": Look("#b9c7a5", ":", "", "v"),
    "unregistered": Look("#f0c35a", "--", "///", "o"),
    "permit": Look("#6fa8cc", "-.", "---", "s"),
    "settled": Look("#17507f", "-", "", "D"),
    "absent": Look("#b7bdc2", ":", "xxx", "x"),
    "arrivals": Look("#5b6773", ":", "", "^"),
    "village": Look("#8d5a97", "--", "\\\\\\", "v"),
    "county_town": Look("#c795ae", "-.", "", "v"),
}
GAIN = Look("#2f7d6b", "-", "")
LOSS = Look("#d98c5f", "-", "////")

DEMAND = Look("#1c2733", "-", "", "o")
SUPPLY = Look("#2f7d6b", "--", "", "s")
GAP = Look("#e07a4f", "-", "////", "x")

PAYER: dict[str, Look] = {
    "centre": Look("#17507f", "-", ""),
    "province": Look("#6fa8cc", "--", "---"),
    "area": Look("#2f7d6b", "-.", "\\\\\\"),
    "employer": Look("#f0c35a", ":", "///"),
    "household": Look("#c2621b", "-", "xxx"),
}
TENURE: dict[str, Look] = {
    "employer": Look("#8f9aa5", ":", "xxx"),
    "market_rent": Look("#f0c35a", "--", "///"),
    "guaranteed_rental": Look("#2f7d6b", "-", ""),
    "public_rental": Look("#7fc0ad", "-.", "---"),
    "shared": Look("#c795ae", ":", "|||"),
    "own": Look("#17507f", "-", ""),
    "village_home": Look("#b9c7a5", "--", "\\\\\\"),
}
QUEUE: dict[str, Look] = {
    "settling": Look("#17507f", "-", "", "D"),
    "guaranteed_rental": Look("#2f7d6b", "--", "", "s"),
    "public_rental": Look("#8d5a97", "-.", "", "o"),
}
SCENARIOS: tuple[Look, ...] = (
    Look("#17507f", "-", "", "o"),
    Look("#c2621b", "--", "///", "s"),
    Look("#2f7d6b", "-.", "---", "D"),
    Look("#8d5a97", ":", "xxx", "^"),
    Look("#b08a1e", "-", "\\\\\\", "v"),
)
#: Light to dark in one hue: the printed grey has the same order.
SEQUENTIAL: tuple[str, ...] = ("#f3f7fa", "#d5e5ef", "#a9cbe0", "#75aacd", "#4585b3", "#20618f", "#0d3d63")


def shade(color: str, strength: float) -> str:
    """Return `color` mixed with white; strength 1 is the colour itself, 0 is white.

    >>> shade("#000000", 0.5)
    '#808080'
    """
    parts = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (part - 255) * strength):02x}" for part in parts)


def ramp(fraction: float) -> str:
    """Return the colour at `fraction` (0 light, 1 dark) of the sequential scale.

    >>> ramp(0.0), ramp(1.0)
    ('#f3f7fa', '#0d3d63')
    """
    place = min(max(fraction, 0.0), 1.0) * (len(SEQUENTIAL) - 1)
    low = min(int(place), len(SEQUENTIAL) - 2)
    part = place - low
    a, b = SEQUENTIAL[low], SEQUENTIAL[low + 1]
    mixed = (round(int(a[i : i + 2], 16) * (1 - part) + int(b[i : i + 2], 16) * part) for i in (1, 3, 5))
    return "#" + "".join(f"{value:02x}" for value in mixed)


def luminance(color: str) -> float:
    """Return the lightness of `color` as grey print shows it, 0 (black) to 1 (white).

    >>> luminance("#ffffff")
    1.0
    """
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return round(0.2126 * red + 0.7152 * green + 0.0722 * blue, 6)


def ink_on(color: str) -> str:
    """Return the text colour that is legible on `color`."""
    return INK if luminance(color) > 0.5 else PAPER
