"""Helpers of the builds of regions."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from regionbuild.census import to_single_years
from regionbuild.evidence import largest_remainder
from regionbuild.paths import fill


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30).filter(lambda v: sum(v) > 1), st.integers(0, 10_000_000))
def test_rounding_keeps_the_total_and_stays_near(values: list[float], total: int) -> None:
    rounded = largest_remainder(values, total)
    assert rounded.sum() == total
    assert (rounded >= 0).all()
    exact = np.array(values) * total / sum(values)
    assert np.abs(rounded - exact).max() < 1 + 1e-6


def test_single_years_keep_the_groups() -> None:
    limits = np.array([0, 1, 5, 10, 15])
    counts = np.array([10.0, 44.0, 60.0, 80.0])
    single = to_single_years(limits, counts)
    assert single[0] == 10
    assert [single[1:5].sum(), single[5:10].sum(), single[10:15].sum()] == [44, 60, 80]
    assert single[14] > single[5]


def test_paths_are_filled_in_logs() -> None:
    path = fill({2010: 100.0, 2020: 400.0})
    assert path[2015] == pytest.approx(200)
    assert path[2027] == pytest.approx(400)
