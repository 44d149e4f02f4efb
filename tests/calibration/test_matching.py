"""History matching on models whose answer is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from urbsim.calibration import matching, posterior
from urbsim.calibration.design import MOST, hypercube, parameters_of, sample_prior, scores, searched, symbols
from urbsim.calibration.targets import Target
from urbsim.parameters import PARAMETERS, prior_sample


def target(name: str, value: float, error: float) -> Target:
    return Target(name, 2020, 2020, value, error, 0.0, "value", "value", "", "", "", "", "", "", "")


def toy(points: np.ndarray, outcomes: dict[str, np.ndarray], first: int = 0) -> list[dict[str, Any]]:
    """Return finished candidates whose outcomes are given."""
    return [
        {"candidate": first + i, "quantiles": tuple(u), "worst": 0.5, "loss": 0.1, "parameters": parameters_of(first + i, tuple(u)),
         "outcomes": {f"{name} 2020": float(values[i]) for name, values in outcomes.items()}}
        for i, u in enumerate(points)
    ]  # fmt: skip


def test_at_most_fifteen_parameters_are_searched_each_with_a_reason() -> None:
    assert 0 < len(searched()) <= MOST
    assert all(one.symbol in PARAMETERS and len(one.reason) > 20 for one in searched())


def test_the_hypercube_has_a_point_in_every_slice_and_leaves_the_rest_at_the_prior() -> None:
    cube = hypercube(20, seed=3)
    assert (np.sort(np.floor(cube * 20), axis=0) == np.arange(20)[:, None]).all()
    values, plain = parameters_of(7, tuple(cube[0])), prior_sample(7)
    assert {symbol for symbol in values if values[symbol] != plain[symbol]} == set(symbols())


def test_the_posterior_of_a_linear_model_is_found() -> None:
    """y = z with error 0.5 and a prior of variance 1: asked 1, the mean is 0.8 and the standard deviation 0.447."""
    cube = hypercube(60, seed=0)
    z = scores(cube)
    targets = [target("return_rate", 1.0, 0.5)]
    wave1 = toy(cube, {"return_rate": z[:, 0]})
    emulators = matching.emulate(wave1, targets, seed=0)
    assert emulators[0] is not None
    assert emulators[0].explained > 0.99
    space = matching.match(emulators, targets, seed=0, points=20_000)
    points, logs = matching.propose(space, 400, seed=0)
    wave2 = toy(points, {"return_rate": scores(points)[:, 0]}, first=10_000)
    weights, _ = matching.weigh(wave2, logs, targets, space, np.zeros(1))
    mean, sd = posterior.moments(scores(points), weights)
    assert mean[0] == pytest.approx(0.8, abs=0.1)
    assert sd[0] == pytest.approx(0.447, abs=0.06)
    assert np.abs(mean[1:]).max() < 0.25
    assert matching.effective(weights) > 300  # a good emulator proposes what the model then gives
    rows = posterior.recovery(wave1, targets, emulators, seed=0)
    assert [row["verdict"] == "comes back" for row in rows] == [True, *[False] * (len(symbols()) - 1)]
    assert posterior.teachers(space, targets)[0]["targets"][0]["widening"] == pytest.approx(1.0 / 0.447, abs=0.3)
    second = posterior.abc_regression(wave1, targets)
    assert second[0]["mean"] == pytest.approx(1.0, abs=0.35)  # regression adjustment meets the target itself


def test_what_no_point_meets_cuts_nothing_and_is_told() -> None:
    cube = hypercube(40, seed=0)
    z = scores(cube)
    targets = [target("return_rate", 0.5, 0.3), target("age_share_0_14", 50.0, 0.3)]
    wave1 = toy(cube, {"return_rate": z[:, 0], "age_share_0_14": z[:, 1]})
    space = matching.match(matching.emulate(wave1, targets, seed=0), targets, seed=0, points=4000)
    assert space.open_targets == (0,)
    assert 0.02 < space.kept.mean() < 0.9
    assert np.isfinite(space.log_likelihood()).sum() == space.kept.sum()


def test_a_target_that_only_an_emulator_reaches_is_closed_and_one_that_a_run_reached_stays_open() -> None:
    """Runs of y = z reach 2.2 in each direction; the emulator goes on in a straight line to 3.5, where no run has been."""
    cube = 0.015 + 0.97 * hypercube(40, seed=0)
    z = scores(cube)
    beyond, reached = target("return_rate", 3.5, 0.3), target("age_share_0_14", 1.0, 0.3)
    ceiling = replace(target("age_share_15_59", 9.0, 0.3), kind="at_most")  # all lie below it
    targets = [beyond, reached, ceiling]
    wave1 = toy(cube, {t.name: z[:, k] for k, t in enumerate(targets)})
    emulators = matching.emulate(wave1, targets, seed=0)
    trusting = matching.match(emulators, targets, seed=0, points=20_000)
    assert 0 in trusting.open_targets  # the emulator thinks so
    closed = matching.out_of_reach(wave1, targets)
    assert closed == (0,)
    space = matching.match(emulators, targets, seed=0, points=20_000, closed=closed)
    assert space.open_targets == (1, 2)
    drawn, _ = matching.propose(space, 200, seed=0)
    carried, _ = matching.propose(trusting, 200, seed=0)
    assert abs(scores(drawn)[:, 0].mean()) < 0.3  # nobody is carried off to where nothing is known
    assert scores(carried)[:, 0].mean() > 2.4
    near_enough = toy(cube[:1], {t.name: np.array([3.4 if t is beyond else 0.0]) for t in targets}, first=40)
    assert matching.out_of_reach([*wave1, *near_enough], targets) == ()
    near_enough[0]["worst"] = matching.GOOD + 0.1  # it misses the census: no witness either
    assert matching.out_of_reach([*wave1, *near_enough], targets) == closed


def test_weights_undo_the_proposal_and_leave_out_who_misses_the_census() -> None:
    points = sample_prior(3, seed=1)
    wave = toy(points, {"return_rate": np.zeros(3)})
    wave[2]["worst"] = 1.2
    space = matching.Space(points, np.zeros((3, 1)), (0,), np.ones(3, dtype=bool))
    weights, _ = matching.weigh(wave, np.log(np.array([0.25, 0.75, 1.0])), [target("return_rate", 0.0, 1.0)], space, np.zeros(1))
    np.testing.assert_allclose(weights, [0.75, 0.25, 0.0])


def test_nobody_is_taken_twice() -> None:
    weights = np.array([0.6, 0.1, 0.1, 0.1, 0.05, 0.05, 0.0])
    np.testing.assert_allclose(matching.inclusion(weights[:6], 4), [1.0, 0.75, 0.75, 0.75, 0.375, 0.375])
    taken = np.zeros(7)
    for seed in range(400):
        chosen, lost = matching.resample(weights, 4, seed)
        assert len(set(chosen)) == 4
        taken[chosen] += 1
    assert lost == pytest.approx(0.35)
    assert taken[0] == 400
    assert taken[6] == 0
    assert abs(taken[1] / 400 - 0.75) < 0.1
    assert matching.resample(weights, 10, 0)[0] == [0, 1, 2, 3, 4, 5]
