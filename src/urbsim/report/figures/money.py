"""What the services cost and who pays."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from urbsim.regions.model import Region
from urbsim.report import canvas, palette, reading
from urbsim.report.numbers import money_scale, number
from urbsim.report.sources import source_lines
from urbsim.text import Language, Text


@canvas.drawn
def figure_costs(dataset: xr.Dataset, *, area: str | None = None, lang: Language = "zh", region: Region | None = None) -> Figure:
    """Draw the yearly cost by payer (left, stacked) and the cost of the last year by item and payer (right), as means."""
    area = area or reading.region_row(dataset)
    title = Text("钱从哪里来：{}", "Who pays: {}").get(lang).format(reading.area_names(dataset, region)[area].get(lang))
    found = reading.members(dataset, "cost", area=area)
    if found is None:
        return canvas.figure_blank(lang=lang, title=title)
    mean = np.where(np.isfinite(found).any(axis=0), np.nan_to_num(found).mean(axis=0), 0.0)
    payers, items = reading.words_of(dataset, "payer", lang), reading.words_of(dataset, "item", lang)
    figure, (left, right) = canvas.sheet(
        4.9, columns=2, margins=canvas.Margins(0.6, 0.5, 0.85, 1.35), wspace=0.62 if lang == "zh" else 0.95
    )
    years = dataset["year"].values.astype(int)
    _by_year(left, years, mean.sum(axis=1), list(payers), lang)
    _by_item(right, mean[-1], items, list(payers), int(years[-1]), lang)
    handles = []
    for code, words in payers.items():
        look = palette.PAYER.get(code, palette.Look(palette.MUTED))
        handles.append(Patch(facecolor=look.color, hatch=look.hatch, edgecolor="white", label=words))
    place = (0.12 / canvas.WIDTH, 1 - 0.62 / figure.get_figheight())
    figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=place, ncols=len(handles), borderaxespad=0, columnspacing=1.6, handleheight=1.1
    )
    note = Text("当年价格；各次模拟的平均；零线以下为收到的转移支付", "current prices; means of the runs; below zero: transfers received")
    canvas.head(figure, title, note.get(lang))
    canvas.foot(figure, source_lines(dataset, lang), lang)
    return figure


def _by_year(axis: Axes, years: np.ndarray, paid: np.ndarray, payers: list[str], lang: Language) -> None:
    scale = money_scale(float(np.abs(paid).sum(axis=1).max()), lang)
    values = paid / scale.divisor
    above, below = np.zeros(years.size), np.zeros(years.size)
    for i, code in enumerate(payers):
        look = palette.PAYER.get(code, palette.Look(palette.MUTED))
        up, down = np.maximum(values[:, i], 0), np.minimum(values[:, i], 0)
        for part, base in ((up, above), (down, below)):
            if part.any():
                axis.bar(
                    years, part, bottom=base, width=0.78, facecolor=look.color, hatch=look.hatch, edgecolor="white", linewidth=0.4, zorder=3
                )
        above, below = above + up, below + down
    if below.any():
        axis.axhline(0, color=palette.INK, linewidth=0.8, zorder=4)
    canvas.years_axis(axis, float(years[0]), float(years[-1]), lang, step=4, named=False)
    axis.set_xlim(years[0] - 0.7, years[-1] + 0.7)
    axis.set_xlabel(Text("年份（全年）", "year").get(lang))
    canvas.unit_label(axis, Text("{}/年", "{} a year").get(lang).format(scale.unit.get(lang)))


def _by_item(axis: Axes, paid: np.ndarray, items: dict[str, str], payers: list[str], year: int, lang: Language) -> None:
    total = np.maximum(paid, 0).sum(axis=1)
    order = [i for i in np.argsort(-total) if np.abs(paid[i]).sum() > 0]
    scale = money_scale(float(total.max()), lang)
    values = paid / scale.divisor
    for row, i in enumerate(order):
        above = below = 0.0
        for p, code in enumerate(payers):
            look, size = palette.PAYER.get(code, palette.Look(palette.MUTED)), float(values[i, p])
            if size == 0 or not np.isfinite(size):
                continue
            start = above if size >= 0 else below
            axis.barh(
                row, size, left=start, height=0.66, facecolor=look.color, hatch=look.hatch, edgecolor="white", linewidth=0.4, zorder=3
            )
            above, below = above + max(size, 0.0), below + min(size, 0.0)
        axis.text(above, row, " " + number(above, scale.decimals), va="center", fontsize=8.4, zorder=5)
    words = list(items.values())
    axis.set_yticks(range(len(order)), ["\n".join(canvas.wrap(words[i], 18)[:2]) for i in order], fontsize=8.2)
    axis.tick_params(axis="y", labelcolor=palette.INK, length=0)
    axis.set_ylim(max(len(order), 1) - 0.4, -0.6)
    low, high = axis.get_xlim()
    axis.set_xlim(low, high * 1.16)
    axis.grid(visible=False, axis="y")
    axis.locator_params(axis="x", nbins=4)
    axis.set_xlabel(Text("{} 年，{}", "{}, {}").get(lang).format(year, scale.unit.get(lang)))
