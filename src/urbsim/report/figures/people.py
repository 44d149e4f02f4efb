"""Who lives in town under which status, who settles, who goes back, who waits, and where they live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from urbsim.regions.model import Region
from urbsim.report import canvas, palette, reading
from urbsim.report.numbers import Scale, count_scale, number
from urbsim.report.sources import source_lines
from urbsim.text import Language, Text

PERSONS = Text("人", "persons")
HOUSEHOLDS = Text("户", "households")
SHORT = {
    "rural": Text("本地农村户籍", "rural register"),
    "settled": Text("已落户", "settled"),
    "permit": Text("持居住证", "permit"),
    "unregistered": Text("未办居住证", "no permit"),
}


@canvas.drawn
def figure_streams(dataset: xr.Dataset, *, area: str | None = None, lang: Language = "zh", region: Region | None = None) -> Figure:
    """Draw rural-origin people away from home by status (stock), and the yearly streams of settling, permits and returns."""
    area = area or reading.region_row(dataset)
    name = reading.area_names(dataset, region)[area].get(lang)
    figure, (left, right) = canvas.sheet(4.5, columns=2, margins=canvas.Margins(0.65, 1.35, 0.85, 1.05), wspace=0.62)
    _status_stock(left, dataset, area, lang)
    _streams(right, dataset, area, lang)
    title = Text("农业转移人口的身份与流动：{}", "Rural-origin people in town, by status and stream: {}").get(lang).format(name)
    note = Text(
        "左：年末人数（平均，累叠）；右：全年人数（中位数，色带为 80% 的模拟）",
        "left: persons at year end (means, stacked); right: persons a year (median; band: 80 % of runs)",
    )
    canvas.head(figure, title, note.get(lang))
    canvas.foot(figure, source_lines(dataset, lang), lang)
    return figure


def _status_stock(axis: Axes, dataset: xr.Dataset, area: str, lang: Language) -> None:
    found = {status: reading.members(dataset, "migrants", area=area, status=status) for status in reading.IN_TOWN}
    stocks = {status: values.sum(axis=-1).mean(axis=0) for status, values in found.items() if values is not None and values.any()}
    if not stocks:
        canvas.blank(axis, lang)
        return
    years = reading.decimal_years(dataset)
    stack(axis, years, {code: (SHORT[code], values) for code, values in stocks.items()}, palette.STATUS, PERSONS, lang)


def stack(
    axis: Axes,
    x: reading.Floats,
    parts: Mapping[str, tuple[Text, reading.Floats]],
    looks: Mapping[str, palette.Look],
    noun: Text,
    lang: Language,
) -> None:
    """Draw stacked areas with a hatch each and their names at the right end."""
    total = np.sum([values for _, values in parts.values()], axis=0)
    scale = count_scale(float(np.nanmax(total)), noun, lang)
    base = np.zeros_like(total)
    ends: list[tuple[float, str]] = []
    for code, (words, values) in parts.items():
        look = looks.get(code, palette.Look(palette.MUTED))
        top = base + values / scale.divisor
        _layer(axis, x, base, top, look)
        ends.append((float((base[-1] + top[-1]) / 2), f"{words.get(lang)}\n{number(values[-1] / scale.divisor, scale.decimals)}"))
        base = top
    axis.set_ylim(0, float(np.nanmax(base)) * 1.04)
    side_labels(axis, float(x[-1]), ends, [palette.INK] * len(ends), lines=2)
    canvas.years_axis(axis, float(x[0]), float(x[-1]), lang, step=4)
    canvas.unit_label(axis, scale.unit.get(lang))


def _layer(axis: Axes, x: reading.Floats, low: reading.Floats, high: reading.Floats, look: palette.Look) -> None:
    axis.fill_between(x, low, high, facecolor=look.color, hatch=look.hatch, edgecolor="white", linewidth=0, zorder=3)
    if low.any():
        axis.plot(x, low, color="white", linewidth=1.0, zorder=4)


def side_labels(axis: Axes, x: float, ends: Sequence[tuple[float, str]], colors: Sequence[str], *, lines: int = 1) -> None:
    """Write names to the right of the axis, moved apart where they would touch."""
    low, high = axis.get_ylim()
    inches = canvas.height_of(axis)
    gap = (high - low) * 0.155 * lines / inches
    left, right = axis.get_xlim()
    step = (right - left) * 0.045
    for (value, words), place, color in zip(ends, canvas.spread([value for value, _ in ends], gap), colors, strict=True):
        axis.annotate(
            words, (x, value), xytext=(right + step, place), ha="left", va="center", fontsize=8.4, color=color, annotation_clip=False,
            linespacing=1.15, arrowprops={"arrowstyle": "-", "color": palette.MUTED, "lw": 0.5, "shrinkA": 1, "shrinkB": 1},
        )  # fmt: skip


def _streams(axis: Axes, dataset: xr.Dataset, area: str, lang: Language) -> None:
    streams = (
        ("settled", Text("落户", "settled"), reading.members(dataset, "settled", area=area)),
        ("permit", Text("办居住证", "permits\nissued"), reading.members(dataset, "permits_issued", area=area)),
        ("village", Text("返回村里", "back to\nvillage"), reading.returns(dataset, area, "village")),
        ("county_town", Text("返回县城", "back to\ncounty town"), reading.returns(dataset, area, "county_town")),
    )
    summed: dict[str, tuple[str, reading.Floats]] = {}
    x = np.array([0.0])
    for code, words, values in streams:
        if values is not None:
            years, yearly = reading.by_year(dataset, values if values.ndim == 2 else values.sum(axis=-1))
            if yearly.size:
                summed[code], x = (words.get(lang), yearly), years.astype(np.float64)
    if not summed:
        canvas.blank(axis, lang)
        return
    scale = count_scale(max(float(np.nanmax(values)) for _, values in summed.values()), PERSONS, lang)
    ends: list[tuple[float, str]] = []
    for code, (name, yearly) in summed.items():
        middle = _line(axis, x, yearly, palette.STATUS[code], scale)
        ends.append((middle, f"{name} {number(middle, scale.decimals)}"))
    axis.set_ylim(bottom=0)
    side_labels(axis, float(x[-1]), ends, [palette.INK] * len(ends), lines=1 if lang == "zh" else 2)
    canvas.years_axis(axis, float(x[0]), float(x[-1]), lang, step=4, named=False)
    axis.set_xlabel(Text("年份（全年）", "year").get(lang))
    canvas.unit_label(axis, Text("{}/年", "{} a year").get(lang).format(scale.unit.get(lang)))


def _line(axis: Axes, x: reading.Floats, values: reading.Floats, look: palette.Look, scale: Scale) -> float:
    shown = reading.interval(values / scale.divisor)
    if values.shape[0] > 1:
        axis.fill_between(x, shown.low, shown.high, color=palette.shade(look.color, 0.28), linewidth=0, zorder=2)
    axis.plot(x, shown.median, color=look.color, linestyle=look.line, marker=look.marker, markersize=4, markevery=3, zorder=4)
    return float(shown.median[-1])


@canvas.drawn
def figure_queues(dataset: xr.Dataset, *, area: str | None = None, lang: Language = "zh", region: Region | None = None) -> Figure:
    """Draw how many households wait to settle and for rental homes."""
    area = area or reading.region_row(dataset)
    title = Text("排队等候的家庭：{}", "Households waiting: {}").get(lang).format(reading.area_names(dataset, region)[area].get(lang))
    kind = reading.axis_of(dataset, "queue")
    found = reading.members(dataset, "queue", area=area)
    if kind is None or found is None:
        return canvas.figure_blank(lang=lang, title=title)
    codes, names = reading.labels_of(dataset, kind), reading.words_of(dataset, kind, lang)
    figure, panels = canvas.sheet(3.2, columns=len(codes), margins=canvas.Margins(0.6, 0.3, 0.85, 1.15), wspace=0.3)
    years = reading.decimal_years(dataset)
    for axis, i, code in zip(panels, range(len(codes)), codes, strict=True):
        axis.set_title(names[code], loc="left", fontsize=9.8, pad=18)
        values = found[..., i]
        if not np.isfinite(values).any():
            canvas.blank(axis, lang)
            continue
        scale = count_scale(float(np.nanmax(values)), HOUSEHOLDS, lang)
        look = palette.QUEUE.get(code, palette.Look(palette.MUTED))
        _line(axis, years, values, palette.Look(look.color, look.line, "", ""), scale)
        axis.set_ylim(bottom=0)
        canvas.years_axis(axis, years[0], years[-1], lang, step=4)
        canvas.unit_label(axis, scale.unit.get(lang))
    note = Text("季末户数；线为中位数，色带为 80% 的模拟", "households at quarter end; line: median, band: 80 % of runs").get(lang)
    canvas.head(figure, title, note)
    canvas.foot(figure, source_lines(dataset, lang), lang)
    return figure


@canvas.drawn
def figure_tenure(dataset: xr.Dataset, *, area: str | None = None, lang: Language = "zh", region: Region | None = None) -> Figure:
    """Draw how the migrant households of an area are housed: shares over time, stacked."""
    area = area or reading.region_row(dataset)
    title = (
        Text("农业转移家庭住在哪里：{}", "How migrant households are housed: {}")
        .get(lang)
        .format(reading.area_names(dataset, region)[area].get(lang))
    )
    kind = reading.axis_of(dataset, "households")
    found = reading.members(dataset, "households", area=area)
    if kind is None or found is None:
        return canvas.figure_blank(lang=lang, title=title)
    middle = found.mean(axis=0)
    total = middle.sum(axis=-1, keepdims=True)
    share = 100 * np.divide(middle, total, out=np.zeros_like(middle), where=total > 0)
    figure, (axis,) = canvas.sheet(3.9, margins=canvas.Margins(0.6, 2.7, 0.85, 1.05))
    years, names = reading.decimal_years(dataset), reading.words_of(dataset, kind, lang)
    base = np.zeros(years.size)
    handles: list[Patch] = []
    for i, code in enumerate(reading.labels_of(dataset, kind)):
        look = palette.TENURE.get(code, palette.Look(palette.MUTED))
        _layer(axis, years, base, base + share[:, i], look)
        words = f"{names[code]} {number(share[0, i], 1)} → {number(share[-1, i], 1)}"
        handles.append(Patch(facecolor=look.color, hatch=look.hatch, edgecolor="white", label=words))
        base = base + share[:, i]
    axis.set_ylim(0, 100)
    canvas.years_axis(axis, years[0], years[-1], lang)
    canvas.unit_label(axis, Text("占家庭数（%）", "share of households (%)").get(lang))
    heading = Text("占比 %：{} → {}", "share, %: {} → {}").get(lang).format(f"{years[0]:.0f}", f"{years[-1]:.0f}")
    axis.legend(
        handles=handles[::-1],
        loc="center left",
        bbox_to_anchor=(1.02, 0.5),
        title=heading,
        alignment="left",
        handlelength=1.6,
        handleheight=1.1,
        labelspacing=0.7,
    )
    canvas.head(figure, title, Text("季末户数的占比（平均）", "share of households at quarter end (means)").get(lang))
    canvas.foot(figure, source_lines(dataset, lang), lang)
    return figure
