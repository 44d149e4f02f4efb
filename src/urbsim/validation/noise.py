"""How far a published figure may lie from the truth that a run simulates, as the review of evidence says it (part 5.7, known problem 10).

* A yearly share is good to about 0.3 points (`YEARLY_POINTS`, judgement of the review); residents to 0.3 per cent (`YEARLY_SHARE`, by
  analogy).
* Between two vintages the shares of a decade moved by about 1 point at the far end: 0.1 points for every year since the census that the
  series goes on from (`VINTAGE_POINTS`). Residents moved by what the region's own two vintages show, where both are published.

A forecast that is compared with a published figure holds these; the band of the runs alone does not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from urbsim.results.published_error import CENSUS_YEAR, VINTAGE_POINTS, YEARLY_POINTS, share_error
from urbsim.validation.baselines import Floats, expit, logit

__all__ = ["CENSUS_YEAR", "VINTAGE_POINTS", "YEARLY_POINTS"]

YEARLY_SHARE = 0.003
REPEATS = 25  # noisy copies of each run


def vintage_share(region: Any) -> float:
    """Return by how much residents of two vintages drew apart in a year (log), at the last year both give; 0 where one is missing."""
    series: dict[str, dict[int, float]] = {"first_published": {}, "revised": {}}
    for point in region.published:
        if point.area == region.name and point.variable == "resident_population" and point.vintage in series:
            series[point.vintage][point.date.year] = point.value
    both = sorted(set(series["first_published"]) & set(series["revised"]) & set(range(2011, CENSUS_YEAR)))
    if not both:
        return 0.0
    return abs(float(np.log(series["revised"][both[-1]] / series["first_published"][both[-1]]))) / (both[-1] - 2010)


def observed_share(values: Floats, year: int, rng: np.random.Generator, vintage: bool = True) -> Floats:
    """Return noisy copies of shares in percent, as they might be published for `year`."""
    sd = share_error(year if vintage else CENSUS_YEAR)
    copies = np.repeat(values, REPEATS)
    return np.asarray(np.clip(copies + sd * rng.standard_normal(copies.size), 0.1, 99.9))


def observed_count(values: Floats, year: int, rng: np.random.Generator, drift: float) -> Floats:
    """Return noisy copies of residents, as they might be published for `year`; `drift` is a year's difference of vintages (log)."""
    sd = np.hypot(YEARLY_SHARE, drift * max(year - CENSUS_YEAR, 0))
    copies = np.repeat(values, REPEATS)
    return np.asarray(copies * np.exp(sd * rng.standard_normal(copies.size)))


def anchored_share(values: Floats, at_anchor: Floats, anchor: float) -> Floats:
    """Return shares (percent) that start from a published one: each run's step of the logit since the anchor, laid on the figure."""
    return 100.0 * expit(logit(anchor / 100.0) + logit(values / 100.0) - logit(at_anchor / 100.0))


def anchored_count(values: Floats, at_anchor: Floats, anchor: float) -> Floats:
    """Return counts that start from a published one: each run's growth since."""
    return np.asarray(anchor * values / at_anchor)
