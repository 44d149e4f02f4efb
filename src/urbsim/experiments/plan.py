"""What an experiment will do: a scenario with the numbers of its runs, checked before anything starts."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from urbsim.clock import LAST_QUARTER, first_day, last_day, quarter_of
from urbsim.errors import Problem, UserError
from urbsim.text import Text

if TYPE_CHECKING:
    from urbsim.scenario import Scenario

MOST = {"draws": 100_000, "replicates": 100_000, "seed": 2**63 - 1, "weight": 1_000_000, "jobs": 1024, "threads": 1024}
LEAST = {"seed": 0}
_NAMES = {
    "draws": "抽样数",
    "replicates": "重复次数",
    "seed": "随机数种子",
    "weight": "每个代理代表的户数",
    "jobs": "进程数",
    "threads": "线程数",
}


@dataclass(frozen=True)
class Plan:
    """Hold a scenario and the numbers of its runs; `until` is the index of the last quarter."""

    scenario: Scenario
    draws: int
    replicates: int
    seed: int
    weight: int
    until: int
    jobs: int
    threads: int

    @property
    def identity(self) -> dict[str, object]:
        """Return what makes two runs the same run: everything that can change a number; jobs and threads cannot."""
        return {
            "scenario": self.scenario.name,
            "scenario_hash": self.scenario.hash8,
            "draws": self.draws,
            "replicates": self.replicates,
            "seed": self.seed,
            "weight": self.weight,
            "until": last_day(self.until).isoformat(),
        }


def make_plan(
    scenario: Scenario | str | Path,
    *,
    draws: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    weight: int | None = None,
    until: str | dt.date | None = None,
    jobs: int | None = None,
    threads: int = 1,
) -> Plan:
    """Return the plan of an experiment; what is not given comes from the scenario.

    `jobs` defaults to the cores at hand, at most one for each run. Raises UserError with every number that cannot be.
    """
    found = as_scenario(scenario)
    numbers = {
        "draws": found.run.draws if draws is None else draws,
        "replicates": found.run.replicates if replicates is None else replicates,
        "seed": found.run.seed if seed is None else seed,
        "weight": found.run.weight if weight is None else weight,
        "jobs": cores() if jobs is None else jobs,
        "threads": threads,
    }
    problems = [problem for name, number in numbers.items() if (problem := _check(name, number)) is not None]
    last = _last_quarter(until, problems)
    if problems:
        raise UserError(problems)
    numbers["jobs"] = min(numbers["jobs"], numbers["draws"] * numbers["replicates"])
    return Plan(found, until=last, **numbers)


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


def _check(name: str, number: object) -> Problem | None:
    low, high = LEAST.get(name, 1), MOST[name]
    if isinstance(number, int) and not isinstance(number, bool) and low <= number <= high:
        return None
    return Problem(
        Text(
            zh=f"{_NAMES[name]}({name})应是 {low} 到 {high} 的整数，给的是 {number!r}。",
            en=f"{name} must be a whole number from {low} to {high}, found {number!r}.",
        )
    )


def _last_quarter(until: str | dt.date | None, problems: list[Problem]) -> int:
    if until is None:
        return LAST_QUARTER
    from urbsim.policy.dates import parse_date

    date = parse_date(until) if isinstance(until, str) else until
    if isinstance(date, Text):
        problems.append(Problem(Text(zh=f"until：{date.zh}", en=f"until: {date.en}")))
        return LAST_QUARTER
    if isinstance(until, str) and len(until.strip()) == 4:  # a bare year means all of it
        date = date.replace(month=12, day=31)
    if not 1 <= quarter_of(date) <= LAST_QUARTER:
        problems.append(
            Problem(
                Text(
                    zh=f"截止日期 {date} 应在 {first_day(1)} 至 {last_day(LAST_QUARTER)} 之间。",
                    en=f"A run can end between {first_day(1)} and {last_day(LAST_QUARTER)}, not on {date}.",
                )
            )
        )
    return quarter_of(date)
