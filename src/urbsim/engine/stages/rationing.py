"""Ration a scarce thing by the rule in force: rank the applicants of each area, serve the first, tell who was refused.

Used for school places, rental homes and settling quotas. Ranking is by score (higher first), then date (earlier first), then a keyed
lot, so the outcome depends on the applicants alone and not on the order of rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def ration(
    area: npt.NDArray[Any], score: npt.NDArray[np.float64], since: npt.NDArray[Any], lot: npt.NDArray[np.float64],
    size: npt.NDArray[np.int64], capacity: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:  # fmt: skip
    """Return which applicants are served.

    All of length n but `capacity` (areas): units free in each area. `size` is what an applicant takes, 1 at least; the line of an area
    stops at the first applicant who does not fit, as at a counter.

    >>> a = np.zeros(3, dtype=np.int64)
    >>> ration(a, np.array([1.0, 3.0, 2.0]), a, np.zeros(3), np.ones(3, dtype=np.int64), np.array([2])).tolist()
    [False, True, True]
    """
    # Where nothing is free nobody is served, where all fit everyone is: only the rest stand in line.
    asked = np.bincount(area, weights=size, minlength=capacity.size)
    served: npt.NDArray[np.bool_] = (asked <= capacity)[area]
    line = np.flatnonzero(((asked > capacity) & (capacity > 0))[area])
    if line.size == 0:
        return served
    area, size = area[line], size[line]
    order = np.lexsort((lot[line], since[line], -score[line], area))
    ordered_area = area[order]
    taken = np.cumsum(size[order])
    first = np.searchsorted(ordered_area, np.arange(capacity.size), side="left")
    before = np.concatenate(([0], taken))[first]
    fits = taken - before[ordered_area] <= capacity[ordered_area]
    served[line[order[fits]]] = True
    return served
