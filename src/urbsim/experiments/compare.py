"""Compare scenarios under the same luck: what a change does, and how sure that is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from urbsim.errors import UserError
from urbsim.experiments.branching import problems_of
from urbsim.experiments.plan import Plan, as_scenario, make_plan
from urbsim.experiments.runner import run_plan
from urbsim.experiments.states import open_state
from urbsim.experiments.tasks import Progress

if TYPE_CHECKING:
    import xarray as xr

    from urbsim.scenario import Scenario


def compare(
    base: Scenario | str | Path,
    *others: Scenario | str | Path,
    draws: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    weight: int | None = None,
    start: str | dt.date | None = None,
    until: str | dt.date | None = None,
    jobs: int | None = None,
    threads: int = 1,
    from_state: str | Path | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Run `base` and `others` with the same draws, replicates and luck and return other - base of every result variable.

    The result has a leading dimension `scenario` (the others) and a coordinate `base`; `urbsim.experiments.differences.summarise` gives its
    quantiles and the probability of each sign. Numbers that are not given come from `base`, for all scenarios. All go on from the state
    file `from_state` if it is given. Other arguments as in `run`.

    Raises UserError if there is nothing to compare with or the scenarios are of different regions.
    """
    from urbsim.experiments.differences import differences

    plans = make_plans(
        base, others, draws=draws, replicates=replicates, seed=seed, weight=weight, start=start, until=until, jobs=jobs, threads=threads,
        from_state=from_state, scheduler=scheduler,
    )  # fmt: skip
    names = unique_names(plans)
    results = [result for result, _ in run_plans(plans, progress)]
    return differences(results[0], dict(zip(names[1:], results[1:], strict=True)), names[0])


def make_plans(
    base: Scenario | str | Path,
    others: Sequence[Scenario | str | Path],
    *,
    draws: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    weight: int | None = None,
    start: str | dt.date | None = None,
    until: str | dt.date | None = None,
    settings: Sequence[str] = (),
    jobs: int | None = None,
    threads: int = 1,
    save_state: str | dt.date | None = None,
    from_state: str | Path | None = None,
    scheduler: str | None = None,
) -> list[Plan]:
    """Return one plan for each scenario, the base first, all with the same numbers; see `compare`.

    `settings` (`lever[area]@date=value`) are laid on top of the others, not of the base. The base's state is saved at `save_state`; all go
    on from `from_state`.
    """
    if not others:
        raise UserError.one(zh="至少要有一个情景与基准相比。", en="Name at least one scenario to compare with the base.")
    first = make_plan(
        base, draws=draws, replicates=replicates, seed=seed, weight=weight, start=start, until=until, jobs=jobs, threads=threads,
        save_state=save_state, from_state=from_state, scheduler=scheduler,
    )  # fmt: skip
    plans = [first]
    problems = []
    for other in others:
        try:
            scenario = as_scenario(other)
        except UserError as error:
            problems += error.problems
            continue
        if scenario.region != first.scenario.region:
            problems += UserError.one(
                zh=f"{scenario.name} 的地区是 {scenario.region}，基准 {first.scenario.name} 的是 {first.scenario.region}，不能相比。",
                en=f"{scenario.name} is about {scenario.region}, the base {first.scenario.name} about {first.scenario.region}: "
                "they cannot be compared.",
            ).problems
            continue
        run, period = first.scenario.run, first.scenario.period
        try:
            plans.append(
                make_plan(
                    scenario,
                    draws=run.draws,
                    replicates=run.replicates,
                    seed=run.seed,
                    weight=run.weight,
                    start=period.start,
                    until=period.until,
                    settings=settings,
                    jobs=jobs,
                    threads=threads,
                    from_state=from_state,
                    scheduler=scheduler,
                )
            )
        except UserError as error:
            problems += error.problems
    if problems:
        raise UserError(problems)
    return plans


def run_plans(
    plans: Sequence[Plan], progress: Progress | None = None, state_file: Path | None = None
) -> list[tuple[xr.Dataset, dict[str, Any]]]:
    """Carry out plans one after another and return their results and records; `progress` hears of all of them together.

    Where the first saves its state (into `state_file`), those that do not differ from it before that date go on from there.
    """
    total = sum(plan.runs * plan.until for plan in plans)
    finished = 0

    def tell(done: int, of_this: int) -> None:
        if progress is not None:
            progress(finished + done, total)

    results = []
    for i, plan in enumerate(plans):
        results.append(run_plan(_branched(plan, state_file) if i and state_file is not None else plan, tell, state_file))
        finished += plan.runs * plan.until
    return results


def _branched(plan: Plan, state_file: Path) -> Plan:
    """Return a plan that goes on from a state if that is a state of its past, else the plan itself."""
    state = open_state(state_file)
    return plan if problems_of(state, plan.scenario, plan.until) else replace(plan, begin=state)


def unique_names(plans: Sequence[Plan]) -> list[str]:
    """Return the scenarios' names, the base's first; the others' get numbers where two of them are alike."""
    names = [plan.scenario.name for plan in plans]
    others: list[str] = []
    for name in names[1:]:
        copies = others.count(name) + sum(other.startswith(f"{name}#") for other in others)
        others.append(f"{name}#{copies + 1}" if copies else name)
    return [names[0], *others]
