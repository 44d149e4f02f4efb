"""Differences between runs that met the same luck."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.results.synthetic import make_dataset
from urbsim.errors import UserError
from urbsim.experiments.differences import QUANTILES, differences, sign_probability, summarise


@pytest.fixture(scope="module")
def result() -> xr.Dataset:
    return make_dataset(small=True, draws=3, replicates=2, quarters=9)


@pytest.fixture(scope="module")
def other() -> xr.Dataset:
    return make_dataset(small=True, draws=3, replicates=2, quarters=9, seed=77)


def test_a_scenario_against_itself_is_exactly_zero(result: xr.Dataset) -> None:
    change = differences(result, {"same": result.copy(deep=True)}, "base")
    assert set(change.data_vars) >= {"resident_population", "urbanization_rate", "migrants", "cost", "indicator_value"}
    for name, values in change.data_vars.items():
        finite = np.nan_to_num(values.values)
        assert not finite.any(), name
        assert values.dims[0] == "scenario"


def test_every_difference_is_taken_pair_by_pair(result: xr.Dataset, other: xr.Dataset) -> None:
    change = differences(result, {"a": other, "b": result}, "base")
    assert list(change["scenario"].values) == ["a", "b"]
    assert change["base"].item() == "base"
    for name, values in change.data_vars.items():
        wanted = other[name].values.astype(np.float64) - result[name].values.astype(np.float64)
        np.testing.assert_array_equal(values.sel(scenario="a").values, wanted, err_msg=str(name))


def test_a_difference_of_rates_is_in_points(result: xr.Dataset) -> None:
    change = differences(result, {"same": result}, "base")
    assert change["urbanization_rate"].attrs["units"] == "percentage points"
    assert change["urbanization_rate"].attrs["units_zh"] == "百分点"
    assert change["resident_population"].attrs["units"] == "persons"


def test_what_is_given_and_does_not_vary_is_left_out(result: xr.Dataset) -> None:
    varying = {name for name, values in result.data_vars.items() if "draw" in values.dims}
    assert set(differences(result, {"same": result}, "base").data_vars) == varying


def test_small_numbers_may_become_negative() -> None:
    def of(value: int) -> xr.Dataset:
        return xr.Dataset({"n": (("draw", "replicate"), np.array([[value]], dtype=np.uint8))}, coords={"draw": [0], "replicate": [0]})

    assert differences(of(3), {"x": of(1)}, "b")["n"].item() == -2


@pytest.mark.parametrize("dim", ["draw", "time", "area"])
def test_other_runs_places_or_dates_are_refused(result: xr.Dataset, dim: str) -> None:
    with pytest.raises(UserError, match=dim):
        differences(result, {"short": result.isel({dim: slice(1, None)})}, "base")


def test_the_summary_holds_median_intervals_and_sign(result: xr.Dataset, other: xr.Dataset) -> None:
    change = differences(result, {"a": other}, "base")
    summary = summarise(change)
    assert tuple(summary["quantile"].values) == QUANTILES
    rate = change["urbanization_rate"].stack(run=("draw", "replicate"))
    wanted = np.quantile(rate.transpose("run", ...).values, QUANTILES, axis=0)
    np.testing.assert_allclose(summary["urbanization_rate"].values, wanted, rtol=1e-12)
    sure = summary["urbanization_rate_sign_probability"]
    assert sure.dims == ("scenario", "time", "area")
    assert 0.0 <= float(sure.min()) <= float(sure.max()) <= 1.0


def test_a_single_run_has_an_interval_of_one_point() -> None:
    alone = make_dataset(small=True, draws=1, quarters=5)
    change = differences(alone, {"a": make_dataset(small=True, draws=1, quarters=5, seed=5)}, "base")
    summary = summarise(change)["resident_population"]
    assert (summary.isel(quantile=0) == summary.isel(quantile=-1)).all()


def test_no_change_is_certain_where_nothing_changes(result: xr.Dataset) -> None:
    summary = summarise(differences(result, {"same": result}, "base"))
    assert (summary["urban_population_sign_probability"] == 1.0).all()


def test_unknown_stays_unknown() -> None:
    assert np.isnan(sign_probability(np.array([[1.0], [np.nan], [2.0]]))).all()


@given(arrays(np.int64, st.tuples(st.integers(1, 9), st.integers(1, 4)), elements=st.integers(-5, 5)))
def test_the_sign_is_as_likely_as_runs_say(rows: np.ndarray) -> None:
    share = sign_probability(rows)
    for column, found in zip(rows.T, share, strict=True):
        middle = np.median(column)
        wanted = (column > 0).mean() if middle > 0 else (column < 0).mean() if middle < 0 else (column == 0).mean()
        assert found == pytest.approx(wanted)
