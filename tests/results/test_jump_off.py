"""The rate carried over to the census of 2020 starts at the count and moves as the model does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from urbsim.regions import load_region
from urbsim.results.jump_off import from_census
from urbsim.results.levels import Calendar, Levels

LEVELS = Levels(load_region("xuchang"))
CALENDAR = Calendar(0, 69)


def rates() -> np.ndarray:
    return 100.0 * np.random.default_rng(7).uniform(0.2, 0.9, (CALENDAR.quarters, LEVELS.size))


def logit(percent: np.ndarray) -> np.ndarray:
    return np.log(percent / (100.0 - percent))


def test_it_starts_at_the_count_and_moves_as_the_model_does() -> None:
    rate = rates()
    carried = from_census(rate, LEVELS, CALENDAR)
    region = LEVELS.region
    counted = 100.0 * region.town_2020 / region.residents_2020
    assert np.isnan(carried[:40]).all()
    np.testing.assert_allclose(carried[40, : LEVELS.areas], counted, rtol=1e-12)
    assert carried[40, -1] == pytest.approx(100.0 * region.town_2020.sum() / region.residents_2020.sum())
    np.testing.assert_allclose(logit(carried[68]) - logit(carried[40]), logit(rate[68]) - logit(rate[40]), rtol=1e-9)


def test_a_model_that_meets_the_census_is_left_as_it_is() -> None:
    rate = rates()
    region = LEVELS.region
    rate[40, : LEVELS.areas] = 100.0 * region.town_2020 / region.residents_2020
    carried = from_census(rate, LEVELS, CALENDAR)
    np.testing.assert_allclose(carried[40:, : LEVELS.areas], rate[40:, : LEVELS.areas], rtol=1e-9)


def test_nothing_is_said_where_the_count_or_the_year_is_missing() -> None:
    rate = rates()
    assert np.isnan(from_census(rate[41:], LEVELS, Calendar(41, 28))).all()
    nobody = replace(LEVELS.region, town_2020=np.zeros_like(LEVELS.region.town_2020))
    assert np.isnan(from_census(rate, Levels(nobody), CALENDAR)).all()
    rate[60, 2] = 100.0
    assert np.isnan(from_census(rate, LEVELS, CALENDAR)[60, 2])
