"""What a scenario changes against the base: differences under the same luck, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from urbsim.regions.model import Region
from urbsim.report import canvas, palette, reading
from urbsim.report.figures.areas import tiles
from urbsim.report.numbers import Scale, count_scale, money_scale
from urbsim.report.sources import source_lines
from urbsim.text import Language, Text

POINTS = Text("百分点", "points")
PERSONS = Text("人", "persons")
HOUSEHOLDS = Text("户", "households")


class Effect(NamedTuple):
    """One quantity of which differences are shown: how to read members × time (or year) from a dataset of differences."""

    name: Text
    kind: str
    noun: Text
    read: Callable[[xr.Dataset, str, str], reading.Floats | None]
    yearly: bool = False


def _plain(variable: str) -> Callable[[xr.Dataset, str, str], reading.Floats | None]:
    return lambda changes, scenario, area: reading.members(changes, variable, scenario=scenario, area=area)


def _summed(variable: str, **select: str) -> Callable[[xr.Dataset, str, str], reading.Floats | None]:
    def read(changes: xr.Dataset, scenario: str, area: str) -> reading.Floats | None:
        values = reading.members(changes, variable, scenario=scenario, area=area, **select)
        if values is None:
            return None
        flat = values.reshape(*values.shape[:2], -1)
        known = np.isfinite(flat)
        summed = np.where(known.any(axis=-1), np.where(known, flat, 0.0).sum(axis=-1), np.nan)
        return summed if np.isfinite(summed).any() else None

    return read


EFFECTS: dict[str, Effect] = {
    "urbanization_rate": Effect(Text("常住人口城镇化率", "resident urbanization rate"), "points", POINTS, _plain("urbanization_rate")),
    "hukou_urbanization_rate": Effect(
        Text("户籍人口城镇化率", "hukou urbanization rate"), "points", POINTS, _plain("hukou_urbanization_rate")
    ),
    "settled": Effect(Text("已落户人数", "number of people settled"), "count", PERSONS, _summed("migrants", status="settled")),
    "unregistered": Effect(
        Text("未办居住证人数", "number of people without a permit"), "count", PERSONS, _summed("migrants", status="unregistered")
    ),
    "public_pupils": Effect(
        Text("在公办学校的随迁子女", "migrants' children in public schools"), "count", PERSONS, _summed("children", school_place="public")
    ),
    "left_behind": Effect(Text("留守老家的子女", "children left behind"), "count", PERSONS, _summed("children", school_place="at_home")),
    "waiting_homes": Effect(
        Text("等候保障性租赁住房", "waiting for guaranteed homes"), "count", HOUSEHOLDS, _summed("queue", queue_for="guaranteed_rental")
    ),
    "cost": Effect(Text("全部费用（每年）", "all costs (a year)"), "money", Text("元", "yuan"), _summed("cost"), yearly=True),
}


def effect_scale(effect: Effect, largest: float, lang: Language) -> Scale:
    """Return the unit in which the differences of an effect read well."""
    if effect.kind == "money":
        return money_scale(largest, lang)
    if effect.kind == "points":
        return Scale(1.0, POINTS, 2)
    return count_scale(largest, effect.noun, lang)


def available(changes: xr.Dataset, area: str) -> dict[str, Effect]:
    """Return the effects that the dataset of differences can show."""
    scenarios = reading.labels_of(changes, "scenario")
    return {
        name: effect for name, effect in EFFECTS.items() if any(effect.read(changes, scenario, area) is not None for scenario in scenarios)
    }


@canvas.drawn
def figure_differences(
    changes: xr.Dataset,
    *,
    area: str | None = None,
    lang: Language = "zh",
    region: Region | None = None,
    names: Mapping[str, Text] | None = None,
    since: int | None = None,
) -> Figure:
    """Draw scenario minus base over time, one panel a quantity: medians with the band that holds 80 % of the paired runs.

    `changes` has a dimension `scenario` (see `urbsim.experiments.differences`), `names` its titles, `since` the first year shown.
    """
    area = area or reading.region_row(changes)
    title = (
        Text("与基准情景之差：{}", "Difference from the base scenario: {}")
        .get(lang)
        .format(reading.area_names(changes, region)[area].get(lang))
    )
    effects = available(changes, area)
    if not effects:
        return canvas.figure_blank(lang=lang, title=title)
    scenarios = reading.labels_of(changes, "scenario")
    rows = -(-len(effects) // 3)
    figure, panels = canvas.sheet(
        2.0 + 1.85 * rows, rows=rows, columns=3, margins=canvas.Margins(0.6, 0.25, 0.75, 1.4), wspace=0.34, hspace=0.85
    )
    years, whole = reading.decimal_years(changes), changes["year"].values.astype(float)
    for axis, effect in zip(panels, effects.values(), strict=False):
        x = whole if effect.yearly else years
        kept = x >= (since if since is not None and x[-1] >= since else x[0])
        found = {scenario: effect.read(changes, scenario, area) for scenario in scenarios}
        shown = {scenario: reading.interval(values[:, kept]) for scenario, values in found.items() if values is not None}
        largest = max(float(np.nanmax(np.abs(np.stack([band.low, band.high])))) for band in shown.values())
        scale = effect_scale(effect, largest, lang)
        for i, (_, band) in enumerate(shown.items()):
            look = palette.SCENARIOS[i % len(palette.SCENARIOS)]
            low, high, middle = (part / scale.divisor for part in (band.low, band.high, band.median))
            axis.fill_between(x[kept], low, high, color=look.color, alpha=0.2, linewidth=0, zorder=2)
            axis.plot(
                x[kept],
                middle,
                color=look.color,
                linestyle=look.line,
                marker=look.marker,
                markersize=3.6,
                markevery=max(int(kept.sum()) // 5, 1),
                zorder=4,
            )
        if largest == 0:
            axis.set_ylim(-1, 1)
            axis.text(0.5, 0.7, Text("没有差别", "no difference").get(lang), transform=axis.transAxes, ha="center", color=palette.MUTED)
        axis.axhline(0, color=palette.INK, linewidth=0.8, zorder=3)
        axis.set_title(effect.name.get(lang), loc="left", fontsize=9.3, pad=17)
        canvas.years_axis(axis, float(x[kept][0]), float(x[kept][-1]), lang, step=4 if x[kept][-1] - x[kept][0] > 8 else 2, named=False)
        axis.locator_params(axis="y", nbins=5)
        canvas.unit_label(axis, scale.unit.get(lang))
    for axis in panels[len(effects) :]:
        axis.axis("off")
    _legend(figure, scenarios, names, lang)
    note = Text(
        "同一组参数、同一份随机数，只改政策；横轴为年份；线为中位数，色带为 80% 的成对模拟",
        "same parameters, same luck, only the policy differs; horizontal axis: years; line: median, band: 80 % of the paired runs",
    )
    canvas.head(figure, title, note.get(lang))
    canvas.foot(figure, source_lines(changes, lang), lang)
    return figure


def _legend(figure: Figure, scenarios: list[str], names: Mapping[str, Text] | None, lang: Language) -> None:
    handles = []
    for i, scenario in enumerate(scenarios):
        look = palette.SCENARIOS[i % len(palette.SCENARIOS)]
        words = names[scenario].get(lang) if names and scenario in names else scenario
        handles.append(Line2D([], [], color=look.color, linestyle=look.line, marker=look.marker, markersize=4, label=words))
    place = (0.12 / canvas.WIDTH, 1 - 0.62 / figure.get_figheight())
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=place,
        ncols=min(len(handles), 3),
        borderaxespad=0,
        columnspacing=1.6,
        handlelength=2.6,
    )


@canvas.drawn
def figure_difference_map(
    changes: xr.Dataset,
    *,
    scenario: str,
    area: str | None = None,
    lang: Language = "zh",
    region: Region | None = None,
    effect: str = "hukou_urbanization_rate",
    names: Mapping[str, Text] | None = None,
) -> Figure:
    """Draw the median difference of one effect in the last year as tiles; negative values are hatched."""
    chosen = EFFECTS[effect]
    last = reading.last_year(changes)
    words = names[scenario].get(lang) if names and scenario in names else scenario
    title = Text("{} 年末{}之差：{}", "Difference of the {1} at the end of {0}: {2}").get(lang).format(last, chosen.name.get(lang), words)
    if region is None:
        return canvas.figure_blank(lang=lang, title=title)
    known = set(reading.labels_of(changes, "area"))
    raw = {code: chosen.read(changes, scenario, code) for code in region.area_codes if code in known}
    values = {code: float(reading.quantile(found[:, -1:], 0.5)[0]) for code, found in raw.items() if found is not None}
    if not values:
        return canvas.figure_blank(lang=lang, title=title)
    scale = effect_scale(chosen, max(abs(value) for value in values.values()), lang)
    shown = {code: value / scale.divisor for code, value in values.items()}
    unit = scale.unit.get(lang)
    note = Text("单位：{}；颜色越深差别越大，斜线为减少", "unit: {}; the darker the larger, hatched: a decrease").get(lang).format(unit)
    return tiles(
        region,
        shown,
        lang=lang,
        title=title,
        unit=unit,
        foot=source_lines(changes, lang),
        decimals=max(scale.decimals, 1),
        signed=True,
        note=note,
    )
