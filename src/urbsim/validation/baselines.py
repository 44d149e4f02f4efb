"""Baselines B1 to B5: what a ruler says of an urban share from its own past.

All take `years` and `shares` (0..1, at least as many points as said) and return shares `ahead` years after the last point, an array like
`ahead`. Definitions: part 4 of the review of evidence behind the model (docs/odd.md, References); the logit is L(p) = ln(p / (1 - p)).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Method = Callable[[Floats, Floats, Floats], Floats]

UN_INTERCEPT, UN_SLOPE = 0.037623, 0.02604  # world norm of the growth difference; recalled from older United Nations methodology
UN_WEIGHTS = (0.8, 0.6, 0.4, 0.2, 0.0)  # of the observed difference, in successive blocks of five years; recalled
SATURATION = (0.75, 0.90)  # range of the ceiling K for provinces; not identified from ten points
DAMPING = 0.85  # middle of the range (0.70, 0.95)


def logit(share: npt.ArrayLike) -> Floats:
    """Return ln(p / (1 - p)).

    >>> float(logit(0.5))
    0.0
    """
    p = np.asarray(share, dtype=np.float64)
    return np.asarray(np.log(p / (1.0 - p)))


def expit(value: npt.ArrayLike) -> Floats:
    """Return the share of a logit."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(value, dtype=np.float64))))


def persistence(years: Floats, shares: Floats, ahead: Floats) -> Floats:
    """B1: the last value goes on."""
    return np.full(np.shape(ahead), shares[-1])


def drift(years: Floats, shares: Floats, ahead: Floats) -> Floats:
    """B2: the mean yearly step of the logit between the first and the last point goes on; two points at least.

    >>> drift(np.array([0.0, 1.0]), expit([0.0, 0.1]), np.array([1.0])).round(6) == expit(0.2).round(6)
    array([ True])
    """
    return expit(logit(shares[-1]) + slope(years, shares) * np.asarray(ahead))


def slope(years: Floats, shares: Floats) -> float:
    """Return the mean yearly step of the logit between the first and the last point."""
    return float((logit(shares[-1]) - logit(shares[0])) / (years[-1] - years[0]))


def growth_difference(years: Floats, shares: Floats, ahead: Floats) -> Floats:
    """B3: the method of the United Nations, urban-rural growth difference; the last two points are the benchmarks.

    The observed difference converges in 25 years to a world norm that falls with the share of the base year (the last point).
    """
    observed = slope(years[-2:], shares[-2:])
    norm = UN_INTERCEPT - UN_SLOPE * float(shares[-1])
    last = int(np.ceil(np.max(ahead, initial=1.0)))
    weights = np.array([UN_WEIGHTS[min(k // 5, len(UN_WEIGHTS) - 1)] for k in range(last)])
    path = np.concatenate([[0.0], np.cumsum(weights * observed + (1.0 - weights) * norm)])
    return expit(logit(shares[-1]) + np.interp(ahead, np.arange(path.size), path))


def saturating(years: Floats, shares: Floats, ahead: Floats, ceiling: float = sum(SATURATION) / 2.0) -> Floats:
    """B4: a logistic with ceiling K, ln(p / (K - p)) = c + d t by least squares; K is taken above every share seen."""
    top = max(ceiling, float(np.max(shares)) + 0.02)
    d, c = np.polyfit(years, np.log(shares / (top - shares)), 1)
    return np.asarray(top * expit(c + d * (years[-1] + np.asarray(ahead))))


def damped(years: Floats, shares: Floats, ahead: Floats, phi: float = DAMPING) -> Floats:
    """B5: the yearly step of the logit shrinks by `phi` every year: L + mu (phi + ... + phi^h)."""
    h = np.asarray(ahead, dtype=np.float64)
    return expit(logit(shares[-1]) + slope(years, shares) * phi * (1.0 - phi**h) / (1.0 - phi))


def best_damping(years: Floats, shares: Floats, horizons: int = 3) -> float:
    """Return the `phi` of (0.70, 0.95) with the least squared error over earlier origins of a yearly series (at least 5 points)."""
    grid = np.linspace(0.70, 0.95, 26)


    def loss(phi: float) -> float:
        errors = rolling_errors(lambda y, s, h: damped(y, s, h, phi), years, shares, horizons)
        return sum(float((found**2).sum()) for found in errors)

    return float(min(grid, key=lambda phi: loss(float(phi))))


def rolling_errors(method: Method, years: Floats, shares: Floats, horizons: int, least: int = 3) -> list[Floats]:
    """Return the errors (forecast minus seen, logits) of a method at horizons 1..`horizons`, from every origin with `least` points before.

    Official yearly shares are smoothed: differences inside the sample say too little of the error, these do.
    """
    errors: list[list[float]] = [[] for _ in range(horizons)]
    for origin in range(least, len(years)):
        for h in range(1, horizons + 1):
            at = np.flatnonzero(years == years[origin - 1] + h)
            if at.size:
                guess = method(years[:origin], shares[:origin], np.array([float(h)]))
                errors[h - 1].append(float(logit(guess[0]) - logit(shares[at[0]])))
    return [np.array(found) for found in errors]


METHODS: dict[str, Method] = {"B1": persistence, "B2": drift, "B3": growth_difference, "B4": saturating, "B5": damped}
