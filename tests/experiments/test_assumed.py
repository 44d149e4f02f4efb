"""What a comparison owes to assumption-only parameters, and how many runs a precision takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from tests.experiments import fake_engine
from urbsim.experiments import runner
from urbsim.experiments.assumed import VARIANTS, assumption_only, at_variant, borrowed, quick_pairs, run_assumed, share_of_variance
from urbsim.experiments.compare import make_plans, run_plans, unique_names
from urbsim.experiments.differences import differences, runs_needed
from urbsim.parameters import PARAMETERS, member
from urbsim.report.assumed import assumed_effects, assumed_table, shares
from urbsim.scenario import load


@pytest.mark.parametrize(("a", "b", "wanted"), [(1.0, 1.0, 0.5), (3.0, 1.0, 0.9), (0.0, 2.0, 0.0), (2.0, 0.0, 1.0)])
def test_the_share_of_a_sum_is_that_of_its_variances(a: float, b: float, wanted: float) -> None:
    rng = np.random.default_rng(4)
    assumed, rest = rng.normal(size=4000), rng.normal(size=4000)
    own = a * assumed + b * rest
    assert share_of_variance(own, a * np.roll(assumed, -1) + b * rest) == pytest.approx(wanted, abs=0.03)


def test_nothing_is_said_of_one_run_or_of_no_variance() -> None:
    assert np.isnan(share_of_variance(np.ones(1), np.ones(1)))
    assert np.isnan(share_of_variance(np.zeros(5), np.zeros(5)))
    assert np.isnan(share_of_variance(np.array([1.0, np.nan]), np.ones(2)))


def test_runs_needed_is_what_narrows_the_interval_of_the_mean() -> None:
    rng = np.random.default_rng(1)
    rows = rng.normal(2.0, 1.0, size=200_000)
    needed = runs_needed(rows, 0.1)
    assert needed == pytest.approx((1.96 / 0.2) ** 2, rel=0.03)
    means = rows[: int(needed) * 1000].reshape(1000, int(needed)).mean(axis=1)
    assert np.mean(abs(means - 2.0) < 0.2) == pytest.approx(0.95, abs=0.02)
    assert runs_needed(np.full(4, 3.0)) == 1
    assert runs_needed(np.array([1.0, -1.0])) == np.inf
    assert np.isnan(runs_needed(np.array([1.0])))
    assert np.isnan(runs_needed(np.array([1.0, np.nan])))


def test_only_parameters_without_evidence_are_moved() -> None:
    scenario = load("zhejiang_2027")
    assert all(PARAMETERS[symbol].assumption for symbol in assumption_only())
    for variant in VARIANTS:
        changed = at_variant(scenario, variant)
        assert set(changed.parameters) == set(assumption_only())
        assert changed.run.draws == 1
    low, high = at_variant(scenario, "low").parameters, at_variant(scenario, "high").parameters
    assert all(low[symbol] < high[symbol] for symbol in assumption_only())


def test_a_draw_borrows_them_from_the_next_in_the_ring() -> None:
    scenario = load("zhejiang_2027")
    for draw, source in ((0, 1), (2, 0)):
        wanted = member("zhejiang", source).parameters
        assert borrowed(scenario, draw, 3).parameters == {symbol: wanted[symbol] for symbol in assumption_only()}


def test_a_few_draws_of_many_know_the_share_roughly() -> None:
    rng = np.random.default_rng(8)
    found = []
    for _ in range(200):
        assumed, rest = rng.normal(size=20), rng.normal(size=20)
        own, swapped = 3 * assumed + rest, 3 * np.roll(assumed, -1) + rest
        found.append(share_of_variance(own, swapped[: quick_pairs(20)]))
    assert quick_pairs(20) == 5
    assert np.mean(np.array(found) > 0.5) > 0.7  # true: 0.9
    assert [quick_pairs(draws) for draws in (1, 7, 8, 40)] == [0, 0, 2, 10]


def simulate(scenario: Any, **numbers: Any) -> dict[str, np.ndarray]:
    """Return a synthetic run in which an assumption multiplies what a quota does."""
    value = scenario.parameters.get("onward", member("zhejiang", numbers["draw"]).parameters["onward"])
    frames = fake_engine.simulate(scenario, **numbers)
    settled = round(value * 1e6) if (scenario.policy.array("settlement.quota")[4] > 0).any() else 0
    frames["migrants"][1:, :, 3, 0] += settled
    return frames


def test_an_effect_that_an_assumption_alone_decides_is_called_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_engine", lambda: simulate)
    base = load("zhejiang_2027")
    other = base.with_set(["settlement.quota[hangzhou_core]@2011-01=500"])
    plans = make_plans(base, [other], draws=4, weight=1000, until="2012", jobs=1)
    names = unique_names(plans)
    results = [result for result, _ in run_plans(plans)]
    changes = differences(results[0], {names[1]: results[1]}, names[0])
    heard: list[tuple[int, int]] = []
    effects = assumed_effects(changes, run_assumed(plans, names, lambda done, total: heard.append((done, total))))
    [settled] = [one for one in effects if one.effect == "settled"]
    quick = run_assumed(plans, names, pairs=2).swapped
    assert quick is not None
    assert quick.sizes["draw"] == 2
    swapped = run_assumed(plans, names).swapped
    assert swapped is not None
    xr.testing.assert_equal(quick, swapped.isel(draw=slice(2)))
    areas = len(base.policy.areas)
    at = [round(float(getattr(PARAMETERS["onward"], variant)) * 1e6) * areas for variant in VARIANTS]
    assert [settled.low, settled.central, settled.high] == at
    assert shares(effects)[names[1]]["settled"] > 0.5
    assert heard[-1][0] == heard[-1][1]
    assert list(assumed_table(effects).columns) == ["scenario", "effect", "low", "central", "high", "share_of_variance"]
