"""The two urbanization rates over time: what the model expects, what was published, what is aimed at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from urbsim.report import canvas, palette, reading
from urbsim.report.numbers import number, percent
from urbsim.report.protocols import PublishedFigure, RegionLike
from urbsim.text import Language, Text

BANDS = ((0.95, 0.16), (0.8, 0.32), (0.5, 0.52))
#: The last quarter end (2015 Q4) before the register began to tell town from village by place: before and after are two notions.
HUKOU_BREAK = 2015.0
RESIDENT = Text("常住人口城镇化率", "Resident urbanization rate")
HUKOU = Text("户籍人口城镇化率", "Hukou (registered) urbanization rate")


@canvas.drawn
def figure_urbanization(
    dataset: xr.Dataset, *, area: str | None = None, lang: Language = "zh", region: RegionLike | None = None, target: float | None = None
) -> Figure:
    """Draw both rates of `area` as fans (50, 80, 95 % of the runs) with the published figures on top and the target marked.

    `target` is the resident rate aimed at for the last year, in percent; by default the one of the first indicator, for the region.
    """
    area = area or reading.region_row(dataset)
    names = reading.area_names(dataset, region)
    years = reading.decimal_years(dataset)
    if target is None and area == reading.region_row(dataset):
        target = resident_target(dataset)
    figure, panels = canvas.sheet(
        6.3, rows=2, margins=canvas.Margins(0.55, 1.45, 0.95, 1.3), height_ratios=[1.25, 1], hspace=0.28, sharex=True
    )
    marks: list[PublishedFigure] = []
    for axis, name, look, words in (
        (panels[0], "urbanization_rate", palette.RESIDENT_RATE, RESIDENT),
        (panels[1], "hukou_urbanization_rate", palette.HUKOU_RATE, HUKOU),
    ):
        canvas.unit_label(axis, words.get(lang) + Text("（%）", " (%)").get(lang))
        values = reading.members(dataset, name, area=area)
        if values is None:
            canvas.blank(axis, lang)
            continue
        hukou = name.startswith("hukou")
        middle = _fan(axis, years, values, look, broken=hukou)
        points = reading.published(region, area, name)
        _published(axis, points)
        marks += points
        ends = [(middle, f"{Text('模型', 'model').get(lang)} {percent(middle)}", look.color)]
        if target is not None and not hukou:
            star = {"marker": "*", "markersize": 14, "color": palette.TARGET, "markeredgecolor": "white", "markeredgewidth": 0.6}
            axis.plot([years[-1]], [target], zorder=9, clip_on=False, **star)
            ends.append((target, f"{Text('目标', 'target').get(lang)} {percent(target)}", palette.TARGET))
        _end_labels(axis, years[-1], ends)
        if hukou:
            _break_note(axis, years, lang)
        canvas.years_axis(axis, years[0], years[-1], lang, named=hukou)
    canvas.head(figure, Text("城镇化率：{}", "Urbanization rates: {}").get(lang).format(names[area].get(lang)), _subtitle(dataset, lang))
    _legend(figure, marks, lang, target is not None)
    canvas.foot(figure, source_lines(marks, dataset, lang), lang)
    return figure


def resident_target(dataset: xr.Dataset) -> float | None:
    """Return the target of the resident urbanization rate, the first indicator that is a rate of this name, or None."""
    if "indicator" not in dataset.dims or "target" not in dataset:
        return None
    for code, value in zip(reading.labels_of(dataset, "indicator"), dataset["target"].values, strict=True):
        if "urbanization" in code and "hukou" not in code and np.isfinite(value):
            return float(value)
    return None


def _fan(axis: Axes, years: reading.Floats, values: reading.Floats, look: palette.Look, *, broken: bool) -> float:
    pieces = [np.arange(years.size)]
    if broken:
        pieces = [np.flatnonzero(years < HUKOU_BREAK + 0.01), np.flatnonzero(years > HUKOU_BREAK + 0.01)]
    for piece in pieces:
        if not piece.size:
            continue
        x, part = years[piece], values[:, piece]
        if values.shape[0] > 1:
            for mass, strength in BANDS:
                band = reading.interval(part, mass)
                axis.fill_between(x, band.low, band.high, color=palette.shade(look.color, strength), linewidth=0, zorder=2)
        axis.plot(x, reading.quantile(part, 0.5), color=look.color, linestyle=look.line, zorder=4)
    return float(reading.quantile(values[:, -1:], 0.5)[0])


def _end_labels(axis: Axes, x: float, ends: Sequence[tuple[float, str, str]]) -> None:
    low, high = axis.get_ylim()
    places = canvas.spread([value for value, _, _ in ends], (high - low) * 0.085)
    for (value, words, color), place in zip(ends, places, strict=True):
        axis.annotate(
            words, (x, value), xytext=(x + 0.75, place), textcoords="data", ha="left", va="center", fontsize=9.5, color=color,
            annotation_clip=False, linespacing=1.2, arrowprops={"arrowstyle": "-", "color": color, "lw": 0.6, "shrinkA": 1, "shrinkB": 3},
        )  # fmt: skip


def _break_note(axis: Axes, years: reading.Floats, lang: Language) -> None:
    if not years[0] < HUKOU_BREAK < years[-1]:
        return
    axis.axvline(HUKOU_BREAK + 0.125, color=palette.HUKOU_RATE.color, linewidth=0.8, linestyle=(0, (2, 3)), zorder=1)
    words = Text("2016年起户籍城乡口径改变\n前后不可比，不连线", "definition of urban register\nchanged in 2016: never joined").get(lang)
    axis.text(HUKOU_BREAK + 0.3, 0.03, words, transform=axis.get_xaxis_transform(), fontsize=7.8, color=palette.HUKOU_RATE.color, va="bottom", linespacing=1.3)


def _subtitle(dataset: xr.Dataset, lang: Language) -> str:
    runs = reading.count_members(dataset)
    if runs == 1:
        return Text("单次模拟，没有区间", "one run, no interval").get(lang)
    words = Text(
        "线为 {} 次模拟的中位数；色带由深到浅为 50%、80%、95% 的模拟所在范围",
        "line: median of {} runs; bands, dark to light: where 50, 80 and 95 % of the runs lie",
    )
    return words.get(lang).format(number(runs, 0))


VINTAGE_MARKS: dict[str, tuple[str, str, Text]] = {
    "census": ("D", palette.INK, Text("人口普查", "census")),
    "first": ("o", "white", Text("当年公布（2020年普查前口径）", "first published (before the 2020 census)")),
    "revised": ("s", "#8f9aa5", Text("普查后口径", "series after the 2020 census")),
    "register": ("^", "white", Text("户籍统计", "register")),
    "other": ("v", "white", Text("公布数据", "published")),
}


def vintage_kind(vintage: str) -> str:
    """Return which kind of published figure a vintage is: census, first, revised, register or other."""
    words = vintage.lower()
    for kind, signs in (("census", ("census",)), ("revised", ("revis", "post", "after")), ("first", ("first", "pre", "bulletin", "annual")),
                        ("register", ("hukou", "regist"))):  # fmt: skip
        if any(sign in words for sign in signs) and not (kind == "census" and ("pre" in words or "post" in words or "after" in words)):
            return kind
    return "other"


def _published(axis: Axes, points: Sequence[PublishedFigure]) -> list[PublishedFigure]:
    for kind, (marker, fill, _) in VINTAGE_MARKS.items():
        chosen = [point for point in points if vintage_kind(point.vintage) == kind]
        if chosen:
            x = [reading.year_of_point(point) for point in chosen]
            y = [point.value for point in chosen]
            axis.plot(x, y, linestyle="", marker=marker, markersize=5.5, color=fill, markeredgecolor=palette.INK, markeredgewidth=0.9, zorder=7)
    return list(points)


def _legend(figure: Figure, marks: Sequence[PublishedFigure], lang: Language, target: bool) -> None:
    kinds = {vintage_kind(point.vintage) for point in marks}
    handles = [
        Line2D([], [], linestyle="", marker=marker, markersize=5.5, color=fill, markeredgecolor=palette.INK, markeredgewidth=0.9, label=words.get(lang))
        for kind, (marker, fill, words) in VINTAGE_MARKS.items()
        if kind in kinds
    ]
    if target:
        words = Text("规划目标", "target of the plan").get(lang)
        handles.append(Line2D([], [], linestyle="", marker="*", markersize=11, color=palette.TARGET, label=words))
    if handles:
        place = (0.12 / canvas.WIDTH, 1 - 0.62 / figure.get_figheight())
        figure.legend(
            handles=handles, loc="upper left", bbox_to_anchor=place, ncols=len(handles), borderaxespad=0, handletextpad=0.2, columnspacing=1.3,
            borderpad=0.2, fontsize=8.3,
        )  # fmt: skip


def source_lines(marks: Sequence[PublishedFigure], dataset: xr.Dataset, lang: Language) -> list[str]:
    """Return the source line of a picture: where its published figures come from, and that the rest is the model's."""
    sources = list(dict.fromkeys(point.source for point in marks if point.source))
    shown = ("；" if lang == "zh" else "; ").join(sources[:5])
    if len(sources) > 5:
        shown += Text(" 等 {} 项", " and {} more").get(lang).format(len(sources) if lang == "zh" else len(sources) - 5)
    lines = [Text("公布数据：{}", "Published figures: {}").get(lang).format(shown)] if sources else []
    runs = reading.count_members(dataset)
    words = Text("其余为模型结果（urbsim，{} 次模拟）", "The rest: model results (urbsim, {} runs)")
    if not sources:
        words = Text("模型结果（urbsim，{} 次模拟）", "Model results (urbsim, {} runs)")
    return [*lines, words.get(lang).format(runs)]
