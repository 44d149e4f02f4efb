"""The tests of the verification programme find what they say that they find, and what is right they leave alone."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from verification.check import waiting
from verification.machinery import queue
from verification.power import ALPHA, POWER, counts_test, distribution_test

CHANCE, QUARTERS, SIZE = 0.1, 20, 5000


def times(size: float) -> np.ndarray:
    return waiting(CHANCE * (1 + size), QUARTERS)


def refused(size: float) -> float:
    """Return the share of 2,000 samples that are refused whose chance departs by `size`."""
    samples = np.random.default_rng(4).multinomial(SIZE, times(size), size=2000)
    return float((stats.chisquare(samples, SIZE * times(0.0)[None, :], axis=1).pvalue <= ALPHA).mean())


def test_the_stated_power_is_the_power() -> None:
    seen = np.random.default_rng(6).multinomial(SIZE, times(0.0))
    verdict = counts_test(seen, times(0.0), times, "relative")
    assert verdict.p == pytest.approx(stats.chisquare(seen, SIZE * times(0.0)).pvalue)
    assert refused(verdict.detectable) == pytest.approx(POWER, abs=0.03)
    assert refused(0.0) < 0.004


def test_the_bound_of_the_distribution_test_holds() -> None:
    rng, n = np.random.default_rng(5), 1000
    shift = distribution_test(rng.random(n), stats.uniform.cdf).detectable / 100
    # Moved from the lower half into the upper: the distribution lies `shift` away in the middle, and nowhere further.
    found = 0
    for _ in range(100):
        u = rng.random(n)
        moved = np.where((u < 0.5) & (rng.random(n) < 2 * shift), u + 0.5, u)
        found += not distribution_test(moved, stats.uniform.cdf).passed
    assert found / 100 >= POWER - 0.06


def test_lines_are_served_as_at_a_counter() -> None:
    assert queue(3).passed
