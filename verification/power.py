"""Tests of counts and of distributions whose power is stated: which departure from what is expected they would find nine times in ten."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

ALPHA, POWER = 0.001, 0.9
Floats = NDArray[np.float64]


class Verdict(NamedTuple):
    """Hold a test's outcome; `detectable` is the departure that it would find with `POWER`, in the words of `unit`."""

    n: int
    statistic: str
    p: float
    detectable: float
    unit: str

    @property
    def passed(self) -> bool:
        """Tell whether the model is not refused."""
        return self.p > ALPHA


def counts_test(seen: NDArray[np.int64], expected: Floats, other: Callable[[float], Floats], unit: str) -> Verdict:
    """Test counts of independent households against probabilities (Pearson's chi-square).

    `other` gives the probabilities under a departure of a size, 0 being none; the detectable size follows from the noncentral chi-square
    distribution with noncentrality n sum (p1 - p0)^2 / p0 (Cohen 1988, chapter 7).
    """
    n, free = int(seen.sum()), expected.size - 1
    np.testing.assert_allclose(other(0.0), expected, atol=1e-12)
    assert (expected * n > 5).all(), "cells too small for chi-square"
    statistic, p = stats.chisquare(seen, expected * n)
    limit = stats.chi2.isf(ALPHA, free)

    def lacking(size: float) -> float:
        away = n * float(((other(size) - expected) ** 2 / expected).sum())
        return float(stats.ncx2.sf(limit, free, max(away, 1e-12))) - POWER

    top = 1e-4
    while lacking(top) < 0:
        top *= 2
    return Verdict(n, f"χ²({free}) = {statistic:.1f}", float(p), float(optimize.brentq(lacking, 0.0, top)), unit)


def distribution_test(values: Floats, cdf: Callable[[Floats], Floats]) -> Verdict:
    """Test independent values against a distribution (Kolmogorov and Smirnov).

    A distribution that lies `d` away somewhere is found with probability 0.9 at least if d sqrt(n) is the critical value plus 1.28 times a
    half, the largest standard deviation that the empirical distribution function has at a point, times sqrt(n).
    """
    statistic, p = stats.kstest(values, cdf)
    reach = (stats.kstwobign.isf(ALPHA) + stats.norm.isf(1 - POWER) / 2) / np.sqrt(values.size)
    return Verdict(values.size, f"D = {statistic:.5f}", float(p), float(100 * reach), "points of probability anywhere")
