"""Which parameters are searched, and where: a Latin hypercube of their priors; all others stay prior samples in every candidate.

`searched.csv` names them with the reason, at most 15: those that the targets can move. A candidate is a number and a place in the cube
(one quantile of the prior for each); its number keys its luck and the prior sample of everything else, so that what the data cannot tell
stays as uncertain as it was.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST = 15
_NORMAL = NormalDist()


class Searched(NamedTuple):
    """Name a searched parameter and say why it is searched."""

    symbol: str
    reason: str


@lru_cache(maxsize=1)
def searched() -> tuple[Searched, ...]:
    """Return the searched parameters; raises ValueError if there are too many or one has no prior."""
    from urbsim.parameters import PARAMETERS

    text = files("urbsim.calibration").joinpath("searched.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if line and not line.startswith("#"))
    found = tuple(Searched(row["symbol"], row["reason"]) for row in rows)
    if len(found) > MOST or any(PARAMETERS[one.symbol].distribution == "fixed" for one in found):
        raise ValueError(f"at most {MOST} parameters with a prior can be searched")
    return found


def symbols() -> tuple[str, ...]:
    """Return the symbols of the searched parameters."""
    return tuple(one.symbol for one in searched())


def hypercube(points: int, seed: int) -> Floats:
    """Return points x searched quantiles: in each column one point in each of `points` slices of the prior."""
    rng = np.random.default_rng([seed, 1])
    slices = np.stack([rng.permutation(points) for _ in symbols()], axis=1)
    return np.asarray((slices + rng.random(slices.shape)) / points, dtype=np.float64)


def sample_prior(points: int, seed: int) -> Floats:
    """Return points x searched quantiles, independent."""
    return np.clip(np.random.default_rng([seed, 2]).random((points, len(symbols()))), 1e-6, 1.0 - 1e-6)


def scores(quantiles: Floats) -> Floats:
    """Return normal scores of quantiles: on this scale every prior has mean 0 and standard deviation 1."""
    from scipy.special import ndtri

    return np.asarray(ndtri(np.clip(quantiles, 1e-6, 1.0 - 1e-6)), dtype=np.float64)


def parameters_of(number: int, quantiles: tuple[float, ...] | None, seed: int = 0) -> dict[str, float]:
    """Return all parameters of a candidate; without quantiles it is the plain prior sample of its number (0: the centre)."""
    from urbsim.parameters import prior_sample, quantile

    values = dict(prior_sample(number, seed))
    if quantiles is not None:
        values |= {symbol: quantile(symbol, float(u)) for symbol, u in zip(symbols(), quantiles, strict=True)}
    return values
