from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from urbsim.errors import UserError
from urbsim.parameters import PARAMETERS, ensemble, ensemble_hash, member, members_of, prior_sample, quantile, sample
from urbsim.parameters.distributions import quantile_of, uniform

PLAIN = [s for s, p in PARAMETERS.items() if p.distribution in ("normal", "lognormal") and p.minimum is None and p.maximum is None]


@pytest.mark.parametrize("symbol", PLAIN)
def test_published_points_are_the_quantiles(symbol: str) -> None:
    parameter = PARAMETERS[symbol]
    assert quantile(symbol, 0.05) == pytest.approx(parameter.low, rel=1e-9, abs=1e-12)
    assert quantile(symbol, 0.5) == parameter.central
    assert quantile(symbol, 0.95) == pytest.approx(parameter.high, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("symbol", list(PARAMETERS))
def test_draws_respect_bounds_and_order(symbol: str) -> None:
    parameter = PARAMETERS[symbol]
    values = [quantile(symbol, u) for u in (1e-9, 0.01, 0.2, 0.5, 0.8, 0.99, 1 - 1e-9)]
    assert values == sorted(values)
    assert all(math.isfinite(value) for value in values)
    if parameter.minimum is not None:
        assert values[0] >= parameter.minimum
    if parameter.maximum is not None:
        assert values[-1] <= parameter.maximum


def test_truncation_is_conditioning() -> None:
    free = replace(PARAMETERS["tau_train"], minimum=None)
    cut = PARAMETERS["tau_train"]
    assert cut.minimum == 0
    below = 0.05  # low = 0 is the 5 % point of the free prior
    for u in (0.1, 0.5, 0.9):
        assert quantile_of(cut, u) == pytest.approx(quantile_of(free, below + u * (1 - below)), abs=1e-9)


def test_beta_agrees_with_its_shape() -> None:
    assert quantile("rho_land", 0.5) == pytest.approx(0.5)
    assert quantile("theta_F", 0.95) == pytest.approx(0.6, abs=0.005)
    assert quantile("p_child", 0.05) == pytest.approx(0.40, abs=0.01)


@pytest.mark.parametrize("u", [0.0, 1.0, -1.0])
def test_quantile_refuses_the_ends(u: float) -> None:
    with pytest.raises(ValueError, match="0 < u < 1"):
        quantile("a0", u)


def test_draw_zero_is_central() -> None:
    assert prior_sample(0) == {symbol: parameter.central for symbol, parameter in PARAMETERS.items()}


@given(st.integers(min_value=1, max_value=10_000), st.integers(min_value=0, max_value=5))
def test_a_draw_is_the_same_each_time(draw: int, seed: int) -> None:
    assert prior_sample(draw, seed) == prior_sample(draw, seed)


def test_draws_differ_by_draw_seed_and_symbol() -> None:
    numbers = {uniform(symbol, draw, seed) for symbol in ("a0", "beta_w") for draw in (1, 2) for seed in (0, 1)}
    assert len(numbers) == 8


def test_a_known_draw_does_not_move() -> None:
    # guards against a change of generator or key; the numbers are what the code gave when written
    assert uniform("a0", 1, 0) == pytest.approx(KNOWN["a0"], abs=1e-15)
    assert uniform("C_move", 5, 3) == pytest.approx(KNOWN["C_move"], abs=1e-15)


KNOWN = {"a0": 0.13281277409838838, "C_move": 0.6482132895527075}


def test_draws_follow_the_prior() -> None:
    # 4000 draws: the share below a quantile has standard error below .008; five of them leave one false alarm in a million
    draws = np.array([uniform("beta_w", k) for k in range(1, 4001)])
    for u in (0.05, 0.25, 0.5, 0.75, 0.95):
        assert abs((draws < u).mean() - u) < 5 * math.sqrt(u * (1 - u) / 4000)
    other = np.array([uniform("beta_d", k) for k in range(1, 4001)])
    assert abs(np.corrcoef(draws, other)[0, 1]) < 5 / math.sqrt(4000)


ENSEMBLE = """# made by a test
name,place,0,1
beta_w,,1.0,1.5
xi_town,hangzhou,0.3,0.4
xi_town,hangzhou_core,0.5,0.6
shock_2020,,-0.2,-0.1
"""


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    table = ensemble.parse_ensemble(ENSEMBLE)
    monkeypatch.setattr(ensemble, "_table", lambda region: table if region == "zhejiang" else None)


@pytest.mark.usefixtures("shipped")
def test_member_mixes_fit_and_prior() -> None:
    first, second = member("zhejiang", 0), member("zhejiang", 1)
    assert first.fitted
    assert first.parameters["beta_w"] == 1.0
    assert first.parameters["a0"] == PARAMETERS["a0"].central
    assert second.parameters["beta_w"] == 1.5
    assert second.parameters["a0"] == prior_sample(1)["a0"]
    assert sample("zhejiang", 1)["beta_w"] == 1.5
    assert members_of("zhejiang") == 2


@pytest.mark.usefixtures("shipped")
def test_constants_by_area_prefecture_region() -> None:
    region = SimpleNamespace(
        name="zhejiang",
        area_codes=["hangzhou_core", "hangzhou_tonglu", "ningbo_core"],
        prefecture_codes=["hangzhou", "ningbo"],
        prefecture_of=np.array([0, 0, 1]),
    )
    found = member(region, 0)
    assert found.array("xi_town", region).tolist() == [0.5, 0.3, 0.0]
    assert found.array("shock_2020", region).tolist() == [-0.2, -0.2, -0.2]
    assert found.array("nothing", region, default=2.0).tolist() == [2.0, 2.0, 2.0]


@pytest.mark.usefixtures("shipped")
def test_too_large_a_draw_says_how_many_there_are() -> None:
    with pytest.raises(UserError, match="has 2 members") as caught:
        member("zhejiang", 2)
    assert "2 组" in caught.value.problems[0].message.zh


def test_a_region_without_a_fit_draws_from_the_prior() -> None:
    found = member("atlantis", 3)
    assert not found.fitted
    assert dict(found.parameters) == prior_sample(3)
    assert members_of("atlantis") is None
    assert members_of("../parameters") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "first row"),
        ("name,value\n", "first row"),
        ("name,place,0\na0,,x\n", "1 numbers"),
        ("name,place,0,1\na0,,1\n", "2 numbers"),
        ("name,place,0\na0,,1\na0,,2\n", "twice"),
        ("name,place,1\na0,,1\n", "without a gap"),
    ],
)
def test_bad_ensembles_are_told(text: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        ensemble.parse_ensemble(text)


def test_hash_is_of_the_tables() -> None:
    assert len(ensemble_hash("atlantis")) == 64
    assert ensemble_hash("atlantis") == ensemble_hash("nowhere")
