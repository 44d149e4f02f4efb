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

    All of length n but `capacity` (areas): units free in each area. `size` is what an applicant takes; the line of an area stops at the
    first applicant who does not fit, as at a counter.

    >>> a = np.zeros(3, dtype=np.int64)
    >>> ration(a, np.array([1.0, 3.0, 2.0]), a, np.zeros(3), np.ones(3, dtype=np.int64), np.array([2])).tolist()
    [False, True, True]
    """
    if area.size == 0:
        return np.zeros(0, dtype=np.bool_)
    order = np.lexsort((lot, since, -score, area))
    ordered_area = area[order]
    taken = np.cumsum(size[order])
    first = np.searchsorted(ordered_area, np.arange(capacity.size), side="left")
    before = np.concatenate(([0], taken))[first]
    fits = taken - before[ordered_area] <= capacity[ordered_area]
    served = np.zeros(area.size, dtype=np.bool_)
    served[order[fits]] = True
    return served
