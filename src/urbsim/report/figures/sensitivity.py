"""What an outcome depends on: Sobol bars and tornado, one panel a quantity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from urbsim.report import canvas, palette
from urbsim.report.numbers import Scale, count_scale, money_scale, number
from urbsim.sensitivity.analysis import Analysis, Sensitivity
from urbsim.text import Language, Text

FIRST, TOTAL = palette.Look("#17507f", "-", ""), palette.Look("#a9cbe0", "-", "////")
PANELS, BARS = 6, 10
ALONE = Text("单独作用（一阶）", "alone (first order)")
ALL = Text("连同交互作用（总）", "with interactions (total)")
ROW = 0.3


@canvas.drawn
def figure_sobol(analysis: Analysis, shown: Sequence[Sensitivity], *, lang: Language) -> Figure:
    """Draw first and total Sobol indices with 95 % intervals for each quantity in `shown`, factors sorted by their total index."""
    title = Text("结果取决于什么：索博尔指数", "What the outcome depends on: Sobol indices").get(lang)
    found = [one for one in shown if one.best is not None][:PANELS]
    if not found:
        return canvas.figure_blank(lang=lang, title=title)
    figure, panels = _panels(analysis, len(found), lang)
    for axis, one in zip(panels, found, strict=True):
        _sobol_panel(axis, analysis, one, lang)
    panels[0].legend(loc="lower right", fontsize=7.8)
    note = Text(
        "占方差的比例；细线为 95% 区间；浅色斜线条为总指数，深色条为一阶指数",
        "share of variance; thin lines: 95 % intervals; light bars total, dark bars first",
    )
    canvas.head(figure, title, note.get(lang))
    canvas.foot(figure, [_source(analysis, found, lang)], lang)
    return figure


def _sobol_panel(axis: Axes, analysis: Analysis, one: Sensitivity, lang: Language) -> None:
    indices = one.sobol[str(one.best)]
    order = np.argsort(-np.nan_to_num(indices.total))[:BARS]
    for y, k in enumerate(order):
        for look, size, low, high, height, words in (
            (TOTAL, indices.total[k], indices.total_low[k], indices.total_high[k], 0.66, ALL),
            (FIRST, indices.first[k], indices.first_low[k], indices.first_high[k], 0.3, ALONE),
        ):
            label = words.get(lang) if y == 0 else None
            axis.barh(
                y,
                max(size, 0.0),
                height=height,
                color=look.color,
                hatch=look.hatch,
                edgecolor="white",
                linewidth=0.5,
                zorder=3,
                label=label,
            )
            shift = -0.2 if look is TOTAL else 0.0
            axis.plot([max(low, 0.0), min(max(high, 0.0), 1.25)], [y + shift] * 2, color=palette.INK, linewidth=0.9, zorder=5)
    axis.set_xlim(0.0, max(1.0, min(1.25, float(np.nanmax(indices.total_high)))))
    _rows(axis, [_short(analysis, int(k), lang) for k in order], one.quantity.title.get(lang))


@canvas.drawn
def figure_tornado(analysis: Analysis, shown: Sequence[Sensitivity], *, lang: Language) -> Figure:
    """Draw for each quantity what it is with each factor low and high, the others in the middle; widest bars first."""
    title = Text("每个因素单独变动，结果变多少", "What each factor alone does").get(lang)
    found = [one for one in shown if one.bars][:PANELS]
    if not found:
        return canvas.figure_blank(lang=lang, title=title)
    figure, panels = _panels(analysis, len(found), lang)
    for axis, one in zip(panels, found, strict=True):
        _tornado_panel(axis, analysis, one, lang)
    panels[0].legend(loc="lower right", fontsize=7.8)
    note = Text("竖线：各因素都取中间值（或基准）时的结果", "upright line: all factors in the middle (or as in the base)")
    canvas.head(figure, title, note.get(lang))
    canvas.foot(figure, [_source(analysis, found, lang)], lang)
    return figure


def _tornado_panel(axis: Axes, analysis: Analysis, one: Sensitivity, lang: Language) -> None:
    bars = one.bars
    order = sorted(range(len(bars)), key=lambda k: -abs(np.nan_to_num(bars[k].high - bars[k].low)))[:BARS]
    scale = scale_of(one, lang)
    for y, k in enumerate(order):
        low, high = bars[k].low - one.middle, bars[k].high - one.middle
        inner = 0.3 if low * high > 0 else 0.62  # both ends on one side: the second bar leaves the first in sight
        for look, end, height, words in (
            (palette.LOSS, low, 0.62, Text("因素取低值", "factor low")),
            (palette.GAIN, high, inner, Text("因素取高值", "factor high")),
        ):
            axis.barh(
                y, end / scale.divisor, left=one.middle / scale.divisor, height=height, color=look.color, hatch=look.hatch,
                edgecolor="white", linewidth=0.5, zorder=3, label=words.get(lang) if y == 0 else None,
            )  # fmt: skip
    axis.axvline(one.middle / scale.divisor, color=palette.INK, linewidth=1.0, zorder=5)
    axis.margins(x=0.12)
    head = f"{one.quantity.title.get(lang)}{'（' if lang == 'zh' else ' ('}{scale.unit.get(lang)}{'）' if lang == 'zh' else ')'}"
    _rows(axis, [_short(analysis, k, lang) for k in order], head)


def scale_of(one: Sensitivity, lang: Language) -> Scale:
    """Return the unit in which a quantity's numbers read well."""
    ends = [abs(end) for bar in one.bars for end in (bar.low, bar.high) if np.isfinite(end)]
    largest = max([*ends, float(np.abs(one.quantity.values).max())])
    if one.quantity.unit.en.startswith("yuan"):
        return money_scale(largest, lang)
    if one.quantity.unit.en.split()[0] in ("persons", "households", "children", "pupils"):
        noun = Text(one.quantity.unit.zh.split("/")[0], one.quantity.unit.en.split()[0])
        return count_scale(largest, noun, lang)
    return Scale(1.0, one.quantity.unit, 2)


