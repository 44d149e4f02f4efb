"""Differences between results under the same luck, and what the draws say about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from urbsim.errors import UserError

PAIRS = ("draw", "replicate")
QUANTILES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
_UNITS = {"percent": ("percentage points", "百分点"), "%": ("percentage points", "百分点")}


def differences(base: xr.Dataset, others: Mapping[str, xr.Dataset], base_name: str) -> xr.Dataset:
    """Return other - base of every result variable, pair of runs by pair of runs, with a leading dimension `scenario`.

    Variables that do not vary by run (baselines, targets) are left out. A difference of rates is in percentage points. Raises UserError if
    the results do not cover the same places, dates and runs.
    """
    for name, other in others.items():
        _must_match(base, other, base_name, name)
    varying = [str(name) for name, values in base.data_vars.items() if set(PAIRS) <= set(values.dims) and values.dtype.kind in "iuf"]
    parts: dict[str, Any] = {}
    for name in varying:
        before = base[name].variable
        after = np.stack([other[name].variable.values for other in others.values()])
        parts[name] = (("scenario", *before.dims), _signed(after) - _signed(before.values), _difference_attributes(before.attrs))
    coordinates = {name: values for name, values in base.coords.items() if name not in ("scenario", "base")}
    coordinates |= {"scenario": ("scenario", list(others)), "base": base_name}
    attributes = {"title": "Differences from the base, run by run", "title_zh": "与基准情景之差(逐次配对)"}
    return xr.Dataset(parts, coords=coordinates, attrs=attributes)


def summarise(changes: xr.Dataset) -> xr.Dataset:
    """Return what the pairs of runs say about each difference.

    `<name>` has a leading dimension `quantile` (0.025 ... 0.975: the 50, 80 and 95 percent intervals and the median).
    `<name>_sign_probability` is the share of pairs whose difference has the sign of the median: of no change where the median is 0.
    """
    parts: dict[str, Any] = {}
    for name, values in ((str(name), values) for name, values in changes.data_vars.items()):
        stacked = values.transpose(*PAIRS, ...)
        rows = stacked.values.reshape(-1, *stacked.shape[2:])
        dims = stacked.dims[2:]
        parts[name] = (("quantile", *dims), _quantiles(rows), values.attrs)
        sign = {"long_name": f"probability of the sign, {values.attrs.get('long_name', name)}", "units": "1"}
        sign["long_name_zh"] = f"{values.attrs.get('long_name_zh', name)}方向的概率"
        parts[f"{name}_sign_probability"] = (dims, sign_probability(rows), sign)
    coordinates = {name: at for name, at in changes.coords.items() if not set(PAIRS) & set(at.dims)}
    return xr.Dataset(parts, coords={**coordinates, "quantile": list(QUANTILES)}, attrs=changes.attrs)


def sign_probability(rows: NDArray[Any]) -> NDArray[Any]:
    """Return, along the first axis, the share of rows that have the sign of their median; NaN where any row is NaN.

    >>> sign_probability(np.array([[1.0, 0.0, -1.0], [2.0, 0.0, 3.0], [-1.0, 0.0, -2.0]])).round(2).tolist()
    [0.67, 1.0, 0.67]
    """
    middle = np.sign(np.median(rows, axis=0))
    share = np.mean(np.sign(rows) == middle, axis=0)
    return np.where(np.isnan(middle), np.nan, share)


def runs_needed(rows: NDArray[Any], share: float = 0.1) -> float:
    """Return how many pairs of runs it takes until the 95 % interval of the mean difference reaches `share` of that mean to either side.

    `rows` holds one difference for each pair. It follows from the standard error of a mean, 1.96 s / sqrt(n) = share * |mean|. Infinite
    for a mean of 0, NaN for fewer than two pairs or a difference that is not known; at least 1.

    >>> runs_needed(np.array([1.0, 1.2, 0.8, 1.0]))
    11.0
    """
    if rows.size < 2 or not np.isfinite(rows).all():
        return float("nan")
    mean, spread = float(abs(rows.mean())), float(rows.std(ddof=1))
    if spread == 0:
        return 1.0
    return float(np.ceil((1.96 * spread / (share * mean)) ** 2)) if mean > 0 else float("inf")


def _quantiles(rows: NDArray[Any]) -> NDArray[Any]:
    if rows.shape[0] == 1:
        return np.repeat(rows.astype(np.float64), len(QUANTILES), axis=0)
    return np.asarray(np.quantile(rows.astype(np.float64), QUANTILES, axis=0))


def _signed(values: NDArray[Any]) -> NDArray[Any]:
    return values.astype(np.int64) if values.dtype.kind == "u" else values


def _difference_attributes(attributes: Mapping[str, object]) -> dict[str, object]:
    changed = dict(attributes)
    units, units_zh = _UNITS.get(str(attributes.get("units")), (attributes.get("units", "1"), attributes.get("units_zh", "1")))
    changed["units"], changed["units_zh"] = units, units_zh
    changed["long_name"] = f"difference of {attributes.get('long_name', '')}".strip()
    changed["long_name_zh"] = f"{attributes.get('long_name_zh', '')}之差"
    return changed


def _must_match(base: xr.Dataset, other: xr.Dataset, base_name: str, name: str) -> None:
    for dim in (*PAIRS, "time", "area"):
        if dim in base.dims and not (dim in other.dims and np.array_equal(base[dim].values, other[dim].values)):
            zh = {"draw": "抽样", "replicate": "重复", "time": "时间", "area": "地区"}[dim]
            raise UserError.one(
                zh=f"情景 {name} 与基准 {base_name} 的{zh}不同，无法逐次相减。",
                en=f"Scenarios {name} and {base_name} do not have the same {dim}s, so their runs cannot be compared pair by pair.",
            )
