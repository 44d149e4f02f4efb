"""Quantiles of the priors, and draws from them.

Convention of the evidence (behaviour.md 5.6): `low` and `high` are the 5 % and 95 % points. `central` is the median; where it does not lie
midway the two halves have their own width, so that all three published points hold. Truncation is conditioning: what lies outside the
bounds is left out and the rest scaled up. A beta has its own shape and does not use the range; a uniform has its range as ends.
"""

from __future__ import annotations

import hashlib
import math
from statistics import NormalDist

from urbsim.parameters.table import PARAMETERS, Parameter, find

_NORMAL = NormalDist()
_Z95 = _NORMAL.inv_cdf(0.95)


def quantile(symbol: str, u: float) -> float:
    """Return the value below which a share `u` of the prior lies, 0 < u < 1; `symbol` may also be the name in words.

    >>> round(quantile("a0", 0.05), 3), quantile("a0", 0.5), round(quantile("a0", 0.95), 3)
    (0.2, 0.4, 0.8)
    >>> quantile("theta_strict", 0.9)
    0.0
    """
    if not 0.0 < u < 1.0:
        raise ValueError(f"a quantile needs 0 < u < 1, not {u}")
    return quantile_of(find(symbol), u)


def quantile_of(parameter: Parameter, u: float) -> float:
    """Return the quantile of a parameter that may not be in the table (see `quantile`)."""
    if parameter.distribution == "fixed":
        return parameter.central
    if parameter.distribution == "uniform":
        return parameter.low + u * (parameter.high - parameter.low)
    if parameter.distribution == "beta":
        from scipy.special import betaincinv

        return float(betaincinv(*parameter.shape, u))
    below = 0.0 if parameter.minimum is None else _cumulative(parameter, parameter.minimum)
    above = 1.0 if parameter.maximum is None else _cumulative(parameter, parameter.maximum)
    value = _untruncated(parameter, below + u * (above - below))
    if parameter.minimum is not None:
        value = max(value, parameter.minimum)
    return value if parameter.maximum is None else min(value, parameter.maximum)


def _scale(parameter: Parameter, upper: bool) -> tuple[float, float]:
    """Return median and spread of one half, on the log scale for a lognormal."""
    edge = parameter.high if upper else parameter.low
    if parameter.distribution == "lognormal":
        middle = math.log(parameter.central)
        return middle, abs(math.log(edge) - middle) / _Z95
    return parameter.central, abs(edge - parameter.central) / _Z95


def _untruncated(parameter: Parameter, u: float) -> float:
    z = _NORMAL.inv_cdf(u)
    if z == 0.0:
        return parameter.central
    middle, spread = _scale(parameter, upper=z > 0)
    value = middle + spread * z
    return math.exp(value) if parameter.distribution == "lognormal" else value


def _cumulative(parameter: Parameter, x: float) -> float:
    """Return the share of the untruncated prior below `x`."""
    if parameter.distribution == "lognormal":
        if x <= 0:
            return 0.0
        x = math.log(x)
    middle, spread = _scale(parameter, upper=x > _scale(parameter, upper=True)[0])
    if spread == 0.0:
        return 0.0 if x < middle else 1.0 if x > middle else 0.5
    return _NORMAL.cdf((x - middle) / spread)


def uniform(symbol: str, draw: int, seed: int = 0) -> float:
    """Return the random number in (0, 1) that belongs to a symbol and a draw.

    Philox4x64 with key (seed, draw) and a counter made from the symbol: neither the number of draws nor other rows of the table change
    it, so adding a parameter leaves all others as they were.
    """
    import numpy as np

    counter = int.from_bytes(hashlib.sha256(symbol.encode()).digest()[:8], "little")
    bits = np.random.Philox(key=np.array([seed, draw], dtype=np.uint64), counter=np.array([0, counter, 0, 0], dtype=np.uint64))
    return (float(int(bits.random_raw()) >> 11) + 0.5) / 2.0**53


def prior_sample(draw: int, seed: int = 0) -> dict[str, float]:
    """Return draw `draw` of the prior by symbol; draw 0 holds the central values. Parameters are drawn independently.

    >>> prior_sample(0)["C_move"], prior_sample(7) == prior_sample(7)
    (2.5, True)
    """
    return {symbol: prior_value(symbol, draw, seed) for symbol in PARAMETERS}


def prior_value(symbol: str, draw: int, seed: int = 0) -> float:
    """Return the value of one parameter in draw `draw` of the prior (see `prior_sample`)."""
    if draw < 0:
        raise ValueError("draws count from 0")
    parameter = PARAMETERS[symbol]
    return parameter.central if draw == 0 else quantile_of(parameter, uniform(symbol, draw, seed))
