"""A cheap stand-in for the model: a Gaussian process or a polynomial, with the error it makes on runs it has not seen."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FOLDS = 5
MOST_FOR_GP = 600
LEAST_RUNS = 10


@dataclass(frozen=True)
class Emulator:
    """Hold a fitted emulator and its fellows, each fitted without one fold of the runs.

    `kind` is `gaussian process` or `polynomial`, `error` the root mean square error on runs not seen, in the unit of the quantity,
    `explained` the share of variance it explains there (Q2: 1 is perfect, 0 no better than the mean).
    """

    kind: str
    error: float
    explained: float
    whole: Any
    parts: tuple[Any, ...]
    folds: NDArray[np.int64]  # the fold of each run: `parts[k]` has not seen those of fold k

    def __call__(self, x: Floats) -> Floats:
        """Return predictions for points, rows of factors as in fitting."""
        return _predict(self.whole, x)

    def fellows(self, x: Floats) -> list[Floats]:
        """Return the predictions of the emulators fitted without each fold: how far they part shows the emulator's own error."""
        return [_predict(part, x) for part in self.parts]

    def fellows_of(self, fold: int, x: Floats) -> Floats:
        """Return the predictions of the emulator that has not seen one fold of the runs."""
        return _predict(self.parts[fold], x)


def fit_emulator(x: Floats, y: Floats, seed: int = 0) -> Emulator:
    """Return the emulator with the smaller cross-validated error; raises ValueError for fewer than ten runs or no variance.

    Five folds, shuffled by `seed`; lengths and noise of a Gaussian process are those found on all runs. A Gaussian process (a length for
    each factor, noise) is tried up to 600 runs; a polynomial is of the second degree with ridge regression if there are runs enough for
    one, else of the first.
    """
    if y.size < LEAST_RUNS or not np.ptp(y) > 0:
        raise ValueError("too few runs, or none that differ")
    folds = np.random.default_rng(seed).permutation(y.size) % min(FOLDS, y.size)
    kinds = ["polynomial", *(["gaussian process"] if y.size <= MOST_FOR_GP else [])]
    best: Emulator | None = None
    for kind in kinds:
        whole = _fitted(kind, x, y, seed)
        parts, missed = [], np.empty(y.size)
        for fold in range(int(folds.max()) + 1):
            seen = folds != fold
            part = _fitted(kind, x[seen], y[seen], seed, whole)
            missed[~seen] = _predict(part, x[~seen]) - y[~seen]
            parts.append(part)
        error = float(np.sqrt(np.mean(missed**2)))
        if best is None or error < best.error:
            best = Emulator(kind, error, float(1.0 - np.mean(missed**2) / y.var()), whole, tuple(parts), folds)
    if best is None:
        raise ValueError("no emulator")
    return best


def _fitted(kind: str, x: Floats, y: Floats, seed: int, whole: Any = None) -> Any:
    """Return a fitted emulator; a Gaussian process takes lengths and noise from `whole` if that is given."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler
    from threadpoolctl import threadpool_limits

    if kind == "polynomial":
        k = x.shape[1]
        degree = 2 if y.size >= 1.5 * (k + 1) * (k + 2) / 2 else 1
        last = RidgeCV(alphas=np.logspace(-6, 3, 19))
        model = make_pipeline(StandardScaler(), PolynomialFeatures(degree, include_bias=False), StandardScaler(), last)
    else:
        lengths = RBF(np.full(x.shape[1], 2.0), (0.2, 1e3))
        kernel = ConstantKernel(1.0, (1e-3, 1e4)) * lengths + WhiteKernel(1e-2, (1e-8, 1e1))
        last = GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed)
        if whole is not None:
            last = GaussianProcessRegressor(whole[-1].kernel_, optimizer=None, normalize_y=True)
        model = make_pipeline(StandardScaler(), last)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lengths at their bounds: a factor without effect has no length
        return model.fit(x, y)


def _predict(model: Any, x: Floats) -> Floats:
    return np.asarray(model.predict(x), dtype=np.float64)
