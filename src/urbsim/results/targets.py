"""What the runs say about the targets of a plan: median, intervals, the probability that a target is met.

Every member (draw × replicate) is one equally good account; a probability is the share of members that meet the target.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from urbsim.results.published_error import CENSUS_YEAR, VINTAGE_POINTS, YEARLY_POINTS, share_error
from urbsim.text import Language, Text

if TYPE_CHECKING:
    import pandas as pd

MASSES = (50, 80, 95)
NOT_MODELLED = Text("尚未建模", "not modelled yet")
NOT_REACHED = Text("运行未到目标年", "the run ends before the target year")
NO_TARGET = Text("无数值目标", "no target in numbers")
PUBLISHED_RATE = "urbanization_rate"
PUBLISHED_ERROR = Text(
    f"公布的城镇化率本身有误差（一年约 {YEARLY_POINTS} 个百分点，{CENSUS_YEAR} 年普查以后每年再加 {VINTAGE_POINTS}）",
    f"Published urbanization rates err themselves (by about {YEARLY_POINTS} points, and {VINTAGE_POINTS} more for every year since the "
    f"census of {CENSUS_YEAR})",
)
AS_PUBLISHED = Text("；计入后，第 {} 项达标的概率约为 {}。", "; with that, target {} is met with a probability of about {}.")


class TargetRow(NamedTuple):
    """One indicator against its target; numbers are NaN where nothing can be said, and `remark` says why.

    `intervals` gives low and high of the central 50, 80 and 95 %. `as_published` is the probability with the error of published figures
    (`results.published_error`), for the urbanization rate alone and for more than one run.
    """

    number: int
    code: str
    name: Text
    unit: Text
    baseline: float
    target: float
    cumulative: bool
    median: float
    intervals: dict[int, tuple[float, float]]
    probability: float
    as_published: float
    members: int
    remark: Text | None

    @property
    def has_target(self) -> bool:
        """Say whether the plan puts a number to it."""
        return bool(np.isfinite(self.target))

    @property
    def with_all_errors(self) -> float:
        """Return the probability that all known errors leave: `as_published` where it is known, else `probability`."""
        return self.as_published if np.isfinite(self.as_published) else self.probability


def achieved(dataset: xr.Dataset) -> xr.DataArray:
    """Return what each member holds against the target, draw × replicate × indicator.

    The value of the target year, or for `cumulative` indicators the sum, or for growth rates the mean, over the plan's
    years. NaN if the run does not cover them or the indicator is not modelled.
    """
    value = dataset.variables["indicator_value"].transpose("draw", "replicate", "year", "indicator").values
    years = dataset.variables["year"].values
    judged_by, begins, ends = (dataset.variables[name].values for name in ("judged", "first_year", "target_year"))
    out = np.full((dataset.sizes["draw"], dataset.sizes["replicate"], dataset.sizes["indicator"]), np.nan)
    for i in range(dataset.sizes["indicator"]):
        judged, first, last = str(judged_by[i]), int(begins[i]), int(ends[i])
        wanted = np.arange(last if judged == "end" else first, last + 1)
        if not np.isin(wanted, years).all():
            continue
        picked = value[..., i][:, :, [int(np.flatnonzero(years == year)[0]) for year in wanted]]
        out[:, :, i] = picked.mean(axis=2) if judged == "mean" else picked.sum(axis=2)
    coords = {name: dataset[name] for name in ("draw", "replicate", "indicator")}
    return xr.DataArray(out, dims=("draw", "replicate", "indicator"), coords=coords, name="achieved")


def target_rows(dataset: xr.Dataset) -> list[TargetRow]:
    """Return one row an indicator, in the order of the plan."""
    held = achieved(dataset).values.reshape(-1, dataset.sizes["indicator"])
    modelled = np.isfinite(dataset.variables["indicator_value"].values).any(axis=(0, 1, 2))
    return [_row(dataset, i, held[:, i], bool(modelled[i])) for i in range(dataset.sizes["indicator"])]


def _row(dataset: xr.Dataset, i: int, held: NDArray[np.float64], modelled: bool) -> TargetRow:
    def text(name: str) -> str:
        return str(dataset.variables[name].values[i])

    def number(name: str) -> float:
        return float(dataset.variables[name].values[i])

    runs, target = held[np.isfinite(held)], number("target")
    remark = NOT_MODELLED if not modelled else NOT_REACHED if not runs.size else NO_TARGET if not np.isfinite(target) else None
    intervals = {mass: (_quantile(runs, (1 - mass / 100) / 2), _quantile(runs, (1 + mass / 100) / 2)) for mass in MASSES}
    met = runs >= target if bool(number("upward")) else runs <= target
    return TargetRow(
        number=int(number("indicator_number")),
        code=text("indicator"),
        name=Text(zh=text("indicator_zh"), en=text("indicator_en")),
        unit=Text(zh=text("indicator_unit_zh"), en=text("indicator_unit")),
        baseline=number("baseline"),
        target=target,
        cumulative=bool(number("cumulative")),
        median=_quantile(runs, 0.5),
        intervals=intervals,
        probability=float(met.mean()) if runs.size and np.isfinite(target) else float("nan"),
        as_published=_as_published(runs, target, int(number("target_year"))) if text("indicator") == PUBLISHED_RATE else float("nan"),
        members=int(runs.size),
        remark=remark,
    )


def _as_published(runs: NDArray[np.float64], target: float, year: int) -> float:
    """Return the probability that the figure published for `year` reaches `target` (percent), NaN if nothing can be said."""
    if runs.size < 2 or not np.isfinite(target):
        return float("nan")
    error = math.sqrt(2.0) * share_error(year)
    return float(np.mean([math.erfc((target - run) / error) / 2.0 for run in runs.tolist()]))  # of the normal distribution, without scipy


def _quantile(runs: NDArray[np.float64], probability: float) -> float:
    return float(np.quantile(runs, probability)) if runs.size else float("nan")


def target_table(dataset: xr.Dataset, lang: Language = "zh") -> pd.DataFrame:
    """Return the rows as a table ready to print or save, headings in one language, numbers as numbers.

    A target in [] is a sum over the plan's years, as the plan prints it. What is not modelled says so.
    """
    import pandas as pd

    rows = target_rows(dataset)
    table: dict[str, list[object]] = {
        Text("序号", "no.").get(lang): [row.number for row in rows],
        Text("指标", "indicator").get(lang): [row.name.get(lang) for row in rows],
        Text("单位", "unit").get(lang): [row.unit.get(lang) for row in rows],
        Text("基期值", "baseline").get(lang): [_plain(row.baseline) for row in rows],
        Text("目标值", "target").get(lang): [
            f"[{_plain(row.target)}]" if row.cumulative and row.has_target else _plain(row.target) for row in rows
        ],
        Text("中位数", "median").get(lang): [_plain(row.median) for row in rows],
    }
    for mass in MASSES:
        for end, word in enumerate((Text("下限", "low"), Text("上限", "high"))):
            table[f"{mass}% {word.get(lang)}"] = [_plain(row.intervals[mass][end]) for row in rows]
    table[Text("达标概率", "probability met").get(lang)] = [_plain(row.probability) for row in rows]
    table[Text("计入公布误差", "with the error of published figures").get(lang)] = [_plain(row.as_published) for row in rows]
    table[Text("说明", "remark").get(lang)] = ["" if row.remark is None else row.remark.get(lang) for row in rows]
    return pd.DataFrame(table)


def as_published(rows: list[TargetRow], lang: Language) -> str:
    """Return the sentence on the error of published rates, or an empty text where there is none to be said."""
    words = PUBLISHED_ERROR.get(lang) + AS_PUBLISHED.get(lang)
    return " ".join(words.format(row.number, f"{row.as_published:.0%}") for row in rows if np.isfinite(row.as_published))


def _plain(value: float) -> object:
    """Return a number rounded for print, or an empty text for NaN."""
    return "" if not np.isfinite(value) else round(value, 2)
