"""Rake the weights of household templates so that persons and households meet their margins as well as possible.

Minimum-entropy calibration (Deville & Särndal 1992): weights w = w0 exp(X l), with l the minimum of the convex dual
sum w0 exp(X l) - t'l + l'R l / 2. Where R is zero a margin is met exactly, where it is positive the margin is soft: it yields to the
others by R l. It does what iterative proportional updating (Ye et al. 2009) does, with a proof that it ends.
"""

from __future__ import annotations

import numpy as np

from urbsim.population.assumptions import Floats


def rake(start: Floats, counts: Floats, targets: Floats, softness: Floats, rounds: int = 60, tolerance: float = 1e-7) -> Floats:
    """Return weights, G x T, for G groups that share one pool of T templates.

    `start` T, positive; `counts` T x K, what one household adds to each margin; `targets` G x K; `softness` K (0 exact; in units of the
    target per unit of the log weight). Targets should be of order one in sum. Newton steps with a limit on their length.
    """
    groups, margins = targets.shape
    lam = np.zeros((groups, margins))
    weights = np.tile(start, (groups, 1))
    for group in range(groups):
        target, ridge = targets[group], softness + 1e-9
        value = _dual(start, counts, target, ridge, lam[group])
        for _ in range(rounds):
            w = start * np.exp(counts @ lam[group])
            gradient = w @ counts + ridge * lam[group] - target
            if np.abs(gradient).max() < tolerance:
                break
            hessian = (counts * w[:, None]).T @ counts
            hessian[np.diag_indices(margins)] += ridge + 1e-12
            step = np.linalg.solve(hessian, gradient)
            step *= min(1.0, 4.0 / max(float(np.abs(counts @ step).max()), 1e-9))
            scale = 1.0
            for _ in range(20):
                trial = lam[group] - scale * step
                better = _dual(start, counts, target, ridge, trial)
                if better <= value + 1e-14:
                    break
                scale *= 0.5
            else:
                break
            lam[group], value = trial, better
        weights[group] = start * np.exp(counts @ lam[group])
    return weights


def _dual(start: Floats, counts: Floats, target: Floats, ridge: Floats, lam: Floats) -> float:
    return float(start @ np.exp(counts @ lam) - target @ lam + 0.5 * (ridge * lam) @ lam)
