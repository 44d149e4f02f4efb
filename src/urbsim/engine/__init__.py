"""The engine: one run of a scenario on the columns of all households. `simulate` is what experiments call.

Importing this package imports numba; light commands must not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from urbsim.clock import LAST_QUARTER
from urbsim.engine.engine import Engine
from urbsim.engine.inputs import Inputs, build_inputs
from urbsim.engine.state import make_params
from urbsim.engine.tables import Constants
from urbsim.parameters import member
from urbsim.population.arrivals import arrival_templates
from urbsim.population.plan import households_of
from urbsim.population.registry import KEPT_ROWS
from urbsim.population.synthesis import Population, synthesise
from urbsim.regions import Region, load_region

if TYPE_CHECKING:
    from urbsim.scenario import Scenario

__all__ = [
    "Engine", "Inputs", "build_inputs", "constants_of", "frames_of", "inputs_of", "open_engine", "people_of", "resume_engine", "simulate",
    "simulate_still",
]  # fmt: skip

DEFAULT_RECLASSIFICATION = 0.004


@lru_cache(maxsize=1)
def people_of(region: str, weight: int, seed: int) -> tuple[Population, dict[str, npt.NDArray[Any]]]:
    """Return the people of 2010 and the newcomers' templates, made once per process for a (region, weight, seed)."""
    return synthesise(load_region(region), weight, seed), templates_of(region, weight, seed)


@lru_cache(maxsize=1)
def templates_of(region: str, weight: int, seed: int) -> dict[str, npt.NDArray[Any]]:
    """Return the newcomers' templates alone: all that a run needs of the people when it goes on from a saved state."""
    return arrival_templates(load_region(region), weight, seed)


def constants_of(region: Region, draw: int) -> tuple[dict[str, float], Constants]:
    """Return the parameters by symbol and the place constants of a draw of the shipped ensemble."""
    chosen = member(region.name, draw)
    return dict(chosen.parameters), Constants(
        chosen.array("xi", region),
        chosen.array("xi_block", region),
        chosen.array("reclassification", region, DEFAULT_RECLASSIFICATION),
    )


def luck_of(region: str, draw: int) -> int:
    """Return the number that keys a draw's luck: the candidate it was fitted as, so that a member repeats its own fit bit for bit."""
    return int(member(region, draw).constants.get("candidate", {}).get("", draw))


def open_engine(
    scenario: Scenario, *, draw: int = 0, replicate: int = 0, seed: int = 0, weight: int = 100, threads: int = 1, still: bool = False
) -> Engine:
    """Return an engine at the state of the 2010 census, ready to step.

    `draw` is a member of the fitted ensemble, `replicate` and `seed` choose the luck, `weight` is households per row. `still` keeps
    behaviour still: nobody reconsiders where to live and nobody enters, so that births, deaths, marriages and reclassification alone
    move the rate.
    """
    region = load_region(scenario.region)
    inputs, luck = inputs_of(scenario, draw, still), luck_of(scenario.region, draw)
    many = households_of(region) / weight > KEPT_ROWS
    if many:  # one run's rows are all that memory holds: people are made anew for the next
        people_of.cache_clear()
        people, templates = synthesise(region, weight, seed, threads), templates_of(scenario.region, weight, seed)
    else:
        people, templates = people_of(scenario.region, weight, seed)
    return Engine(inputs, people, templates, weight=weight, seed=seed, replicate=replicate, draw=luck, threads=threads, take=many)


def resume_engine(
    scenario: Scenario, arrays: Mapping[str, npt.NDArray[Any]], *,
    draw: int = 0, replicate: int = 0, seed: int = 0, weight: int = 100, threads: int = 1, still: bool = False,
) -> Engine:  # fmt: skip
    """Return an engine at the state of `arrays` (`saving.arrays_of`), ready to step on under a scenario; the numbers as in `open_engine`.

    It goes on bit for bit as the run that was saved if region, numbers and everything in force so far are the same: who saves sees to that.
    """
    from urbsim.engine.saving import resume

    inputs, templates = inputs_of(scenario, draw, still), templates_of(scenario.region, weight, seed)
    luck = luck_of(scenario.region, draw)
    return resume(inputs, templates, arrays, weight=weight, seed=seed, replicate=replicate, draw=luck, threads=threads)


def inputs_of(scenario: Scenario, draw: int, still: bool = False) -> Inputs:
    """Return the inputs of a draw under a scenario; `still` as in `open_engine`."""
    region = load_region(scenario.region)
    parameters, constants = constants_of(region, draw)
    parameters |= scenario.parameters
    if still:
        parameters |= {"a0": 1e-12, "h_re": 0.0, "h_entry": 0.0, "town_born_move": 0.0}
    return build_inputs(region, scenario, make_params(parameters), constants)


def simulate(
    scenario: Scenario, *, draw: int, replicate: int, seed: int, weight: int, threads: int = 1, until: int | None = None,
    on_quarter: Callable[[int], None] | None = None,
) -> dict[str, npt.NDArray[Any]]:  # fmt: skip
    """Run one draw and replicate to quarter `until` and return its frames with a leading time axis (docs/architecture.md)."""
    return frames_of(open_engine(scenario, draw=draw, replicate=replicate, seed=seed, weight=weight, threads=threads), until, on_quarter)


def simulate_still(
    scenario: Scenario, *, draw: int, replicate: int, seed: int, weight: int, threads: int = 1, until: int | None = None,
    on_quarter: Callable[[int], None] | None = None,
) -> dict[str, npt.NDArray[Any]]:  # fmt: skip
    """Run like `simulate`, with behaviour kept still: what the same years would be if nobody moved."""
    engine = open_engine(scenario, draw=draw, replicate=replicate, seed=seed, weight=weight, threads=threads, still=True)
    return frames_of(engine, until, on_quarter)


def frames_of(
    engine: Engine, until: int | None, on_quarter: Callable[[int], None] | None, past: Mapping[str, npt.NDArray[Any]] | None = None
) -> dict[str, npt.NDArray[Any]]:
    """Run an engine to quarter `until` and return its frames with a leading time axis; `past` are the frames up to its quarter."""
    last = LAST_QUARTER if until is None else until
    frames = {name: np.empty((last + 1, *value.shape), dtype=value.dtype) for name, value in engine.frame.items()}

    def keep(run: Engine) -> None:
        for name, value in run.frame.items():
            frames[name][run.q] = value
        if on_quarter is not None:
            on_quarter(run.q)

    for name, value in engine.frame.items():
        frames[name][engine.q] = value
        if past is not None:
            frames[name][: engine.q] = past[name][: engine.q]
    engine.run(last, keep)
    return frames
