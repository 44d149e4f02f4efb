"""Run a scenario: draws × replicates, one dataset."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from urbsim.experiments.failure import RunError
from urbsim.experiments.plan import Plan, as_scenario, make_plan
from urbsim.experiments.simulation import Frames, Numbers, Simulate, Simulation, one_run, simulate, unpack
from urbsim.experiments.states import Branch, file_name, parts_folder, write_state
from urbsim.experiments.tasks import Failure, Outcome, Progress, Task, execute
from urbsim.text import Text

if TYPE_CHECKING:
    import xarray as xr

    from urbsim.results.dataset import Assembler
    from urbsim.scenario import Scenario


def run(
    scenario: Scenario | str | Path,
    *,
    draws: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    weight: int | None = None,
    start: str | dt.date | None = None,
    until: str | dt.date | None = None,
    jobs: int | None = None,
    threads: int = 1,
    save_state: str | dt.date | None = None,
    state_file: str | Path | None = None,
    from_state: str | Path | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Simulate every draw and replicate of a scenario and return the result with all its variables.

    `scenario` is a shipped name, a path, or what `urbsim.load` returned. Draw 0 is the best-fitting member of the parameter ensemble, and
    draw k is the same whatever `draws` is. `weight` is the number of households per agent. `start` and `until` are dates such as "2025-12":
    the simulation always begins with the census of 2010, the result at `start`. `jobs` processes and `threads` in each change no bit of the
    result, nor does `scheduler`, the address of a Dask cluster to run on instead. `save_state` is a date such as "2022": the state of all
    runs at the end of its quarter goes into `state_file` (by default `state-2022-12-31.zip` here), and `from_state` goes on from such a
    file, with the same result as running through. `progress` hears (quarters done, quarters in all).

    Raises UserError for input that cannot be used, RunError for a run that failed.
    """
    plan = make_plan(
        scenario, draws=draws, replicates=replicates, seed=seed, weight=weight, start=start, until=until, jobs=jobs, threads=threads,
        save_state=save_state, from_state=from_state, scheduler=scheduler,
    )  # fmt: skip
    return run_plan(plan, progress, Path(state_file) if state_file is not None else None)[0]


def run_plan(
    plan: Plan, progress: Progress | None = None, state_file: Path | None = None, done: Callable[[xr.Dataset], None] | None = None
) -> tuple[xr.Dataset, dict[str, Any]]:
    """Carry out a plan and return its result and the record of where it comes from; see `run`.

    The state that the plan saves goes into `state_file`, there whole or not at all. `done` hears of the figures as soon as all are there,
    before their hash is taken.
    """
    begin = plan.begin.path.resolve() if plan.begin is not None else None
    if plan.save_at is None:
        return _carry_out(plan, progress, Branch(begin) if begin is not None else None, done)
    file = state_file or Path(file_name(plan.save_at))
    with parts_folder(file) as parts:
        found = _carry_out(plan, progress, Branch(begin, plan.save_at, parts.resolve()), done)
        write_state(file, parts, plan.scenario, plan.save_at)
    return found


def _carry_out(
    plan: Plan, progress: Progress | None, branch: Branch | None, done: Callable[[xr.Dataset], None] | None
) -> tuple[xr.Dataset, dict[str, Any]]:
    began = time.perf_counter()
    scenario, run = plan.scenario, plan.scenario.run
    tasks = [Task(draw, replicate) for draw in range(run.draws) for replicate in range(run.replicates)]
    if plan.still and _engine() is simulate:  # not a test's stand-in
        tasks.append(Task(0, 0, still=True))
    numbers = Numbers(seed=run.seed, weight=run.weight, threads=plan.threads, until=plan.until, branch=branch, borrow=plan.borrow)
    quarters = plan.until - plan.first + 1

    @cache
    def assembler(still: bool) -> Assembler:
        """Return what puts runs together, made when the first arrives: its imports would keep the workers from starting."""
        from urbsim.regions import load_region
        from urbsim.results.dataset import Assembler

        runs = (1, 1) if still else (run.draws, run.replicates)
        return Assembler(load_region(scenario.region), scenario, *runs, quarters=quarters, first_quarter=plan.first)

    def receive(i: int, outcome: Outcome) -> None:
        if outcome.failure is not None:
            raise outcome.failure.error or _failure(plan, tasks[i], numbers, outcome.failure)
        assembler(tasks[i].still).add(tasks[i].draw, tasks[i].replicate, _from_quarter(unpack(outcome.result), plan.first))

    def tell(done: int) -> None:
        if progress is not None:
            progress(done, len(tasks) * plan.until)

    work = Simulation(_engine(), scenario.resolved_yaml(), numbers)
    execute(work, tasks, len(tasks), plan.spread, receive, tell)
    dataset = assembler(False).dataset()
    if tasks[-1].still:
        dataset = _with_still(dataset, assembler(True).dataset())
    if done is not None:
        done(dataset)
    from urbsim.results.hashing import content_hash

    record = provenance_of(plan, wall_time=time.perf_counter() - began, hash_of_content=content_hash(dataset))
    return dataset.assign_attrs(provenance=json.dumps(record, ensure_ascii=False, sort_keys=True)), record


