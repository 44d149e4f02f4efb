"""What a comparison leaves on disk: differences of everything, a table for a spreadsheet program, the scenarios compared."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from urbsim.experiments.differences import QUANTILES, sign_probability
from urbsim.experiments.folders import filling
from urbsim.experiments.plan import Plan
from urbsim.results.folder import PROVENANCE, RESULTS
from urbsim.results.provenance import IDENTITY
from urbsim.results.storage import write_netcdf
from urbsim.results.tables import at_year_ends, save_table

TABLE, SCENARIOS = "tables/differences.csv", "scenarios"
Hook = Callable[[xr.Dataset, Path], None]
"""Adds files to the folder while it is being written (figures, a report)."""

STOCKS = (
    "urbanization_rate",
    "hukou_urbanization_rate",
    "resident_population",
    "urban_population",
    "hukou_urban_population",
    "migrants",
    "children",
    "households",
    "queue",
)
YEARLY = ("service_unmet", "indicator_value")
_PLAIN = ("scenario", "area", "year")


def write_comparison(
    changes: xr.Dataset, folder: Path, *, plans: Sequence[Plan], provenances: Sequence[Mapping[str, Any]], hook: Hook | None = None
) -> None:
    """Write a comparison into a folder that `claim` has taken; raises DiskError and leaves nothing if that fails."""
    record = {IDENTITY: identity(provenances), "command": command(plans), "runs": list(provenances)}
    with filling(folder) as part:
        text = json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True)
        write_netcdf(changes.assign_attrs(provenance=text), part / RESULTS)
        (part / TABLE).parent.mkdir()
        save_table(difference_table(changes), part / TABLE)
        (part / SCENARIOS).mkdir()
        for i, plan in enumerate(plans):
            (part / scenario_file(i, plan)).write_text(plan.scenario.resolved_yaml(), encoding="utf-8")
        if hook is not None:
            hook(changes, part)
        (part / PROVENANCE).write_text(text + "\n", encoding="utf-8")


def scenario_file(i: int, plan: Plan) -> str:
    """Return where the folder keeps the scenario of plan `i`; 0 is the base."""
    return f"{SCENARIOS}/{i}-{plan.scenario.name}.yaml"


def command(plans: Sequence[Plan]) -> str:
    """Return the command that repeats a comparison from within its folder; every number stands in the scenario files there."""
    return shlex.join(["urbsim", "compare", *(scenario_file(i, plan) for i, plan in enumerate(plans))])


def identity(provenances: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what makes two comparisons the same: the identities of their runs, the base first."""
    return {"compare": [dict(record[IDENTITY]) for record in provenances]}


def difference_table(changes: xr.Dataset) -> pd.DataFrame:
    """Return the main differences in long form: one row for each scenario, variable, area, year and category.

    Columns: median, the ends of the 50, 80 and 95 % intervals, and the share of pairs of runs that have the sign of the median.
    """
    parts = [_rows(at_year_ends(changes[name]), name) for name in STOCKS if name in changes]
    parts += [_rows(changes[name], name) for name in YEARLY if name in changes]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _rows(values: xr.DataArray, name: str) -> pd.DataFrame:
    stacked = values.transpose("draw", "replicate", ...)
    runs = stacked.values.reshape(-1, *stacked.shape[2:]).astype(np.float64)
    known = np.isfinite(runs).all(axis=0)
    places = dict(zip((str(dim) for dim in stacked.dims[2:]), np.nonzero(known), strict=True))
    labels = {dim: [str(label) for label in stacked[dim].values[at]] for dim, at in places.items()}
    categories = [labels[dim] for dim in labels if dim not in _PLAIN]
    picked = runs[:, known]
    quantiles = np.quantile(picked, QUANTILES, axis=0)
    columns: dict[str, Any] = {
        "scenario": labels["scenario"],
        "variable": name,
        "category": [" ".join(words) for words in zip(*categories, strict=True)] if categories else "",
        "area": labels.get("area", ""),
        "year": labels["year"],
        "unit": values.attrs.get("units", "1"),
        "median": quantiles[QUANTILES.index(0.5)],
    }
    for low, high in ((0.25, 0.75), (0.1, 0.9), (0.025, 0.975)):
        mass = round(100 * (high - low))
        columns[f"low_{mass}"], columns[f"high_{mass}"] = quantiles[QUANTILES.index(low)], quantiles[QUANTILES.index(high)]
    columns["sign_probability"] = sign_probability(picked)
    return pd.DataFrame(columns)
