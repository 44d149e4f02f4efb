"""History matching: emulators of the outcomes, what they rule out, where candidates are put next, and how candidates are weighed.

Implausibility of a point for a target: |asked - emulated| / sqrt(Var_emulator + Var_observed + Var_discrepancy). The emulator's error is
that on runs it has not seen, so it holds the luck of a run and the parameters that are not searched too. A point is kept while its
largest implausibility is below 3 (Pukelsheim's rule). A target that no point meets cuts nothing: it is told as a miss, and no constant is
added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from urbsim.calibration.design import Floats, sample_prior, scores
from urbsim.calibration.targets import Target
from urbsim.sensitivity.emulator import LEAST_RUNS, Emulator, fit_emulator

CUT = 3.0
POINTS = 120_000
AT_ONCE = 10_000  # points emulated at once
ROOM = 4.0  # effective points for each candidate drawn from them
GOOD = 2.5  # times its tolerance: candidates further off the census teach the emulators nothing


@dataclass(frozen=True)
class Space:
    """Hold a sample of the prior, emulated: P points x searched quantiles, P x T misses (signed, in standard deviations).

    `open_targets` are the indices of targets that some point meets; `kept` the points not ruled out.
    """

    quantiles: Floats
    misses: Floats
    open_targets: tuple[int, ...]
    kept: NDArray[np.bool_]

    def log_likelihood(self, left_out: int | None = None) -> Floats:
        """Return the emulated log likelihood of every point; -inf where it is ruled out. `left_out` is a target that is not looked at."""
        used = [t for t in self.open_targets if t != left_out]
        values = -0.5 * np.sum(self.misses[:, used] ** 2, axis=1)
        kept = self.kept if left_out is None else np.abs(self.misses[:, used]).max(axis=1, initial=0.0) < CUT
        return np.where(kept, values, -np.inf)


def scaled_outcomes(finished: Sequence[dict[str, Any]], targets: Sequence[Target]) -> Floats:
    """Return candidates x targets, on the scale of each target's errors."""
    return np.array([[t.scaled(one["outcomes"][t.key]) for t in targets] for one in finished], dtype=np.float64)


def emulate(finished: Sequence[dict[str, Any]], targets: Sequence[Target], seed: int) -> list[Emulator | None]:
    """Return an emulator for each target from candidates near the census; None where there are too few or they do not differ."""
    good = near(finished)
    if len(good) < LEAST_RUNS:
        return [None] * len(targets)
    x, y = scores(np.array([one["quantiles"] for one in good])), scaled_outcomes(good, targets)
    return [fit_emulator(x, y[:, t], seed) if np.ptp(y[:, t]) > 0 else None for t in range(len(targets))]


