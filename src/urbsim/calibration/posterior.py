"""What the data taught: prior against posterior of every searched parameter, which target taught it, what comes back on synthetic data.

Everything is on the scale of normal scores of the prior: mean 0 and standard deviation 1 before any data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from urbsim.calibration.design import Floats, sample_prior, scores, symbols
from urbsim.calibration.matching import CUT, Space, misses_of, near, scaled_outcomes
from urbsim.calibration.targets import Target
from urbsim.experiments.solution import SOLVED
from urbsim.sensitivity.emulator import Emulator

Table = list[dict[str, Any]]
RECOVERY_POINTS = 8_000
BACK, PARTLY = 0.7, 0.4


def moments(z: Floats, weights: Floats | None = None) -> tuple[Floats, Floats]:
    """Return means and standard deviations by column."""
    mean = np.average(z, axis=0, weights=weights)
    return mean, np.sqrt(np.average((z - mean) ** 2, axis=0, weights=weights))


def contraction(members: Sequence[dict[str, Any]]) -> Table:
    """Return by searched parameter: mean and standard deviation of the members, on the scale of the prior and in its unit."""
    quantiles = np.array([member["quantiles"] for member in members])
    mean, sd = moments(scores(quantiles))
    rows = []
    for k, symbol in enumerate(symbols()):
        values = np.array([member["parameters"][symbol] for member in members])
        low, high = np.quantile(values, [0.05, 0.95])
        rows.append({
            "symbol": symbol, "mean": float(mean[k]), "sd": float(sd[k]), "value": float(values.mean()),
            "low": float(low), "high": float(high),
        })  # fmt: skip
    return rows


def teachers(space: Space, targets: Sequence[Target]) -> Table:
    """Return by parameter the target without which its emulated posterior would lie, or be as wide, most differently.

    `shift` is the distance of the means with and without it, `widening` the ratio of the standard deviations without and with.
    """
    z = scores(space.quantiles)

    def posterior(left_out: int | None) -> tuple[Floats, Floats]:
        logs = space.log_likelihood(left_out)
        return moments(z, np.exp(logs - logs.max()))

    whole = posterior(None)
    without = {t: posterior(t) for t in space.open_targets}
    rows = []
    for k, symbol in enumerate(symbols()):
        size = {t: abs(m[k] - whole[0][k]) + abs(float(np.log(s[k] / whole[1][k]))) for t, (m, s) in without.items()}
        most = sorted(size, key=lambda t: -size[t])[:2]
        rows.append({"symbol": symbol, "emulated_mean": float(whole[0][k]), "emulated_sd": float(whole[1][k]), "targets": [
            {"key": targets[t].key, "shift": float(whole[0][k] - without[t][0][k]), "widening": float(without[t][1][k] / whole[1][k])}
            for t in most
        ]})  # fmt: skip
    return rows


def abc_regression(finished: Sequence[dict[str, Any]], targets: Sequence[Target]) -> Table:
    """Return posterior means and standard deviations by a second method, on the first wave alone: local-linear regression on the misses.

    Epanechnikov weights by the root mean square of a candidate's misses (Beaumont et al. 2002); a ridge chosen by leaving one out, since
    candidates are few; the standard deviation is that of errors on candidates not seen. A target that no candidate reaches counts as
    reached where they come nearest: the line is not followed beyond them.
    """
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import cross_val_predict

    good = near(finished)
    if not targets or len(good) < 2 * len(symbols()):
        return []
    z, y = scores(np.array([one["quantiles"] for one in good])), scaled_outcomes(good, targets)
    misses = np.stack([misses_of(y[:, t], target, 0.0) for t, target in enumerate(targets)], axis=1)
    far = np.sqrt(np.mean(misses**2, axis=1))
    weights = 1.0 - (far / (far.max() * 1.1)) ** 2
    ridge = RidgeCV(alphas=np.logspace(-1.0, 4.0, 16), alpha_per_target=True)
    reached = np.clip(0.0, misses.min(axis=0), misses.max(axis=0))[None, :]
    mean = ridge.fit(misses, z, sample_weight=weights).predict(reached)[0]
    unseen = z - cross_val_predict(ridge, misses, z, cv=min(10, len(good)), params={"sample_weight": weights})
    _, sd = moments(unseen, weights)
    return [{"symbol": symbol, "mean": float(mean[k]), "sd": float(sd[k])} for k, symbol in enumerate(symbols())]


def recovery(finished: Sequence[dict[str, Any]], targets: Sequence[Target], emulators: Sequence[Emulator | None], seed: int) -> Table:
    """Return which parameters come back when the truth is known: every candidate of the first wave in turn gives the targets.

    Its posterior is by emulators that have not seen it (nor the rest of its fold), with the same errors as in the fit. By parameter:
    correlation of posterior mean and truth, mean ratio of posterior to prior standard deviation, standard deviation of the z-scores (1 if
    the spread is right), share of truths inside the central 90 %, and a verdict.
    """
    good = near(finished)
    used = {t: emulator for t, emulator in enumerate(emulators) if emulator is not None and targets[t].kind == "value"}
    if not used:
        return []
    truth, y = scores(np.array([one["quantiles"] for one in good])), scaled_outcomes(good, targets)
    z = scores(sample_prior(RECOVERY_POINTS, seed + 1))
    means, sds = np.empty_like(truth), np.empty_like(truth)
    first = next(e for e in emulators if e is not None)
    for fold in range(int(first.folds.max()) + 1):
        seen = {t: emulator.fellows_of(fold, z) for t, emulator in used.items()}
        for j in np.flatnonzero(first.folds == fold):
            logs = np.zeros(z.shape[0])
            for t, emulator in used.items():
                variance = targets[t].standard_error ** 2 + targets[t].discrepancy ** 2 + emulator.error**2
                logs -= 0.5 * (seen[t] - y[j, t]) ** 2 / variance
            means[j], sds[j] = moments(z, np.exp(logs - logs.max()))
    errors = (means - truth) / sds
    rows = []
    for k, symbol in enumerate(symbols()):
        r = float(np.corrcoef(means[:, k], truth[:, k])[0, 1])
        verdict = "comes back" if r >= BACK else "partly" if r >= PARTLY else "does not"
        rows.append({
            "symbol": symbol, "correlation": r, "sd": float(sds[:, k].mean()), "z_sd": float(errors[:, k].std()),
            "inside_90": float(np.mean(np.abs(errors[:, k]) < 1.645)), "verdict": verdict,
        })  # fmt: skip
    return rows


def unsearched(members: Sequence[dict[str, Any]], drawn: Sequence[dict[str, float]], most: int = 5) -> Table:
    """Return the parameters that were not searched and yet lie furthest from their prior among the members, in its standard deviations."""
    rows: Table = []
    for symbol in sorted(drawn[0]):
        prior = np.array([one[symbol] for one in drawn])
        values = np.array([member["parameters"][symbol] for member in members])
        if symbol not in (*symbols(), *SOLVED) and np.ptp(prior) > 0:
            rows.append({"symbol": symbol, "mean": float((values.mean() - prior.mean()) / prior.std()),
                         "sd": float(values.std() / prior.std())})  # fmt: skip
    return sorted(rows, key=lambda row: -abs(float(row["mean"])))[:most]


def ruled_out(space: Space) -> float:
    """Return the share of the prior whose largest implausibility is above the cut."""
    return float(1.0 - space.kept.mean())


__all__ = ["CUT", "abc_regression", "contraction", "moments", "recovery", "ruled_out", "teachers", "unsearched"]
