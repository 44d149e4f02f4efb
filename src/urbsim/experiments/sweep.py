"""Carry out a study: every run is written when it is finished, and a sweep that is started again does what is missing."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from urbsim.errors import UserError
from urbsim.experiments import runner
from urbsim.experiments.design import points, size
from urbsim.experiments.keys import Keys
from urbsim.experiments.plan import Plan, cores, make_plan
from urbsim.experiments.runner import _from_quarter
from urbsim.experiments.simulation import Numbers, Simulate, one_run
from urbsim.experiments.states import Branch
from urbsim.experiments.store import Store
from urbsim.experiments.study import Study, load_study
from urbsim.experiments.sweep_folder import STUDY, claim, record_failure
from urbsim.experiments.sweep_progress import Heartbeat, Tally
from urbsim.experiments.sweep_state import base_state, check_pasts
from urbsim.experiments.tasks import OTHER_VERSION, Failure, Outcome, Task, execute
from urbsim.results.folder import KEPT, telling
from urbsim.scenario.model import Scenario
from urbsim.text import Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class SweepPlan:
    """Hold a study whose base carries all numbers, and how its runs are spread."""

    study: Study
    plan: Plan

    @property
    def each(self) -> int:
        """Return the number of runs of one point."""
        return self.plan.runs

    @property
    def runs(self) -> int:
        """Return the number of runs, counted and not made."""
        return size(self.study) * self.each


class RunTask(NamedTuple):
    """One run of a study: its place in the design, the values of the factors there, its draw and luck, and its key."""

    run: int
    values: tuple[float, ...]
    draw: int
    replicate: int
    key: str


@dataclass(frozen=True)
class StudyWork:
    """Simulate runs of the study in `folder` and write them there; workers read the study from the folder's own files."""

    folder: str
    study_hash: str
    threads: int
    simulate: Simulate
    state: str | None = None

    def __call__(self, task: RunTask, on_quarter: Callable[[int], None]) -> None:
        """Simulate one run and write it; raises UserError if this process would compute another run than the one that was asked for."""
        study, keys, plan = _opened(self.folder, self.study_hash)
        if keys.key(task.values, task.draw, task.replicate) != task.key:
            raise UserError.one(*OTHER_VERSION)
        values = self._values(study, plan, task, on_quarter)
        with telling(Path(self.folder), KEPT):
            Store(Path(self.folder), study.outputs).write(task.run, values)

    def _values(self, study: Study, plan: Plan, task: RunTask, on_quarter: Callable[[int], None]) -> dict[str, NDArray[Any]]:
        from urbsim.results.dataset import run_values

        run = plan.scenario.run
        scenario = study.scenario(task.values)
        branch = Branch(Path(self.state)) if self.state is not None else None
        numbers = Numbers(run.seed, run.weight, self.threads, plan.until, branch)
        try:
            frames = one_run(self.simulate, scenario, Task(task.draw, task.replicate), numbers, on_quarter)
        except UserError as error:  # of this run alone: the others go on
            raise RuntimeError(str(error)) from error
        return run_values(_from_quarter(frames, plan.first), context_of(scenario, plan))


def context_of(scenario: Scenario, plan: Plan) -> Any:
    """Return what turns frames into results, for one scenario of a study."""
    from urbsim.results.compute import Context
    from urbsim.results.levels import Calendar

    return Context(_levels(scenario.region), Calendar(plan.first, plan.until - plan.first + 1), scenario)


@lru_cache(maxsize=1)
def _levels(region: str) -> Any:
    from urbsim.regions import load_region
    from urbsim.results.levels import Levels

    return Levels(load_region(region))


@lru_cache(maxsize=2)
def _opened(folder: str, study_hash: str) -> tuple[Study, Keys, Plan]:
    """Return the study of a folder, loaded once for all its runs in this process (`study_hash` tells a folder made anew)."""
    study = load_study(Path(folder) / STUDY)
    return study, Keys(study), make_plan(study.base, jobs=1)


