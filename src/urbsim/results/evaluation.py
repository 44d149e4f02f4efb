"""The yearly evaluation of areas (G2): a composite of what the run yields, with weights that are assumptions.

The documents ask for a yearly evaluation and ranking of areas (ZJ2023 六(三), XC2024 三(三), ZJ2017 三(三)) and publish no formula. Here
every part is turned into its percentile among the rows of its level (areas among areas, prefectures among prefectures, ties at their
mean), and the score is the mean of the percentiles with the weights of the scenario (`evaluation_weight_*`, all 1 unless given): 0 is the
least in everything, 100 the best. A part without a value in a row is left out of its mean. Ranks are made per member; what is reported of
them is the chance of being among the first three, since a bare rank hides how close areas are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from urbsim.results.frames import Frames
from urbsim.results.labels import position
from urbsim.results.levels import ratio

if TYPE_CHECKING:
    from urbsim.results.compute import Context

Floats = NDArray[np.float64]
PARTS = ("urbanization", "settled", "permits", "schools", "homes", "insurance", "training")
TOP = 3


def parts(frames: Frames, context: Context) -> dict[str, Floats]:
    """Return year × rows by part: change of the rate in points, then shares and rates of migrants (NaN where there are none)."""
    levels, calendar = context.levels, context.calendar

    def end(name: str) -> Floats:
        return np.asarray(levels.sums(calendar.at_end(np.asarray(frames[name], dtype=np.float64))), dtype=np.float64)

    def flow(name: str) -> Floats:
        return np.asarray(levels.sums(calendar.over(np.asarray(frames[name], dtype=np.float64))), dtype=np.float64)

    town, before = position("part", "town"), levels.sums(calendar.before(np.asarray(frames["residents"], dtype=np.float64)))
    residents = end("residents")
    migrants, tenure, pupils = end("migrants"), end("households_tenure"), end("pupils")
    holders, without = (migrants[:, :, position("status", code)].sum(axis=2) for code in ("permit", "unregistered"))
    learning = pupils[:, :, :, position("pupil_group", "migrant")].sum(axis=2)
    taught = sum(learning[..., position("school_place", code)] for code in ("public", "bought", "fee_paying"))
    housed = sum(tenure[..., position("tenure", code)] for code in ("guaranteed_rental", "public_rental", "shared", "own"))
    workers = end("workers")
    return {
        "urbanization": 100.0 * (ratio(residents[..., town], residents.sum(axis=2)) - ratio(before[..., town], before.sum(axis=2))),
        "settled": 1000.0 * ratio(flow("settled").sum(axis=2), holders + without),
        "permits": 100.0 * ratio(holders, holders + without),
        "schools": 100.0 * ratio(learning[..., position("school_place", "public")], np.asarray(taught)),
        "homes": 100.0 * ratio(np.asarray(housed), tenure.sum(axis=2)),
        "insurance": 100.0 * ratio(end("insured"), workers),
        "training": 1000.0 * ratio(flow("trained"), workers),
    }


def scores(frames: Frames, context: Context) -> Floats:
    """Return the score, year × rows, 0 to 100; NaN for the region, which has nothing to be compared with."""
    given = getattr(context.scenario, "assumptions", {})
    found = parts(frames, context)
    weights = {name: _weight(given, name) for name in PARTS}
    level = np.array(context.levels.level)
    years = len(context.calendar.years)
    out = np.full((years, level.size), np.nan)
    for one in ("area", "prefecture"):
        rows = np.flatnonzero(level == one)
        if rows.size < 2:
            continue
        total, heard = np.zeros((years, rows.size)), np.zeros((years, rows.size))
        for name in PARTS:
            ranked = percentiles(found[name][:, rows])
            known = np.isfinite(ranked)
            total += np.where(known, ranked, 0.0) * weights[name]
            heard += known * weights[name]
        out[:, rows] = ratio(total, heard)
    return out


def _weight(given: object, name: str) -> float:
    value = given.get(f"evaluation_weight_{name}") if hasattr(given, "get") else None
    return 1.0 if value is None else float(value)


def percentiles(values: Floats) -> Floats:
    """Return the place of every value in its row of `values`, 0 the least and 100 the largest, ties at their mean, NaN kept.

    >>> percentiles(np.array([[3.0, 1.0, 3.0, np.nan]])).tolist()
    [[75.0, 0.0, 75.0, nan]]
    """
    known = np.isfinite(values)
    seen, number = np.where(known, values, np.nan), known.sum(axis=1, keepdims=True)
    below = (seen[:, None, :] < seen[:, :, None]).sum(axis=2)
    through = (seen[:, None, :] <= seen[:, :, None]).sum(axis=2)
    return np.where(known & (number > 1), 100.0 * (below + through - 1) / 2.0 / np.maximum(number - 1, 1), np.nan)


def ranks(dataset: xr.Dataset) -> pd.DataFrame:
    """Return one row a year, level and area: score (10, 50, 90 %), median rank with its 80 % range, chance of the first three."""
    score = dataset["evaluation_score"].transpose("draw", "replicate", "year", "area").values
    members = score.reshape(score.shape[0] * score.shape[1], *score.shape[2:])
    level, codes = dataset["level"].values.astype(str), dataset["area"].values.astype(str).tolist()
    rows: list[dict[str, object]] = []
    for one in ("area", "prefecture"):
        at = np.flatnonzero(level == one)
        if at.size < 2:
            continue
        for y, year in enumerate(dataset["year"].values):
            held = members[:, y, at]
            if not np.isfinite(held).all():
                continue
            rank = 1 + (held[:, None, :] > held[:, :, None]).sum(axis=2)  # member × row: those with a better score, plus one
            low, middle, high = np.quantile(held, (0.1, 0.5, 0.9), axis=0)
            first, usual, last = np.quantile(rank, (0.1, 0.5, 0.9), axis=0)
            top = (rank <= TOP).mean(axis=0)
            rows += [
                {
                    "year": int(year), "area": codes[i], "score_p10": low[k], "score": middle[k],
                    "score_p90": high[k], "rank": usual[k], "rank_p10": first[k], "rank_p90": last[k], "top_three": float(top[k]),
                }
                for k, i in enumerate(at)
            ]  # fmt: skip
    columns = ("year", "area", "score_p10", "score", "score_p90", "rank", "rank_p10", "rank_p90", "top_three")
    return pd.DataFrame(rows, columns=list(columns))
