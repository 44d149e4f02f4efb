"""What can be said of a prefecture from the others: baselines fitted on them, and the errors that a model makes there.

Two censuses are all that is seen, and of the left-out prefecture the first alone. Every baseline therefore takes its step 2010-2020 from
the others of the same kind (cores, counties, or prefectures): the mean of their steps, with a normal spread of their standard deviation,
widened by the error of the mean. On the scale of the baseline:

* B1 persistence: no step; the spread is the root mean square of the others' steps
* B2 drift: step of the logit (of the log for counts). B5, a damped trend fitted on the same mean step, is the same forecast and is left out
* B3 growth difference: the yearly step falls with the share by the slope of the world norm; its intercept is the others'
* B4 saturating logistic: step of ln(p / (K - p)) over the ceilings of `SATURATION`
* B6 hierarchical: the pooled model of the others (`pooled`), for an area whose own past is unknown
* B7 constant-rate cohorts: the others' cohort rates on the area's people of 2010 (prefectures alone have ages); villages at their rate
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from urbsim.validation import cohort, pooled
from urbsim.validation.baselines import SATURATION, UN_SLOPE, Floats, expit, logit
from urbsim.validation.past import CEILINGS

SAMPLES = 500
YEARS = 10.0
FEW = 300.0  # persons
Bools = npt.NDArray[np.bool_]


def normal(centre: float, sd: float, rng: np.random.Generator, size: int = SAMPLES) -> Floats:
    """Return samples around a centre."""
    return np.asarray(centre + sd * rng.standard_normal(size))


def spread(steps: Floats) -> float:
    """Return the standard deviation of a new step given the others', their mean being estimated."""
    return float(np.std(steps, ddof=1) * np.sqrt(1.0 + 1.0 / steps.size)) if steps.size > 1 else float(np.abs(steps).max(initial=0.0))


def share_forecasts(before: float, others: Floats, others_after: Floats, rng: np.random.Generator) -> dict[str, Floats]:
    """Return samples (shares 0..1) of a share ten years on by baseline; `others` and `others_after` are those of the others."""
    start, steps = float(logit(before)), logit(others_after) - logit(others)
    found = {
        "B1": expit(normal(start, float(np.sqrt(np.mean(steps**2))), rng)),
        "B2": expit(normal(start + steps.mean(), spread(steps), rng)),
    }
    norm = steps + YEARS * UN_SLOPE * others
    found["B3"] = expit(normal(start + norm.mean() - YEARS * UN_SLOPE * before, spread(norm), rng))
    tops = np.maximum(np.linspace(*SATURATION, 4), max(before, float(others_after.max())) + 0.02)
    parts = []
    for top in tops:
        each = logit(others_after / top) - logit(others / top)
        parts.append(top * expit(normal(float(logit(before / top)) + each.mean(), spread(each), rng, SAMPLES // tops.size)))
    found["B4"] = np.concatenate(parts)
    found["B6"] = _pooled(before, others, others_after, rng)
    return found


def _pooled(before: float, others: Floats, after: Floats, rng: np.random.Generator) -> Floats:
    parts = []
    for ceiling in (top for top in CEILINGS if before < top - 0.005):
        usable = np.maximum(others, after) < ceiling - 0.005
        if usable.sum() > 2:
            rates = (pooled.ratio(after[usable], ceiling) - pooled.ratio(others[usable], ceiling)) / YEARS
            parts.append(pooled.forecast_unseen(rates, int(YEARS), before, ceiling, SAMPLES // len(CEILINGS), rng))
    return np.concatenate(parts) if parts else np.full(SAMPLES, np.nan)


def count_forecasts(before: float, others: Floats, others_after: Floats, rng: np.random.Generator) -> dict[str, Floats]:
    """Return samples of a count ten years on: B1 and B2 on the log."""
    steps, start = np.log(others_after / others), np.log(before)
    return {
        "B1": np.exp(normal(start, float(np.sqrt(np.mean(steps**2))), rng)),
        "B2": np.exp(normal(start + steps.mean(), spread(steps), rng)),
    }


def cohorts(before: Floats, others: Floats, others_after: Floats) -> Floats:
    """Return B7's people by sex and age ten years on, one for each of the others' rates; arrays are (others x) 2 x 18."""
    people = np.concatenate([before[0], before[1]])
    return np.stack([(cohort.cohort_matrix(b, a) @ people).reshape(before.shape) for b, a in zip(others, others_after, strict=True)])


def age_forecasts(before: Floats, others: Floats, others_after: Floats, rng: np.random.Generator) -> dict[str, Floats]:
    """Return samples x 18 of the age shares (percent) ten years on: B1, B2 on the logit of each share, B7. Arrays (others x) 2 x 18."""

    def shares(people: Floats) -> Floats:
        summed = people.sum(axis=-2)
        return np.asarray(summed / summed.sum(axis=-1, keepdims=True))

    own, old, new = shares(before), shares(others), shares(others_after)
    steps = logit(new) - logit(old)
    wide = np.std(steps, axis=0, ddof=1) * np.sqrt(1.0 + 1.0 / len(steps))
    luck = rng.standard_normal((SAMPLES, own.size))
    b7 = shares(cohorts(before, others, others_after))
    return {
        "B1": 100.0 * expit(logit(own) + np.sqrt(np.mean(steps**2, axis=0)) * luck),
        "B2": 100.0 * expit(logit(own) + steps.mean(axis=0) + wide * luck),
        "B7": 100.0 * expit(logit(b7).mean(axis=0) + np.std(logit(b7), axis=0, ddof=1) * np.sqrt(1.0 + 1.0 / len(b7)) * luck),
    }


def with_errors_elsewhere(ours: Floats, errors: Floats, rng: np.random.Generator, size: int = SAMPLES) -> Floats:
    """Return samples of runs plus the errors that the same run makes elsewhere: `ours` N, `errors` N x others, on the working scale."""
    draw = np.arange(size) % len(ours)
    return np.asarray(ours[draw] + errors[draw, rng.integers(0, errors.shape[1], size)])


def scaled(values: Any, kind: str) -> Floats:
    """Return values on the scale on which errors add: the logit of a share, the log of a count and `FEW` more."""
    return logit(np.clip(values, 1e-4, 1.0 - 1e-4)) if kind == "share" else np.asarray(np.log(np.asarray(values) + FEW))


def unscaled(values: Floats, kind: str) -> Floats:
    """Return shares in percent, or counts."""
    return 100.0 * expit(values) if kind == "share" else np.maximum(np.exp(values) - FEW, 0.0)
