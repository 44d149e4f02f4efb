"""The target table as a picture: where each indicator started, where it should be, where the runs end."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from urbsim.regions.model import Region
from urbsim.report import canvas, palette
from urbsim.report.indicators import IndicatorRow, indicator_rows
from urbsim.report.numbers import NOT_MODELLED, chance_of_target, likely, number, probability, span
from urbsim.results.targets import PUBLISHED_ERROR, TargetRow
from urbsim.text import Language, Text

BAR_LEFT, BAR_RIGHT, CHANCE = 0.565, 0.735, 0.795  # of the width: the bar, the right end of the probability
RUNS_ALONE = Text("仅看模拟", "by the runs alone")
AS_PUBLISHED = Text("计入公布误差：{}", "as published: {}")


@canvas.drawn
def figure_targets(dataset: xr.Dataset, *, area: str | None = None, lang: Language = "zh", region: Region | None = None) -> Figure:
    """Draw the indicators of the plan: base value, target, model with interval, progress and the chance to meet the target.

    Indicators are of the whole region; `area` is there so that all pictures are asked for in the same way.
    """
    rows = indicator_rows(dataset, lang)
    title = Text("目标完成情况", "Targets and what the model expects").get(lang)
    if not rows:
        return canvas.figure_blank(lang=lang, title=title)
    at = rows[0].year
    figure, (axis,) = canvas.sheet(1.75 + 0.37 * len(rows), margins=canvas.Margins(0.18, 0.18, 0.5, 0.72))
    axis.axis("off")
    axis.set_xlim(0, 1)
    axis.set_ylim(len(rows) - 0.4, -1.1)
    note = Text(
        "进度条：左端为基期值（累计指标为 0），竖线为目标；深色点为中位数，横线为 80% 的模拟",
        "progress: left end is the base value (0 for sums), the upright line is the target; dot: median, line: 80 % of the runs",
    )
    canvas.head(figure, title, note.get(lang))
    _heading(axis, at, lang)
    for i, row in enumerate(rows):
        _row(axis, i, row, lang)
    if any(entry.row.has_target for entry in rows):
        axis.plot([_bar(1.0)] * 2, [-0.5, len(rows) - 0.5], color=palette.TARGET, linewidth=1.1, zorder=2)
    sums = (
        Text("带 Σ 的指标为 {}—{} 年累计数", "Σ: summed over {}–{}").get(lang).format(rows[0].first_year, at)
        if any(entry.row.cumulative for entry in rows)
        else ""
    )
    source = Text("模型结果（urbsim）；基期值和目标见规划文件", "Model results (urbsim); base values and targets: the plan").get(lang)
    error = PUBLISHED_ERROR.get(lang) if any(np.isfinite(entry.row.as_published) for entry in rows) else ""
    canvas.foot(figure, (sums, error, source), lang)
    return figure


def _bar(progress: float) -> float:
    return BAR_LEFT + (BAR_RIGHT - BAR_LEFT) * min(max(progress, 0.0), 1.3) / 1.3


def _heading(axis: Axes, year: int, lang: Language) -> None:
    columns = (
        (0.0, "left", Text("指标", "indicator")),
        (0.345, "right", Text("基期", "base")),
        (0.405, "right", Text("目标", "target")),
        (0.415, "left", Text(f"{year}年 模型（80%）", f"model {year} (80 %)")),
        (BAR_LEFT + 0.01, "left", Text("进度", "progress")),
        (1.0, "right", Text("达到目标的可能", "chance to meet it")),
    )
    for x, side, words in columns:
        axis.text(x if x != 0.415 else 0.425, -0.75, words.get(lang), ha=side, va="center", fontsize=8.5, color=palette.MUTED)
    axis.axhline(-0.45, color=palette.MUTED, linewidth=0.8)


def _row(axis: Axes, y: int, entry: IndicatorRow, lang: Language) -> None:
    size, row = 8.8, entry.row
    unit = f"（{entry.unit}）" if lang == "zh" else f" ({entry.unit})"
    name = canvas.wrap(("Σ " if row.cumulative else "") + entry.name + unit, 46)
    shown = name[0] if len(name) == 1 else "\n".join(name[:2])
    axis.text(0.0, y, shown, va="center", fontsize=size if len(name) == 1 else 7.8, linespacing=1.15)
    for x, value in ((0.345, row.baseline), (0.405, row.target)):
        axis.text(
            x, y, number(value, entry.decimals), ha="right", va="center", fontsize=size, color=palette.MUTED if x < 0.4 else palette.TARGET
        )
    axis.axhline(y + 0.5, color=palette.GRID, linewidth=0.7)
    if not np.isfinite(row.median):
        axis.text(0.425, y, (row.remark or NOT_MODELLED).get(lang), va="center", fontsize=size, color=palette.MUTED)
        return
    axis.text(0.425, y, number(row.median, entry.decimals), va="center", fontsize=size + 0.4)
    if row.members > 1:
        axis.text(0.472, y, f"({span(entry.low, entry.high, lang, entry.decimals)})", va="center", fontsize=7.4, color=palette.MUTED)
    if np.isfinite(entry.progress):
        axis.barh(y, BAR_RIGHT - BAR_LEFT, left=BAR_LEFT, height=0.5, color="#eef2f5", zorder=1)
        axis.barh(
            y,
            _bar(entry.progress) - BAR_LEFT,
            left=BAR_LEFT,
            height=0.5,
            color=palette.shade(palette.RESIDENT_RATE.color, 0.45),
            zorder=1.5,
        )
        axis.plot([_bar(entry.progress_low), _bar(entry.progress_high)], [y, y], color=palette.INK, linewidth=1.2, zorder=4)
        axis.plot([_bar(entry.progress)], [y], marker="o", markersize=5, color=palette.RESIDENT_RATE.color, zorder=5)
    if np.isfinite(row.probability):
        _chances(axis, y, row, lang)


def _chances(axis: Axes, y: int, row: TargetRow, lang: Language) -> None:
    """Write the probability of the target; for a published rate that of the runs alone, and below it that with the rate's own error."""
    likelihood = likely(row.with_all_errors, row.members).get(lang) if row.members > 1 else ""
    alone = chance_of_target(row.probability, row.members, lang)
    if not np.isfinite(row.as_published):
        _chance(axis, y, 9.8, alone, likelihood)
        return
    _chance(axis, y - 0.2, 7.4, alone, RUNS_ALONE.get(lang))
    _chance(axis, y + 0.2, 7.4, probability(row.as_published), AS_PUBLISHED.get(lang).format(likelihood))


def _chance(axis: Axes, y: float, size: float, share: str, words: str) -> None:
    axis.text(CHANCE, y, share, ha="right", va="center", fontsize=size)
    axis.text(1.0, y, words, ha="right", va="center", fontsize=min(size, 8), color=palette.MUTED)
