"""Single numbers of a run whose sensitivity is asked for: one area, one year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from urbsim.errors import Problem, UserError
from urbsim.policy.problems import nearest_hint
from urbsim.results.variables import VARIABLES
from urbsim.text import Text

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]
SPLIT = ("indicator", "service", "status")
"""Dimensions along which every label is a quantity of its own; over the others a count is summed."""
EVERYONE = {"group": "everyone"}
PER_QUARTER = "per quarter"


@dataclass(frozen=True)
class Quantity:
    """Hold one number for each run; `name` is the variable and its labels (`service_unmet.compulsory`), `unit` that of the number."""

    name: str
    title: Text
    unit: Text
    values: Floats


def quantities(runs: xr.Dataset, area: str | None = None, year: int | None = None, names: tuple[str, ...] = ()) -> list[Quantity]:
    """Return the quantities of a sweep's runs in `area` (by default the region) at the end of `year`, or over it (the last by default).

    Flows are summed over the year. Variables that are not known there are left out. `names` picks variables or single quantities. Raises
    UserError for an area, a year or a name that is not there.
    """
    place, at = _area(runs, area), _year(runs, year)
    found: list[Quantity] = []
    for name in (str(name) for name in runs.data_vars):
        values = runs[name]
        if "run" not in values.dims or name not in VARIABLES or values.dtype.kind not in "iuf":
            continue
        found += _of_variable(values, name, place, at)
    if not names:
        return found
    known = {quantity.name for quantity in found} | {quantity.name.split(".")[0] for quantity in found}
    problems = []
    for name in (name for name in names if name not in known):
        message = Text(f"这项研究没有可分析的量“{name}”", f"the study has no quantity '{name}' to analyse")
        problems.append(Problem(message, hint=nearest_hint(name, sorted(known))))
    if problems:
        raise UserError(problems)
    return [quantity for quantity in found if quantity.name in names or quantity.name.split(".")[0] in names]


def _of_variable(values: xr.DataArray, name: str, area: str, year: int) -> list[Quantity]:
    if "area" in values.dims:
        values = values.sel(area=area)
    if "time" in values.dims:
        inside = np.flatnonzero(values["time"].dt.year.values == year)
        if inside.size == 0:
            return []
        flow = VARIABLES[name].unit.endswith(PER_QUARTER)
        values = values.isel(time=inside).sum("time") if flow else values.isel(time=int(inside[-1]))
    elif "year" in values.dims:
        if year not in values["year"].values:
            return []
        values = values.sel(year=year)
    values = values.sel({dim: label for dim, label in EVERYONE.items() if dim in values.dims})
    summed = [dim for dim in values.dims if dim not in ("run", *SPLIT)]
    values = values.sum(summed, min_count=1) if summed and values.dtype.kind == "f" else values.sum(summed) if summed else values
    found = []
    for labels, one in _split(values):
        if np.isfinite(one.values).all():
            full = ".".join([name, *(str(one[dim].item()) for dim in labels)])
            found.append(Quantity(full, _title(one, name, labels), _unit(one, name), one.values.astype(np.float64)))
    return found


def _split(values: xr.DataArray) -> list[tuple[list[str], xr.DataArray]]:
    """Return the one-dimensional parts of an array over `run`, each with the dimensions whose label it is."""
    others = [str(dim) for dim in values.dims if dim != "run"]
    if not others:
        return [([], values.load())]
    stacked = values.load().transpose(*others, "run")
    return [(others, stacked[index]) for index in np.ndindex(stacked.shape[:-1])]


def _title(values: xr.DataArray, name: str, labels: list[str]) -> Text:
    texts = []
    for lang in ("zh", "en"):
        words = [str(values[f"{dim}_{lang}"].item()) if f"{dim}_{lang}" in values.coords else str(values[dim].item()) for dim in labels]
        head = VARIABLES[name].name.zh if lang == "zh" else VARIABLES[name].name.en
        texts.append("：".join([head, *words]) if lang == "zh" else ": ".join([head, *words]))
    texts[0] = texts[0].replace("当季", "全年")  # flows are sums over the year here
    if labels == ["indicator"]:
        texts = [text.split("：" if i == 0 else ": ", 1)[1] for i, text in enumerate(texts)]
    return Text(zh=texts[0], en=texts[1])


def _unit(values: xr.DataArray, name: str) -> Text:
    for dim in ("indicator", "service"):
        if f"{dim}_unit" in values.coords and values[f"{dim}_unit"].ndim == 0:
            en = str(values[f"{dim}_unit"].item())
            return Text(zh=str(values[f"{dim}_unit_zh"].item()) if f"{dim}_unit_zh" in values.coords else en, en=en)
    spec = VARIABLES[name]
    return Text(zh=spec.unit_zh.replace("/季", "/年"), en=spec.unit.replace(PER_QUARTER, "a year"))


def _area(runs: xr.Dataset, area: str | None) -> str:
    labels = [str(label) for label in runs["area"].values] if "area" in runs.coords else []
    if area is None:
        levels = [str(level) for level in runs["level"].values] if "level" in runs.coords else []
        return labels[levels.index("region")] if "region" in levels else (labels[-1] if labels else "")
    if area not in labels:
        message = Text(f"结果里没有地区“{area}”", f"the results have no area '{area}'")
        raise UserError([Problem(message, hint=nearest_hint(area, labels))])
    return area


def _year(runs: xr.Dataset, year: int | None) -> int:
    years = sorted({int(y) for y in (runs["time"].dt.year.values if "time" in runs.coords else runs["year"].values)})
    if year is None:
        return years[-1]
    if year not in years:
        raise UserError.one(
            zh=f"结果里没有 {year} 年，只有 {years[0]}—{years[-1]} 年", en=f"the results have {years[0]} to {years[-1]}, not {year}"
        )
    return year