def near(finished: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the candidates that emulators learn from."""
    return [one for one in finished if one["worst"] <= GOOD]


def misses_of(predicted: Floats, target: Target, variance: float) -> Floats:
    """Return signed misses of predictions on the target's scale, in standard deviations of all that is allowed for."""
    distance = predicted - target.scaled(target.value)
    if target.kind == "at_most":
        distance = np.maximum(distance, 0.0)
    return np.asarray(distance / np.sqrt(target.standard_error**2 + target.discrepancy**2 + variance), dtype=np.float64)


def out_of_reach(finished: Sequence[dict[str, Any]], targets: Sequence[Target]) -> tuple[int, ...]:
    """Return the targets that no candidate near the census comes within the cut of in its own run.

    An emulator is no witness outside the runs it has seen: what it says of such a target would carry parameters off where nothing is known.
    """
    y = scaled_outcomes(near(finished), targets)
    least = [float(np.abs(misses_of(y[:, t], target, 0.0)).min(initial=np.inf)) for t, target in enumerate(targets)]
    return tuple(t for t, miss in enumerate(least) if miss >= CUT)


def match(
    emulators: Sequence[Emulator | None], targets: Sequence[Target], seed: int, points: int | None = None, closed: Sequence[int] = ()
) -> Space:
    """Return a sample of the prior with what is ruled out.

    Targets are opened one by one from the easiest (the smallest least miss) on; one that would leave nothing, and those of `closed`, are
    told as misses instead.
    """
    points = POINTS if points is None else points
    quantiles = sample_prior(points, seed)
    z = scores(quantiles)
    misses = np.zeros((points, len(targets)))
    for t, (emulator, target) in enumerate(zip(emulators, targets, strict=True)):
        if emulator is not None:
            predicted = np.concatenate([emulator(z[i : i + AT_ONCE]) for i in range(0, points, AT_ONCE)])
            misses[:, t] = misses_of(predicted, target, emulator.error**2)
    kept = np.ones(points, dtype=bool)
    opened = []
    for t in sorted(range(len(targets)), key=lambda t: float(np.abs(misses[:, t]).min())):
        left = kept & (np.abs(misses[:, t]) < CUT)
        if emulators[t] is not None and t not in closed and left.sum() >= max(20, points // 2000):
            kept = left
            opened.append(t)
    return Space(quantiles, misses, tuple(sorted(opened)), kept)


def propose(space: Space, count: int, seed: int) -> tuple[Floats, Floats]:
    """Return `count` points of the space that is left, drawn by their emulated likelihood, and the logs of what they were drawn by.

    They come in the order of drawing, so that fewer of them are a sample too. Where few points carry the likelihood, a power of it below
    1 is drawn by, so that enough stand behind the draw (importance weights undo the power too).
    """
    log_likelihood = space.log_likelihood()
    wanted = min(ROOM * count, 0.5 * float(np.isfinite(log_likelihood).sum()))
    power = 1.0
    while effective(_weights(power * log_likelihood)) < wanted and power > 0.01:
        power *= 0.9
    log_likelihood = power * log_likelihood
    weights = _weights(log_likelihood)
    rng = np.random.default_rng([seed, 3])
    # Gumbel's top-k: draws without putting back, in order, each in proportion to its weight among those left
    with np.errstate(divide="ignore"):
        order = np.argsort(-(np.log(weights) + rng.gumbel(size=weights.size)), kind="stable")[: min(count, int((weights > 0).sum()))]
    return space.quantiles[order], log_likelihood[order]


def _weights(logs: Floats) -> Floats:
    """Return weights, the largest 1."""
    return np.asarray(np.exp(logs - logs.max()), dtype=np.float64)


def weigh(
    finished: Sequence[dict[str, Any]], proposed: Floats, targets: Sequence[Target], space: Space, chance: Floats
) -> tuple[Floats, Floats]:
    """Return the weights (sum 1) and the log likelihoods of candidates by what came out of their own runs.

    `proposed` are the log likelihoods by which they were proposed: importance weights undo them. `chance` is the variance of luck by
    target. Who misses the census by prefecture has weight 0, and so has everyone if nobody meets it.
    """
    y = scaled_outcomes(finished, targets)
    misses = np.stack([misses_of(y[:, t], target, float(chance[t])) for t, target in enumerate(targets)], axis=1)
    used = list(space.open_targets)
    log_likelihood = -0.5 * np.sum(misses[:, used] ** 2, axis=1)
    passed = np.array([one["worst"] <= 1.0 for one in finished])
    logs = np.where(passed, log_likelihood - proposed, -np.inf)
    if not passed.any():
        return np.zeros(len(finished)), log_likelihood
    weights = np.exp(logs - logs[passed].max())
    return weights / weights.sum(), log_likelihood


def effective(weights: Floats) -> float:
    """Return the effective number of candidates."""
    return float(weights.sum() ** 2 / np.sum(weights**2)) if weights.any() else 0.0


def resample(weights: Floats, count: int, seed: int) -> tuple[list[int], float]:
    """Return `count` different candidates of equal weight, in their order, and the share of the weight that could not be given.

    Each is taken with a chance in proportion to its weight, at most 1: nobody stands twice, since a second copy would repeat the same run.
    Systematic sampling on the chances. If no more than `count` have a weight, all of those are taken.
    """
    has = np.flatnonzero(weights > 0)
    if has.size <= count:
        return has.tolist(), float(np.maximum(weights - 1.0 / max(has.size, 1), 0.0).sum())
    chances = np.zeros(weights.size)
    chances[has] = inclusion(weights[has], count)
    edges = np.cumsum(chances)
    start = np.random.default_rng([seed, 4]).random()
    taken = np.searchsorted(edges, start + np.arange(count), side="right")
    lost = float(np.maximum(weights - chances / count, 0.0).sum())
    return sorted({int(min(i, weights.size - 1)) for i in taken}), lost


def inclusion(weights: Floats, count: int) -> Floats:
    """Return min(1, c·w) with c so that they add up to `count`; needs more weights than `count`."""
    chances = np.zeros(weights.size)
    full = np.zeros(weights.size, dtype=bool)
    while True:
        rest = ~full
        chances = np.where(full, 1.0, weights * (count - full.sum()) / weights[rest].sum())
        over = rest & (chances > 1.0)
        if not over.any():
            return np.asarray(chances, dtype=np.float64)
        full |= over
