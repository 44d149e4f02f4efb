"""Whether a scenario may go on from a saved state: same region, numbers and past; policies may part only after the state's date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from urbsim.clock import QUARTERS, first_day
from urbsim.errors import Problem
from urbsim.experiments.states import StateFile
from urbsim.policy.registry import LEVERS
from urbsim.scenario.model import frozen
from urbsim.text import Text

if TYPE_CHECKING:
    from urbsim.scenario import Scenario

MOST_NAMED = 12
_NUMBERS = (("seed", "种子", "--seed"), ("weight", "每个代理的户数", "--weight"))
_COUNTS = (("draws", "抽样", "--draws"), ("replicates", "重复", "--replicates"))


def problems_of(state: StateFile, scenario: Scenario, until: int) -> list[Problem]:
    """Return every reason why `scenario`, run to quarter `until`, cannot go on from a state; an empty list if it can."""
    head, where = state.head, state.path
    if scenario.region != head.region:
        return [
            _problem(
                f"{where} 是 {head.region} 的状态，情景 {scenario.name} 的地区是 {scenario.region}。",
                f"{where} is a state of {head.region}, the scenario {scenario.name} is about {scenario.region}.",
            )
        ]
    found = [*_data(state), *_numbers(state, scenario)]
    if until < head.quarter:
        found.append(
            _problem(f"状态是 {state.date} 的，情景却更早结束。", f"The state is that of {state.date}, but the scenario ends before.")
        )
    return found + (past_differs(state, scenario) if not found else [])


def _data(state: StateFile) -> Iterator[Problem]:
    from urbsim.parameters import ensemble_hash
    from urbsim.regions import load_region
    from urbsim.results.provenance import region_hash

    region = state.head.region
    if region_hash(load_region(region)) != state.head.region_hash:
        yield _problem(
            f"地区 {region} 的数据在状态文件 {state.path} 写成之后改过。",
            f"The data of {region} have changed since {state.path} was written.",
        )
    if ensemble_hash(region) != state.head.ensemble_hash:
        yield _problem(
            f"{region} 的参数在状态文件 {state.path} 写成之后改过。",
            f"The parameters of {region} have changed since {state.path} was written.",
        )


def _numbers(state: StateFile, scenario: Scenario) -> Iterator[Problem]:
    for name, zh, option in (*_NUMBERS, *_COUNTS):
        saved, asked = getattr(state.head, name), getattr(scenario.run, name)
        if asked == saved or ((name, zh, option) in _COUNTS and asked < saved):
            continue
        yield Problem(
            Text(
                zh=f"{zh}({name})：状态文件为 {saved}，这次运行为 {asked}。",
                en=f"{name}: the state file has {saved}, this run asks for {asked}.",
            ),
            hint=Text(zh=f"请加 {option} {saved}。", en=f"Add {option} {saved}."),
        )


def past_differs(state: StateFile, scenario: Scenario) -> list[Problem]:
    """Return the problem of a scenario that differs from the saved one up to the state's date, naming what differs and where."""
    names = parameters_that_differ(state.scenario, scenario)
    names += [*levers_that_differ(state.scenario, scenario, state.head.quarter)]
    names += assumptions_that_differ(state.scenario, scenario, state.head.quarter)
    if not names:
        return []
    shown = ", ".join(names[:MOST_NAMED]) + (f" … ({len(names)})" if len(names) > MOST_NAMED else "")
    return [
        Problem(
            Text(
                zh=f"情景 {scenario.name} 在状态日期 {state.date} 之前就与存下的情景 {state.scenario.name} 不同：{shown}。",
                en=f"The scenario {scenario.name} differs from the saved one, {state.scenario.name}, before the state's date {state.date}: "
                f"{shown}.",
            ),
            hint=Text(
                zh="从状态接着运行的情景只能在此日期之后不同；请存更早的状态，或从头运行。",
                en="What goes on from a state may differ only after its date; save an earlier state, or run from the start.",
            ),
        )
    ]


def levers_that_differ(saved: Scenario, other: Scenario, quarter: int) -> list[str]:
    """Return the levers whose values differ in some area up to `quarter`, each with the first area and day."""
    found = []
    codes = saved.policy.areas.codes
    for lever in LEVERS:
        differ = saved.policy.array(lever)[: quarter + 1] != other.policy.array(lever)[: quarter + 1]
        if differ.any():
            q, area = np.argwhere(differ)[0]
            found.append(f"{lever}[{codes[area]}]@{first_day(int(q))}")
    return found


def parameters_that_differ(saved: Scenario, other: Scenario) -> list[str]:
    """Return the parameters that one of two scenarios sets otherwise: they hold from the start."""
    return sorted(name for name in {*saved.parameters, *other.parameters} if saved.parameters.get(name) != other.parameters.get(name))


def assumptions_that_differ(saved: Scenario, other: Scenario, quarter: int) -> list[str]:
    """Return the assumptions whose difference reaches what the engine reads up to `quarter`: most act after 2022 only."""
    from urbsim.engine import inputs_of

    differ = [name for name in other.assumptions if other.assumptions[name] != saved.assumptions.get(name)]
    if not differ:
        return []
    before = inputs_of(saved, 0)
    found = []
    for name in differ:
        changed = replace(saved, assumptions=frozen({**saved.assumptions, name: other.assumptions[name]}))
        if not _same_until(before, inputs_of(changed, 0), quarter):
            found.append(name)
    return found


def _same_until(one: Any, other: Any, quarter: int) -> bool:
    """Tell whether two runs' inputs agree up to a quarter; what has no axis of quarters must agree altogether."""
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray):
            upto = slice(quarter + 1) if a.ndim and a.shape[0] == QUARTERS else slice(None)
            if not np.array_equal(a[upto], b[upto]):
                return False
        elif isinstance(a, float) and a != b:
            return False
    return True


def _problem(zh: str, en: str) -> Problem:
    return Problem(Text(zh=zh, en=en))
