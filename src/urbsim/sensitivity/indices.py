"""Sobol indices, elementary effects and tornado bars from plain arrays; the estimators are SALib's."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CONFIDENCE = 0.95
RESAMPLES = 200


@dataclass(frozen=True)
class Sobol:
    """Hold Sobol indices, one entry for each factor, with the ends of their 95 % bootstrap intervals."""

    first: Floats
    first_low: Floats
    first_high: Floats
    total: Floats
    total_low: Floats
    total_high: Floats


@dataclass(frozen=True)
class Morris:
    """Hold elementary effects of factors on the unit scale: mean of absolute values with 95 % half-widths, mean, standard deviation."""

    mu_star: Floats
    half_width: Floats
    mu: Floats
    sigma: Floats


def problem_of(names: Sequence[str]) -> dict[str, Any]:
    """Return SALib's description of factors that go from 0 to 1."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def sobol_indices(y: Floats, names: Sequence[str], seed: int = 0) -> Sobol:
    """Return first and total Sobol indices of a function at the points of Saltelli's design (`n` x (factors + 2), without second order).

    Intervals are those of SALib's bootstrap over the `n` blocks. Raises ValueError if `y` is no whole number of blocks.
    """
    from SALib.analyze import sobol

    block = len(names) + 2
    if y.size % block or y.size < 2 * block:
        raise ValueError(f"{y.size} values are no whole number of blocks of {block}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of ratios with little variance; they come out as NaN and are told
        settings = {"calc_second_order": False, "num_resamples": RESAMPLES, "conf_level": CONFIDENCE, "seed": seed}
        found = sobol.analyze(problem_of(names), np.asarray(y, dtype=np.float64), **settings)
    first, total = np.asarray(found["S1"], dtype=np.float64), np.asarray(found["ST"], dtype=np.float64)
    a, b = np.asarray(found["S1_conf"], dtype=np.float64), np.asarray(found["ST_conf"], dtype=np.float64)
    return Sobol(first, first - a, first + a, total, total - b, total + b)


def radial_effects(y: Floats, u: Floats, seed: int = 0) -> Morris:
    """Return elementary effects from Saltelli's design itself: in every block the base point and one point for each factor alone moved.

    `u` are the points in the unit cube (`n` x (factors + 2) rows). A step smaller than a hundredth is left out.
    Campolongo, Saltelli and Cariboni 2011, Computer Physics Communications 182, 978-988: radial designs for screening.
    """
    k = u.shape[1]
    values, points = y.reshape(-1, k + 2), u.reshape(-1, k + 2, k)
    effects = np.full((values.shape[0], k), np.nan)
    for i in range(k):
        step = points[:, i + 1, i] - points[:, 0, i]
        wide = np.abs(step) > 0.01
        effects[wide, i] = (values[wide, i + 1] - values[wide, 0]) / step[wide]
    return _morris(effects, seed)


def _morris(effects: Floats, seed: int) -> Morris:
    rng = np.random.default_rng(seed)
    size = np.abs(effects)
    picks = rng.integers(0, effects.shape[0], size=(RESAMPLES, effects.shape[0]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a factor that never moved
        boot = np.nanmean(size[picks], axis=1)
        sigma = np.nanstd(effects, axis=0, ddof=1) if effects.shape[0] > 1 else np.full(effects.shape[1], np.nan)
        return Morris(np.nanmean(size, axis=0), 1.96 * np.nanstd(boot, axis=0), np.nanmean(effects, axis=0), sigma)


def stochastic_share(y: NDArray[np.float64]) -> float:
    """Return the share of variance that is luck: within points over all, for values points x repeats; NaN with one repeat only."""
    if y.shape[1] < 2:
        return float("nan")
    total = float(y.var())
    return float(y.var(axis=1, ddof=1).mean() / total) if total > 0 else float("nan")
