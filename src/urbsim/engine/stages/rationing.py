"""Ration a scarce thing by the rule in force: rank the applicants of each area, serve the first, tell who was refused.

Used for school places, rental homes and settling quotas. Ranking is by score (higher first), then date (earlier first), then a keyed
lot, so the outcome depends on the applicants alone and not on the order of rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from urbsim.engine.compiled import allocating, kernel

FEW = 32  # units


def ration(
    area: npt.NDArray[Any], score: npt.NDArray[np.float64], since: npt.NDArray[Any], lot: npt.NDArray[np.float64],
    size: npt.NDArray[np.int64], capacity: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:  # fmt: skip
    """Return which applicants are served.

    All of length n but `capacity` (areas): units free in each area; `area` and `since` (quarters) fit 16 bits. `size` is what an applicant
    takes, 1 at least; the line of an area stops at the first applicant who does not fit, as at a counter.

    >>> a = np.zeros(3, dtype=np.int64)
    >>> ration(a, np.array([1.0, 3.0, 2.0]), a, np.zeros(3), np.ones(3, dtype=np.int64), np.array([2])).tolist()
    [False, True, True]
    """
    columns = (np.ascontiguousarray(area, np.int16), np.ascontiguousarray(score, np.float64), np.ascontiguousarray(since, np.int16))
    sizes = np.ascontiguousarray(size, np.int64), np.ascontiguousarray(capacity, np.int64)
    served: npt.NDArray[np.bool_] = _serve_all(*columns, np.ascontiguousarray(lot, np.float64), *sizes)
    return served


@kernel
def _before(i, j, score, since, lot):
    """Tell whether applicant `i` is ranked before `j`: no two are equal."""
    if score[i] != score[j]:
        return score[i] > score[j]
    if since[i] != since[j]:
        return since[i] < since[j]
    if lot[i] != lot[j]:
        return lot[i] < lot[j]
    return i < j


@kernel
def _best(line, lo, hi, most, score, since, lot):
    """Bring the `most` of `line[lo:hi]` who are ranked first to its begin, in order, and return their end; the others are lost."""
    end = lo
    for k in range(lo, hi):
        one, at = line[k], end
        if end - lo < most:
            end += 1
        elif _before(one, line[end - 1], score, since, lot):
            at = end - 1
        else:
            continue
        while at > lo and _before(one, line[at - 1], score, since, lot):
            line[at] = line[at - 1]
            at -= 1
        line[at] = one
    return end


@kernel
def _serve_first(line, lo, hi, free, score, since, lot, size, served):
    """Serve the first of `line[lo:hi]` by rank as far as `free` units go: a quickselect by units, which sorts no more than it must."""
    if free <= FEW:  # one pass over the line, in which hardly anyone comes before those kept so far
        for k in range(lo, _best(line, lo, hi, free, score, since, lot)):
            if size[line[k]] > free:
                return
            served[line[k]] = True
            free -= size[line[k]]
        return
    while lo < hi:
        pivot = line[(lo + hi) // 2]
        line[(lo + hi) // 2] = line[hi - 1]
        middle, units = lo, 0
        for k in range(lo, hi - 1):
            one = line[k]
            if _before(one, pivot, score, since, lot):
                line[k], line[middle] = line[middle], one
                middle += 1
                units += size[one]
        if units > free:
            hi = middle
            continue
        for k in range(lo, middle):
            served[line[k]] = True
        free -= units
        if size[pivot] > free:
            return  # the line stops at the first who does not fit
        free -= size[pivot]
        served[pivot] = True
        line[hi - 1] = line[middle]
        lo = middle + 1
        line[middle] = pivot


@allocating
def serve(asking, area, score, since, lot, size, capacity, served):
    """Mark in `served` which of those `asking` (indices of the other columns, in their order) go first in the line of their area."""
    areas = capacity.size
    asked, first = np.zeros(areas, np.int64), np.zeros(areas + 1, np.int64)
    for k in asking:
        asked[area[k]] += size[k]
    for k in asking:
        a = area[k]
        served[k] = asked[a] <= capacity[a]  # all fit: only the others stand in line
        first[a + 1] += not served[k]
    for a in range(areas):
        first[a + 1] += first[a]
    line, end = np.empty(first[areas], np.int64), first[:areas].copy()
    for k in asking:
        a = area[k]
        if asked[a] > capacity[a]:
            line[end[a]] = k
            end[a] += 1
    for a in range(areas):
        _serve_first(line, first[a], first[a + 1], capacity[a], score, since, lot, size, served)


@allocating
def _serve_all(area, score, since, lot, size, capacity):
    """Do what `ration` says, on arrays of one type each."""
    served, asking, n = np.zeros(area.size, np.bool_), np.empty(area.size, np.int64), np.uint64(0)
    for k in range(area.size):
        asking[n] = k
        n += np.uint64(capacity[area[k]] > 0)  # where nothing is free nobody is served
    serve(asking[:n], area, score, since, lot, size, capacity, served)
    return served
