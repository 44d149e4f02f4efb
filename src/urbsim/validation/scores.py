"""Scores of probabilistic forecasts: CRPS, interval score, coverage, PIT, skill with block bootstrap."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from urbsim.validation.baselines import Floats

LEVELS = (0.50, 0.80, 0.95)


def crps(samples: Floats, seen: npt.ArrayLike) -> Floats:
    """Return the continuous ranked probability score of samples (last axis) against what was seen, in the unit of the values.

    E|X - y| - E|X - X'| / 2 (Gneiting and Raftery 2007); of a single sample it is the absolute error.

    >>> float(crps(np.array([1.0, 3.0]), 2.0))
    0.5
    """
    x = np.sort(np.asarray(samples, dtype=np.float64), axis=-1)
    n = x.shape[-1]
    y = np.asarray(seen, dtype=np.float64)[..., None]
    ranks = 2.0 * np.arange(1, n + 1) - n - 1.0
    return np.asarray(np.abs(x - y).mean(axis=-1) - (x * ranks).sum(axis=-1) / n**2)


def interval_score(low: npt.ArrayLike, high: npt.ArrayLike, seen: npt.ArrayLike, level: float) -> Floats:
    """Return width plus 2 / (1 - level) times the miss (Gneiting and Raftery 2007)."""
    a, b, y = (np.asarray(v, dtype=np.float64) for v in (low, high, seen))
    return np.asarray((b - a) + 2.0 / (1.0 - level) * (np.maximum(a - y, 0.0) + np.maximum(y - b, 0.0)))


def interval(samples: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the central interval of samples (last axis)."""
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(samples, [tail, 1.0 - tail], axis=-1)
    return np.asarray(low), np.asarray(high)


def inside(samples: Floats, seen: npt.ArrayLike, level: float) -> npt.NDArray[np.bool_]:
    """Tell whether what was seen lies in the central interval of samples (last axis)."""
    low, high = interval(samples, level)
    y = np.asarray(seen, dtype=np.float64)
    return np.asarray((low <= y) & (y <= high))


def coverage_band(n: int, level: float) -> tuple[float, float]:
    """Return the shares inside that a right interval of `level` yields in 95 of 100 cases with `n` independent points."""
    from scipy.stats import binom

    low, high = binom.ppf([0.025, 0.975], n, level)
    return float(low / n), float(high / n)


def pit(samples: Floats, seen: npt.ArrayLike) -> Floats:
    """Return the probability integral transform: the share of samples (last axis) below what was seen, ties by half."""
    y = np.asarray(seen, dtype=np.float64)[..., None]
    return np.asarray((samples < y).mean(axis=-1) + 0.5 * (samples == y).mean(axis=-1))


def skill(ours: Floats, theirs: Floats) -> float:
    """Return 1 - mean(ours) / mean(theirs) of two sets of scores: above 0 we are better; NaN where theirs are all 0."""
    return float(1.0 - np.mean(ours) / np.mean(theirs)) if np.mean(theirs) > 0.0 else float("nan")


def skill_interval(
    ours: Floats, theirs: Floats, block: npt.NDArray[np.int64], rng: np.random.Generator, times: int = 1000, level: float = 0.95
) -> tuple[float, float]:
    """Return the interval of the skill by bootstrap over blocks (areas): all points of an area come or stay away together.

    NaN where a sample of blocks may leave `theirs` without any score to compare with.
    """
    names = np.unique(block)
    sums = np.array([[ours[block == b].sum(), theirs[block == b].sum()] for b in names])
    picks = rng.integers(0, names.size, (times, names.size))
    totals = sums[picks].sum(axis=1)
    if not (totals[:, 1] > 0.0).all():
        return float("nan"), float("nan")
    low, high = np.quantile(1.0 - totals[:, 0] / totals[:, 1], [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)
