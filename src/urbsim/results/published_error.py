"""How far a published urbanization rate may lie from the share that a run simulates (review of evidence 5.7, known problem 10).

A yearly share is good to about 0.3 points (judgement of the review); between two vintages the shares of a decade moved by about 1 point at
the far end, 0.1 points for every year since the census that the series goes on from.
"""

from __future__ import annotations

import math

YEARLY_POINTS = 0.3
VINTAGE_POINTS = 0.1  # a year since the census
CENSUS_YEAR = 2020


def share_error(year: int) -> float:
    """Return the standard deviation of a published share of `year`, percentage points.

    >>> round(share_error(2020), 2), round(share_error(2027), 2)
    (0.3, 0.76)
    """
    return math.hypot(YEARLY_POINTS, VINTAGE_POINTS * max(year - CENSUS_YEAR, 0))
