"""A prefecture left out when constants are solved, so that its census of 2020 can judge (`solving.solve`, argument `held_out`).

No figure of 2020 of its areas is looked at by the solving (behaviour, births and the ages of newcomers are the region's). Its error
counts nowhere, sums leave it out, the census figures of 2020 that a run itself reads (paths of residents and movers behind wages and
rents) are replaced by those of 2010 grown as elsewhere, and its constants are guessed from the other prefectures' as they are solved
(`guess`). The region's settlers of 2015-2018, no figure of 2020 nor of a prefecture, stay a target.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from urbsim.experiments.solution import AREA_LIMIT, CEILING, FLOOR, Floats, Solution, seen_of, sums

LEAST_SEEN = 5  # prefectures for a line through their constants; with fewer, the mean
CENSUS_CLASSES = ("same_area", "other_area", "other_province")


def without(region: Any, held_out: int) -> Any:
    """Return the region with the 2020 counts of a prefecture's areas replaced: residents and movers of 2010 grown as elsewhere.

    Town shares move by the others' step of the logit. Ages and the like of 2020 are read by no run.
    """
    gone = np.asarray(region.prefecture_of) == held_out
    grown: dict[str, Any] = {}
    for name in ("residents", *CENSUS_CLASSES):
        before, after = (np.array(getattr(region, f"{name}_{year}")) for year in (2010, 2020))
        after[gone] = np.rint(before[gone] * after[~gone].sum() / before[~gone].sum())
        grown[f"{name}_2020"] = after
    odds = [float(t[~gone].sum() / (r - t)[~gone].sum()) for r, t in
            ((region.residents_2010, region.town_2010), (region.residents_2020, region.town_2020))]  # fmt: skip
    there = region.town_2010[gone] / np.maximum(region.residents_2010 - region.town_2010, 1)[gone] * odds[1] / odds[0]
    town = np.array(region.town_2020)
    town[gone] = np.rint(grown["residents_2020"][gone] * there / (1.0 + there))
    return replace(region, **grown, town_2020=town)


def guess(region: Any, solution: Solution, held_out: int, luck: int) -> None:
    """Give the left-out prefecture constants from the distribution of the others', in place; the same `luck` makes the same choices.

    Its level and its constant for people of other provinces lie on a line through the others' over what 2010 already showed, the log of
    residents over registered people; reclassification at their mean. The error of one of the others, drawn by `luck`, is added to all
    three. Areas lie likewise on a line inside their prefecture, with the error of an area of the others, a core's of a core. Errors are
    widened for the line's own, so that the guess is as uncertain as guesses are.
    """
    p, seen = np.asarray(region.prefecture_of), seen_of(region, held_out)
    rng = np.random.default_rng([held_out, luck])
    weights = region.residents_2010.astype(float)
    middle = sums(weights * solution.area_part, p) / sums(weights, p)  # areas' parts are seen from their prefecture's mean
    inside = solution.area_part - middle[p]
    drawn = np.log(sums(region.residents_2010, p) / sums(region.hukou_2010, p))
    donor = int(rng.integers(int(seen.sum())))
    level = _on_a_line(solution.prefecture_part + middle, drawn, seen, held_out, donor, line=True)
    block = _on_a_line(solution.block + middle, drawn, seen, held_out, donor, line=True)
    boundaries = _on_a_line(solution.reclassification, drawn, seen, held_out, donor, line=False)
    solution.prefecture_part[held_out], solution.block[held_out] = level, block
    solution.reclassification[held_out] = np.clip(boundaries, FLOOR, CEILING)
    own = np.log(weights / region.hukou_2010)
    own = own - (sums(weights * own, p) / sums(weights, p))[p]
    core, there = np.asarray(region.is_core), p != held_out
    for area in np.flatnonzero(~there):
        alike = np.flatnonzero(core[there] == core[area])
        chosen = int(alike[rng.integers(alike.size)]) if alike.size else int(rng.integers(int(there.sum())))
        inside[area] = _on_a_line(inside, own, there, int(area), chosen, line=True)
    here = ~there
    inside[here] -= np.average(inside[here], weights=weights[here])
    solution.area_part[here] = np.clip(inside[here], -AREA_LIMIT, AREA_LIMIT)


def _on_a_line(values: Floats, x: Floats, seen: npt.NDArray[np.bool_], at: int, donor: int, *, line: bool) -> float:
    """Return a guess of `values[at]`: what a line over `x` (or the mean) of the seen ones says, and the error of the `donor`-th of them."""
    n = int(seen.sum())
    slope = float(np.polyfit(x[seen], values[seen], 1)[0]) if line and n >= LEAST_SEEN else 0.0
    rest = values[seen] - slope * x[seen]
    wider = np.sqrt((n + 1.0) / max(n - (2 if slope else 1), 1))
    return float(rest.mean() + slope * x[at] + (rest - rest.mean())[donor] * wider)
