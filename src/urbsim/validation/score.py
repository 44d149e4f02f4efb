"""Score a result against a table of observations, beside the baselines that a ruler draws from the same past."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from urbsim.validation import scores
from urbsim.validation.observations import Observation, read_observations, unit_kind
from urbsim.validation.past import BENCHMARKS, Baselines

SHARE, RESIDENTS = "urbanization_rate", "resident_population"


def scorable(dataset: xr.Dataset) -> dict[str, str]:
    """Return the unit of every variable that has one value an area and quarter, or area and year."""
    found = {}
    for name, variable in dataset.data_vars.items():
        dims = set(variable.dims) - {"draw", "replicate"}
        if dims in ({"time", "area"}, {"year", "area"}) and unit_kind(str(variable.attrs.get("units", ""))) is not None:
            found[str(name)] = str(variable.attrs["units"])
    return found


def samples_of(dataset: xr.Dataset, observation: Observation) -> Any:
    """Return what the runs say at the end of the year, one value a draw and replicate."""
    values = dataset[observation.indicator].sel(area=observation.area)
    if "time" in values.dims:
        values = values.isel(time=int(np.flatnonzero(values["time"].dt.year.to_numpy() == observation.year)[-1]))
    else:
        values = values.sel(year=observation.year)
    return values.to_numpy().astype(np.float64).ravel()


def score_row(values: Any, observed: float) -> dict[str, Any]:
    """Return the scores of samples against what was seen: median, error (median minus seen), CRPS, PIT.

    And by level of `scores.LEVELS` whether the central interval holds it, and the interval score.
    """
    row: dict[str, Any] = {
        "observed": observed, "median": float(np.median(values)), "error": float(np.median(values)) - observed,
        "crps": float(scores.crps(values, observed)), "pit": float(scores.pit(values, observed)),
    }  # fmt: skip
    for level in scores.LEVELS:
        low, high = scores.interval(values, level)
        row |= {
            f"inside_{level:.0%}".rstrip("%"): bool(low <= observed <= high),
            f"interval_score_{level:.0%}".rstrip("%"): float(scores.interval_score(low, high, observed, level)),
        }
    return row


def score_points(dataset: xr.Dataset, region: Any, observations: list[Observation], seed: int = 0) -> pd.DataFrame:
    """Return one row a point and method: median, error (median minus seen), CRPS, inside 50, 80, 95 %, PIT.

    Method `urbsim` is the result; B1 to B7 are forecast from the censuses of 2010 and 2020 (nothing later), where they can say something.
    """
    rulers = Baselines(region, seed)
    levels = dict(zip(dataset["area"].to_numpy().tolist(), dataset["level"].to_numpy().tolist(), strict=True))
    rows: list[dict[str, Any]] = []
    for seen in observations:
        methods = {"urbsim": samples_of(dataset, seen)}
        if seen.year > BENCHMARKS[1] and seen.area in rulers.pasts:
            if seen.indicator == SHARE:
                methods |= rulers.share(seen.area, seen.year)
            elif seen.indicator == RESIDENTS:
                methods |= rulers.residents(seen.area, seen.year)
        for method, values in methods.items():
            if not np.isfinite(values).all():
                continue
            row = score_row(values, seen.value) | {"members": values.size}
            row = {
                "area": seen.area, "level": str(levels[seen.area]), "year": seen.year, "indicator": seen.indicator, "method": method, **row,
            }  # fmt: skip
            rows.append(row)
    return pd.DataFrame(rows)


def summary(points: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Return one row an indicator, level and method: points, mean absolute error, CRPS, coverage, and the skill of urbsim against it.

    Skill is 1 - CRPS(urbsim) / CRPS(method) on the points both have, with its 95 % interval by bootstrap over blocks (from four blocks on):
    areas, or what a column `block` says. `better_in` is the share of areas in which urbsim's mean CRPS is the lower one.
    """
    points = points if "block" in points else points.assign(block=points["area"])
    rng = np.random.default_rng(seed)
    rows = []
    for (indicator, level), group in points.groupby(["indicator", "level"], sort=False):
        key = ["area", "year", *(["group"] if "group" in group else [])]
        ours = group[group["method"] == "urbsim"].set_index(key)
        for method, part in group.groupby("method", sort=False):
            theirs = part.set_index(key)
            both = ours.index.intersection(theirs.index)
            a, b = ours.loc[both, "crps"].to_numpy(np.float64), theirs.loc[both, "crps"].to_numpy(np.float64)
            places, place = np.unique([area for area, *_ in both], return_inverse=True)
            blocks, block = np.unique(ours.loc[both, "block"].to_numpy(str), return_inverse=True)
            low, high = scores.skill_interval(a, b, block, rng) if method != "urbsim" and blocks.size >= 4 else (np.nan, np.nan)
            better = np.bincount(place, weights=a) < np.bincount(place, weights=b)
            rows.append(
                {
                    "indicator": indicator, "level": level, "method": method, "points": len(part), "areas": places.size,
                    "blocks": blocks.size, "mean_absolute_error": part["error"].abs().mean(),
                    "median_absolute_error": part["error"].abs().median(), "bias": part["error"].mean(), "crps": part["crps"].mean(),
                    "interval_score_80": part["interval_score_80"].mean(),
                    "inside_50": part["inside_50"].mean(), "inside_80": part["inside_80"].mean(), "inside_95": part["inside_95"].mean(),
                    "skill_of_urbsim": np.nan if method == "urbsim" else scores.skill(a, b), "skill_low": low, "skill_high": high,
                    "better_in": np.nan if method == "urbsim" else float(better.mean()),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def score(dataset: xr.Dataset, region: Any, file: Path, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (points, summary) of a result against a CSV file of observations; raises UserError."""
    years = {int(year) for year in dataset["time"].dt.year.to_numpy()}
    observations = read_observations(file, areas=dataset["area"].to_numpy().tolist(), years=years, units=scorable(dataset))
    points = score_points(dataset, region, observations, seed)
    return points, summary(points, seed)