def _failure(plan: Plan, task: Task, numbers: Numbers, failure: Failure) -> RunError:
    """Return the error that names a failed run and the command that repeats it."""
    told_as, why = plan.expression, failure.reason
    zh = f"{told_as} 的第 {task.draw} 次抽样、第 {task.replicate} 次重复运行失败：{why.zh}。"
    en = f"Draw {task.draw}, replicate {task.replicate} of {told_as} failed: {why.en}."
    command = (
        'python -c "import urbsim; from urbsim.experiments.runner import run_one; '
        f"run_one({told_as}, draw={task.draw}, replicate={task.replicate}, seed={numbers.seed}, weight={numbers.weight}, "
        f'threads={numbers.threads}, until={numbers.until})"'
    )
    return RunError(Text(zh=f"{zh}\n单独重跑：{command}", en=f"{en}\nTo repeat it alone: {command}"))


def _with_still(dataset: xr.Dataset, twin: xr.Dataset) -> xr.Dataset:
    """Return the dataset with `urbanization_rate_still`: draw 0 again, behaviour kept still, so that a reader sees what behaviour adds."""
    rate = twin["urbanization_rate"][0, 0].drop_vars(("draw", "replicate"), errors="ignore")
    rate.attrs |= {"long_name": "resident urbanization rate with behaviour kept still", "long_name_zh": "行为不变时的常住人口城镇化率"}
    return dataset.assign(urbanization_rate_still=rate)


def provenance_of(plan: Plan, *, wall_time: float = 0.0, hash_of_content: str | None = None) -> dict[str, Any]:
    """Return the record of a plan's run (see `urbsim.results.provenance`), `run_identity` included."""
    from urbsim.regions import load_region
    from urbsim.results.provenance import provenance
    from urbsim.scenario import shipped_scenarios

    scenario, run = plan.scenario, plan.scenario.run
    extra: dict[str, Any] = {"jobs": plan.jobs, "threads": plan.threads}
    if plan.begin is not None:
        extra["from_state"] = {"file": plan.begin.path.name, "date": plan.begin.date}
    if scenario.name not in shipped_scenarios() or plan.first > 0:
        extra["command"] = "urbsim run scenario.yaml"  # which stands beside the result and holds every value
    return provenance(
        scenario,
        load_region(scenario.region),
        seed=run.seed,
        draws=run.draws,
        replicates=run.replicates,
        weight=run.weight,
        until=scenario.period.until.isoformat(),
        settings=plan.settings,
        wall_time=wall_time,
        content_hash=hash_of_content,
        extra=extra,
    )


def _from_quarter(frames: Frames, first: int) -> Frames:
    """Return the frames from quarter `first` on: the state at its end, then the flows after it."""
    if first == 0:
        return frames
    from urbsim.results.frames import STOCKS

    kept = {name: values[first:].copy() for name, values in frames.items()}
    for name, values in kept.items():
        if name not in STOCKS:
            values[0] = 0
    return kept


def run_one(
    scenario: Scenario | str | Path, *, draw: int, replicate: int = 0, seed: int, weight: int, threads: int = 1, until: int
) -> Frames:
    """Return the frames of a single run (docs/architecture.md, "What one quarter reports"); `until` is a quarter index."""
    return one_run(_engine(), as_scenario(scenario), Task(draw, replicate), Numbers(seed, weight, threads, until))


def _engine() -> Simulate:
    return simulate
