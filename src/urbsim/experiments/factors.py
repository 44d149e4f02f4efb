"""What a study varies: a lever, a parameter or an assumption, and the values it may take."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from urbsim.parameters import PARAMETERS, Parameter
from urbsim.parameters.distributions import quantile_of
from urbsim.policy.levers import short
from urbsim.policy.registry import LEVERS
from urbsim.policy.rules import DatedValue
from urbsim.scenario.assumptions import ASSUMPTIONS
from urbsim.scenario.model import Scenario, frozen
from urbsim.scenario.timeline import Policy
from urbsim.text import Text

Kind = Literal["lever", "parameter", "assumption"]
EDGE = 0.05  # a distribution's low and high stand for its 5 % and 95 % points


@dataclass(frozen=True)
class Factor:
    """Hold one factor: what it sets (`target`: lever, symbol or assumption) and the values it may take.

    It has either `values` or a range `low` to `high`; a range with a `shape` is that distribution (a `Parameter` of this range), without
    one every value is as likely. `whole` ranges hold whole numbers only. A lever has areas (indices in the region) and a first day; a
    `total` is shared out over them by residents.
    """

    name: str
    kind: Kind
    target: str
    words: tuple[str, ...] = ()
    areas: tuple[int, ...] = ()
    start: dt.date | None = None
    total: bool = False
    values: tuple[float, ...] = ()
    low: float = math.nan
    high: float = math.nan
    shape: Parameter | None = None
    whole: bool = False

    def at(self, u: float) -> float:
        """Return the value below which a share `u` of the factor's values lies, 0 <= u < 1.

        >>> quota = Factor("q", "lever", "settlement.quota", low=1, high=4, whole=True)
        >>> [quota.at(u) for u in (0.0, 0.3, 0.5, 0.99)]
        [1, 2, 3, 4]
        """
        if self.values:
            return self.values[min(int(u * len(self.values)), len(self.values) - 1)]
        if self.whole:
            return min(self.low + math.floor(u * (self.high - self.low + 1)), self.high)
        if self.shape is not None:
            return quantile_of(self.shape, min(max(u, 2.0**-53), 1 - 2.0**-53))
        return self.low + u * (self.high - self.low)

    def steps(self, n: int) -> tuple[float, ...]:
        """Return the listed values, or `n` values evenly from the low to the high end (a distribution's 5 % and 95 % points)."""
        if self.values:
            return self.values
        parts = [k / (n - 1) for k in range(n)] if n > 1 else [0.5]
        if self.shape is not None:
            return tuple(self.at(EDGE + part * (1 - 2 * EDGE)) for part in parts)
        found = [self.low + part * (self.high - self.low) for part in parts]
        return tuple(dict.fromkeys(round(value) * 1.0 for value in found) if self.whole else found)

    def count(self, n: int) -> int:
        """Return the length of `steps(n)` without making it."""
        if self.values:
            return len(self.values)
        return min(n, int(self.high - self.low) + 1) if self.whole else n

    @property
    def title(self) -> Text:
        """Return what the factor is called in words."""
        if self.kind == "lever":
            return LEVERS[self.target].title
        return PARAMETERS[self.target].name if self.kind == "parameter" else ASSUMPTIONS[self.target].title

    @property
    def unit(self) -> Text:
        """Return the unit of its values."""
        if self.kind == "lever":
            return LEVERS[self.target].unit
        return PARAMETERS[self.target].unit if self.kind == "parameter" else ASSUMPTIONS[self.target].unit

    def show(self, value: float) -> str:
        """Return a value as it is written in files; NaN is as in the base."""
        if math.isnan(value):
            return "-"
        return LEVERS[self.target].show(value) if self.kind == "lever" else short(value)

    def record(self) -> dict[str, object]:
        """Return what defines the factor, ready for JSON."""
        said: dict[str, object] = {"name": self.name, self.kind: self.target}
        if self.kind == "lever":
            said |= {"area": list(self.words), "from": str(self.start), "total": self.total}
        if self.values:
            return said | {"values": list(self.values)}
        said |= {"low": self.low, "high": self.high}
        if self.shape is not None:
            said |= {"distribution": self.shape.distribution, "central": self.shape.central, "shape": list(self.shape.shape)}
        return said


def dated_values(factor: Factor, value: float, base: Policy, study: str) -> list[DatedValue]:
    """Return what a lever factor lays on top of the base when it takes `value`.

    The value holds from the factor's first day to the end: it is repeated on every later day on which the base has another value, since a
    factor that the base overrules after a year would say little about the lever.
    """
    start = factor.start
    if start is None:
        raise ValueError(f"{factor.name} has no first day")
    first = DatedValue(factor.target, factor.areas, start, value, study, "scenario", origin=f"study {study}")
    days = {day for a in factor.areas for day, _ in base.timeline(factor.target, a) if day > start}
    dated = [replace(first, date=day) for day in sorted({start, *days})]
    if not factor.total:
        return dated
    pairs = list(zip(factor.areas, base.areas.shares(factor.areas), strict=True))
    return [replace(each, areas=(a,), value=value * share, total=value) for each in dated for a, share in pairs]


def with_factors(base: Scenario, factors: Sequence[Factor], values: Sequence[float], study: str) -> Scenario:
    """Return the base with every factor at its value; a NaN leaves it as it is in the base.

    Of factors of the same lever and area, the one with the later first day holds from that day on.
    """
    laid: list[DatedValue] = []
    parameters, assumptions = dict(base.parameters), dict(base.assumptions)
    given = [(factor, value) for factor, value in zip(factors, values, strict=True) if not math.isnan(value)]
    for factor, value in sorted(given, key=lambda pair: pair[0].start or dt.date.min):
        if factor.kind == "lever":
            laid += dated_values(factor, value, base.policy, study)
        elif factor.kind == "parameter":
            parameters[factor.target] = value
        else:
            assumptions[factor.target] = value
    policy = Policy(base.policy.areas, (*base.policy.values, *laid)) if laid else base.policy
    return replace(base, policy=policy, parameters=frozen(parameters), assumptions=frozen(assumptions))


Check = Callable[[object], Text | None]


def checker(kind: Kind, target: str) -> Check:
    """Return the function that says what is wrong with a value of a lever, parameter or assumption."""
    if kind == "lever":
        return LEVERS[target].check
    if kind == "assumption":
        return ASSUMPTIONS[target].check
    from urbsim.scenario.parameters import wrong_value

    return lambda value: wrong_value(PARAMETERS[target], value)
