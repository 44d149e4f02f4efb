"""Every lever of work, insurance, health, the poor, towns and villages moves what it is said to move, and in the direction said."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from tests.engine.conftest import engine_of, record_of, rows_of
from urbsim.engine import Engine
from urbsim.engine.stages.choice import stay_terms
from urbsim.engine.state import EVENT_JOB
from urbsim.policy import LEVERS
from urbsim.population import registry as code
from urbsim.scenario import load

QUARTERS = 6
Measure = Callable[[Engine, dict[str, float]], float]


@cache
def run(*changes: str, poor: bool = False) -> tuple[Engine, dict[str, float]]:
    """Return an engine after some quarters from 2010, and what its frames add up to; every household has its luck in every run.

    `poor` registers every household as poor: Zhejiang has no registered poor.
    """
    scenario = load("zhejiang_2027")
    engine = engine_of(scenario.with_set(list(changes)) if changes else scenario, weight=4000)
    if poor:
        engine.households["poor"][: engine.n] = 1
        engine.templates["poor"] = 1
    totals: dict[str, float] = {}

    def add(e: Engine) -> None:
        for name, values in e.frame.items():
            totals[name] = totals.get(name, 0.0) + float(values.sum())

    engine.run(QUARTERS, add)
    return engine, totals


def flow(name: str) -> Measure:
    """Measure what a frame adds up to over the quarters."""
    return lambda _, totals: totals[name]


def heads(pick: Callable[[np.ndarray], np.ndarray]) -> Measure:
    """Count households at the end."""
    return lambda engine, _: float(pick(engine.households[: engine.n]).sum())


def jobless(h: np.ndarray) -> np.ndarray:
    return (h["job"] == code.JOB_NONE) & (h["mover"] > 0) & (h["place"] < code.GONE) & (h["head_birth"] > -250)


def at_home(h: np.ndarray) -> np.ndarray:
    return (h["mover"] == code.MOVER_IN_PLACE) & (h["place"] < code.GONE)


def town_people(core: bool) -> Measure:
    def measure(engine: Engine, _: dict[str, float]) -> float:
        areas = np.asarray(engine.inputs.region.is_core).astype(bool)
        return float(engine.counts.stock[:, : engine.areas].sum(axis=0)[areas == core].sum())

    return measure


EFFECTS: list[tuple[str, tuple[str, ...], Measure, int]] = [
    ("work.employment_services", ("3",), heads(jobless), -1),
    ("work.employment_services_poor", ("20",), heads(jobless), -1),
    ("work.trainee_placement", ("20", "work.training_slots=9000000"), heads(lambda h: jobless(h) & (h["trained"] == 1)), -1),
    ("work.job_reserve", ("20000",), flow("placed"), 1),
    ("work.placements", ("300000",), flow("placed"), 1),
    ("work.near_home_pay", ("1.3",), lambda e, _: float(np.trace(e.counts.stock[:, : e.areas])), 1),
    ("work.self_employment_income", ("2",), flow("wage_sum"), 1),
    ("work.union_drive", ("2",), flow("union"), 1),
    ("work.legal_capacity", ("1000",), flow("legal"), -1),
    ("insurance.pension_employees", ("2",), flow("insured"), 1),
    ("insurance.pension_flexible", ("5",), flow("insured"), 1),
    ("insurance.injury_employees", ("2",), flow("injury"), 1),
    ("insurance.injury_platform", ("5",), flow("injury"), 1),
    ("insurance.unemployment_benefit", ("1",), lambda e, _: float((e.event[: e.n] & EVENT_JOB > 0).sum()), -1),
    ("insurance.medical_employees", ("2",), flow("medical"), 1),
    ("insurance.medical_open", ("1",), flow("medical"), 1),
    ("insurance.medical_transfer", ("1",), flow("medical"), 1),
    ("assistance.income_floor", ("3000", "assistance.scope=3"), flow("assistance"), 1),
    ("assistance.scope", ("3", "assistance.income_floor=3000"), flow("assistance"), 1),
    ("health.hospital_opening", ("4", "health.direct_settlement=closed"), flow("bills"), 1),
    ("health.filing_ease", ("4", "health.direct_settlement=closed"), flow("bills"), 1),
    ("health.care_aid_poor", ("1",), heads(lambda h: h["child1"] & code.CHILD_AT_HOME > 0), -1),
    ("school.aid_poor", ("1",), heads(lambda h: h["child1"] & code.CHILD_AT_HOME > 0), -1),
    ("places.reclassification", ("3",), heads(lambda h: h["register_in_town"] == 1), 1),
    ("places.appeal[counties]", ("1.5",), town_people(core=True), -1),
    ("village.appeal", ("1.5",), heads(at_home), 1),
    ("land.exit_compensation", ("100", "land.exit_take_up=0.5", "land.exit_scope=2"), flow("land_exits"), 1),
    ("land.exit_scope", ("2", "land.exit_compensation=100", "land.exit_take_up=0.5"), flow("land_exits"), 1),
    ("land.exit_take_up", ("0.5", "land.exit_compensation=20", "land.exit_scope=2"), flow("land_exits"), 1),
]


@pytest.mark.parametrize(("name", "change", "measure", "sign"), EFFECTS, ids=[name for name, *_ in EFFECTS])
def test_a_lever_moves_what_it_should(name: str, change: tuple[str, ...], measure: Measure, sign: int) -> None:
    lever = name.partition("[")[0]
    with_it = dated(f"{name}={change[0]}", *change[1:])
    poor = "poor" in name
    before, after = measure(*run(*dated(*change[1:]), poor=poor)), measure(*run(*with_it, poor=poor))
    assert sign * (after - before) > 0, f"{lever}: {before} -> {after}"


def dated(*settings: str) -> tuple[str, ...]:
    return tuple(f"{setting.partition('=')[0]}@2010-12={setting.partition('=')[2]}" for setting in settings)


def test_elder_care_in_villages_eases_a_division_by_elders_alone() -> None:
    """Whose elders alone stayed at home is less drawn away from where it lives; a child left there weighs as before."""
    p, no_help = record_of(), np.zeros(2)
    rows = rows_of(2, origin=1, register=1, mover=2, elder1_birth=-250, elders=code.ELDERS_AT_HOME)
    rows["child1_birth"][1], rows["child1"][1] = -20, code.CHILD_AT_HOME
    without, cared = ([float(stay_terms(r, 8, p, 1.0, no_help, 0.0, care)) for r in rows] for care in (0.0, 0.5))
    assert cared[0] == pytest.approx(without[0] + 0.5 * p["beta_split"])
    assert cared[1] == without[1]


def test_an_income_floor_keeps_people_where_they_are() -> None:
    floor = run(*dated("assistance.income_floor=6000", "assistance.scope=3"))
    assert flow("departures")(*floor) < flow("departures")(*run())


def test_the_reserve_is_a_limit() -> None:
    """Nobody is placed beyond the year's number, and none without either lever."""
    areas = run()[0].areas
    assert flow("placed")(*run()) == 0
    assert 0 < flow("placed")(*run(*dated("work.placements=300000"))) < 1.2 * 300000 / 4 * QUARTERS * areas


def test_levers_at_their_default_change_nothing() -> None:
    """The levers of this file are neutral: setting each to its default leaves every number alone."""
    names = {name.partition("[")[0] for name, *_ in EFFECTS} | {"village.elder_care"}
    neutral = [f"{name}@2010-12={LEVERS[name].show(LEVERS[name].default_value)}" for name in sorted(names)]
    assert run(*neutral)[1] == run()[1]
