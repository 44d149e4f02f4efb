"""Run a scenario: draws × replicates, one dataset."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from urbsim.experiments.plan import Plan, as_scenario, make_plan
from urbsim.experiments.pool import Frames, Numbers, Progress, Simulate, Task, one_run, simulate_all

if TYPE_CHECKING:
    import xarray as xr

    from urbsim.scenario import Scenario


def run(
    scenario: Scenario | str | Path,
    *,
    draws: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    weight: int | None = None,
    until: str | dt.date | None = None,
    jobs: int | None = None,
    threads: int = 1,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Simulate every draw and replicate of a scenario and return the result with all its variables.

    `scenario` is a shipped name, a path, or what `urbsim.load` returned. Draw 0 is the best-fitting member of the parameter ensemble, and
    draw k is the same whatever `draws` is. `weight` is the number of households per agent, `until` a date such as "2025-12". `jobs`
    processes and `threads` in each change no bit of the result. `progress` hears (quarters done, quarters in all).

    Raises UserError for input that cannot be used, RunError for a run that failed.
    """
    plan = make_plan(scenario, draws=draws, replicates=replicates, seed=seed, weight=weight, until=until, jobs=jobs, threads=threads)
    return run_plan(plan, progress)


def run_plan(plan: Plan, progress: Progress | None = None) -> xr.Dataset:
    """Carry out a plan; see `run`."""
    from urbsim.regions import load_region
    from urbsim.results.dataset import Assembler

    tasks = [Task(draw, replicate) for draw in range(plan.draws) for replicate in range(plan.replicates)]
    numbers = Numbers(seed=plan.seed, weight=plan.weight, threads=plan.threads, until=plan.until)
    assembler = Assembler(load_region(plan.scenario.region), plan.scenario, plan.draws, plan.replicates, quarters=plan.until + 1)

    def receive(i: int, frames: Frames) -> None:
        assembler.add(tasks[i].draw, tasks[i].replicate, frames)

    simulate_all(_engine(), plan.scenario, tasks, numbers, plan.jobs, receive, progress)
    return assembler.dataset()


def run_one(
    scenario: Scenario | str | Path, *, draw: int, replicate: int = 0, seed: int, weight: int, threads: int = 1, until: int
) -> Frames:
    """Return the frames of a single run (docs/architecture.md, "What one quarter reports"); `until` is a quarter index."""
    return one_run(_engine(), as_scenario(scenario), Task(draw, replicate), Numbers(seed, weight, threads, until))


def _engine() -> Simulate:
    from urbsim.engine import simulate

    found: Simulate = simulate
    return found
