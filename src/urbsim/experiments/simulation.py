"""The work of `run` and `compare`: one run of a scenario, its frames sent back to where the result is put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from urbsim.experiments.tasks import Task

if TYPE_CHECKING:
    from urbsim.experiments.states import Branch
    from urbsim.scenario import Scenario

Frames = dict[str, NDArray[Any]]
Simulate = Callable[..., Mapping[str, NDArray[Any]]]


@dataclass(frozen=True)
class Numbers:
    """Hold what all runs of an experiment share; `until` is a quarter index, `branch` the states to go on from and to save.

    `borrow` is 0, or the number of draws in whose ring every draw takes the assumption-only parameters of the next (see `assumed`).
    """

    seed: int
    weight: int
    threads: int
    until: int
    branch: Branch | None = None
    borrow: int = 0


def simulate(scenario: Scenario, **numbers: Any) -> Mapping[str, NDArray[Any]]:
    """Run `urbsim.engine.simulate`, loaded where it runs: a process that hands work to others needs no engine."""
    from urbsim.engine import simulate as run

    return run(scenario, **numbers)


@dataclass(frozen=True)
class Simulation:
    """Simulate one task of the scenario whose resolved text is `source` and return its frames, packed for the way.

    `simulate` is that of this module, or a module-level function like it, which workers import by name.
    """

    simulate: Simulate
    source: str
    numbers: Numbers

    def __call__(self, task: Task, on_quarter: Callable[[int], None]) -> Frames:
        """Return the frames of one run."""
        return pack(one_run(self.simulate, _scenario(self.source), task, self.numbers, on_quarter))


@lru_cache(maxsize=2)
def _scenario(source: str) -> Scenario:
    """Return the scenario of a resolved text, loaded once for all runs of a process."""
    from urbsim.scenario import loads

    return loads(source)


def one_run(
    run: Simulate, scenario: Scenario, task: Task, numbers: Numbers, on_quarter: Callable[[int], None] | None = None
) -> Frames:
    """Return the frames of one run (docs/architecture.md, "What one quarter reports")."""
    if numbers.borrow:
        from urbsim.experiments.assumed import borrowed

        scenario = borrowed(scenario, task.draw, numbers.borrow)
    if numbers.branch is not None:
        from urbsim.experiments.state_runs import simulate_branch

        return simulate_branch(scenario, task, numbers, on_quarter)
    if task.still:
        from urbsim.engine import simulate_still as run
    frames = run(
        scenario,
        draw=task.draw,
        replicate=task.replicate,
        seed=numbers.seed,
        weight=numbers.weight,
        threads=numbers.threads,
        until=numbers.until,
        on_quarter=on_quarter,
    )
    return dict(frames)


def pack(frames: Frames) -> Frames:
    """Return frames for the way between processes: int64 as int32 where every number fits."""
    limits = np.iinfo(np.int32)
    return {
        name: values.astype(np.int32)
        if values.dtype == np.int64 and values.size and limits.min <= values.min() and values.max() <= limits.max
        else values
        for name, values in frames.items()
    }


def unpack(frames: Frames) -> Frames:
    """Undo `pack`."""
    return {name: values.astype(np.int64) if values.dtype == np.int32 else values for name, values in frames.items()}
