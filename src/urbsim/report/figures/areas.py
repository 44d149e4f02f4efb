"""Areas as tiles: one square an area, placed as on the map, its value printed, dark where the value is high."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from urbsim.regions.model import Region
from urbsim.report import canvas, palette, reading
from urbsim.report.numbers import number
from urbsim.report.sources import source_lines
from urbsim.results.jump_off import CENSUS
from urbsim.text import Language, Text

_SQUARE = ((0.025, 0.025), (0.975, 0.025), (0.975, 0.975), (0.025, 0.975))
CARRIED = Text(
    "2020 年普查数加模型算出的变化；一格一个县（市、区），粗线为设区市界",
    "the count of 2020 plus the model's change; one tile an area, thick lines: prefectures",
)
RATE = Text("常住人口城镇化率（%）", "resident urbanization rate (%)")


@canvas.drawn
def figure_map(
    dataset: xr.Dataset,
    *,
    area: str | None = None,
    lang: Language = "zh",
    region: Region | None = None,
    variable: str = "urbanization_rate",
    year: int | None = None,
    unit: Text = RATE,
) -> Figure:
    """Draw the median of `variable` at the end of `year` (default: the last) as tiles; without a region a blank sheet.

    The resident rate is counted from the census of 2020 where the result holds it: levels by county err otherwise.
    """
    year = year or reading.last_year(dataset)
    found = reading.members(dataset, variable)
    note = ""
    carried = reading.members(dataset, f"{variable}_from_census") if year >= CENSUS else None
    if carried is not None:
        found, note = carried, CARRIED.get(lang)
    at = reading.at_year_end(dataset, year)
    title = Text("{} 年末各地{}", "{}, year end: {} by area").get(lang).format(year, unit.get(lang))
    if region is None or found is None or at is None or "time" not in dataset[variable].dims:
        return canvas.figure_blank(lang=lang, title=title)
    position = {code: i for i, code in enumerate(reading.labels_of(dataset, "area"))}
    values = {code: float(reading.quantile(found[:, at, position[code]], 0.5)) for code in region.area_codes if code in position}
    return tiles(region, values, lang=lang, title=title, unit=unit.get(lang), foot=source_lines(dataset, lang), note=note)


@canvas.drawn
def tiles(
    region: Region,
    values: dict[str, float],
    *,
    lang: Language,
    title: str,
    unit: str,
    foot: list[str],
    decimals: int = 1,
    signed: bool = False,
    note: str = "",
) -> Figure:
    """Draw one tile an area. `signed` values keep their sign, and negative ones carry a hatch that grey print shows too."""
    place = np.asarray(region.tile, dtype=int)
    low_row, low_column = place.min(axis=0)
    rows, columns = place.max(axis=0) - place.min(axis=0) + 1
    width = canvas.WIDTH - 0.36
    side = min(width / columns, 0.62)
    top = 0.8 if signed else 1.25
    figure, (axis,) = canvas.sheet(rows * side + 0.42 + top, margins=canvas.Margins(0.18, 0.18, 0.42, top))
    axis.axis("off")
    spare = width / side - columns
    axis.set_xlim(-spare / 2, columns + spare / 2)
    axis.set_ylim(rows, 0)
    color = _scale(list(values.values()), signed)
    names = dict(zip(region.area_codes, region.area_names, strict=True))
    corners = [(int(column - low_column), int(row - low_row)) for row, column in place]
    shown = [values.get(code, float("nan")) for code in region.area_codes]
    paints = [_paint(value, color, decimals=decimals, signed=signed) for value in shown]
    _fill(axis, corners, paints)
    for (x, y), code, value, paint in zip(corners, region.area_codes, shown, paints, strict=True):
        _print(axis, x, y, short_name(names[code].get(lang)), number(value, decimals, sign=signed), palette.ink_on(paint.color))
    _borders(axis, region, place - [low_row, low_column])
    words = Text(
        "一格一个县（市、区），位置大致如地图；粗线为设区市界", "one tile an area, placed roughly as on the map; thick lines: prefectures"
    ).get(lang)
    canvas.head(figure, title, note or words)
    _key(figure, list(values.values()), color, unit, decimals=decimals, signed=signed, height=figure.get_figheight())
    canvas.foot(figure, foot, lang)
    return figure


def _scale(values: list[float], signed: bool) -> Callable[[float], str]:
    known = np.array([value for value in values if np.isfinite(value)])
    if not known.size:
        return lambda value: palette.PAPER
    if signed:
        largest = max(float(np.abs(known).max()), 1e-9)
        return lambda value: palette.ramp(0.08 + 0.82 * abs(value) / largest)
    low, high = float(known.min()), float(known.max())
    return lambda value: palette.ramp(0.06 + 0.9 * (value - low) / (high - low if high > low else 1.0))


class _Paint(NamedTuple):
    """How one tile is filled."""

    color: str
    hatch: str


def _paint(value: float, color: Callable[[float], str], *, decimals: int, signed: bool) -> _Paint:
    if not np.isfinite(value):
        return _Paint("#f1f1f1", "xx")
    if signed and round(value, decimals) < 0:
        return _Paint(palette.shade(palette.LOSS.color, 0.55), "////")
    return _Paint(color(value), "")


def _fill(axis: Axes, corners: list[tuple[int, int]], paints: list[_Paint]) -> None:
    for hatch in dict.fromkeys(paint.hatch for paint in paints):
        chosen = [i for i, paint in enumerate(paints) if paint.hatch == hatch]
        squares = [[(x + dx, y + dy) for dx, dy in _SQUARE] for x, y in (corners[i] for i in chosen)]
        colors = [paints[i].color for i in chosen]
        axis.add_collection(
            PolyCollection(squares, facecolors=colors, hatch=hatch or None, edgecolors="white", linewidths=0, zorder=2), autolim=False
        )


def _print(axis: Axes, x: int, y: int, name: str, words: str, ink: str) -> None:
    lines = _name_lines(name)
    size = 7.6 if canvas.width_of(max(lines, key=canvas.width_of)) <= 8 else 6.6
    axis.text(x + 0.5, y + 0.36, "\n".join(lines), ha="center", va="center", fontsize=size, color=ink, zorder=5, linespacing=1.0)
    axis.text(x + 0.5, y + 0.76, words, ha="center", va="center", fontsize=8.0, color=ink, zorder=5)


def short_name(name: str) -> str:
    """Return a Chinese area name without the word for its rank, as people say it.

    >>> short_name("桐庐县"), short_name("景宁畲族自治县"), short_name("杭州市区"), short_name("Tonglu")
    ('桐庐', '景宁', '杭州市区', 'Tonglu')
    """
    return re.sub(r"(?<=..)(?:.族)?自治县$|(?<=..)[县市]$", "", name)


def _name_lines(name: str) -> list[str]:
    if canvas.width_of(name) <= 10:
        return [name]
    return canvas.wrap(name, 10)[:2]


def _borders(axis: Axes, region: Region, place: NDArray[np.int_]) -> None:
    owner = {(int(row), int(column)): int(region.prefecture_of[i]) for i, (row, column) in enumerate(place)}
    lines = []
    for (row, column), prefecture in owner.items():
        if owner.get((row, column + 1), prefecture) != prefecture:
            lines.append([(column + 1, row), (column + 1, row + 1)])
        if owner.get((row + 1, column), prefecture) != prefecture:
            lines.append([(column, row + 1), (column + 1, row + 1)])
    axis.add_collection(LineCollection(lines, colors=palette.INK, linewidths=1.5, capstyle="projecting", zorder=4), autolim=False)


def _key(
    figure: Figure, values: list[float], color: Callable[[float], str], unit: str, *, decimals: int, signed: bool, height: float
) -> None:
    known = [value for value in values if np.isfinite(value)]
    if not known or signed:
        return
    axis = figure.add_axes((0.18 / canvas.WIDTH, 1 - 0.92 / height, 2.6 / canvas.WIDTH, 0.12 / height))
    low, high = min(known), max(known)
    edges = np.linspace(low, high if high > low else low + 1.0, 41)
    cells = [[(a, 0), (b, 0), (b, 1), (a, 1)] for a, b in pairwise(edges)]
    paints = [color(float(a + b) / 2) for a, b in pairwise(edges)]
    axis.add_collection(PolyCollection(cells, facecolors=paints, edgecolors=paints, linewidths=0.3), autolim=False)
    axis.set_xlim(edges[0], edges[-1])
    axis.set_ylim(0, 1)
    axis.set_yticks([])
    axis.grid(visible=False)
    axis.set_xticks([edges[0], edges[-1]], [number(low, decimals), number(high, decimals)])
    axis.tick_params(length=0, labelsize=7.6, pad=2)
    first, last = axis.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")
    for spine in axis.spines.values():
        spine.set_visible(False)
    axis.text(1.03, 0.5, unit, transform=axis.transAxes, va="center", fontsize=8, color=palette.MUTED)