def _panels(analysis: Analysis, count: int, lang: Language) -> tuple[Figure, list[Axes]]:
    columns = 2 if count > 1 else 1
    rows = -(-count // columns)
    bars = min(len(analysis.study.factors), BARS)
    each = ROW * bars + 0.75
    left = 1.7 if lang == "zh" else 2.1
    room = canvas.Margins(left, 0.3, 0.75, 1.1)
    figure, panels = canvas.sheet(
        rows * each + 1.6, rows=rows, columns=columns, margins=room, wspace=0.75 if columns == 2 else 0.2, hspace=0.42
    )
    for axis in panels[count:]:
        axis.set_visible(False)
    return figure, panels[:count]


def _rows(axis: Axes, words: list[str], title: str) -> None:
    axis.set_yticks(range(len(words)), words)
    axis.set_ylim(len(words) - 0.4, -0.6)
    axis.grid(visible=False, axis="y")
    axis.tick_params(axis="y", length=0, labelcolor=palette.INK, labelsize=8)
    axis.set_title("\n".join(canvas.wrap(title, 40)[:2]), loc="left", fontsize=9.2, color=palette.INK)


def _short(analysis: Analysis, k: int, lang: Language) -> str:
    factor = analysis.study.factors[k]
    lines = canvas.wrap(factor.title.get(lang), 24 if lang == "zh" else 27)
    return "\n".join([*lines[:1], *([lines[1] + ("…" if len(lines) > 2 else "")] if len(lines) > 1 else [])])


def _source(analysis: Analysis, shown: Sequence[Sensitivity], lang: Language) -> str:
    told = Text("研究 {}：{} 个设计点中的 {} 个", "study {0}: {2} of {1} points of the design").get(lang)
    words = told.format(analysis.study.name, analysis.size, analysis.used)
    errors = [one.emulator.explained for one in shown if one.emulator is not None]
    if errors:
        more = Text("；模拟器在未见过的运行上解释 {} 至 {}% 的方差", "; emulators explain {} to {} % of the variance of runs not seen").get(
            lang
        )
        words += more.format(number(100 * min(errors), 0), number(100 * max(errors), 0))
    return words
