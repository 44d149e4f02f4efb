"""Baselines B1 to B7 on cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from urbsim.validation import baselines as b
from urbsim.validation import cohort, pooled

YEARS = np.array([2015.0, 2020.0])


def series(slope: float = 0.0551, last: float = 0.6389) -> np.ndarray:
    return b.expit(b.logit(last) - slope * (2020.0 - YEARS))


def test_the_worked_check_of_the_review() -> None:
    """From 63.89 % with a slope of 0.0551: the drift gives 67.6 and 68.8 % after 3 and 4 years, the growth difference 67.2 and 68.2 %."""
    ahead = np.array([3.0, 4.0])
    np.testing.assert_allclose(100 * b.drift(YEARS, series(), ahead), [67.6, 68.8], atol=0.06)
    np.testing.assert_allclose(100 * b.growth_difference(YEARS, series(), ahead), [67.2, 68.2], atol=0.06)


def test_persistence_and_slope() -> None:
    assert b.persistence(YEARS, series(), np.array([1.0, 9.0])).tolist() == [0.6389, 0.6389]
    assert b.slope(YEARS, series()) == pytest.approx(0.0551)


def test_growth_difference_ends_at_the_norm() -> None:
    ahead = np.arange(21.0, 31.0)
    steps = np.diff(b.logit(b.growth_difference(YEARS, series(), ahead)))
    np.testing.assert_allclose(steps, 0.037623 - 0.02604 * 0.6389, rtol=1e-9)


def test_saturating_returns_the_logistic_it_was_given() -> None:
    years = np.arange(2010.0, 2021.0)
    shares = 0.8 * b.expit(0.2 + 0.06 * (years - 2010.0))
    np.testing.assert_allclose(b.saturating(years, shares, np.array([5.0]), 0.8), 0.8 * b.expit([0.2 + 0.06 * 15.0]), rtol=1e-9)


def test_damped_sums_a_geometric_series() -> None:
    ahead = np.array([1.0, 2.0, 3.0])
    expected = b.logit(0.6389) + 0.0551 * np.cumsum([0.9, 0.81, 0.729])
    np.testing.assert_allclose(b.logit(b.damped(YEARS, series(), ahead, 0.9)), expected)


@given(st.floats(0.7, 0.95), st.floats(0.02, 0.08))
def test_damping_lies_between_persistence_and_drift(phi: float, slope: float) -> None:
    ahead = np.array([4.0])
    low, mid, high = (m(YEARS, series(slope), ahead)[0] for m in (b.persistence, lambda y, s, h: b.damped(y, s, h, phi), b.drift))
    assert low < mid < high


def test_rolling_errors_of_a_straight_line_are_zero_for_the_drift_and_not_for_persistence() -> None:
    years = np.arange(2011.0, 2020.0)
    shares = b.expit(0.5 + 0.04 * (years - 2011.0))
    errors = b.rolling_errors(b.drift, years, shares, 3)
    assert [e.size for e in errors] == [6, 5, 4]
    assert max(float(np.abs(e).max()) for e in errors) < 1e-12
    np.testing.assert_allclose(b.rolling_errors(b.persistence, years, shares, 2)[1], -0.08)


def test_best_damping_is_found() -> None:
    years = np.arange(2011.0, 2020.0)
    x, step = [0.5], 0.05
    for _ in range(8):
        x.append(x[-1] + step)
        step *= 0.8
    assert b.best_damping(years, b.expit(x)) < 0.9


def test_covariance_of_mean_rates() -> None:
    """Without memory the mean of n rates has variance sigma²/n; with it, single years have that of the stationary process."""
    np.testing.assert_allclose(pooled.covariance(np.array([10.0, 1.0]), 0.0, 0.02), np.diag([0.02**2 / 10, 0.02**2]))
    yearly = pooled.covariance(np.ones(3), 0.6, 0.01)
    assert yearly[0, 0] == pytest.approx(0.01**2 / (1 - 0.36))
    assert yearly[0, 2] == pytest.approx(0.36 * yearly[0, 0])


def test_the_pool_recovers_its_mean_and_spread() -> None:
    rng = np.random.default_rng(3)
    mu, tau, rho, sigma = 0.045, 0.012, 0.4, 0.005
    areas = []
    for _ in range(40):
        own, r, rates = mu + tau * rng.standard_normal(), None, []
        for _ in range(8):
            noise = sigma * rng.standard_normal()
            r = own + noise / np.sqrt(1 - rho**2) if r is None else own + rho * (r - own) + noise
            rates.append(r)
        areas.append(pooled.History(np.array(rates), np.ones(8)))
    draws = pooled.sample(areas, np.random.default_rng(5), steps=3000, burn=1000)
    low, high = np.quantile(draws, [0.01, 0.99], axis=0)
    assert (low < [mu, tau, rho, sigma]).all()
    assert (high > [mu, tau, rho, sigma]).all()
    assert draws[:, 0].std() < 0.005


def test_a_forecast_without_spread_is_the_logistic() -> None:
    draws = np.array([[0.05, 1e-9, 0.2, 1e-9]])
    share = pooled.forecast(None, 0.6, 0.9, draws, np.array([3.0]), np.random.default_rng(0))[0, 0]
    x = np.log(0.6 / 0.3) + 3 * 0.05
    assert share == pytest.approx(0.9 / (1 + np.exp(-x)), abs=1e-6)


def test_projection_with_a_known_matrix() -> None:
    """Two regions, a tenth moves from the first to the second in a step: 100, 0 becomes 81, 19 after two."""
    path = cohort.project(np.array([[0.9, 0.0], [0.1, 1.0]]), np.array([100.0, 0.0]), 2)
    np.testing.assert_allclose(path[2], [81.0, 19.0])


def test_cohorts_of_a_still_population_stay() -> None:
    """Everybody survives to 75+, births replace: a flat age structure that is the same at both censuses stays what it is."""
    people = np.full((2, 18), 100.0)
    matrix = cohort.cohort_matrix(people, people)
    np.testing.assert_allclose(matrix @ people.ravel(), people.ravel())
    np.testing.assert_allclose(cohort.residents_ahead(people, people, np.array([2.0, 10.0])), people.sum())


def test_cohorts_repeat_the_decade_they_were_fitted_on() -> None:
    rng = np.random.default_rng(1)
    before, after = rng.uniform(50, 150, (2, 18)), rng.uniform(50, 150, (2, 18))
    np.testing.assert_allclose(cohort.cohort_matrix(before, after) @ before.ravel(), after.ravel())
    assert cohort.village_ahead(100.0, 81.0, np.array([5.0]))[0] == pytest.approx(81.0 * 0.9)
