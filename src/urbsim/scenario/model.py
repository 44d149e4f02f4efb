"""A scenario, resolved: what the rest of the program reads."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar

from urbsim.clock import LAST_QUARTER, quarter_of
from urbsim.policy.targets import TargetTable, load_targets
from urbsim.scenario.timeline import Policy
from urbsim.text import Text


@dataclass(frozen=True)
class Period:
    """First and last day of the simulation."""

    start: dt.date
    until: dt.date

    @property
    def first_quarter(self) -> int:
        """Return the quarter index of the start."""
        return quarter_of(self.start)

    @property
    def last_quarter(self) -> int:
        """Return the quarter index of the last quarter."""
        return min(quarter_of(self.until), LAST_QUARTER)


@dataclass(frozen=True)
class Run:
    """Draws, replicates, first seed and weight of a run."""

    draws: int = 20
    replicates: int = 1
    seed: int = 0
    weight: int = 100


@dataclass(frozen=True, eq=False)
class Scenario:
    """Hold a scenario: region, period, policy by quarter and area, assumptions, run.

    >>> from urbsim.scenario import load
    >>> scenario = load("zhejiang_2027")
    >>> scenario.region, scenario.policy.array("settlement.points_cutoff").shape
    ('zhejiang', (69, 64))
    """

    name: str
    title: Text
    description: Text
    region: str
    period: Period
    targets: str | None
    policy: Policy
    assumptions: Mapping[str, float | None]
    run: Run
    packages: tuple[str, ...] = ()
    notes: tuple[Text, ...] = ()
    file: str | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)
    """Behavioural parameters by symbol that hold in every draw instead of the draw's own (what a study varies)."""

    def __reduce__(self) -> tuple[Callable[[str], Scenario], tuple[str]]:
        """Travel to other processes as the resolved file."""
        from urbsim.scenario.load import loads

        return loads, (self.resolved_yaml(),)

    @cached_property
    def hash8(self) -> str:
        """Return eight hexadecimal digits that change whenever anything that can change a result changes."""
        said = self.content | {"run": [self.run.draws, self.run.replicates, self.run.seed, self.run.weight]}
        text = json.dumps(said, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    @cached_property
    def content(self) -> dict[str, Any]:
        """Return all that can change a single run, ready for JSON: without names, sources and the numbers of `run`."""
        said: dict[str, Any] = {
            "region": self.region,
            "period": [self.period.start.isoformat(), self.period.until.isoformat()],
            "targets": self.targets,
            "policy": self.policy.content,
            "assumptions": {name: value for name, value in sorted(self.assumptions.items()) if value is not None},
        }
        return said | ({"parameters": dict(sorted(self.parameters.items()))} if self.parameters else {})

    @property
    def target_table(self) -> TargetTable | None:
        """Return the packaged target table that the scenario names."""
        return load_targets(self.targets) if self.targets else None

    def with_set(self, settings: Sequence[str]) -> Scenario:
        """Return the scenario with values laid on top, each written `lever[area]@2025-01=value`; raise UserError with all mistakes."""
        from urbsim.scenario.settings import read_settings

        values = read_settings(settings, self.policy.areas)
        return replace(self, policy=Policy(self.policy.areas, self.policy.values + values)) if values else self

    def with_run(
        self, *, draws: int | None = None, replicates: int | None = None, seed: int | None = None, weight: int | None = None,
        start: dt.date | None = None, until: dt.date | None = None,
    ) -> Scenario:  # fmt: skip
        """Return the scenario with other run settings; raise UserError for values out of bounds."""
        from urbsim.scenario.settings import checked_run

        run, period = checked_run(self, draws, replicates, seed, weight, start, until)
        return replace(self, run=run, period=period)

    def resolved_yaml(self) -> str:
        """Return the scenario as one file with every value and where it came from; loading it gives the same `hash8`."""
        from urbsim.scenario.resolved import resolved_yaml

        return resolved_yaml(self)


Value = TypeVar("Value")


def frozen(values: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return a mapping that cannot be changed."""
    return MappingProxyType(dict(values))
