"""Scores on cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from urbsim.validation import scores


def test_crps_of_one_value_is_the_absolute_error() -> None:
    assert scores.crps(np.array([[3.0], [5.0]]), np.array([1.0, 9.0])).tolist() == [2.0, 4.0]


def test_crps_of_a_normal_sample_is_the_closed_form() -> None:
    samples = norm.ppf((np.arange(4000) + 0.5) / 4000)
    y = 0.7
    exact = y * (2 * norm.cdf(y) - 1) + 2 * norm.pdf(y) - 1 / np.sqrt(np.pi)
    assert float(scores.crps(samples, y)) == pytest.approx(exact, abs=2e-3)


def test_crps_is_the_mean_over_all_pairs() -> None:
    x, y = np.array([0.3, 2.0, 5.5, 1.0]), 1.7
    pairs = np.abs(x[:, None] - x).mean()
    assert float(scores.crps(x, y)) == pytest.approx(np.abs(x - y).mean() - 0.5 * pairs)


def test_interval_score_counts_width_and_miss() -> None:
    assert scores.interval_score([0.0, 0.0], [1.0, 1.0], [0.5, 1.5], 0.8).tolist() == pytest.approx([1.0, 1.0 + 10 * 0.5])


def test_coverage_and_pit() -> None:
    samples = np.tile(np.arange(101.0), (3, 1))
    assert scores.inside(samples, np.array([50.0, 9.0, 91.0]), 0.8).tolist() == [True, False, False]
    assert scores.pit(samples, np.array([50.0, -1.0, 200.0])).tolist() == [0.5, 0.0, 1.0]
    low, high = scores.coverage_band(20, 0.8)
    assert (low, high) == (0.6, 0.95)


def test_skill_and_its_interval() -> None:
    rng = np.random.default_rng(0)
    theirs = rng.uniform(1, 2, 60)
    block = np.repeat(np.arange(20), 3)
    assert scores.skill(theirs / 2, theirs) == pytest.approx(0.5)
    assert scores.skill_interval(theirs / 2, theirs, block, rng) == pytest.approx((0.5, 0.5))
    low, high = scores.skill_interval(rng.uniform(1, 2, 60), theirs, block, rng)
    assert low < 0 < high
