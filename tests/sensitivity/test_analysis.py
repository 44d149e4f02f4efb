"""The analysis of a study: a function with known indices comes out right through the same code that takes a sweep's results."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from urbsim.errors import UserError
from urbsim.experiments.design import points
from urbsim.experiments.factors import Factor
from urbsim.experiments.study import Study
from urbsim.report.sensitivity_page import body, chosen
from urbsim.scenario import load
from urbsim.sensitivity.analysis import Analysis, analyse
from urbsim.sensitivity.emulator import fit_emulator
from urbsim.sensitivity.indices import sobol_indices
from urbsim.sensitivity.tables import tables
from urbsim.text import Text

A, B = 7.0, 0.1
PI = math.pi
NAMES = ("wage_growth", "rent_growth", "house_price_growth")
#: Ishigami and Homma 1990: shares of variance by arithmetic, in the order of the three factors.
_V = A**2 / 8 + B * PI**4 / 5 + B**2 * PI**8 / 18 + 0.5
FIRST = np.array([0.5 * (1 + B * PI**4 / 5) ** 2, A**2 / 8, 0.0]) / _V
TOTAL = FIRST + np.array([1.0, 0.0, 1.0]) * (8 * B**2 * PI**8 / 225) / _V


def ishigami(x: Any) -> Any:
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def study(kind: str, n: int | None, repeats: int = 1, ends: tuple[float, float] = (-PI, PI)) -> Study:
    factors = tuple(Factor(name, "assumption", name, low=ends[0], high=ends[1]) for name in NAMES)
    base = load("zhejiang_2027").with_run(draws=1, replicates=repeats)
    title = Text("检验", "a test")
    return Study("test", title, title, base, factors, kind, n, 5, (), ("urbanization_rate", "settled"), {})


def results(of: Study, function: Callable[[Any], Any], noise: float = 0.0) -> xr.Dataset:
    """Return what a sweep of the study would leave if the model were `function`."""
    at, repeats = points(of), of.base.run.replicates
    values = np.repeat(function(np.nan_to_num(at)), repeats) + noise * np.random.default_rng(2).normal(size=repeats * len(at))
    time = np.array(["2026-12-31", "2027-06-30", "2027-12-31"], dtype="datetime64[ns]")
    rate = values[:, None, None] * np.array([0.0, 0.5, 1.0])[None, :, None] * np.array([1.0, 2.0])
    settled = np.broadcast_to(np.round(values * 100)[:, None, None, None], (values.size, 3, 2, 3))
    return xr.Dataset(
        {"urbanization_rate": (("run", "time", "area"), rate), "settled": (("run", "time", "area", "origin"), settled.astype(np.int32))},
        coords={
            "time": time, "area": ["a", "z"], "level": ("area", ["area", "region"]),
            "point": ("run", np.repeat(np.arange(len(at)), repeats)),
            "draw": ("run", np.zeros(values.size, int)), "replicate": ("run", np.tile(np.arange(repeats), len(at))),
        },
    )  # fmt: skip


@pytest.fixture(scope="module")
def from_model() -> Analysis:
    of = study("sobol", 1024)
    return analyse(of, results(of, ishigami), names=("urbanization_rate",))


def test_known_indices_come_out_of_the_models_own_runs(from_model: Analysis) -> None:
    (one,) = from_model.sensitivities
    found = one.sobol["model"]
    np.testing.assert_allclose(found.first, FIRST, atol=0.06)
    np.testing.assert_allclose(found.total, TOTAL, atol=0.06)
    assert (found.first_low <= FIRST).all() & (found.first_high >= FIRST).all()
    assert (found.total_low <= TOTAL).all() & (found.total_high >= TOTAL).all()
    assert math.isnan(one.luck)


def test_known_indices_come_out_of_an_emulator() -> None:
    of = study("latin_hypercube", 200)
    (one,) = analyse(of, results(of, ishigami), names=("urbanization_rate",)).sensitivities
    assert one.best == "emulator"
    assert one.emulator is not None
    assert one.emulator.kind == "gaussian process"
    assert one.emulator.explained > 0.9
    np.testing.assert_allclose(one.sobol["emulator"].first, FIRST, atol=0.08)
    np.testing.assert_allclose(one.sobol["emulator"].total, TOTAL, atol=0.12)
    # The interval holds sampling and how far the fellows part; a bias that all emulators share comes on top.
    assert (one.sobol["emulator"].total_low - 0.05 <= TOTAL).all() & (one.sobol["emulator"].total_high + 0.05 >= TOTAL).all()


def test_a_straight_line_is_known_exactly() -> None:
    of = study("latin_hypercube", 40, ends=(0.0, 1.0))
    (one,) = analyse(of, results(of, lambda x: 3 * x[:, 0] + x[:, 1]), names=("urbanization_rate",)).sensitivities
    assert one.emulator is not None
    assert one.emulator.error < 0.02
    np.testing.assert_allclose(one.sobol["emulator"].first, [0.9, 0.1, 0.0], atol=0.03)
    np.testing.assert_allclose(one.morris["emulator"].mu_star, [6.0, 2.0, 0.0], atol=0.1)  # the region's values are twice the function
    np.testing.assert_allclose([bar.high - bar.low for bar in one.bars], [5.4, 1.8, 0.0], atol=0.1)  # from 5 % to 95 %
    assert one.middle == pytest.approx(4.0, abs=0.05)


def test_the_error_of_an_emulator_is_that_on_runs_not_seen() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((60, 4))
    noise = fit_emulator(x, rng.normal(size=60))
    assert noise.explained < 0.2
    assert noise.error == pytest.approx(1.0, abs=0.35)
    with pytest.raises(ValueError, match="too few"):
        fit_emulator(x[:9], x[:9, 0])


def test_one_at_a_time_gives_a_tornado_of_runs_alone() -> None:
    of = study("one_at_a_time", None, ends=(-1.0, 2.0))
    (one,) = analyse(of, results(of, lambda x: 10 + 3 * x[:, 0] - x[:, 1]), names=("urbanization_rate",)).sensitivities
    assert one.best is None
    assert one.emulator is None
    assert one.middle == 20.0
    assert [(bar.low_at, bar.high_at, bar.low, bar.high) for bar in one.bars] == [
        (-1.0, 2.0, 14.0, 32.0), (-1.0, 2.0, 22.0, 16.0), (-1.0, 2.0, 20.0, 20.0),
    ]  # fmt: skip


def test_points_that_are_not_whole_are_left_out() -> None:
    of = study("sobol", 16, repeats=2)
    runs = results(of, lambda x: x[:, 0]).isel(run=slice(None, None, -1))
    full = analyse(of, runs)
    assert (full.used, full.size, full.runs) == (80, 80, 160)
    some = analyse(of, runs.isel(run=np.flatnonzero(runs["run"].values if "run" in runs.coords else np.arange(160) != 7)))
    assert (some.used, some.runs) == (75, 159)  # the whole block of five points goes
    with pytest.raises(UserError, match="Too few"):
        analyse(of, runs.isel(run=[0, 1]))


def test_luck_is_told_apart_from_the_factors() -> None:
    of = study("latin_hypercube", 100, repeats=4, ends=(0.0, 1.0))
    (one,) = analyse(of, results(of, lambda x: x[:, 0], noise=math.sqrt(1 / 12)), names=("urbanization_rate",)).sensitivities
    assert one.luck == pytest.approx(0.5, abs=0.08)


def test_flows_are_summed_over_the_year_and_stocks_read_at_its_end() -> None:
    of = study("latin_hypercube", 12, ends=(1.0, 2.0))
    runs = results(of, lambda x: x[:, 0])
    found = {one.quantity.name: one.quantity for one in analyse(of, runs, area="a").sensitivities}
    at = points(of)[:, 0]
    np.testing.assert_allclose(found["urbanization_rate"].values, at)
    np.testing.assert_allclose(found["settled"].values, 6 * np.round(100 * at))
    assert found["settled"].unit.en == "persons a year"
    earlier = analyse(of, runs, area="a", year=2026)
    assert [quantity.name for quantity in earlier.still] == ["urbanization_rate"]


@pytest.mark.parametrize(
    ("asked", "words"), [({"area": "zz"}, "no area 'zz'"), ({"year": 2031}, "not 2031"), ({"names": ("setled",)}, "no quantity 'setled'")]
)
def test_what_is_not_there_is_told(asked: dict[str, Any], words: str) -> None:
    of = study("latin_hypercube", 12)
    with pytest.raises(UserError, match=words):
        analyse(of, results(of, ishigami), **asked)


def test_blocks_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="no whole number"):
        sobol_indices(np.zeros(11), NAMES)


def test_tables_and_page_say_the_same(from_model: Analysis) -> None:
    found = tables(from_model)
    assert {"sobol", "morris", "tornado", "quantities"} <= set(found)
    sobol = found["sobol"].query("source == 'model'")
    assert sobol["factor"].tolist() == list(NAMES)
    np.testing.assert_allclose(sobol["first"], from_model.sensitivities[0].sobol["model"].first)
    assert [one.quantity.name for one in chosen(from_model)] == ["urbanization_rate"]
    for lang in ("zh", "en"):
        page = body(from_model, {}, lang)  # type: ignore[arg-type]
        assert [section.id for section in page.sections] == ["answer", "factors", "tables", "sure"]
