"""Why the rate moves: the change of the urbanization rate taken apart into its components, exactly."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from urbsim.regions.model import Region
from urbsim.report import canvas, palette, reading
from urbsim.report.numbers import number, percent, span
from urbsim.report.sources import source_lines
from urbsim.text import Language, Text

TITLE = Text("城镇化率为什么变：{}", "Why the urbanization rate moves: {}")


@canvas.drawn
def figure_change(
    dataset: xr.Dataset,
    *,
    area: str | None = None,
    lang: Language = "zh",
    region: Region | None = None,
    periods: list[tuple[int, int]] | None = None,
) -> Figure:
    """Draw one waterfall a period: from the rate at its start, component by component, to the rate at its end.

    Bars are means over the runs, so that they add up exactly; whiskers hold 80 % of the runs.
    """
    area = area or reading.region_row(dataset)
    title = TITLE.get(lang).format(reading.area_names(dataset, region)[area].get(lang))
    periods = periods or reading.periods_of(dataset)
    rates = reading.members(dataset, "urbanization_rate", area=area)
    found = [reading.components(dataset, area, period) for period in periods]
    if rates is None or not periods or any(entry is None for entry in found):
        return canvas.figure_blank(lang=lang, title=title)
    room = canvas.Margins(1.5 if lang == "zh" else 2.2, 0.3, 0.85, 1.15)
    figure, panels = canvas.sheet(4.9, columns=len(periods), sharey=True, margins=room, wspace=0.09)
    runs = rates.shape[0]
    words = reading.words_of(dataset, "component", lang)
    for axis, period, entry in zip(panels, periods, found, strict=True):
        start, end = (reading.at_year_end(dataset, year) for year in period)
        if entry is None or start is None or end is None:
            canvas.blank(axis, lang)
            continue
        codes, values = entry
        _waterfall(axis, [words[code] for code in codes], values, float(rates[:, start].mean()), period, lang)
    note = Text(
        "柱为 {} 次模拟的平均，各项之和等于总变化；细线为 80% 的模拟所在范围",
        "bars: mean of {} runs, they add up exactly; thin lines: 80 % of the runs",
    )
    canvas.head(figure, title, note.get(lang).format(runs))
    canvas.foot(figure, source_lines(dataset, lang), lang)
    return figure


def _waterfall(axis: Axes, words: list[str], values: reading.Floats, start: float, period: tuple[int, int], lang: Language) -> None:
    mean = values.mean(axis=0)
    edges = start + np.concatenate([[0.0], np.cumsum(mean)])
    whiskers = reading.interval(values)
    lows, highs = edges[:-1] + whiskers.low, edges[:-1] + whiskers.high
    left, right = min(edges.min(), lows.min()), max(edges.max(), highs.max())
    reach = max(right - left, 0.1)
    rows = len(words) + 2
    for i, size in enumerate(mean):
        look = palette.GAIN if size >= 0 else palette.LOSS
        y = i + 1
        axis.barh(y, size, left=edges[i], height=0.62, color=look.color, hatch=look.hatch, edgecolor="white", linewidth=0.5, zorder=3)
        axis.plot([edges[i + 1]] * 2, [y, y + 1], color=palette.MUTED, linewidth=0.7, zorder=2)
        axis.plot([lows[i], highs[i]], [y, y], color=palette.INK, linewidth=1.0, zorder=5)
        end = max(edges[i], edges[i + 1], highs[i]) + 0.025 * reach
        axis.text(end, y, number(size, 1, sign=True), va="center", ha="left", fontsize=9, color=palette.INK, zorder=6)
    for y, value, year in ((0, edges[0], period[0]), (rows - 1, edges[-1], period[1])):
        axis.plot([value], [y], marker="D", markersize=7, color=palette.RESIDENT_RATE.color, zorder=6)
        axis.text(
            value + 0.05 * reach, y, f"{year}: {percent(value)}", va="center", ha="left", fontsize=9.5, color=palette.RESIDENT_RATE.color
        )
    axis.plot([edges[0]] * 2, [0, 1], color=palette.MUTED, linewidth=0.7)
    total = values.sum(axis=1)
    ends = reading.interval(total)
    head = Text("{}—{} 年：{} 个百分点", "{}–{}: {} points").get(lang).format(*period, number(float(total.mean()), 1, sign=True))
    if values.shape[0] > 1:
        head += Text("（80%：{}）", " (80 %: {})").get(lang).format(span(float(ends.low), float(ends.high), lang, sign=True))
    axis.set_title(head, loc="left", fontsize=9.5, color=palette.INK)
    names = [Text("期初", "start").get(lang), *words, Text("期末", "end").get(lang)]
    axis.set_yticks(range(rows), names)
    axis.set_ylim(rows - 0.4, -0.6)
    axis.set_xlim(left - 0.06 * reach, max(right + 0.2 * reach, edges[-1] + 0.4 * reach, edges[0] + 0.4 * reach))
    axis.grid(visible=False, axis="y")
    axis.tick_params(axis="y", length=0, labelcolor=palette.INK)
    axis.spines["left"].set_visible(False)
    axis.set_xlabel(Text("常住人口城镇化率（%）", "resident urbanization rate (%)").get(lang))
