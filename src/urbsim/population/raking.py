"""Rake the weights of household templates so that persons and households meet their margins as well as possible.

Minimum-entropy calibration (Deville & Särndal 1992): weights w = w0 exp(X l), with l the minimum of the convex dual
sum w0 exp(X l) - t'l + l'R l / 2. Where R is zero a margin is met exactly, where it is positive the margin is soft: it yields to the
others by R l. It does what iterative proportional updating (Ye et al. 2009) does, with a proof that it ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from urbsim.population.assumptions import Floats


@dataclass(frozen=True)
class _Sparse:
    """Hold the few non-zero counts of each template, padded to M a row: sums run in row order, the same on every machine.

    `column`, `count`: T x M (padding: column K, count 0). `pair`, `product`: T x M*M, cells of the (K+1) x (K+1) matrix of products.
    """

    column: npt.NDArray[np.int64]
    count: Floats
    pair: npt.NDArray[np.int64]
    product: Floats
    margins: int

    def times(self, lam: Floats) -> Floats:
        """Return X l (T)."""
        return np.asarray((np.append(lam, 0.0)[self.column] * self.count).sum(axis=1))

    def sums(self, weights: Floats) -> Floats:
        """Return w'X (K)."""
        filled = np.bincount(self.column.reshape(-1), (self.count * weights[:, None]).reshape(-1), self.margins + 1)
        return np.asarray(filled[: self.margins])

    def squares(self, weights: Floats) -> Floats:
        """Return X' diag(w) X (K x K)."""
        size = self.margins + 1
        filled = np.bincount(self.pair.reshape(-1), (self.product * weights[:, None]).reshape(-1), size * size)
        return np.asarray(filled.reshape(size, size)[: self.margins, : self.margins])


def _sparse(counts: Floats) -> _Sparse:
    rows, margins = counts.shape
    most = max(int((counts != 0).sum(axis=1).max()), 1)
    order = np.argsort(counts == 0, axis=1, kind="stable")[:, :most]
    count = np.take_along_axis(counts, order, axis=1)
    column = np.where(count != 0, order, margins)
    pair = column[:, :, None] * (margins + 1) + column[:, None, :]
    product = count[:, :, None] * count[:, None, :]
    return _Sparse(column, count, pair.reshape(rows, -1), product.reshape(rows, -1), margins)


def rake(start: Floats, counts: Floats, targets: Floats, softness: Floats, rounds: int = 60, tolerance: float = 1e-8) -> Floats:
    """Return weights, G x T, for G groups that share one pool of T templates.

    `start` T, positive; `counts` T x K, what one household adds to each margin; `targets` G x K; `softness` K (0 exact; in units of the
    target per unit of the log weight). Targets should be of order one in sum. Newton steps with a limit on their length; each group starts
    from the answer of the one before.
    """
    groups, margins = targets.shape
    table, ridge = _sparse(counts), softness + 1e-9
    weights = np.empty((groups, start.size))
    lam = np.zeros(margins)
    for group in range(groups):
        lam = _minimise(start, table, targets[group], ridge, lam, rounds, tolerance)
        # rounded, so that the last bits of a solver do not reach the people
        weights[group] = start * np.exp(table.times(np.round(lam, 9)))
    return weights


def _minimise(start: Floats, table: _Sparse, target: Floats, ridge: Floats, lam: Floats, rounds: int, tolerance: float) -> Floats:
    w, value = _dual(start, table, target, ridge, lam)
    for _ in range(rounds):
        gradient = table.sums(w) + ridge * lam - target
        if np.abs(gradient).max() < tolerance:
            break
        hessian = table.squares(w)
        hessian[np.diag_indices_from(hessian)] += ridge + 1e-12
        step: Floats = np.linalg.solve(hessian, gradient).astype(np.float64)
        step *= min(1.0, 4.0 / max(float(np.abs(table.times(step)).max()), 1e-9))
        scale = 1.0
        for _ in range(20):
            trial = lam - scale * step
            trial_w, better = _dual(start, table, target, ridge, trial)
            if better <= value + 1e-14:
                break
            scale *= 0.5
        else:
            break
        lam, w, value = trial, trial_w, better
    return lam


def _dual(start: Floats, table: _Sparse, target: Floats, ridge: Floats, lam: Floats) -> tuple[Floats, float]:
    """Return the weights at `lam` and the value of the dual."""
    w = start * np.exp(table.times(lam))
    return w, float(w.sum() - target @ lam + 0.5 * (ridge * lam) @ lam)
