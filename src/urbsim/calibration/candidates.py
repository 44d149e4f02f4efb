"""Solve candidates in processes, each kept in a file of its own when it is done: a fit that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from urbsim.experiments.failure import RunError
from urbsim.experiments.tasks import Outcome, Spread, execute

Solved = dict[str, Any]
Say = Callable[[str], None]


class Candidate(NamedTuple):
    """One candidate: its number keys its luck and, if `sample` gives none, the prior sample of what is not searched.

    `quantiles` of the searched parameters (None: the plain prior sample), `start` the solution to begin from (JSON, or empty).
    """

    number: int
    quantiles: tuple[float, ...] | None
    start: str
    schedule: tuple[tuple[float, int], ...]
    sample: int | None = None


@dataclass(frozen=True)
class Solving:
    """Solve a candidate under a scenario, and note what the targets of the region ask."""

    scenario: str
    seed: int

    def __call__(self, task: Candidate, on_quarter: Callable[[int], None]) -> Solved:
        """Return the solution, with what came out of its best run under `outcomes`."""
        from urbsim.calibration.design import parameters_of
        from urbsim.calibration.outcomes import Watch
        from urbsim.calibration.targets import load_targets
        from urbsim.experiments.solving import solve

        started = time.process_time()
        values = parameters_of(task.number if task.sample is None else task.sample, task.quantiles, self.seed)
        found = solve(
            self.scenario, task.number, values, seed=self.seed,
            start=json.loads(task.start) if task.start else None, schedule=task.schedule,
            watching=lambda region: Watch(region, load_targets(region), on_quarter),
        )  # fmt: skip
        return found | {"quantiles": task.quantiles, "seconds": round(time.process_time() - started, 2)}


def file_of(folder: Path, number: int) -> Path:
    """Return where a candidate is kept."""
    return folder / f"candidate-{number:05d}.json"


def kept(folder: Path, number: int) -> Solved | None:
    """Return a finished candidate, or None."""
    file = file_of(folder, number)
    if not file.exists():
        return None
    loaded: Solved = json.loads(file.read_text(encoding="utf-8"))
    return loaded


def keep(folder: Path, result: Solved) -> None:
    """Write a finished candidate in one go."""
    file = file_of(folder, result["candidate"])
    part = file.with_suffix(".part")
    part.write_text(json.dumps(result), encoding="utf-8")
    part.replace(file)


def solve_all(work: Solving, tasks: Sequence[Candidate], folder: Path, jobs: int, label: str) -> list[Solved]:
    """Return the solutions of all candidates in their order, from `folder` where they are finished; the rest is solved now.

    Raises RunError (or what the user can mend) if one fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    left = [task for task in tasks if kept(folder, task.number) is None]
    progress = _Progress(label, len(tasks), len(left))

    def receive(i: int, outcome: Outcome) -> None:
        if outcome.failure is not None:
            raise outcome.failure.error or RunError(outcome.failure.reason)
        keep(folder, outcome.result)
        progress.tell(outcome.result)

    if left:
        execute(work, left, len(left), Spread(jobs), receive)
    found = [kept(folder, task.number) for task in tasks]
    return [one for one in found if one is not None]


class _Progress:
    """Say on standard error how each candidate came out and how long the rest will take."""

    def __init__(self, label: str, total: int, left: int) -> None:
        self.label, self.total, self.left, self.done, self.began = label, total, left, 0, time.monotonic()
        if left < total:
            print(f"{label}: {total - left} of {total} candidates were finished before", file=sys.stderr, flush=True)

    def tell(self, result: Solved) -> None:
        self.done += 1
        minutes = (time.monotonic() - self.began) / self.done * (self.left - self.done) / 60.0
        print(
            f"{self.label}: candidate {result['candidate']} ({self.total - self.left + self.done} of {self.total}), worst error "
            f"{result['worst']:.2f} of its tolerance after {result['iteration'] + 1} runs; about {minutes:.0f} min left",
            file=sys.stderr, flush=True,
        )  # fmt: skip


def fingerprint(*parts: object) -> str:
    """Return a short hash of what candidates depend on."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:10]
