"""The search itself: NSGA-II over the levers, resumable, the same whatever the number of processes and however often it is stopped."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from urbsim.errors import UserError
from urbsim.experiments.factors import Factor
from urbsim.experiments.tasks import Spread
from urbsim.results.folder import PROVENANCE
from urbsim.search.evaluate import BASE, GOAL, Evaluation, Evaluator
from urbsim.search.goal import Goal

if TYPE_CHECKING:
    import optuna

JOURNAL = "journal.log"
STUDY = "search"
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Trial:
    """Hold one setting that was tried: its number, the factors' values, what it does, and whether it keeps to the budget."""

    number: int
    values: tuple[float, ...]
    found: Evaluation
    affordable: bool


@dataclass(frozen=True)
class Search:
    """Hold what a search has found so far: all trials, those on the front (cheapest first), and the base."""

    goal: Goal
    trials: tuple[Trial, ...]
    front: tuple[Trial, ...]
    base: Evaluation


def open_folder(goal: Goal, folder: Path) -> None:
    """Make the folder of a search, or make sure that it holds this very goal; raises UserError if it holds anything else."""
    identity = json.dumps({"search": goal.identity}, indent=2, sort_keys=True)
    held = folder / PROVENANCE
    if held.is_file():
        if held.read_text(encoding="utf-8").strip() != identity:
            raise UserError.one(
                zh=f"{folder} 里是另一个目标或另一版本的搜索；请用 -o 另选文件夹。",
                en=f"{folder} holds the search of another goal or version: choose another folder with -o.",
            )
        return
    if folder.exists() and any(folder.iterdir()):
        raise UserError.one(zh=f"{folder} 不是空文件夹；请用 -o 另选。", en=f"{folder} is not empty: choose another folder with -o.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / BASE).write_text(goal.base.resolved_yaml(), encoding="utf-8")
        (folder / GOAL).write_text(goal.resolved_yaml(BASE), encoding="utf-8")
        held.write_text(identity + "\n", encoding="utf-8")
    except OSError as error:
        from urbsim.results.folder import unwritable

        raise unwritable(folder, error) from error


def carry_out(
    goal: Goal, folder: Path, *, trials: int | None = None, spread: Spread | None = None, threads: int = 1, progress: Told | None = None
) -> Search:
    """Search until there are `trials` (default: as the goal says) and return what was found; goes on with what the folder holds.

    Every generation has a seed of its own, so that a search that was stopped between two ends as one that was not. `progress` hears (runs
    done, runs in all) of this start. Raises UserError or RunError for a run that failed; what was tried before stays.
    """
    import optuna

    wanted, spread = trials or goal.search.trials, spread or Spread()
    spread.check()
    open_folder(goal, folder)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # constraints
        study = _study(folder)
        before = len(_complete(study))
        each = goal.base.run.draws * goal.base.run.replicates
        done, total = 0, each * (1 + max(wanted - before, 0))

        def told(runs: int) -> None:
            nonlocal done
            done += runs
            if progress is not None:
                progress(done, total)

        evaluate = Evaluator(folder, goal, spread, threads, told)
        while (have := len(_complete(study))) < wanted:
            _generation(study, goal, evaluate, min(goal.search.population, wanted - have), have)
        return found_in(goal, study, evaluate.base)


def _study(folder: Path) -> optuna.Study:
    """Return the study of a folder; trials that a kill left half-way are closed."""
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    storage = JournalStorage(JournalFileBackend(str(folder / JOURNAL)))
    study = optuna.create_study(directions=["minimize", "minimize"], storage=storage, study_name=STUDY, load_if_exists=True)
    for trial in study.get_trials(states=(optuna.trial.TrialState.RUNNING, optuna.trial.TrialState.WAITING)):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL, skip_if_finished=True)
    return study


def _complete(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    import optuna

    return study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))


def _generation(study: optuna.Study, goal: Goal, evaluate: Evaluator, size: int, have: int) -> None:
    import optuna

    study.sampler = optuna.samplers.NSGAIISampler(population_size=goal.search.population, seed=goal.search.seed * 1_000_003 + have)
    distributions = {factor.name: _distribution(factor) for factor in goal.factors}
    asked = [study.ask(distributions) for _ in range(size)]
    settings = [tuple(_value(factor, trial.params[factor.name]) for factor in goal.factors) for trial in asked]
    for trial, found in zip(asked, evaluate(settings), strict=True):
        trial.set_user_attr("found", asdict(found))
        trial.set_constraint("budget", _over(goal, found))
        study.tell(trial, (found.cost, found.shortfall))


def _over(goal: Goal, found: Evaluation) -> float:
    """Return by how much a setting exceeds the budget, as a share of it; 0 or less keeps to it."""
    return 0.0 if goal.budget is None else (found.cost - goal.budget) / max(abs(goal.budget), 1.0)


def _distribution(factor: Factor) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if factor.values:
        return CategoricalDistribution(factor.values)
    if factor.whole:
        return IntDistribution(int(factor.low), int(factor.high))
    low, high = (factor.low, factor.high) if factor.shape is None else (factor.at(0.001), factor.at(0.999))
    return FloatDistribution(low, high)


def _value(factor: Factor, drawn: float) -> float:
    """Return the value that a drawn one stands for: of a range, rounded to about a five-hundredth of it, so that people can type it."""
    if factor.values or factor.shape is not None:
        return float(drawn)
    digits = 2 - math.floor(math.log10(factor.high - factor.low))
    digits = min(digits, 0) if factor.whole else digits
    return min(max(round(float(drawn), digits), factor.low), factor.high)


def found_in(goal: Goal, study: optuna.Study, base: Evaluation) -> Search:
    """Return all trials of a study and its front."""
    trials = []
    for trial in _complete(study):
        held: dict[str, Any] = dict(trial.user_attrs["found"])
        lists: dict[str, Any] = {name: tuple(value) for name, value in held.items() if isinstance(value, list)}
        found = Evaluation(**(held | lists))
        values = tuple(_value(factor, trial.params[factor.name]) for factor in goal.factors)
        trials.append(Trial(trial.number, values, found, _over(goal, found) <= 0))
    return Search(goal, tuple(trials), front_of(trials, base), base)


def front_of(trials: Sequence[Trial], base: Evaluation) -> tuple[Trial, ...]:
    """Return the affordable trials to which none is cheaper and at least as sure of all targets together, cheapest first.

    The base counts as a setting that costs nothing: a trial that costs more and is no surer is not on the front. Of settings that are as
    sure, the one with the smaller shortfall counts as the surer.
    """
    best = (base.together, -base.shortfall)
    front: list[Trial] = []
    ordered = sorted((trial for trial in trials if trial.affordable), key=lambda one: (one.found.cost, -one.found.together, one.number))
    surest = (-1.0, float("-inf"))
    for trial in ordered:
        rank = (trial.found.together, -trial.found.shortfall)
        if rank > surest and (trial.found.cost < 0 or rank > best):
            front.append(trial)
            surest = rank
    return tuple(front)
