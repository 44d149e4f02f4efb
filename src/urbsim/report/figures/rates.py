"""The two urbanization rates over time: what the model expects, what was published, what is aimed at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from urbsim.regions.model import Published, Region
from urbsim.report import canvas, palette, reading
from urbsim.report.indicators import rate_target
from urbsim.report.numbers import number, percent
from urbsim.report.sources import source_lines
from urbsim.text import Language, Text

BANDS = ((0.95, 0.16), (0.8, 0.32), (0.5, 0.52))
#: The last quarter end (2015 Q4) before the register began to tell town from village by place: before and after are two notions.
HUKOU_BREAK = 2015.0
RESIDENT = Text("常住人口城镇化率", "Resident urbanization rate")
HUKOU = Text("户籍人口城镇化率", "Hukou (registered) urbanization rate")


@canvas.drawn
def figure_urbanization(
    dataset: xr.Dataset,
    *,
    area: str | None = None,
    lang: Language = "zh",
    region: Region | None = None,
    target: tuple[int, float] | None = None,
    frozen: xr.Dataset | None = None,
) -> Figure:
    """Draw both rates of `area` as fans (50, 80, 95 % of the runs) with the published figures on top and the target marked.

    `target` is year and value (percent) aimed at for the resident rate; by default the one of the target table, for the whole region.
    `frozen` is a result with behaviour kept still: its median is drawn dotted, so that one sees what behaviour adds.
    """
    area = area or reading.region_row(dataset)
    names = reading.area_names(dataset, region)
    years = reading.decimal_years(dataset)
    if target is None and area == reading.region_row(dataset):
        target = rate_target(dataset)
    figure, panels = canvas.sheet(
        6.3, rows=2, margins=canvas.Margins(0.55, 1.45, 0.95, 1.3), height_ratios=[1.25, 1], hspace=0.28, sharex=True
    )
    marks: list[Published] = []
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
        still = reading.members(frozen, name, area=area) if frozen is not None else None
        if frozen is not None and still is not None and not hukou:
            level = reading.quantile(still, 0.5)
            axis.plot(reading.decimal_years(frozen), level, color=palette.MUTED, linestyle=":", linewidth=1.5, zorder=3)
            ends.append((float(level[-1]), f"{Text('行为不变', 'still').get(lang)} {percent(float(level[-1]))}", palette.MUTED))
        if target is not None and not hukou:
            star = axis.plot([target[0]], [target[1]], linestyle="", marker="*", markersize=14, zorder=9, clip_on=False)[0]
            star.set(color=palette.TARGET, markeredgecolor="white", markeredgewidth=0.6)
            ends.append((target[1], f"{Text('目标', 'target').get(lang)} {percent(target[1])}", palette.TARGET))
        _end_labels(axis, years[-1], ends)
        if hukou:
            _break_note(axis, years, lang)
        canvas.years_axis(axis, years[0], years[-1], lang, named=hukou)
    canvas.head(figure, Text("城镇化率：{}", "Urbanization rates: {}").get(lang).format(names[area].get(lang)), _subtitle(dataset, lang))
    _legend(figure, marks, lang, target is not None)
    canvas.foot(figure, source_lines(dataset, lang, marks, region), lang)
    return figure


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
    axis.text(
        HUKOU_BREAK + 0.3,
        0.03,
        words,
        transform=axis.get_xaxis_transform(),
        fontsize=7.8,
        color=palette.HUKOU_RATE.color,
        va="bottom",
        linespacing=1.3,
    )


def _subtitle(dataset: xr.Dataset, lang: Language) -> str:
    runs = reading.count_members(dataset)
    if runs == 1:
        return Text("单次模拟，没有区间", "one run, no interval").get(lang)
    words = Text(
        "线为 {} 次模拟的中位数；色带由深到浅为 50%、80%、95% 的模拟所在范围",
        "line: median of {} runs; bands, dark to light: where 50, 80 and 95 % of the runs lie",
    )
    return words.get(lang).format(number(runs, 0))


#: Marker, fill and words of each vintage of published figures (`urbsim.regions.check.VINTAGES`).
VINTAGE_MARKS: dict[str, tuple[str, str, Text]] = {
    "census": ("D", palette.INK, Text("人口普查", "census")),
    "first_published": ("o", "white", Text("当年公布（2020年普查前口径）", "first published (before the 2020 census)")),
    "revised": ("s", "#8f9aa5", Text("普查后口径", "series after the 2020 census")),
    "register": ("^", "white", Text("户籍统计", "register")),
    "administrative": ("v", "white", Text("部门统计", "administrative")),
}


def _published(axis: Axes, points: Sequence[Published]) -> list[Published]:
    for vintage, (marker, fill, _) in VINTAGE_MARKS.items():
        chosen = [point for point in points if point.vintage == vintage]
        if chosen:
            x = [reading.year_of_point(point) for point in chosen]
            y = [point.value for point in chosen]
            axis.plot(
                x, y, linestyle="", marker=marker, markersize=5.5, color=fill, markeredgecolor=palette.INK, markeredgewidth=0.9, zorder=7
            )
    return list(points)


def _legend(figure: Figure, marks: Sequence[Published], lang: Language, target: bool) -> None:
    vintages = {point.vintage for point in marks}
    handles = [
        Line2D(
            [],
            [],
            linestyle="",
            marker=marker,
            markersize=5.5,
            color=fill,
            markeredgecolor=palette.INK,
            markeredgewidth=0.9,
            label=words.get(lang),
        )
        for vintage, (marker, fill, words) in VINTAGE_MARKS.items()
        if vintage in vintages
    ]
    if target:
        words = Text("规划目标", "target of the plan").get(lang)
        handles.append(Line2D([], [], linestyle="", marker="*", markersize=11, color=palette.TARGET, label=words))
    if handles:
        place = (0.12 / canvas.WIDTH, 1 - 0.62 / figure.get_figheight())
        figure.legend(
            handles=handles, loc="upper left", bbox_to_anchor=place, ncols=len(handles), borderaxespad=0, handletextpad=0.2,
            columnspacing=1.3, borderpad=0.2, fontsize=8.3,
        )  # fmt: skip
