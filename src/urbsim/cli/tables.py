"""Tables on a terminal whose columns stand straight under Chinese text too."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from urbsim.text import Language, Text

if TYPE_CHECKING:
    import xarray as xr

TARGETS = Text("目标表", "Targets")
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
    Text("方向的把握", "sign"),
)
SIGN = Text(
    "同样的参数和随机数，逐次配对。方向的把握是与中位数同号的模拟所占比例。",
    "Run by run under the same parameters and luck. Sign is the share of runs that go the way of the median.",
)
SUMMED = Text(
    "[ ] 为各年之和。达标概率是达到目标的模拟所占比例。",
    "[ ] is a sum over the plan's years. The probability is the share of runs that meet the target.",
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
    """Return the target table of a result: median, 80 % interval and the probability that each target is met."""
    from urbsim.results.targets import target_rows

    rows = []
    for row in target_rows(dataset):
        low, high = row.intervals[80]
        target = f"[{_number(row.target)}]" if row.cumulative else _number(row.target)
        span = "" if math.isnan(low) else f"{_number(low)} – {_number(high)}"
        chance = "" if math.isnan(row.probability) else f"{100 * row.probability:.0f} %"
        last = row.remark.get(lang) if row.remark is not None else chance
        cells = [str(row.number), row.name.get(lang), row.unit.get(lang), _number(row.baseline), target, _number(row.median), span, last]
        rows.append(cells)
    if not rows:
        return ""
    body = table([column.get(lang) for column in TARGET_COLUMNS], rows, numbers=[0, 3, 4, 5, 6])
    return f"{TARGETS.get(lang)}\n{body}\n{SUMMED.get(lang)}"


def effects(changes: xr.Dataset, titles: Mapping[str, Text], base: Text, lang: Language) -> str:
    """Return what each scenario changes in the whole region at the end: median, 80 % interval, probability of the sign."""
    import numpy as np

    from urbsim.experiments.differences import sign_probability
    from urbsim.report.figures.compare import available, effect_scale
    from urbsim.report.reading import last_year, region_row

    area, year = region_row(changes), last_year(changes)
    parts = []
    for name, title in titles.items():
        rows = []
        for effect in available(changes, area).values():
            members = effect.read(changes, name, area)
            if members is None:
                continue
            low, median, high = np.quantile(members[:, -1], (0.1, 0.5, 0.9))
            scale = effect_scale(effect, max(abs(low), abs(high)), lang)
            cells = [f"{value / scale.divisor:+,.{scale.decimals}f}" if value else "0" for value in (median, low, high)]
            sure = f"{100 * float(sign_probability(members[:, -1])):.0f} %"
            rows.append([effect.name.get(lang), scale.unit.get(lang), cells[0], f"{cells[1]} … {cells[2]}", sure])
        head = Text(f"{title.zh} 与 {base.zh} 之差，{area} {year} 年末", f"{title.en} less {base.en}, {area} at the end of {year}")
        parts.append(f"{head.get(lang)}\n" + table([column.get(lang) for column in EFFECT_COLUMNS], rows, numbers=[2, 3, 4]))
    return "\n\n".join([*parts, SIGN.get(lang)])


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:,.1f}"
