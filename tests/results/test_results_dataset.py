from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from tests.results.synthetic import make_dataset, make_frames, make_region, make_scenario
from urbsim.clock import QUARTERS
from urbsim.results.dataset import Assembler, assemble
from urbsim.results.frames import FRAME_AXES, check_frames, frame_shape
from urbsim.results.labels import AXES, codes
from urbsim.results.levels import Calendar
from urbsim.results.variables import VARIABLES

#: The contract with users: name, dimensions after draw and replicate, dtype (design/experience.md, Results).
CONTRACT = {
    "resident_population": (("time", "area"), "int32"),
    "urban_population": (("time", "area"), "int32"),
    "hukou_population": (("time", "area"), "int32"),
    "hukou_urban_population": (("time", "area"), "int32"),
    "urbanization_rate": (("time", "area"), "float64"),
    "hukou_urbanization_rate": (("time", "area"), "float64"),
    "migrants": (("time", "area", "status", "origin"), "int32"),
    "arrivals": (("time", "area", "origin"), "int32"),
    "departures": (("time", "area", "origin"), "int32"),
    "settled": (("time", "area", "origin"), "int32"),
    "permits_issued": (("time", "area", "origin"), "int32"),
    "returns": (("time", "area", "return_to"), "int32"),
    "returns_from_outside": (("time", "area", "return_to"), "int32"),
    "left_behind": (("time", "area", "member"), "int32"),
    "moves": (("time", "area"), "int32"),
    "service_demand": (("year", "area", "service", "group"), "float32"),
    "service_served": (("year", "area", "service", "group"), "float32"),
    "service_unmet": (("year", "area", "service", "group"), "float32"),
    "service_supply": (("year", "area", "service"), "float32"),
    "cost": (("year", "area", "item", "payer"), "float64"),
    "urbanization_change": (("year", "area", "component"), "float64"),
    "indicator_value": (("year", "indicator"), "float64"),
}


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    return make_dataset(small=True, draws=2, replicates=2)


@pytest.mark.parametrize("name", list(CONTRACT))
def test_contract_variables(dataset: xr.Dataset, name: str) -> None:
    dims, dtype = CONTRACT[name]
    assert dataset[name].dims == ("draw", "replicate", *dims)
    assert str(dataset[name].dtype) == dtype


def test_further_variables_are_there(dataset: xr.Dataset) -> None:
    for name in ("children", "households", "queue", "wage", "rent", "pupils", "places", "persons_age5"):
        assert name in dataset
    assert dataset["households"].dims == ("draw", "replicate", "time", "area", "tenure")
    assert dataset["persons_age5"].sizes["year_end"] == 18


def test_every_variable_is_named_in_both_languages_with_a_unit(dataset: xr.Dataset) -> None:
    assert set(dataset.data_vars) == set(VARIABLES)
    for name in dataset.data_vars:
        attrs = dataset[name].attrs
        assert attrs["long_name"], name
        assert any("一" <= letter <= "鿿" for letter in attrs["long_name_zh"]), name
        assert attrs["units"], name
    for axis, labels in AXES.items():
        assert list(dataset[axis].values) == codes(axis)
        assert list(dataset[f"{axis}_zh"].values) == [label.text.zh for label in labels]


def test_times_and_years(dataset: xr.Dataset) -> None:
    assert str(dataset["time"].values[0])[:10] == "2010-12-31"
    assert str(dataset["time"].values[-1])[:10] == "2027-12-31"
    assert dataset.sizes["time"] == QUARTERS
    assert list(dataset["year"].values) == list(range(2011, 2028))
    assert dataset.sizes["draw"] == dataset.sizes["replicate"] == 2


def test_flows_of_the_initial_state_are_zero(dataset: xr.Dataset) -> None:
    for name in ("arrivals", "departures", "settled", "permits_issued", "returns", "moves"):
        assert not dataset[name].isel(time=0).values.any(), name


def test_levels_are_sums(dataset: xr.Dataset) -> None:
    areas = dataset.where(dataset.level == "area", drop=True)
    hangzhou = dataset["area_prefecture"].values == "hangzhou"
    for name in ("resident_population", "migrants", "settled", "children", "households"):
        array = dataset[name]
        assert (array.sel(area="zhejiang") == array.isel(area=np.flatnonzero(dataset["level"].values == "area")).sum("area")).all()
        mine = np.flatnonzero(hangzhou & (dataset["level"].values == "area"))
        assert (array.sel(area="hangzhou") == array.isel(area=mine).sum("area")).all()
    assert areas.sizes["area"] == 4


def test_rates_are_ratios_of_sums(dataset: xr.Dataset) -> None:
    expected = 100 * dataset["urban_population"] / dataset["resident_population"]
    np.testing.assert_allclose(dataset["urbanization_rate"].values, expected.values, rtol=0, atol=1e-12)
    expected = 100 * dataset["hukou_urban_population"] / dataset["hukou_population"]
    np.testing.assert_allclose(dataset["hukou_urbanization_rate"].values, expected.values, rtol=0, atol=1e-12)


