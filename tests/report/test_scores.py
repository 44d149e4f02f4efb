"""The model against published figures: what may be compared, and how misses are counted."""

from __future__ import annotations

import numpy as np
import pytest

from tests.report import material
from urbsim.report.scores import checks, coverage

RESULT = material.small_result


def _runs(area: str, year: int) -> np.ndarray:
    return np.asarray(RESULT()["urbanization_rate"].sel(area=area).values[..., 4 * (year - 2010)].ravel())


def test_a_census_is_compared_with_the_year_end_of_its_year() -> None:
    region = material.region_with([material.point("hangzhou", 2020, 70.0, "census", month=11)])
    (row,) = checks(RESULT(), region)
    assert (row.year, row.change) == (2020, False)
    assert row.median == pytest.approx(np.median(_runs("hangzhou", 2020)))
    assert row.error == pytest.approx(row.median - 70.0)


def test_the_state_the_model_starts_from_is_no_check() -> None:
    assert checks(RESULT(), material.region_with([material.point("hangzhou", 2010, 60.0, "census", month=11)])) == []


def test_figures_after_the_last_allowed_year_are_left_out() -> None:
    assert checks(RESULT(), material.region_with([material.point("zhejiang", 2023, 74.0, "revised")])) == []


def test_first_published_figures_enter_as_yearly_changes_only() -> None:
    points = [material.point("zhejiang", year, 60.0 + year - 2010, "first_published") for year in (2013, 2014, 2016)]
    (row,) = checks(RESULT(), material.region_with(points))
    assert (row.change, row.year, row.published) == (True, 2014, pytest.approx(1.0))
    assert row.median == pytest.approx(np.median(_runs("zhejiang", 2014) - _runs("zhejiang", 2013)))


def test_vintages_are_never_joined_into_a_change() -> None:
    points = [material.point("zhejiang", 2019, 70.0, "first_published"), material.point("zhejiang", 2020, 72.2, "revised")]
    assert not [row for row in checks(RESULT(), material.region_with(points)) if row.change]


def test_unknown_areas_and_variables_are_left_out() -> None:
    points = [material.point("mars", 2020, 1.0, "census"), material.point("hangzhou", 2020, 1.0, "census", variable="births")]
    assert checks(RESULT(), material.region_with(points)) == []


def test_coverage_counts_hits_and_misses() -> None:
    inside = float(np.median(_runs("hangzhou", 2020)))
    points = [material.point("hangzhou", 2020, inside, "census"), material.point("ningbo", 2020, 5.0, "census")]
    held = coverage(checks(RESULT(), material.region_with(points)))
    assert (held.n, held.inside80, held.inside95) == (2, 1, 1)
    assert held.mean_absolute_error > 10
    assert np.isnan(coverage([]).bias)
