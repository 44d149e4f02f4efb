"""The indicators of the plan as the report shows them: `urbsim.results.targets` with the way gone from base value to target."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr

from urbsim.report.reading import labels_of
from urbsim.results.targets import TargetRow, target_rows
from urbsim.text import Language


class IndicatorRow(NamedTuple):
    """One indicator. `progress` (and its 80 % interval) is 0 at the base value, for sums at nothing, and 1 at the target."""

    row: TargetRow
    name: str
    unit: str
    low: float
    high: float
    progress: float
    progress_low: float
    progress_high: float
    first_year: int
    year: int
    decimals: int


def indicator_rows(dataset: xr.Dataset, lang: Language) -> list[IndicatorRow]:
    """Return one row an indicator, in the order of the plan; what is not modelled is NaN and says so in `row.remark`."""
    if "indicator_value" not in dataset.data_vars or "judged" not in dataset.coords:
        return []
    rows, begins, ends = [], dataset.variables["first_year"].values, dataset.variables["target_year"].values
    for i, row in enumerate(target_rows(dataset)):
        low, high = row.intervals[80]
        start = 0.0 if row.cumulative or not np.isfinite(row.baseline) else row.baseline
        way = row.target - start
        steps = [(value - start) / way if np.isfinite(way) and way != 0 else float("nan") for value in (row.median, low, high)]
        sizes = [abs(value) for value in (row.target, row.median) if np.isfinite(value)]
        decimals = 1 if "%" in row.unit.zh or not sizes or max(sizes) < 100 else 0
        unit, first, last = row.unit.get(lang).replace("percent", "%"), int(begins[i]), int(ends[i])
        rows.append(IndicatorRow(row, row.name.get(lang), unit, low, high, steps[0], steps[1], steps[2], first, last, decimals))
    return rows


def rate_target(dataset: xr.Dataset) -> tuple[int, float] | None:
    """Return year and value of the target of the resident urbanization rate of the whole region, or None."""
    if "indicator" not in dataset.dims or "target" not in dataset:
        return None
    codes = labels_of(dataset, "indicator")
    if "urbanization_rate" not in codes:
        return None
    i = codes.index("urbanization_rate")
    value = float(dataset.variables["target"].values[i])
    return (int(dataset.variables["target_year"].values[i]), value) if np.isfinite(value) else None