def make_sweep(
    study: Study | str | Path,
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
    scheduler: str | None = None,
    save_state: str | dt.date | None = None,
    from_state: str | Path | None = None,
) -> SweepPlan:
    """Return the plan of a sweep; what is not given comes from the study, then from its base.

    `settings` (`lever[area]@date=value`) are laid on the base, below the factors. With `save_state` the base is run to that date once and
    all points go on from there; with `from_state` they go on from a state that was saved before. Other arguments as in `make_plan`.
    Raises UserError with everything that cannot be.
    """
    found = study if isinstance(study, Study) else load_study(study)
    plan = make_plan(
        found.base, draws=draws, replicates=replicates, seed=seed, weight=weight, start=start, until=until, settings=settings,
        jobs=jobs, threads=threads, scheduler=scheduler, save_state=save_state, from_state=from_state,
    )  # fmt: skip
    whole = SweepPlan(replace(found, base=plan.scenario), plan)
    check_pasts(whole)
    return replace(whole, plan=replace(plan, jobs=max(1, min(jobs or cores(), whole.runs))))


def run_tasks(plan: SweepPlan, runs: NDArray[np.int64]) -> Iterator[RunTask]:
    """Return the tasks of some runs, one after another: run = (point × draws + draw) × replicates + replicate."""
    rows, keys, replicates = points(plan.study), Keys(plan.study), plan.study.base.run.replicates
    for run in runs.tolist():
        point, luck = divmod(run, plan.each)
        draw, replicate = divmod(luck, replicates)
        values = tuple(float(value) for value in rows[point])
        yield RunTask(run, values, draw, replicate, keys.key(values, draw, replicate))


def carry_out(plan: SweepPlan, folder: Path, progress: Callable[[Tally], None] | None = None) -> Tally:
    """Do all runs that `folder` does not hold yet and return how many are done and failed; `progress` hears after every run.

    Failed runs are tried again. Raises UserError for a folder that holds something else, DiskError if the disk is full: what is finished
    stays, and the next start goes on from there.
    """
    plan.plan.spread.check()
    missing = claim(plan, folder)
    tally = Tally(plan.runs, plan.runs - len(missing))
    store = Store(folder, plan.study.outputs)
    state = base_state(plan, folder) if len(missing) else None
    work = StudyWork(
        str(folder.resolve()), plan.study.hash8, plan.plan.threads, runner._engine(), str(state.resolve()) if state is not None else None
    )

    def receive(i: int, outcome: Outcome) -> None:
        run = int(missing[i])
        if outcome.failure is None:
            tally.done += 1
        else:
            fail(run, outcome.failure)
            tally.failed += 1
        if progress is not None:
            progress(tally)

    def fail(run: int, failure: Failure) -> None:
        if failure.error is not None:
            raise failure.error
        with telling(folder, KEPT):
            record_failure(plan, folder, next(run_tasks(plan, missing[missing == run])), failure)
            store.clear(run)
            store.fail(run)

    with Heartbeat(folder, tally, plan.plan.spread):
        if progress is not None:
            progress(tally)
        execute(work, run_tasks(plan, missing), len(missing), plan.plan.spread, receive)
    return tally


def run_alone(folder: str | Path, run: int) -> None:
    """Repeat one run of a sweep in this process, with its full traceback if it fails; writes nothing."""
    place = Path(folder)
    study = load_study(place / STUDY)
    plan = make_sweep(study, jobs=1)
    import numpy as np

    task = next(run_tasks(plan, np.array([run])))
    work = StudyWork(str(place.resolve()), study.hash8, 1, runner._engine())
    work._values(study, plan.plan, task, lambda q: None)


def named_values(study: Study, values: Sequence[float]) -> dict[str, float | None]:
    """Return the values of a point by factor; None is as in the base."""
    return {factor.name: None if math.isnan(value) else value for factor, value in zip(study.factors, values, strict=True)}


def describe(plan: SweepPlan, run: int) -> Text:
    """Return one line about a run: its factors, draw and replicate."""
    import numpy as np

    task = next(run_tasks(plan, np.array([run])))
    values = ", ".join(f"{f.name}={f.show(v)}" for f, v in zip(plan.study.factors, task.values, strict=True))
    return Text(f"{values}，抽样 {task.draw}，重复 {task.replicate}", f"{values}, draw {task.draw}, replicate {task.replicate}")
