"""The start of a run: what feedback is measured from, and one round of the town-born a quarter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.engine.conftest import engine_of, inputs_of
from urbsim.clock import year_of
from urbsim.engine import entries, money, town_born
from urbsim.engine.state import NATURAL_TOWN, RECLASSIFICATION
from urbsim.population.registry import OUTSIDE, PLACE_AT_HOME, PLACE_BOUGHT, PLACE_FEE_PAYING, PLACE_PUBLIC
from urbsim.scenario import Scenario


def test_nothing_answers_at_the_start(default: Scenario) -> None:
    """Newcomers under way at the census are in the level of movers from which wages answer, and in the first frame."""
    engine = engine_of(default, weight=2000)
    rows = engine.households[: engine.n]
    under_way = (rows["resident_area"] == OUTSIDE) & (rows["place"] < engine.areas)
    assert under_way.sum() > 50
    living = engine.movers_living()
    people = rows["place"][under_way]
    assert (living[np.unique(people)] > 0).all()
    reference = engine.inputs.movers_reference[0] * engine.movers_scale
    np.testing.assert_allclose(reference, np.maximum(living * engine.weight, 1.0))
    np.testing.assert_array_equal(engine.entry_base, entries.attraction(engine, engine.current_utilities()))
    of_age = (rows["head_birth"] <= -64) & (rows["head_birth"] >= -259)
    workers = of_age & (rows["job"] > 0) & (rows["mover"] > 0) & (rows["place"] < engine.areas)
    assert engine.frame["workers"].sum() == workers.sum() * engine.weight


def test_the_grant_for_pupils_counts_public_and_bought_places(default: Scenario) -> None:
    engine = engine_of(default.with_set(["finance.grant_per_migrant_pupil@2010-10=1000"]))
    pupils = engine.counts.area["pupils"]
    pupils[:] = 0
    for kind, number in ((PLACE_PUBLIC, 5), (PLACE_BOUGHT, 2), (PLACE_FEE_PAYING, 40), (PLACE_AT_HOME, 300)):
        pupils[0, 0, 1, kind] = number
    pupils[0, 1, 0, PLACE_PUBLIC] = 1000  # local children
    money.budget(engine)
    assert engine.grant[0] == 7 * engine.weight * 1000.0


def test_a_reclassified_person_passes_the_quarter_once(key: np.uint64) -> None:
    table = np.zeros((1, 2, 2, town_born.BIRTH_YEARS), dtype=np.int64)
    table[0, 0, 0, 60] = 1000  # villagers of 40
    dying, fertile = np.zeros((2, 2, 101)), np.zeros((2, 35))
    dying[1] = 1.0  # nobody in town survives the quarter
    residents, town = np.zeros((1, 9), np.int64), np.zeros((1, 9), np.int64)
    counts = np.zeros((1, 2), np.int64), np.zeros((1, 2), np.int64)
    town_born.live(table, 1, 2010, key, dying, fertile, np.ones(1), residents, town, *counts)
    assert table.sum() == table[0, 1].sum() == 1000
    assert town[0, RECLASSIFICATION] == 1000
    assert residents[0, NATURAL_TOWN] == 0


def test_the_pandemic_is_drawn_on_entries_and_a_scenario_replaces_it(default: Scenario) -> None:
    quarters = [q for q in range(69) if year_of(q) == 2020]
    plain = inputs_of(default)
    assert plain.params.covid_2020 > 0.2
    np.testing.assert_allclose(plain.entering[quarters], 1.0 - plain.params.covid_2020)
    assert np.delete(plain.entering, quarters).tolist() == [1.0] * 65
    assert plain.mobility.tolist() == [1.0] * 69
    given = inputs_of(replace(default, assumptions={**default.assumptions, "covid_shock_2020": 0.1, "covid_shock_2022": 0.3}))
    for factor in (given.entering, given.mobility):
        np.testing.assert_allclose(factor[quarters], 0.9)
        np.testing.assert_allclose([factor[q] for q in range(69) if year_of(q) == 2022], 0.7)
        assert (factor == 1.0).sum() == 61


def test_births_of_a_year_are_those_of_the_data(default: Scenario) -> None:
    engine = engine_of(default, weight=500)
    born = 0
    while engine.q < 4:
        engine.step()
        born += int(engine.frame["births"].sum())
    assert 0.95 < born / engine.inputs.region.births_by_year[2011] < 1.05
