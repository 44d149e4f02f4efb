"""What one setting of the levers does: its cost against the base and the targets it meets, run by run under the same luck."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from urbsim.clock import quarter_of
from urbsim.errors import Problem, UserError
from urbsim.experiments.failure import RunError
from urbsim.experiments.plan import Plan, make_plan
from urbsim.experiments.runner import _engine, _from_quarter
from urbsim.experiments.simulation import Numbers, Simulate, one_run, simulate
from urbsim.experiments.states import Branch, open_state, parts_folder, write_state
from urbsim.experiments.tasks import OTHER_VERSION, Outcome, Spread, Task, execute
from urbsim.search.goal import Goal, load_goal
from urbsim.text import Text

Floats = NDArray[np.float64]
GOAL, BASE, STATE = "goal.yaml", "base.yaml", "state.zip"
LEAST_WARMUP = 4  # quarters that make a state worth its file


class SettingTask(NamedTuple):
    """One run: a setting of the factors (none: the base), a draw and a replicate."""

    values: tuple[float, ...] | None
    draw: int
    replicate: int


@dataclass(frozen=True)
class Evaluation:
    """Hold what a setting does: mean cost against the base with the ends of the 80 % interval (yuan), and its targets.

    `met` is the share of runs that meet each target, `together` all of them at once; `medians` the median of each target's quantity;
    `shortfall` how far runs stay below on average, 1 being the way from base to target, 0 where all targets are met by all runs.
    """

    cost: float
    cost_low: float
    cost_high: float
    met: tuple[float, ...]
    together: float
    medians: tuple[float, ...]
    shortfall: float


@dataclass(frozen=True)
class GoalWork:
    """Simulate runs of the goal in `folder` and return what its targets and its cost need; `identity` is that goal's, as JSON."""

    folder: str
    identity: str
    threads: int
    branch: Branch | None
    simulate: Simulate

    def __call__(self, task: SettingTask, on_quarter: Callable[[int], None]) -> Floats:
        """Return the quantities of the targets, then the cost in yuan; raises UserError if this process has another version."""
        goal, plan = _opened(self.folder, self.identity)
        scenario = goal.base if task.values is None else goal.scenario(task.values)
        run = scenario.run
        numbers = Numbers(run.seed, run.weight, self.threads, plan.until, self.branch)
        frames = _from_quarter(one_run(self.simulate, scenario, Task(task.draw, task.replicate), numbers, on_quarter), plan.first)
        return read_run(goal, _dataset(scenario, plan, frames))


@lru_cache(maxsize=2)
def _opened(folder: str, identity: str) -> tuple[Goal, Plan]:
    goal = load_goal(Path(folder) / GOAL)
    if _identity(goal) != identity:
        raise UserError.one(*OTHER_VERSION)
    return goal, make_plan(goal.base, jobs=1)


def _identity(goal: Goal) -> str:
    return json.dumps(goal.identity, sort_keys=True)


def _dataset(scenario: Any, plan: Plan, frames: Any) -> Any:
    from urbsim.regions import load_region
    from urbsim.results.dataset import Assembler

    assembler = Assembler(load_region(scenario.region), scenario, 1, 1, quarters=plan.until - plan.first + 1, first_quarter=plan.first)
    assembler.add(0, 0, frames)
    return assembler.dataset().isel(draw=0, replicate=0).expand_dims("run")


def read_run(goal: Goal, dataset: Any) -> Floats:
    """Return the targets' quantities and the cost of a dataset of one run; raises UserError for a quantity that is not one number."""
    from urbsim.sensitivity.quantities import quantities

    found, problems = [], []
    for target in goal.targets:
        variable = target.quantity.split(".")[0]
        picked = quantities(dataset[[variable]], target.area, target.year, (target.quantity,))
        if len(picked) != 1:
            names = ", ".join(one.name for one in picked[:8])
            message = Text(
                f"“{target.quantity}”不是一个数，请写明其中之一", f"'{target.quantity}' is not one number: name one of its parts"
            )
            problems.append(Problem(message, hint=Text(names, names)))
            continue
        found.append(float(picked[0].values[0]))
    if problems:
        raise UserError(problems)
    levels = [str(level) for level in dataset["level"].values]
    cost = dataset["cost"].isel(run=0, area=levels.index("region") if "region" in levels else -1)
    if goal.payers:
        cost = cost.sel(payer=list(goal.payers))
    years = cost["year"].values
    cost = cost.isel(year=np.flatnonzero((years >= goal.first_year) & (years <= goal.last_year)))
    return np.array([*found, float(np.nansum(cost.values))])


