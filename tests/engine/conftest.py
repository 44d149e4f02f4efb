"""Small runs and hand-made households for the tests of the engine."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from urbsim.clock import NO_DATE
from urbsim.engine import Engine, Inputs, build_inputs, people_of, rng
from urbsim.engine.rules import FIELDS, rules_of
from urbsim.engine.state import HOUSEHOLD, Rows, make_params, params_record
from urbsim.engine.tables import Constants
from urbsim.parameters import PARAMETERS, Member
from urbsim.parameters.ensemble import parse_ensemble
from urbsim.policy import LEVERS
from urbsim.population.registry import OUTSIDE
from urbsim.regions import load_region
from urbsim.scenario import Scenario, load

REGION, COARSE = "zhejiang", 8000
DATES = (
    "spouse_birth", "child1_birth", "child2_birth", "elder1_birth", "elder2_birth", "queue_since", "homes_since", "insured_since",
    "permit_since",
)  # fmt: skip


@cache
def member_of_tests() -> Member:
    """Return the member of `member.csv`: parameters and constants of places that no new fit changes."""
    rows = parse_ensemble((Path(__file__).with_name("member.csv")).read_text(encoding="utf-8"))[0]
    parameters = {symbol: rows.get((symbol, ""), one.central) for symbol, one in PARAMETERS.items()}
    constants: dict[str, dict[str, float]] = {}
    for (name, place), value in rows.items():
        if place:
            constants.setdefault(name, {})[place] = value
    return Member(REGION, 0, fitted=True, parameters=parameters, constants=constants)


def rows_of(size: int, **columns: Any) -> Rows:
    """Return households without family, insurance or queue, born in 1980, each with an identity of its own; columns as given."""
    rows = np.zeros(size, dtype=HOUSEHOLD)
    for name in DATES:
        rows[name] = NO_DATE
    rows["id"] = np.arange(1, size + 1)
    rows["head_birth"] = -120
    for name, value in columns.items():
        rows[name] = value
    return rows


def neutral_rules(areas: int) -> Rows:
    """Return the levers that households meet at their defaults."""
    return rules_of({name: np.full((1, areas), LEVERS[name].default_value) for name in FIELDS.values()}, 0)


def luck_of(rows: Rows, q: int, key: Any = 5, part: int = 0) -> Any:
    """Return the shared bytes of the rows' luck in quarter `q`."""
    words = np.empty((2, rows.size), np.uint64)
    rng.bytes_of(rows, 0, rows.size, q, np.uint64(key), part, np.empty(rows.size, np.uint64), words)
    return rng.as_bytes(words)


def scratch(n: int) -> Any:
    """Return what `rng.draw_some` needs for `n` rows."""
    return np.empty(n, np.uint64), np.empty((2, n), np.uint64)


def record_of(**changed: float) -> Any:
    """Return the parameters of the tests as kernels take them, some of them changed."""
    return params_record(make_params(parameters_with(**changed)))


def parameters_with(**changed: float) -> dict[str, float]:
    """Return the parameters of the tests, some of them changed."""
    parameters = dict(member_of_tests().parameters)
    assert set(changed) <= set(parameters)
    return {**parameters, **changed}


def inputs_of(scenario: Scenario, **changed: float) -> Inputs:
    """Return inputs under a scenario, some parameters changed."""
    region, fixed = load_region(REGION), member_of_tests()
    constants = Constants(*(fixed.array(name, region) for name in ("xi", "xi_block", "reclassification")))
    return build_inputs(region, scenario, make_params(parameters_with(**changed)), constants)


def engine_of(scenario: Scenario, weight: int = COARSE, threads: int = 1, seed: int = 0) -> Engine:
    """Return an engine over coarse households at the census of 2010."""
    people, templates = people_of(REGION, weight, 0)
    return Engine(inputs_of(scenario), people, templates, weight=weight, seed=seed, threads=threads)


def same_frames(one: Engine, other: Engine) -> list[str]:
    """Return the names of the figures in which two engines differ."""
    return [name for name, value in one.frame.items() if not np.array_equal(value, other.frame[name])]


def persons_of(rows: Rows) -> int:
    """Return the members of all households that exist."""
    alive = rows["place"] != 254
    members = alive.astype(np.int64) + (alive & (rows["spouse"] > 0))
    for name in ("child1_birth", "child2_birth", "elder1_birth", "elder2_birth"):
        members += alive & (rows[name] != NO_DATE)
    return int(members.sum())


@pytest.fixture(scope="session")
def default() -> Scenario:
    return load("zhejiang_2027")


@pytest.fixture(scope="session")
def key() -> np.uint64:
    return np.uint64(0x1234_5678_9ABC_DEF0)


__all__ = ["OUTSIDE", "engine_of", "inputs_of", "luck_of", "persons_of", "record_of", "rows_of", "same_frames"]
