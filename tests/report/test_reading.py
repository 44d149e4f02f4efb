"""Reading a result: members, selections, years, names."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import xarray as xr

from tests.report import material
from urbsim.report import canvas, palette, reading
from urbsim.text import Text


@pytest.fixture(name="result")
def _result() -> xr.Dataset:
    return material.small_result()


def test_members_are_draws_times_replicates_first(result: xr.Dataset) -> None:
    values = reading.members(result, "migrants", area="zhejiang", status="settled")
    assert values is not None
    expected = result["migrants"].sel(area="zhejiang", status="settled").values.reshape(4, 69, 3)
    np.testing.assert_array_equal(values, expected)


def test_members_do_not_mind_the_order_of_dimensions(result: xr.Dataset) -> None:
    turned = result[["urbanization_rate"]].transpose("area", "time", "replicate", "draw")
    found, plain = (
        reading.members(turned, "urbanization_rate", area="hangzhou"),
        reading.members(result, "urbanization_rate", area="hangzhou"),
    )
    np.testing.assert_array_equal(found, plain)


@pytest.mark.parametrize("select", [{"area": "nowhere"}, {"planet": "mars"}])
def test_what_is_not_there_is_not_modelled(result: xr.Dataset, select: dict[str, str]) -> None:
    assert reading.members(result, "urbanization_rate", **select) is None
    assert reading.members(result, "no_such_variable") is None


def test_all_nan_is_not_modelled() -> None:
    empty = xr.Dataset({"x": (("draw", "time"), np.full((2, 3), np.nan))})
    assert reading.members(empty, "x") is None


def test_quantiles_leave_out_nan_without_a_warning() -> None:
    values = np.array([[1.0, np.nan, 1.0], [3.0, np.nan, np.nan]])
    np.testing.assert_array_equal(reading.quantile(values, 0.5), [2.0, np.nan, 1.0])


def test_interval_holds_the_mass_asked_for() -> None:
    values = np.arange(101.0)[:, None]
    held = reading.interval(values, 0.8)
    assert held.at(0) == pytest.approx((50.0, 10.0, 90.0))


def test_years_are_year_ends(result: xr.Dataset) -> None:
    years = reading.decimal_years(result)
    assert (years[0], years[1], years[-1]) == (2010.0, 2010.25, 2027.0)
    assert reading.at_year_end(result, 2020) == 40
    assert reading.at_year_end(result, 2031) is None
    assert (reading.first_year(result), reading.last_year(result)) == (2010, 2027)


def test_flows_are_summed_by_calendar_year_without_the_initial_state(result: xr.Dataset) -> None:
    values = np.ones((2, 69))
    values[:, 0] = 1000.0
    years, summed = reading.by_year(result, values)
    assert years.tolist() == list(range(2011, 2028))
    np.testing.assert_array_equal(summed, np.full((2, 17), 4.0))


def test_a_broken_last_year_is_left_out(result: xr.Dataset) -> None:
    short = result.isel(time=slice(0, 43))
    years, _ = reading.by_year(short, np.ones((1, 43)))
    assert years[-1] == 2020
    assert reading.last_year(short) == 2020


def test_names_and_levels(result: xr.Dataset) -> None:
    assert reading.region_row(result) == "zhejiang"
    assert reading.rows_of_level(result, "prefecture") == ["hangzhou", "ningbo"]
    assert reading.area_names(result, None)["hangzhou_core"].zh == "杭州市区"
    assert reading.words_of(result, "status", "zh")["permit"] == "持居住证"
    bare = result.drop_vars(["area_zh", "area_en", "status_zh"])
    assert reading.area_names(bare, None)["hangzhou"] == Text("hangzhou", "hangzhou")
    assert reading.words_of(bare, "status", "zh")["permit"] == "持居住证"


def test_labels_move_apart_but_keep_their_order() -> None:
    placed = canvas.spread([5.0, 5.0, 5.1, 9.0], 1.0)
    assert sorted(placed) == [placed[0], placed[1], placed[2], placed[3]]
    assert min(np.diff(sorted(placed))) >= 1.0 - 1e-9


@pytest.mark.parametrize("looks", [palette.STATUS, palette.PAYER, palette.TENURE, palette.QUEUE])
def test_things_of_one_picture_differ_in_grey(looks: dict[str, palette.Look]) -> None:
    found = [(round(palette.luminance(look.color), 1), look.hatch, look.line, look.marker) for look in looks.values()]
    assert len(set(found)) == len(found)


def test_the_map_scale_gets_darker_all_the_way() -> None:
    shades = [palette.luminance(palette.ramp(i / 20)) for i in range(21)]
    assert all(a > b for a, b in pairwise(shades))
