"""Tables on a terminal whose columns stand straight under Chinese text too."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from urbsim.text import Language, Text

if TYPE_CHECKING:
    import xarray as xr

    from urbsim.report.assumed import AssumedEffect

TARGET_COLUMNS = (
    Text("序号", "no."),
    Text("指标", "indicator"),
    Text("单位", "unit"),
    Text("基期", "baseline"),
    Text("目标", "target"),
    Text("中位数", "median"),
    Text("80% 区间", "80 % interval"),
    Text("达标概率", "probability"),
)
EFFECT_COLUMNS = (
    Text("差别", "difference"),
    Text("单位", "unit"),
    Text("中位数", "median"),
    Text("80% 区间", "80 % interval"),
    Text("方向的把握", "sure of sign"),
    Text("±10% 需几对", "pairs for ±10 %"),
)
SIGN = Text(
    "同样的参数和随机数，逐次配对。方向的把握是与中位数同号的模拟所占比例；最后一列是平均差别的 95% 区间窄到正负一成所需的模拟对数"
    "（抽样 × 重复，现有 {}）。50%、80%、95% 区间见 tables/differences.csv，分地区和年份。",
    "Run by run under the same parameters and luck. Sure of sign is the share of runs that go the way of the median; the last column\n"
    "how many pairs of runs (draws × replicates, now {}) narrow the 95 % interval of the mean to a tenth of it.\n"
    "tables/differences.csv has the 50, 80 and 95 % intervals by area and year.",
)
OWED_COLUMNS = (
    Text("差别", "difference"),
    Text("单位", "unit"),
    Text("低", "low"),
    Text("中", "central"),
    Text("高", "high"),
    Text("占方差", "of variance"),
    Text("性质", "kind"),
)
OWED = Text(
    "低、中、高：所有只凭假设的参数都取 5%、中心、95% 值，其余用最佳拟合的一组。占方差：换成另一次抽样的这些参数时差别的变动（含交互和"
    "随机波动）；过半即称情景假设，不是预测。",
    "Low, central, high: all assumption-only parameters at their 5 %, central and 95 % values, the rest as in the best fit.\n"
    "Of variance: what taking these parameters from another draw changes (interactions and luck included); above half it is an\n"
    "assumption, not a forecast.",
)
ENOUGH_PAIRS = 20
KINDS = (Text("模型结果", "model result"), Text("情景假设", "assumption"))
SUMMED = Text(
    "[ ] 为各年之和。达标概率是达到目标的模拟所占比例。",
    "[ ] is a sum over the plan's years. The probability is the share of runs that meet the target.",
)
ALONE = Text(
    "[ ] 为各年之和。只模拟了一次，没有区间和概率。",
    "[ ] is a sum over the plan's years. A single run has no interval and no probability.",
)


def width(words: str) -> int:
    """Return how many columns `words` takes on a terminal.

    >>> width("落户 ok")
    7
    """
    return sum(0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in words)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """Return rows under a header, two spaces between columns; the columns in `numbers` stand flush right.

    >>> print(table(["名称", "value"], [["一", "1"], ["urban", "12.5"]], numbers=[1]))
    名称   value
    一         1
    urban   12.5
    """
    lines = [list(header), *[list(row) for row in rows]]
    widths = [max(width(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join("  ".join(_pad(cell, widths[i], i in numbers) for i, cell in enumerate(line)).rstrip() for line in lines)


def _pad(cell: str, wanted: int, right: bool) -> str:
    gap = " " * (wanted - width(cell))
    return gap + cell if right else cell + gap


def targets(dataset: xr.Dataset, lang: Language) -> str:
    """Return the target table of a result: median, 80 % interval and the probability that each target is met.

    A single run has neither interval nor probability: it meets a target or misses it.
    """
    from urbsim.report.numbers import chance_of_target
    from urbsim.results.targets import as_published, target_rows

    rows, found = [], target_rows(dataset)
    for row in found:
        low, high = row.intervals[80]
        target = f"[{_number(row.target)}]" if row.cumulative and row.has_target else _number(row.target)
        span = "" if math.isnan(low) or row.members < 2 else f"{_number(low)} – {_number(high)}"
        last = row.remark.get(lang) if row.remark is not None else chance_of_target(row.probability, row.members, lang)
        cells = [str(row.number), row.name.get(lang), row.unit.get(lang), _number(row.baseline), target, _number(row.median), span, last]
        rows.append(cells)
    if not rows:
        return ""
    base, year = int(dataset["baseline_year"].values[0]), int(dataset["target_year"].values[0])
    head = Text(f"目标表（基期 {base} 年，目标 {year} 年）", f"Targets (baseline {base}, target {year})").get(lang)
    body = table([column.get(lang) for column in TARGET_COLUMNS], rows, numbers=[0, 3, 4, 5, 6])
    notes = [(ALONE if max(row.members for row in found) == 1 else SUMMED).get(lang), as_published(found, lang)]
    return "\n".join([head, body, *(note for note in notes if note)])


def effects(changes: xr.Dataset, titles: Mapping[str, Text], base: Text, lang: Language) -> str:
    """Return what each scenario changes in the whole region at the end: median, 80 % interval, probability of the sign."""
    import numpy as np

    from urbsim.experiments.differences import runs_needed, sign_probability
    from urbsim.report.figures.compare import available, effect_scale
    from urbsim.report.numbers import probability
    from urbsim.report.reading import last_year, region_row

    area, year = region_row(changes), last_year(changes)
    place = str(changes[f"area_{lang}"].sel(area=area).values)
    parts = []
    for name, title in titles.items():
        rows = []
        for effect in available(changes, area).values():
            members = effect.read(changes, name, area)
            if members is None or not np.isfinite(members[:, -1]).all():
                continue
            low, median, high = np.quantile(members[:, -1], (0.1, 0.5, 0.9))
            scale = effect_scale(effect, max(abs(low), abs(high)), lang)
            cells = [f"{value / scale.divisor:+,.{scale.decimals}f}" if value else "0" for value in (median, low, high)]
            sure = probability(float(sign_probability(members[:, -1])), len(members)) if median else ""
            needed = runs_needed(members[:, -1])
            pairs = f"{needed:,.0f}" if median and math.isfinite(needed) else ""
            rows.append([effect.name.get(lang), scale.unit.get(lang), cells[0], f"{cells[1]} … {cells[2]}", sure, pairs])
        head = Text(f"{title.zh} 与 {base.zh} 之差，{place} {year} 年末", f"{title.en} less {base.en}, {place} at the end of {year}")
        parts.append(f"{head.get(lang)}\n" + table([column.get(lang) for column in EFFECT_COLUMNS], rows, numbers=[2, 3, 4, 5]))
    pairs_now = changes.sizes["draw"] * changes.sizes["replicate"]
    return "\n\n".join([*parts, SIGN.get(lang).format(pairs_now)])


def owed_to_assumptions(owed: Sequence[AssumedEffect], titles: Mapping[str, Text], lang: Language, pairs: int) -> str:
    """Return what each scenario's effects owe to the assumption-only parameters; the share is known from `pairs` draws."""
    from urbsim.report.figures.compare import EFFECTS, effect_scale

    parts = []
    for name, title in titles.items():
        rows = []
        for one in (one for one in owed if one.scenario == name):
            values = (one.low, one.central, one.high)
            scale = effect_scale(EFFECTS[one.effect], max(abs(value) for value in values), lang)
            cells = [f"{value / scale.divisor:+,.{scale.decimals}f}" if value else "0" for value in values]
            known = not math.isnan(one.share)
            kind = KINDS[one.share > 0.5].get(lang) if known else ""
            share = f"{100 * one.share:.0f}%" if known else ""
            rows.append([EFFECTS[one.effect].name.get(lang), scale.unit.get(lang), *cells, share, kind])
        parts.append(f"{title.get(lang)}\n" + table([column.get(lang) for column in OWED_COLUMNS], rows, numbers=[2, 3, 4, 5]))
    return "\n\n".join([*parts, OWED.get(lang) + (known_from(pairs).get(lang) if pairs < ENOUGH_PAIRS else "")])


def known_from(pairs: int) -> Text:
    """Say that the share of variance is known roughly or not at all."""
    if pairs < 2:
        return Text("\n抽样太少，占方差未知；--draws 8 以上才有。", "\nToo few draws to know the share of variance: it takes --draws 8.")
    return Text(
        f"\n占方差只由 {pairs} 次抽样粗估；加大 --draws 或加 --assumptions(用全部抽样)更准。",
        f"\nThe share of variance is a rough one, from {pairs} draws: more --draws, or --assumptions (all draws), know it better.",
    )


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:,.1f}"