class Evaluator:
    """Evaluate settings of the goal in a folder; runs the base once and, where levers act late, goes on from its state."""

    def __init__(self, folder: Path, goal: Goal, spread: Spread, threads: int, told: Callable[[int], None] | None = None) -> None:
        self.folder, self.goal, self.spread, self.threads = folder, goal, spread, threads
        self._told = told or (lambda runs: None)
        run = goal.base.run
        self._luck = [(draw, replicate) for draw in range(run.draws) for replicate in range(run.replicates)]
        self._branch: Branch | None = None
        self.base_runs = self._warm_up()
        self.base = self._judge(self.base_runs)

    def _warm_up(self) -> Floats:
        """Return the runs of the base, runs x (targets + cost), and leave or find the state that settings branch from."""
        starts = [factor.start for factor in self.goal.factors if factor.start is not None]
        quarter = quarter_of(min(starts)) - 1 if starts else 0
        if quarter < LEAST_WARMUP or _engine() is not simulate:
            return self._run([None])[0]
        file = (self.folder / STATE).resolve()
        if not _usable(file):
            with parts_folder(file) as parts:
                found = self._run([None], Branch(None, quarter, parts))
                write_state(file, parts, self.goal.base, quarter)
            self._branch = Branch(file)
            return found[0]
        self._branch = Branch(file)
        return self._run([None])[0]

    def __call__(self, settings: Sequence[tuple[float, ...]]) -> list[Evaluation]:
        """Return what each setting does; raises RunError or UserError for a run that failed."""
        return [self._judge(runs) for runs in self._run(list(settings))]

    def _run(self, settings: list[tuple[float, ...] | None], branch: Branch | None = None) -> list[Floats]:
        tasks = [SettingTask(values, draw, replicate) for values in settings for draw, replicate in self._luck]
        rows: list[Floats | None] = [None] * len(tasks)

        def receive(i: int, outcome: Outcome) -> None:
            if outcome.failure is not None:
                raise outcome.failure.error or _failure(self.goal, tasks[i], outcome)
            rows[i] = outcome.result
            self._told(1)

        work = GoalWork(str(self.folder.resolve()), _identity(self.goal), self.threads, branch or self._branch, _engine())
        execute(work, tasks, len(tasks), self.spread, receive)
        table = np.array(rows, dtype=np.float64).reshape(len(settings), len(self._luck), -1)
        return list(table)

    def _judge(self, runs: Floats) -> Evaluation:
        """Return what runs (runs x (targets + cost)) say, paired with the base's by draw and replicate."""
        cost = runs[:, -1] - self.base_runs[:, -1]
        reached, short = [], []
        for k, target in enumerate(self.goal.targets):
            gap = (target.value - runs[:, k]) * (1.0 if target.upward else -1.0)
            way = abs(target.value - float(self.base_runs[:, k].mean())) or abs(target.value) or 1.0
            reached.append(gap <= 0)
            short.append(np.maximum(gap, 0.0) / way)
        met = np.array(reached)
        low, high = np.quantile(cost, (0.1, 0.9))
        return Evaluation(
            cost=float(cost.mean()),
            cost_low=float(low),
            cost_high=float(high),
            met=tuple(float(share) for share in met.mean(axis=1)),
            together=float(met.all(axis=0).mean()),
            medians=tuple(float(value) for value in np.median(runs[:, :-1], axis=0)),
            shortfall=float(np.mean(short)),
        )


def _usable(file: Path) -> bool:
    """Say whether a state is there and is one of this code; what is not is made again."""
    try:
        open_state(file)
    except UserError:
        return False
    return True


def _failure(goal: Goal, task: SettingTask, outcome: Outcome) -> RunError:
    why = outcome.failure.reason if outcome.failure is not None else Text("", "")
    told = ", ".join(f"{factor.name}={factor.show(value)}" for factor, value in zip(goal.factors, task.values or (), strict=False))
    zh = f"{goal.name} 的设置 {told or '基准'}、第 {task.draw} 次抽样、第 {task.replicate} 次重复失败：{why.zh}。"
    en = f"{goal.name}: the setting {told or 'base'}, draw {task.draw}, replicate {task.replicate} failed: {why.en}."
    return RunError(Text(zh, en))
