"""The indicators of the plan, one row each: base value, target, what the runs say, the chance to meet the target."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr

from urbsim.report import reading
from urbsim.text import Language


class IndicatorRow(NamedTuple):
    """One indicator in one year. Progress is 0 at the base value (0 for sums) and 1 at the target."""

    code: str
    name: str
    unit: str
    cumulative: bool
    baseline: float
    target: float
    median: float
    low: float
    high: float
    chance: float
    progress: float
    progress_low: float
    progress_high: float
    members: int
    year: int
    first_year: int
    decimals: int


def indicator_rows(dataset: xr.Dataset, lang: Language, *, year: int | None = None, mass: float = 0.8) -> list[IndicatorRow]:
    """Return one row an indicator for `year` (default: the last), in the order of the plan; what is not modelled is NaN."""
    if "indicator_value" not in dataset.data_vars:
        return []
    years = dataset["year"].values.astype(int)
    at = year if year is not None else int(years[-1])
    position = int(np.flatnonzero(years == at)[0])
    names = reading.words_of(dataset, "indicator", lang)
    units = _coordinate(dataset, f"indicator_unit_{lang}") or _coordinate(dataset, "indicator_unit") or [""] * len(names)
    values = np.asarray(dataset["indicator_value"].transpose("draw", "replicate", "year", "indicator").values, dtype=np.float64)
    values = values.reshape(-1, *values.shape[2:])[:, position]
    fields = {name: _numbers(dataset, name, len(names)) for name in ("baseline", "target", "cumulative")}
    rows = []
    for i, (code, name) in enumerate(names.items()):
        runs = values[:, i][np.isfinite(values[:, i])]
        base, goal, summed = float(fields["baseline"][i]), float(fields["target"][i]), bool(fields["cumulative"][i] == 1)
        median, low, high = (float(np.quantile(runs, p)) if runs.size else np.nan for p in (0.5, (1 - mass) / 2, (1 + mass) / 2))
        upward = not goal < base
        chance = float(np.mean(runs >= goal) if upward or summed else np.mean(runs <= goal)) if runs.size and np.isfinite(goal) else np.nan
        start = 0.0 if summed or not np.isfinite(base) else base
        way = goal - start
        progress = [(value - start) / way if np.isfinite(way) and way != 0 else np.nan for value in (median, low, high)]
        unit = units[i]
        decimals = 1 if unit in ("%", "percent") or max(abs(goal) if np.isfinite(goal) else 0, abs(median) if np.isfinite(median) else 0) < 100 else 0
        full = name if not unit or unit in ("1",) or unit in name else f"{name}（{unit}）" if lang == "zh" else f"{name} ({unit})"
        rows.append(IndicatorRow(code, full, unit, summed, base, goal, median, low, high, chance, *progress, runs.size, at, 2023, decimals))
    return rows


def _coordinate(dataset: xr.Dataset, name: str) -> list[str] | None:
    return [str(word) for word in dataset[name].values] if name in dataset.coords else None


def _numbers(dataset: xr.Dataset, name: str, size: int) -> reading.Floats:
    if name not in dataset:
        return np.full(size, np.nan)
    values = dataset[name]
    return np.asarray(values.values if values.dims == ("indicator",) else np.full(size, np.nan), dtype=np.float64)
