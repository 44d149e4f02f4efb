"""The model held against the census of 2020, area by area."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from urbsim.regions.model import Region
from urbsim.report import canvas, palette, reading
from urbsim.report.figures.areas import short_name
from urbsim.report.numbers import number
from urbsim.report.scores import Check, checks, coverage
from urbsim.report.sources import source_lines
from urbsim.text import Language, Text


@canvas.drawn
def figure_check(
    dataset: xr.Dataset, *, area: str | None = None, lang: Language = "zh", region: Region | None = None, year: int = 2020
) -> Figure:
    """Draw the resident rate of each area at the census of `year`: model (80 % of the runs) against census, and the sorted errors."""
    title = (
        Text("模型与 {} 年普查对照（县级常住人口城镇化率）", "Model against the {} census (resident urbanization rate by area)")
        .get(lang)
        .format(year)
    )
    county = set(reading.rows_of_level(dataset, "area"))
    rows = [
        row
        for row in checks(dataset, region)
        if row.variable == "urbanization_rate" and row.year == year and row.vintage == "census" and row.area in county
    ]
    if not rows:
        return canvas.figure_blank(lang=lang, title=title)
    names = {code: short_name(text.get(lang)) for code, text in reading.area_names(dataset, region).items()}
    figure, (left, right) = canvas.sheet(4.9, columns=2, margins=canvas.Margins(0.75, 0.4, 0.9, 1.05), wspace=0.3)
    _scatter(left, rows, names, year, lang)
    _errors(right, rows, names, lang)
    held = coverage(rows)
    note = Text(
        "{} 个地区中 {} 个的普查值落在 80% 区间内；平均绝对误差 {} 个百分点，平均偏差 {} 个百分点",
        "the census value lies in the 80 % interval in {1} of {0} areas; mean absolute error {2} points, mean bias {3} points",
    )
    canvas.head(
        figure, title, note.get(lang).format(held.n, held.inside80, number(held.mean_absolute_error, 1), number(held.bias, 1, sign=True))
    )
    canvas.foot(figure, source_lines(dataset, lang, [row.source for row in rows], region), lang)
    return figure


def _scatter(axis: Axes, rows: list[Check], names: dict[str, str], year: int, lang: Language) -> None:
    x = np.array([row.published for row in rows])
    y = np.array([row.median for row in rows])
    low, high = min(x.min(), y.min()) - 3, max(x.max(), y.max()) + 3
    axis.plot([low, high], [low, high], color=palette.MUTED, linewidth=1.0, linestyle="--", zorder=1)
    axis.vlines(
        x, [row.low80 for row in rows], [row.high80 for row in rows], color=palette.shade(palette.RESIDENT_RATE.color, 0.55), linewidth=1.3
    )
    inside = np.array([row.inside80 for row in rows])
    axis.plot(x[inside], y[inside], linestyle="", marker="o", markersize=4.5, color=palette.RESIDENT_RATE.color, zorder=4)
    axis.plot(
        x[~inside],
        y[~inside],
        linestyle="",
        marker="o",
        markersize=4.5,
        color="white",
        markeredgecolor=palette.RESIDENT_RATE.color,
        zorder=4,
    )
    worst = np.argsort(-np.abs(y - x))[:4]
    for i in worst:
        far = x[i] > low + 0.7 * (high - low)
        shift = (-5 if far else 5, -9 if y[i] < x[i] else 4)
        under = {"boxstyle": "square,pad=0.05", "facecolor": "white", "edgecolor": "none", "alpha": 0.75}
        side = "right" if far else "left"
        axis.annotate(
            names[rows[i].area], (x[i], y[i]), xytext=shift, textcoords="offset points", fontsize=7.8, ha=side, bbox=under, zorder=6
        )
    axis.set_xlim(low, high)
    axis.set_ylim(low, high)
    axis.set_xlabel(Text("{} 年普查（%）", "census {} (%)").get(lang).format(year))
    canvas.unit_label(
        axis, Text("模型（%），空心点为普查值在 80% 区间以外", "model (%), hollow: census outside the 80 % interval").get(lang)
    )


def _errors(axis: Axes, rows: list[Check], names: dict[str, str], lang: Language) -> None:
    largest = sorted(rows, key=lambda row: -abs(row.error))[:16]
    shown = sorted(largest, key=lambda row: row.error)
    down = shown[::-1]
    for look, side in ((palette.GAIN, 1), (palette.LOSS, -1)):
        at = [y for y, row in enumerate(down) if (row.error >= 0) == (side > 0)]
        axis.barh(
            at, [down[y].error for y in at], height=0.66, color=look.color, hatch=look.hatch, edgecolor="white", linewidth=0.4, zorder=3
        )
        for y in at:
            words = number(down[y].error, 1, sign=True)
            shift, hold = (3 * side, 0), "left" if side > 0 else "right"
            axis.annotate(words, (down[y].error, y), xytext=shift, textcoords="offset points", ha=hold, va="center", fontsize=7.8, zorder=5)
    axis.set_yticks(range(len(shown)), [names[row.area] for row in down], fontsize=8.0)
    axis.tick_params(axis="y", length=0, labelcolor=palette.INK)
    axis.set_ylim(len(shown) - 0.4, -0.6)
    axis.axvline(0, color=palette.INK, linewidth=0.8, zorder=4)
    reach = max(abs(row.error) for row in rows) * 1.45 + 0.1
    axis.set_xlim(-reach, reach)
    axis.grid(visible=False, axis="y")
    axis.set_title(Text("误差最大的地区", "largest misses").get(lang), loc="left", fontsize=9.3)
    axis.set_xlabel(Text("模型减普查（百分点）", "model minus census (points)").get(lang))