def test_wages_are_wage_bills_over_workers() -> None:
    region = make_region(small=True)
    frames = make_frames(region)
    result = assemble([[frames]], region, make_scenario(region)).isel(draw=0, replicate=0)
    bill, workers = frames["wage_sum"].sum(axis=1), frames["workers"].sum(axis=1)
    np.testing.assert_allclose(result["wage"].sel(area="zhejiang").values, bill / workers)
    np.testing.assert_array_equal(result["wage_offered"].values[:, :4], frames["wage"])
    np.testing.assert_array_equal(result["rent"].values[:, :4], frames["rent"])


def test_change_of_the_rate_adds_up_at_every_level(dataset: xr.Dataset) -> None:
    ends = dataset["urbanization_rate"].isel(time=slice(0, None, 4)).values
    np.testing.assert_allclose(dataset["urbanization_change"].sum("component").values, np.diff(ends, axis=2), rtol=0, atol=1e-10)


def test_one_prefecture_has_no_row_of_its_own() -> None:
    region = make_region(single=True)
    result = assemble([[make_frames(region)]], region, make_scenario(region))
    assert list(result["level"].values) == ["area"] * 3 + ["region"]
    assert list(result["area"].values)[-1] == "hangzhou"
    assert len(set(result["area"].values)) == result.sizes["area"]
    assert result["persons_age5"].sizes["prefecture"] == 1


def test_age_groups_of_prefectures_add_up_to_residents(dataset: xr.Dataset) -> None:
    people = dataset["persons_age5"].sum(["sex", "age5"])
    residents = dataset["resident_population"].isel(time=slice(0, None, 4)).sel(area=dataset["prefecture"].values)
    np.testing.assert_array_equal(people.values, residents.values)


def test_runs_may_arrive_in_any_order() -> None:
    region = make_region(small=True)
    runs = [[make_frames(region, seed=10 * d + r) for r in range(2)] for d in range(3)]
    expected = assemble(runs, region, make_scenario(region))
    assembler = Assembler(region, make_scenario(region), 3, 2)
    for d, r in ((2, 1), (0, 0), (1, 1), (0, 1), (2, 0), (1, 0)):
        assembler.add(d, r, runs[d][r])
    xr.testing.assert_identical(assembler.dataset(), expected)


def test_a_missing_run_is_told() -> None:
    region = make_region(small=True)
    assembler = Assembler(region, make_scenario(region), 2, 1)
    assembler.add(0, 0, make_frames(region))
    with pytest.raises(ValueError, match="1 runs are missing"):
        assembler.dataset()


@pytest.mark.parametrize(("quarters", "years"), [(1, 0), (3, 0), (5, 1), (11, 2)])
def test_short_runs(quarters: int, years: int) -> None:
    result = make_dataset(small=True, draws=1, quarters=quarters)
    assert result.sizes["time"] == quarters
    assert result.sizes["year"] == years


def test_a_run_from_a_later_state() -> None:
    region = make_region(small=True)
    frames = make_frames(region, quarters=12)
    result = assemble([[frames]], region, make_scenario(region), first_quarter=28, draws=[4], replicates=[2])
    assert str(result["time"].values[0])[:10] == "2017-12-31"
    assert list(result["year"].values) == [2018, 2019]
    assert (int(result["draw"][0]), int(result["replicate"][0])) == (4, 2)


def test_calendar_counts_full_years_only() -> None:
    assert Calendar(0, 69).years == list(range(2011, 2028))
    assert Calendar(3, 9).years == [2012]
    flows = np.arange(9)
    assert Calendar(0, 9).over(flows).tolist() == [1 + 2 + 3 + 4, 5 + 6 + 7 + 8]
    assert Calendar(0, 9).at_end(flows).tolist() == [4, 8]


def test_frames_off_the_contract_are_refused() -> None:
    region = make_region(small=True)
    frames = make_frames(region)
    del frames["wage"]
    frames["migrants"] = frames["migrants"][:, :, :4]
    with pytest.raises(ValueError, match=r"wage: missing; migrants: shape \(69, 4, 4, 3\)"):
        check_frames(frames, QUARTERS, 4)


def test_more_than_int32_is_refused() -> None:
    region = make_region(small=True)
    frames = make_frames(region)
    frames["hukou"] = frames["hukou"] + 2**31
    with pytest.raises(ValueError, match="hukou_population does not fit"):
        assemble([[frames]], region, make_scenario(region))


def test_uneven_frames_are_refused() -> None:
    region = make_region(small=True)
    frames = make_frames(region, quarters=5)
    with pytest.raises(ValueError, match="same number of replicates"):
        assemble([[frames], [frames, frames]], region, make_scenario(region))


def test_size_at_the_defaults() -> None:
    result = make_dataset(draws=1)
    assert dict(result.sizes) | {"area": 76} == dict(result.sizes)
    assert 20 * sum(result[name].nbytes for name in result.data_vars) < 100e6


def test_the_engine_reports_the_agreed_frames() -> None:
    from urbsim.engine import open_engine
    from urbsim.scenario import load

    frame = open_engine(load("zhejiang_2027"), weight=5000).frame
    for name in FRAME_AXES:
        assert frame[name].shape == frame_shape(name, 1, 64)[1:], name
