"""What a comparison owes to assumptions: its effects with the assumption-only parameters elsewhere, under the same luck.

Design, part 9: every effect with these parameters at low, central and high, and the share of its variance that they carry; above half it is
called an assumption, not a forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from urbsim.experiments.plan import Plan
from urbsim.experiments.tasks import Progress
from urbsim.parameters import PARAMETERS, member
from urbsim.parameters.context import CONTEXT
from urbsim.scenario.model import frozen

if TYPE_CHECKING:
    import xarray as xr

    from urbsim.scenario import Scenario

VARIANTS = ("low", "central", "high")


@dataclass(frozen=True)
class Assumed:
    """Hold differences from the base (dimensions as of a comparison).

    `at` has them for the best-fitting member with all assumption-only parameters at low, central and high; `swapped` for the first draws or
    all, each with these parameters taken from the next draw and everything else its own (None: none was asked for, or there is one draw).
    """

    at: dict[str, xr.Dataset]
    swapped: xr.Dataset | None


def assumption_only() -> tuple[str, ...]:
    """Return the symbols of the parameters that rest on assumption only (`assumptions.csv`) and are not fixed."""
    return tuple(
        symbol
        for symbol, parameter in PARAMETERS.items()
        if parameter.assumption and parameter.low < parameter.high and symbol not in CONTEXT
    )


def at_variant(scenario: Scenario, variant: str) -> Scenario:
    """Return a scenario for the best-fitting member with the assumption-only parameters at `variant`; what it sets itself stays.

    Low and high are the 5 % and 95 % points of their priors.
    """
    values = {symbol: float(getattr(PARAMETERS[symbol], variant)) for symbol in assumption_only()}
    return replace(scenario.with_run(draws=1), parameters=frozen({**values, **scenario.parameters}))


def borrowed(scenario: Scenario, draw: int, draws: int) -> Scenario:
    """Return a scenario whose assumption-only parameters are those of the draw after `draw` in the ring of `draws`."""
    next_one = member(scenario.region, (draw + 1) % draws).parameters
    values = {symbol: float(next_one[symbol]) for symbol in assumption_only()}
    return replace(scenario, parameters=frozen({**values, **scenario.parameters}))


def quick_pairs(draws: int) -> int:
    """Return how many of the draws of a comparison are run again to tell the share without being asked: a quarter, if that is two."""
    return draws // 4 if draws >= 8 else 0


def run_assumed(plans: Sequence[Plan], names: Sequence[str], progress: Progress | None = None, pairs: int | None = None) -> Assumed:
    """Carry out the plans of a comparison (the base first; `names` as it has them) again with other assumption-only parameters.

    That is three runs of every scenario and replicate, and one more for each of the first `pairs` draws (default: all). They run through: a
    saved state is one of other parameters.
    """
    from urbsim.experiments.compare import run_plans
    from urbsim.experiments.differences import differences

    draws = plans[0].scenario.run.draws
    pairs = draws if pairs is None else min(pairs, draws)
    through = [replace(plan, begin=None, save_at=None, still=False) for plan in plans]
    sets = [[replace(plan, scenario=at_variant(plan.scenario, variant)) for plan in through] for variant in VARIANTS]
    if draws > 1 and pairs > 0:
        sets.append([replace(plan, scenario=plan.scenario.with_run(draws=pairs), borrow=draws) for plan in through])
    total = sum(plan.runs * plan.until for group in sets for plan in group)
    found, before = [], 0
    for group in sets:

        def tell(done: int, of_this: int, before: int = before) -> None:
            if progress is not None:
                progress(before + done, total)

        results = [result for result, _ in run_plans(group, tell)]
        found.append(differences(results[0], dict(zip(names[1:], results[1:], strict=True)), names[0]))
        before += sum(plan.runs * plan.until for plan in group)
    return Assumed(dict(zip(VARIANTS, found, strict=False)), found[3] if len(found) > 3 else None)


def share_of_variance(own: NDArray[np.float64], swapped: NDArray[np.float64]) -> float:
    """Return the share (0..1) of an effect's variance over the draws that the assumption-only parameters carry, interactions included.

    `own` holds the effect run by run, `swapped` the first of these runs with those parameters taken from another draw: Jansen's estimator
    of the total index of a group, sum (own - swapped)^2 / (2 n variance). Few draws know it roughly only. NaN for fewer than two runs or an
    effect without variance.

    >>> share_of_variance(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0]))
    0.0
    """
    if min(own.size, swapped.size) < 2 or not np.isfinite(own).all() or not np.isfinite(swapped).all():
        return float("nan")
    variance = float(np.concatenate([own, swapped]).var())
    return min(float(np.mean((own[: swapped.size] - swapped) ** 2)) / (2.0 * variance), 1.0) if variance > 0 else float("nan")
