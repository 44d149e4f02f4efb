"""Areas as tiles: one square an area, placed as on the map, its value printed, dark where the value is high."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from urbsim.report import canvas, palette, reading
from urbsim.report.figures.rates import source_lines
from urbsim.report.numbers import number
from urbsim.report.protocols import RegionLike
from urbsim.text import Language, Text

RATE = Text("常住人口城镇化率（%）", "resident urbanization rate (%)")


@canvas.drawn
def figure_map(
    dataset: xr.Dataset,
    *,
    area: str | None = None,
    lang: Language = "zh",
    region: RegionLike | None = None,
    variable: str = "urbanization_rate",
    year: int | None = None,
    unit: Text = RATE,
) -> Figure:
    """Draw the median of `variable` at the end of `year` (default: the last) as tiles. Without a region there are no places: a blank sheet."""
    year = year or reading.last_year(dataset)
    found = reading.members(dataset, variable)
    at = reading.at_year_end(dataset, year)
    title = Text("{} 年末各地{}", "{}, year end: {} by area").get(lang).format(year, unit.get(lang))
    if region is None or found is None or at is None or "time" not in dataset[variable].dims:
        return canvas.figure_blank(lang=lang, title=title)
    position = {code: i for i, code in enumerate(reading.labels_of(dataset, "area"))}
    values = {code: float(reading.quantile(found[:, at, position[code]], 0.5)) for code in region.area_codes if code in position}
    return tiles(region, values, lang=lang, title=title, unit=unit.get(lang), foot=source_lines([], dataset, lang))


@canvas.drawn
def tiles(
    region: RegionLike,
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
    """Draw one tile an area. `signed` values keep their sign in print and negative ones carry a hatch, so that grey print tells them apart."""
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
    for i, code in enumerate(region.area_codes):
        y, x = int(place[i, 0] - low_row), int(place[i, 1] - low_column)
        _tile(axis, x, y, names[code].get(lang), values.get(code, np.nan), color, decimals=decimals, signed=signed)
    _borders(axis, region, place - [low_row, low_column])
    words = Text("一格一个县（市、区），位置大致如地图；粗线为设区市界", "one tile an area, placed roughly as on the map; thick lines: prefectures").get(lang)
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


def _tile(axis: Axes, x: int, y: int, name: str, value: float, color: Callable[[float], str], *, decimals: int, signed: bool) -> None:
    fill = color(value) if np.isfinite(value) else "#f1f1f1"
    negative = signed and np.isfinite(value) and round(value, decimals) < 0
    hatch = "////" if negative else ("xx" if not np.isfinite(value) else "")
    paint = palette.shade(palette.LOSS.color, 0.55) if negative else fill
    axis.add_patch(Rectangle((x + 0.025, y + 0.025), 0.95, 0.95, facecolor=paint, hatch=hatch, edgecolor="white", linewidth=0, zorder=2))
    ink = palette.ink_on(paint)
    lines = _name_lines(name)
    size = 7.6 if canvas.width_of(max(lines, key=canvas.width_of)) <= 8 else 6.6
    axis.text(x + 0.5, y + 0.36, "\n".join(lines), ha="center", va="center", fontsize=size, color=ink, zorder=5, linespacing=1.0)
    axis.text(x + 0.5, y + 0.76, number(value, decimals, sign=signed), ha="center", va="center", fontsize=8.0, color=ink, zorder=5)


def _name_lines(name: str) -> list[str]:
    if canvas.width_of(name) <= 10:
        return [name]
    return canvas.wrap(name, 10)[:2]


def _borders(axis: Axes, region: RegionLike, place: np.ndarray) -> None:
    owner = {(int(row), int(column)): int(region.prefecture_of[i]) for i, (row, column) in enumerate(place)}
    for (row, column), prefecture in owner.items():
        for neighbour, line in (
            ((row, column + 1), ([column + 1] * 2, [row, row + 1])),
            ((row + 1, column), ([column, column + 1], [row + 1] * 2)),
        ):
            if neighbour in owner and owner[neighbour] != prefecture:
                axis.plot(*line, color=palette.INK, linewidth=1.5, solid_capstyle="projecting", zorder=4)


def _key(figure: Figure, values: list[float], color: Callable[[float], str], unit: str, *, decimals: int, signed: bool, height: float) -> None:
    known = [value for value in values if np.isfinite(value)]
    if not known or signed:
        return
    axis = figure.add_axes((0.18 / canvas.WIDTH, 1 - 0.92 / height, 2.6 / canvas.WIDTH, 0.12 / height))
    low, high = min(known), max(known)
    steps = np.linspace(low, high, 40)
    width = (high - low) / 40 if high > low else 1.0
    for at in steps:
        axis.add_patch(Rectangle((float(at) - width / 2, 0), width * 1.02, 1, facecolor=color(float(at)), linewidth=0))
    axis.set_xlim(low - width / 2, high + width / 2)
    axis.set_ylim(0, 1)
    axis.set_yticks([])
    axis.grid(visible=False)
    axis.set_xticks([low, high], [number(low, decimals), number(high, decimals)])
    axis.tick_params(length=0, labelsize=7.6, pad=2)
    for words, side in zip(axis.get_xticklabels(), ("left", "right"), strict=True):
        words.set_horizontalalignment(side)
    for spine in axis.spines.values():
        spine.set_visible(False)
    axis.text(1.03, 0.5, unit, transform=axis.transAxes, va="center", fontsize=8, color=palette.MUTED)
