"""What services are asked for and what is there, service by service, with the gap."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from urbsim.regions.model import Region
from urbsim.report import canvas, palette, reading
from urbsim.report.numbers import count_scale
from urbsim.report.sources import source_lines
from urbsim.text import Language, Text

COLUMNS = 4
TITLE_WIDTH = 30  # columns of text over a panel


@canvas.drawn
def figure_services(
    dataset: xr.Dataset, *, area: str | None = None, lang: Language = "zh", region: Region | None = None, group: str = "everyone"
) -> Figure:
    """Draw demand (with 80 % of the runs), supply and the unmet part of each service over the years; one small panel a service."""
    area = area or reading.region_row(dataset)
    title = Text("公共服务的需求、供给与缺口：{}", "Services: demand, supply and gap: {}").get(lang)
    title = title.format(reading.area_names(dataset, region)[area].get(lang))
    if "service" not in dataset.dims or reading.members(dataset, "service_demand", area=area) is None:
        return canvas.figure_blank(lang=lang, title=title)
    names = reading.words_of(dataset, "service", lang)
    rows = -(-len(names) // COLUMNS)
    room = canvas.Margins(0.5, 0.2, 0.55, 1.35)
    figure, panels = canvas.sheet(1.9 + 1.62 * rows, rows=rows, columns=COLUMNS, margins=room, wspace=0.3, hspace=0.95)
    units = (
        [str(word) for word in dataset[_unit_name(dataset, lang)].values]
        if _unit_name(dataset, lang) in dataset.coords
        else [""] * len(names)
    )
    for axis, (code, name), unit in zip(panels, names.items(), units, strict=False):
        _title(axis, name)
        _panel(axis, dataset, area, code, group, unit, lang)
    for axis in panels[len(names) :]:
        axis.axis("off")
    who = Text("全体常住人口", "all residents") if group == "everyone" else Text("农业转移人口", "rural-origin migrants")
    note = (
        Text(
            "对象：{}；横轴为年份；中位数，色带为需求的 80% 范围",
            "for: {}; horizontal axis: years; medians, band: 80 % of the runs (demand)",
        )
        .get(lang)
        .format(who.get(lang))
    )
    canvas.head(figure, title, note)
    _legend(figure, lang)
    canvas.foot(figure, source_lines(dataset, lang), lang)
    return figure


def _title(axis: Axes, words: str) -> None:
    """Set a panel's title, broken where it would leave the sheet."""
    axis.set_title("\n".join(canvas.wrap(words, TITLE_WIDTH)), loc="left", fontsize=9.3, pad=17)


def _unit_name(dataset: xr.Dataset, lang: Language) -> str:
    return f"service_unit_{lang}" if f"service_unit_{lang}" in dataset.coords else "service_unit"


def _panel(axis: Axes, dataset: xr.Dataset, area: str, service: str, group: str, unit: str, lang: Language) -> None:
    everyone = reading.members(dataset, "service_demand", area=area, service=service, group=group)
    migrants = reading.members(dataset, "service_demand", area=area, service=service, group="migrants")
    if everyone is None and migrants is not None:
        group = "migrants"
        _title(axis, axis.get_title(loc="left") + Text("（转移人口）", " (migrants)").get(lang))
    demand = reading.members(dataset, "service_demand", area=area, service=service, group=group)
    served = reading.members(dataset, "service_served", area=area, service=service, group=group)
    supply = reading.members(dataset, "service_supply", area=area, service=service)
    unmet = reading.members(dataset, "service_unmet", area=area, service=service, group=group)
    if demand is None:
        canvas.blank(axis, lang)
        return
    years = dataset["year"].values.astype(float)
    largest = max(float(np.nanmax(values)) for values in (demand, supply) if values is not None)
    scale = count_scale(largest, Text(unit, unit), lang)
    asked = reading.interval(demand / scale.divisor)
    axis.fill_between(years, asked.low, asked.high, color=palette.shade(palette.DEMAND.color, 0.16), linewidth=0, zorder=1)
    axis.plot(years, asked.median, color=palette.DEMAND.color, linestyle=palette.DEMAND.line, linewidth=1.5, zorder=5)
    gap = reading.quantile(unmet, 0.5) / scale.divisor if unmet is not None else None
    if gap is None and served is not None:
        gap = asked.median - reading.quantile(served, 0.5) / scale.divisor
    if gap is not None and np.nanmax(gap) > 0.002 * np.nanmax(asked.median):
        axis.fill_between(
            years,
            asked.median - gap,
            asked.median,
            facecolor=palette.GAP.color,
            hatch=palette.GAP.hatch,
            edgecolor="white",
            linewidth=0,
            zorder=3,
        )
    if supply is not None:
        there = reading.quantile(supply, 0.5) / scale.divisor
        axis.plot(years, there, color=palette.SUPPLY.color, linestyle=palette.SUPPLY.line, linewidth=1.5, zorder=6)
    else:
        under = {"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
        words = Text("供给：尚未建模", "supply: not modelled yet").get(lang)
        axis.text(0.5, 0.12, words, transform=axis.transAxes, ha="center", fontsize=7.8, color=palette.MUTED, bbox=under, zorder=8)
    axis.set_ylim(bottom=0)
    axis.locator_params(axis="y", nbins=4)
    ticks = sorted({years[0], *(year for year in (2020.0,) if years[0] + 3 < year < years[-1] - 3), years[-1]})
    axis.set_xticks(ticks, [f"{tick:.0f}" for tick in ticks])
    axis.grid(visible=False, axis="x")
    canvas.unit_label(axis, scale.unit.get(lang))
    axis.yaxis.label.set_fontsize(7.6)
    axis.tick_params(labelsize=7.6)


def _legend(figure: Figure, lang: Language) -> None:
    gap = Patch(
        facecolor=palette.GAP.color,
        hatch=palette.GAP.hatch,
        edgecolor="white",
        label=Text("未满足的部分（缺口）", "unmet (the gap)").get(lang),
    )
    handles = [
        Line2D([], [], color=palette.DEMAND.color, linestyle=palette.DEMAND.line, label=Text("需求", "demand").get(lang)),
        Line2D([], [], color=palette.SUPPLY.color, linestyle=palette.SUPPLY.line, label=Text("供给能力", "supply").get(lang)),
        gap,
    ]
    place = (0.12 / canvas.WIDTH, 1 - 0.62 / figure.get_figheight())
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=place, ncols=3, borderaxespad=0, columnspacing=1.6, handlelength=2.2)
