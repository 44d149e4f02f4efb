"""What an experiment will do: a scenario with the numbers of its runs, checked before anything starts."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from urbsim.clock import last_day, quarter_of
from urbsim.errors import Problem, UserError
from urbsim.experiments.memory import check_memory
from urbsim.experiments.tasks import Spread
from urbsim.parameters.ensemble import missing_draws
from urbsim.text import Text

if TYPE_CHECKING:
    from urbsim.experiments.states import StateFile
    from urbsim.scenario import Scenario

MOST_PROCESSES = 1024
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Plan:
    """Hold a scenario, whose run and period say what is simulated, and how the work is spread.

    `settings` are the texts of the values laid on top of it (`lever[area]@date=value`). `begin` is the state that its runs go on from,
    `save_at` the quarter at whose end their state is saved. With `borrow`, a number of draws, every draw takes the
    assumption-only parameters of the next in the ring of so many. `still`: the best-fitting draw runs once more with behaviour kept still.
    """

    scenario: Scenario
    jobs: int
    threads: int
    settings: tuple[str, ...] = ()
    scheduler: str | None = None
    begin: StateFile | None = None
    save_at: int | None = None
    borrow: int = 0
    still: bool = True

    @property
    def spread(self) -> Spread:
        """Return how the work is spread."""
        return Spread(self.jobs, self.scheduler)

    @property
    def expression(self) -> str:
        """Return the Python words that give the scenario again: its shipped name or its file, and the values laid on top."""
        from urbsim.scenario import shipped_scenarios

        name, file = self.scenario.name, self.scenario.file
        source = repr(name if name in shipped_scenarios() or file is None else file)
        return f"urbsim.load({source}).with_set({list(self.settings)!r})" if self.settings else source

    @property
    def runs(self) -> int:
        """Return the number of runs."""
        return self.scenario.run.draws * self.scenario.run.replicates

    @property
    def first(self) -> int:
        """Return the quarter whose end is the first entry of the result: the one before the first day of the period."""
        return max(0, quarter_of(self.scenario.period.start - _ONE_DAY))

    @property
    def until(self) -> int:
        """Return the last quarter."""
        return self.scenario.period.last_quarter


def make_plan(
    scenario: Scenario | str | Path,
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
) -> Plan:
    """Return the plan of an experiment; what is not given comes from the scenario.

    Dates may be written 2025, 2025-07 or 2025-07-01; `until` means the whole of the year or quarter it names. `jobs` defaults to the
    cores at hand, at most one for each run; `scheduler` is the address of a Dask cluster that takes their place.
    `save_state` is a date as `until`, whose quarter's end is saved, `from_state` a file that was saved so.
    Raises UserError with everything that cannot be.
    """
    problems: list[Problem] = []
    first, last, save_day = _date(start, problems), _end_of(until, problems), _end_of(save_state, problems)
    begin = _state(from_state, problems)
    problems += _check_spread("jobs", "进程数", cores() if jobs is None else jobs)
    problems += _check_spread("threads", "线程数", threads)
    try:
        found = as_scenario(scenario)
        try:
            found = found.with_set(settings)
        except UserError as error:
            problems = error.problems + problems
        found = found.with_run(draws=draws, replicates=replicates, seed=seed, weight=weight, start=first, until=last)
    except UserError as error:
        raise UserError([*error.problems, *problems]) from None
    save_at = None if save_day is None else quarter_of(save_day)
    processes = min(jobs or cores(), found.run.draws * found.run.replicates)
    plan = Plan(found, processes, threads, tuple(settings), scheduler, begin, save_at)
    problems += _check_states(plan)
    problems += missing_draws(found.region, found.run.draws)
    problems += check_memory(plan)
    if plan.first >= plan.until:
        period = found.period
        problems.append(
            Problem(
                Text(
                    zh=f"{period.start} 至 {period.until} 不足一个季度。", en=f"{period.start} to {period.until} is less than one quarter."
                )
            )
        )
    if problems:
        raise UserError(problems)
    return plan


def as_scenario(scenario: Scenario | str | Path) -> Scenario:
    """Return the scenario itself, or load it by name or path."""
    if isinstance(scenario, str | Path):
        from urbsim.scenario import load

        return load(scenario)
    return scenario


def cores() -> int:
    """Return how many processor cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def _check_spread(name: str, zh: str, number: object) -> list[Problem]:
    if isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= MOST_PROCESSES:
        return []
    words = Text(
        zh=f"{zh}({name})应是 1 到 {MOST_PROCESSES} 的整数，给的是 {number!r}。",
        en=f"{name} must be a whole number from 1 to {MOST_PROCESSES}, found {number!r}.",
    )
    return [Problem(words)]


def _date(given: str | dt.date | None, problems: list[Problem]) -> dt.date | None:
    from urbsim.policy.dates import parse_date

    found = parse_date(given) if isinstance(given, str) else given
    if isinstance(found, Text):
        problems.append(Problem(found))
        return None
    return found


def _end_of(given: str | dt.date | None, problems: list[Problem]) -> dt.date | None:
    """Return the last day of the quarter that holds a date, of the year if only a year is given."""
    found = _date(given, problems)
    if found is None:
        return None
    return last_day(quarter_of(found.replace(month=12) if isinstance(given, str) and len(given.strip()) == 4 else found))


def _state(file: str | Path | None, problems: list[Problem]) -> StateFile | None:
    if file is None:
        return None
    from urbsim.experiments.states import open_state

    try:
        return open_state(file)
    except UserError as error:
        problems += error.problems
        return None


def _check_states(plan: Plan) -> list[Problem]:
    """Return what is wrong with the state to begin from and with the quarter to save."""
    problems = []
    earliest = 0
    if plan.begin is not None:
        from urbsim.experiments.branching import problems_of

        problems += problems_of(plan.begin, plan.scenario, plan.until)
        earliest = plan.begin.head.quarter
    if plan.save_at is not None and not earliest <= plan.save_at <= plan.until:
        low, high, day = last_day(earliest), last_day(plan.until), last_day(plan.save_at)
        words = Text(
            zh=f"只能保存 {low} 至 {high} 之间的状态，给的是 {day}。", en=f"A state can be saved from {low} to {high}, asked for was {day}."
        )
        problems.append(Problem(words))
    return problems
