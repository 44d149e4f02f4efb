"""The urbanization rate from the census of 2020 on: the counted share of every area, moved by what the model changes.

The model starts from the census of 2010 and does not meet the share of every county in 2020 (the check of the report says by how much).
Who plans from what was counted needs the counted share plus the model's change, as demographers correct a projection at its jump-off. The
change is carried over on the logit, so that a share stays between 0 and 100 and a small village rest moves little.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from urbsim.results.levels import Calendar, Levels, ratio

CENSUS = 2020


def from_census(rate: NDArray[np.float64], levels: Levels, calendar: Calendar) -> NDArray[np.float64]:
    """Return `rate` (time × rows, percent) carried over to the census of 2020; NaN before its year end.

    NaN throughout where the result does not hold the end of 2020 or the region has no count of it.
    """
    out = np.full(rate.shape, np.nan)
    at, counted = calendar.end_of(CENSUS), counted_share(levels)
    if at is None or counted is None:
        return out
    inside = (rate > 0.0) & (rate < 100.0)
    held = np.where(inside, rate, 50.0) / 100.0
    moved = np.log(held / (1.0 - held))
    start = np.log(counted / (1.0 - counted))
    carried = 100.0 / (1.0 + np.exp(-(start + moved - moved[at])))
    out[at:] = np.where(inside & inside[at], carried, np.nan)[at:]
    return out


def counted_share(levels: Levels) -> NDArray[np.float64] | None:
    """Return the share of town residents counted in 2020 for every row of the axis (0..1, NaN for none or all), or None without a count."""
    region: Any = levels.region
    residents, town = getattr(region, "residents_2020", None), getattr(region, "town_2020", None)
    if residents is None or town is None:
        return None
    share = ratio(levels.sums(np.asarray(town), 0), levels.sums(np.asarray(residents), 0))
    return np.where((share > 0.0) & (share < 1.0), share, np.nan)
